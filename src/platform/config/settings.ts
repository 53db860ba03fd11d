import { z } from 'zod';
import { rateSettings } from './rate-settings.js';
import { list, onOff, setting, whole } from './setting.js';

const databaseUrl = z
  .string('is required: mysql://user:password@host:3306/database')
  .regex(/^(mysql|mariadb):\/\/.+\/.+/, 'must look like mysql://user:password@host:3306/database');

const redisUrl = z
  .string('is required: redis://host:6379')
  .regex(/^(rediss?|unix):\/\/.+/, 'must look like redis://host:6379, rediss://… or unix:///path?db=0');

/** Every setting of a node, grouped; the environment is its only source. */
export const settings = {
  http: {
    port: setting('PORT', whole(0, 65_535, 3000), 'TCP port to listen on; 0 takes a free one.'),
    host: setting('HOST', z.string().min(1).default('127.0.0.1'), 'Address to listen on; 0.0.0.0 for all.'),
    corsOrigins: setting(
      'CORS_ORIGINS',
      list(),
      'Origins, comma-separated, whose pages may call this server by REST, SSE and WebSocket. Empty: the same host only.',
    ),
    trustProxy: setting(
      'TRUST_PROXY',
      onOff(false),
      'Believe X-Forwarded-* headers; only behind a proxy that sets them.',
    ),
    metricsToken: setting(
      'METRICS_TOKEN',
      z.string().min(8, 'must have at least 8 characters').optional(),
      'Bearer token for /metrics. Unset: /metrics answers 404.',
    ),
    drainSeconds: setting(
      'DRAIN_SECONDS',
      whole(0, 14, 3),
      'Seconds over which clients are told to leave after SIGTERM.',
    ),
  },
  log: {
    level: setting(
      'LOG_LEVEL',
      z
        .enum(
          ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
          'must be fatal, error, warn, info, debug, trace or silent',
        )
        .default('info'),
      'What is logged; debug also logs every request.',
    ),
    format: setting(
      'LOG_FORMAT',
      z.enum(['json', 'pretty'], 'must be json or pretty').default('json'),
      'One JSON object a line, or coloured text for people.',
    ),
  },
  mysql: {
    url: setting(
      'DATABASE_URL',
      databaseUrl,
      'MySQL 8.4+ or MariaDB 10.11+; over a Unix socket with ?socketPath=/path, over TLS with ?ssl=true.',
    ),
    poolSize: setting(
      'DATABASE_POOL',
      whole(2, 500, 10),
      'Connections for reads and single writes; the writer lanes have their own.',
    ),
    writerLanes: setting(
      'WRITER_LANES',
      whole(1, 32, 4),
      'Group-commit writers of a node, each with a connection of its own; the others are for when one is stuck.',
    ),
  },
  redis: {
    url: setting('REDIS_URL', redisUrl, 'Redis 7+ or Valkey; over a Unix socket with unix:///path?db=0.'),
    prefix: setting(
      'REDIS_PREFIX',
      z
        .string()
        .regex(/^[A-Za-z0-9_.:-]{0,40}$/, 'must be at most 40 of A-Z a-z 0-9 _ . : -')
        .default('mailroom:'),
      'Put before every Redis key and channel, so that installations can share a server.',
    ),
  },
  auth: {
    adminUsername: setting(
      'ADMIN_USERNAME',
      z
        .string()
        .regex(/^[a-z0-9._-]{3,32}$/, 'must be 3 to 32 of a-z 0-9 . _ -')
        .optional(),
      'The first admin, made at start if missing; needs ADMIN_PASSWORD.',
    ),
    adminPassword: setting(
      'ADMIN_PASSWORD',
      z.string().min(8, 'must have 8 to 128 characters').max(128, 'must have 8 to 128 characters').optional(),
      'Password of the first admin; an existing admin keeps theirs.',
    ),
    registration: setting('REGISTRATION', onOff(true), 'Whether anyone may register.'),
    guests: setting('GUESTS', onOff(true), 'Whether visitors may come as guests.'),
    issuer: setting(
      'TOKEN_ISSUER',
      z.string().max(200, 'must have at most 200 characters').default('mailroom'),
      'The iss claim of access tokens.',
    ),
    accessTokenSeconds: setting(
      'ACCESS_TOKEN_SECONDS',
      whole(5, 3600, 300),
      'Life of an access token, in seconds.',
    ),
    streamTokenSeconds: setting(
      'STREAM_TOKEN_SECONDS',
      whole(5, 3600, 300),
      'Life of a stream token, and so of a stream opened with it, in seconds.',
    ),
    sessionDays: setting(
      'SESSION_DAYS',
      whole(1, 3650, 30),
      'Days without a refresh after which a login ends.',
    ),
    keyRotationDays: setting(
      'KEY_ROTATION_DAYS',
      whole(1, 3650, 90),
      'Age in days at which the signing key is replaced, with overlap.',
    ),
  },
  mailbox: {
    length: setting(
      'MAILBOX_LENGTH',
      whole(10, 100_000, 1000),
      'Events that a mailbox keeps at least; older ones are filled from MySQL.',
    ),
    retentionHours: setting(
      'MAILBOX_RETENTION_HOURS',
      whole(1, 8760, 24),
      'Hours that a mailbox outlives its last connection.',
    ),
    leaseSeconds: setting(
      'NODE_LEASE_SECONDS',
      whole(3, 60, 10),
      'Seconds after which a silent node counts as gone.',
    ),
    replayMessages: setting(
      'REPLAY_MESSAGES',
      whole(1, 1_000_000, 10_000),
      'Messages that one replay from MySQL sends before it ends in mailbox.gap.',
    ),
  },
  limits: {
    rateLimits: setting(
      'RATE_LIMITS',
      onOff(true),
      'Off: none of the rates below counts, for tests and load; sizes stay.',
    ),
    bodyKib: setting('BODY_KIB', whole(1, 16_384, 64), 'Largest JSON body, in KiB.'),
    frameKib: setting('FRAME_KIB', whole(1, 16_384, 256), 'Largest WebSocket frame, in KiB.'),
    connectionsPerUser: setting(
      'CONNECTIONS_PER_USER',
      whole(1, 10_000, 20),
      'Open connections that one user may have.',
    ),
    presenceSubscriptions: setting(
      'PRESENCE_SUBSCRIPTIONS',
      whole(1, 10_000, 500),
      'Users whose presence one connection may watch.',
    ),
    sendBufferKib: setting(
      'SEND_BUFFER_KIB',
      whole(16, 16_384, 256),
      'Bytes, in KiB, waiting for one slow client before its reading stops.',
    ),
  },
  rates: rateSettings,
  contacts: {
    mode: setting(
      'CONTACTS',
      z.enum(['open', 'ask'], 'must be open or ask').default('open'),
      'open: whoever is added is a contact at once, one-sided. ask: they are asked first, and then have each other.',
    ),
    perUser: setting(
      'CONTACTS_PER_USER',
      whole(1, 100_000, 5000),
      'Contacts that one user may have, those who were asked and have not answered included.',
    ),
  },
  files: {
    directory: setting(
      'FILES_DIR',
      z.string().min(1).max(1000, 'must have at most 1000 characters').default('.data/files'),
      'Directory of the uploads, and with S3 of those under way; relative to where the node was started. Several nodes need a shared one, or S3.',
    ),
    fileMib: setting('FILE_MIB', whole(1, 4095, 25), 'Largest upload, in MiB.'),
    quotaMib: setting(
      'FILE_QUOTA_MIB',
      whole(0, 1_000_000_000, 10_240),
      'What one user may have stored, in MiB; 0 for no bound.',
    ),
    uploadsPerUser: setting(
      'UPLOADS_PER_USER',
      whole(1, 1000, 10),
      'Uploads that one user may have under way on a node.',
    ),
    unattachedHours: setting(
      'UNATTACHED_FILE_HOURS',
      whole(1, 8760, 24),
      'Hours after which an upload is removed that no message holds.',
    ),
    imageMegapixels: setting(
      'IMAGE_MEGAPIXELS',
      whole(1, 1000, 64),
      'Largest image, in millions of pixels, all frames together; one is held in memory at a time.',
    ),
    s3Bucket: setting(
      'S3_BUCKET',
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/, 'must be the name of a bucket')
        .optional(),
      'Bucket for the uploads. Unset: they are in FILES_DIR.',
    ),
    s3Endpoint: setting(
      'S3_ENDPOINT',
      z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
      'Address of an S3 service that is not Amazon’s; its buckets are addressed by path.',
    ),
    s3Region: setting(
      'S3_REGION',
      z.string().max(100, 'must have at most 100 characters').default('us-east-1'),
      'Region of the bucket.',
    ),
    s3AccessKeyId: setting(
      'S3_ACCESS_KEY_ID',
      z.string().max(200, 'must have at most 200 characters').optional(),
      'Needs S3_SECRET_ACCESS_KEY. Unset: what the AWS SDK finds by itself, such as the role of the machine.',
    ),
    s3SecretAccessKey: setting(
      'S3_SECRET_ACCESS_KEY',
      z.string().max(200, 'must have at most 200 characters').optional(),
      'The secret of S3_ACCESS_KEY_ID.',
    ),
    s3Prefix: setting(
      'S3_PREFIX',
      z
        .string()
        .regex(/^[A-Za-z0-9_./-]{0,200}$/, 'must be at most 200 of A-Z a-z 0-9 _ . / -')
        .default(''),
      'Put before every key in the bucket.',
    ),
  },
} as const;
