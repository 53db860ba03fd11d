import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../../src/platform/config/config.js';
import { settings } from '../../../src/platform/config/settings.js';
import type { Setting } from '../../../src/platform/config/setting.js';

const STORES = { DATABASE_URL: 'mysql://user:pass@host:3306/mailroom', REDIS_URL: 'redis://host:6379' };
const all = Object.values(settings).flatMap((group) => Object.values<Setting<unknown>>(group));

const complaint = (environment: Record<string, string | undefined>): string => {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

/** Something that each of these variables must not be. A setting that takes any text is not among them. */
const bad: Record<string, string> = {
  PORT: '70000-secret',
  TRUST_PROXY: 'yes-secret',
  METRICS_TOKEN: 'secret',
  DRAIN_SECONDS: '15-secret',
  LOG_LEVEL: 'loud-secret',
  LOG_FORMAT: 'xml-secret',
  DATABASE_URL: 'postgres://user:secret@host/db',
  DATABASE_POOL: '1-secret',
  WRITER_LANES: '0-secret',
  REDIS_URL: 'http://secret@host',
  REDIS_PREFIX: 'secret key',
  ADMIN_USERNAME: 'Secret',
  ADMIN_PASSWORD: 'secret',
  REGISTRATION: 'secret',
  GUESTS: 'secret',
  TOKEN_ISSUER: 'secret'.repeat(40),
  ACCESS_TOKEN_SECONDS: '4-secret',
  STREAM_TOKEN_SECONDS: '-5-secret',
  SESSION_DAYS: '1.5-secret',
  KEY_ROTATION_DAYS: '1e2-secret',
  MAILBOX_LENGTH: 'secret',
  MAILBOX_RETENTION_HOURS: 'secret',
  NODE_LEASE_SECONDS: 'secret',
  REPLAY_MESSAGES: 'secret',
  RATE_LIMITS: 'secret',
  BODY_KIB: 'secret',
  FRAME_KIB: 'secret',
  CONNECTIONS_PER_USER: 'secret',
  SEND_BUFFER_KIB: 'secret',
  RATE_REQUESTS: '60-secret',
  RATE_LOGINS: '0/60-secret',
  RATE_FAILED_PASSWORDS: '20/0-secret',
  RATE_REGISTRATIONS: '10-secret',
  RATE_REFRESHES: 'secret',
  RATE_CONNECTIONS: 'secret',
  RATE_SENDS: 'on-secret',
  RATE_UPLOADS: 'secret',
  RATE_SEARCHES: 'secret',
  RATE_READS: 'secret',
  RATE_WRITES: 'secret',
  RATE_SIGNALS: 'secret',
  RATE_KEY_FACTOR: '0-secret',
  CONTACTS: 'secret',
  CONTACTS_PER_USER: '0-secret',
  PRESENCE_SUBSCRIPTIONS: '0',
  FILES_DIR: 'secret'.repeat(200),
  FILE_MIB: '5000-secret',
  FILE_QUOTA_MIB: 'secret',
  UPLOADS_PER_USER: '0-secret',
  UNATTACHED_FILE_HOURS: 'secret',
  IMAGE_MEGAPIXELS: 'secret',
  S3_BUCKET: 'secret bucket',
  S3_ENDPOINT: 'ftp://secret',
  S3_REGION: 'secret'.repeat(40),
  S3_ACCESS_KEY_ID: 'secret'.repeat(40),
  S3_SECRET_ACCESS_KEY: 'secret'.repeat(40),
  S3_PREFIX: 'secret key',
};
const takeAnyText = ['HOST', 'CORS_ORIGINS'];

describe('the configuration', () => {
  it.each(Object.entries(bad))('names %s with its rule, never with its value', (variable, value) => {
    const told = complaint({
      ...STORES,
      ADMIN_USERNAME: 'root',
      ADMIN_PASSWORD: 'long enough',
      [variable]: value,
    });
    expect(told).toMatch(new RegExp(`^${variable} \\S`, 'm'));
    expect(told.split('\n')).toHaveLength(1);
    expect(told.replace(variable, '').toLowerCase()).not.toContain('secret');
  });

  it('has a rule for every variable, and a bad value for each here', () => {
    const known = all.map(({ variable }) => variable);
    expect(new Set(known).size).toBe(known.length);
    expect(known.filter((variable) => !(variable in bad) && !takeAnyText.includes(variable))).toEqual([]);
  });

  it('names all that is wrong at once', () => {
    const told = complaint({ PORT: '99999', REDIS_URL: 'x' }).split('\n');
    expect(told.map((line) => line.split(' ')[0])).toEqual(['PORT', 'DATABASE_URL', 'REDIS_URL']);
  });

  it('keeps numbers within their bounds, on both sides', () => {
    for (const port of ['0', '65535'])
      expect(parseConfig({ ...STORES, PORT: port }).http.port).toBe(Number(port));
    for (const port of ['65536', '-1', '1.0', '0x10', '1e3', ' 1', '9'.repeat(20)])
      expect(complaint({ ...STORES, PORT: port })).toMatch(/^PORT must be a whole number from 0 to 65535$/);
  });

  it('reads a rate as a number of actions in so many seconds, and knows when there is none', () => {
    const { rates } = parseConfig({ ...STORES, RATE_SENDS: '7/90', RATE_READS: 'off' });
    expect(rates).toMatchObject({ sends: { count: 7, seconds: 90 }, reads: null });
    for (const rate of ['0/1', '1/0', '7', '7/', '-7/1', '7/1.5', '1e3/1', ' 7/1'])
      expect(complaint({ ...STORES, RATE_SENDS: rate })).toMatch(/^RATE_SENDS must look like 600\/60/);
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseConfig({ ...STORES, PORT: '', HOST: '' }).http).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
    });
    expect(complaint({ ...STORES, DATABASE_URL: '' })).toMatch(/^DATABASE_URL is required/);
  });

  it('is frozen, group by group', () => {
    const config = parseConfig(STORES);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.values(config).every((group) => Object.isFrozen(group))).toBe(true);
  });

  it('wants the first admin whole', () => {
    for (const half of [{ ADMIN_USERNAME: 'root' }, { ADMIN_PASSWORD: 'long enough' }])
      expect(complaint({ ...STORES, ...half })).toBe(
        'ADMIN_USERNAME and ADMIN_PASSWORD must be set together',
      );
  });

  it('reads lists without blanks around their words', () => {
    const config = parseConfig({ ...STORES, CORS_ORIGINS: ' https://a.example , ,https://b.example' });
    expect(config.http.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
  });
});
