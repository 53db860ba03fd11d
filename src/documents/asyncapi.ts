import { z } from 'zod';
import { STREAM_COOKIE } from '../auth/stream-cookie.js';
import { problemSchema } from '../platform/errors/problem.js';
import type { Command } from '../transport/command.js';
import { handshakeSchema, pollSchema } from '../transport/events-api.dto.js';
import { eventEnvelopes, readySchema } from '../transport/events.dto.js';
import { about } from './about.js';
import { Components } from './components.js';
import { exampleOf } from './examples.js';
import type { JsonSchema } from './json-schema.js';

interface Reference {
  readonly $ref: string;
}

interface Message {
  readonly name: string;
  readonly summary: string;
  readonly payload: JsonSchema;
  readonly examples: readonly [{ readonly payload: unknown }];
}

const channel = (name: string): Reference => ({ $ref: `#/channels/${name}` });
const server = (name: string): Reference => ({ $ref: `#/servers/${name}` });
const scheme = (name: string): Reference => ({ $ref: `#/components/securitySchemes/${name}` });
/** An operation names its messages by way of its channel. */
const within = (name: string, messages: readonly string[]): Reference[] =>
  messages.map((message) => ({ $ref: `#/channels/${name}/messages/${message}` }));

/** The document of what passes over the open connections: events to clients, and commands from them. */
export function createAsyncApi(commands: Readonly<Record<string, Command>>): object {
  const components = new Components('draft-7');
  const messages: Record<string, Message> = {};
  const add = (name: string, summary: string, schema: z.ZodType, io: 'input' | 'output'): string => {
    const payload = components.convert(schema, io);
    messages[name] = {
      name,
      summary,
      payload,
      examples: [{ payload: exampleOf(payload, components.schemas) }],
    };
    return name;
  };

  const events = [
    add('ready', 'Delivery starts.', readySchema, 'output'),
    ...Object.entries(eventEnvelopes).map(([type, schema]) =>
      add(type, schema.meta()?.description ?? type, schema, 'output'),
    ),
  ];
  const poll = add('poll', 'The next events.', pollSchema, 'output');
  const connect = add('connect', 'The handshake’s `auth`.', handshakeSchema, 'input');
  const refused = add(
    'connect_error',
    'Why the handshake was refused: the error’s `data`.',
    problemSchema,
    'output',
  );
  const exchanges = Object.entries(commands).map(([name, { description, input, output }]) => ({
    name,
    description,
    command: add(name, description, input, 'input'),
    answer: add(`${name}.ack`, `The acknowledgement of ${name}.`, acknowledgement(name, output), 'output'),
  }));

  const onSocket = [
    ...events,
    connect,
    refused,
    ...exchanges.flatMap(({ command, answer }) => [command, answer]),
  ];
  const pick = (names: readonly string[]): Record<string, Reference> =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

  return {
    asyncapi: '3.0.0',
    info: { ...info, description: manners },
    defaultContentType: 'application/json',
    servers,
    channels: {
      socket: { ...channels.socket, messages: pick(onSocket) },
      stream: { ...channels.stream, messages: pick(events) },
      poll: { ...channels.poll, messages: pick([poll]) },
    },
    operations: {
      connect: {
        action: 'receive',
        channel: channel('socket'),
        summary: 'A client connects.',
        messages: within('socket', [connect]),
        reply: { channel: channel('socket'), messages: within('socket', ['ready', refused]) },
      },
      ...Object.fromEntries(
        exchanges.map(({ name, description, command, answer }) => [
          name,
          {
            action: 'receive',
            channel: channel('socket'),
            summary: description,
            messages: within('socket', [command]),
            reply: { channel: channel('socket'), messages: within('socket', [answer]) },
          },
        ]),
      ),
      socketEvents: send('socket', 'Each event under its type’s name, the envelope as its argument.', events),
      streamEvents: send('stream', 'Each event as a server-sent event of its type.', events),
      pollEvents: send('poll', 'The answer to one poll.', [poll]),
    },
    components: { messages, schemas: components.schemas, securitySchemes },
  };
}

const send = (name: string, summary: string, messages: readonly string[]): object => ({
  action: 'send',
  channel: channel(name),
  summary,
  messages: within(name, messages),
});

const acknowledgement = (name: string, output: z.ZodType): z.ZodType =>
  z
    .discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), data: output }),
      z.object({ ok: z.literal(false), error: problemSchema }),
    ])
    .meta({ id: `${name}.ack` });

const { title, version, license, contact } = about;
const info = { title: `${title}: events and commands`, version, license: { name: license.name }, contact };

const servers = {
  socketIo: {
    host: '{host}',
    protocol: 'ws',
    description: 'Socket.IO 4, at its default path.',
    pathname: '/socket.io/',
    variables: { host: { default: 'localhost:3000', description: 'Host and port of the server.' } },
    security: [scheme('handshake'), scheme('bearer')],
  },
  http: {
    host: '{host}',
    protocol: 'http',
    description: 'The same server, for clients without WebSockets.',
    variables: { host: { default: 'localhost:3000', description: 'Host and port of the server.' } },
    security: [scheme('bearer'), scheme('streamToken'), scheme('streamCookie')],
  },
};

const channels = {
  socket: {
    address: '/',
    title: 'Socket.IO namespace',
    description: 'Events to the client; commands from it, as emits with an acknowledgement.',
    servers: [server('socketIo')],
  },
  stream: {
    address: '/v1/events',
    title: 'Server-sent events',
    description: 'The event’s name is its type, its id the cursor, its data the envelope in one line.',
    servers: [server('http')],
  },
  poll: {
    address: '/v1/events/poll',
    title: 'Long poll',
    description: 'Each answer holds the next events.',
    servers: [server('http')],
  },
};

const securitySchemes = {
  handshake: {
    type: 'apiKey',
    in: 'user',
    description: '`auth.token` of the handshake: an access token (a JWT), or an API key (`mk_…`).',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
  streamToken: {
    type: 'httpApiKey',
    in: 'query',
    name: 'access_token',
    description: 'A stream token. An access token is refused here.',
  },
  streamCookie: {
    type: 'httpApiKey',
    in: 'cookie',
    name: STREAM_COOKIE,
    description: 'A stream token, set by `POST /v1/auth/stream-token`.',
  },
};

const manners = `One envelope on every door: \`{ cursor, type, at, data }\`. Cursors are opaque. An event without a cursor is
never stored. Live and resumed, each event comes once a connection, in order. A command is acknowledged with
\`{ ok: true, data }\` or \`{ ok: false, error }\`, the error being a problem as in \`/openapi.json\`.`;
