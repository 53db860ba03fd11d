import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Pair, aPair, range, send } from '../../support/chat.js';
import {
  type SocketIoClient,
  begin,
  closeClientsAfterEach,
  connect,
  connectSocket,
} from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let pair: Pair;
let socket: SocketIoClient;

beforeAll(async () => {
  database = await createDatabase('bad_socket');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

beforeEach(async () => {
  pair = await aPair(node);
  socket = await connectSocket(node, pair.alice);
});

/** Nothing of what came before is stored, the same socket still serves, and others are served. */
async function expectUnharmed(): Promise<void> {
  const { alice, bob, conversationId } = pair;
  const other = await connect('sse', node, bob);
  expect((await socket.command('message.send', { conversationId, text: 'after all' })).data.message.seq).toBe(
    1,
  );
  await send(node, alice, conversationId, 'by REST');
  await other.untilMessages(2);
  expect(other.messages().map(({ text }) => text)).toEqual(['after all', 'by REST']);
}

describe('a command', () => {
  it.each([
    ['that is none', 'message.explode', [{}], 'command.unknown'],
    ['named like a property', 'constructor', [{}], 'command.unknown'],
    ['named like a prototype', '__proto__', [{}], 'command.unknown'],
    ['named like an event of the library', 'error', [{}], 'command.unknown'],
    ['without a name', '', [{}], 'command.unknown'],
    ['without an argument', 'message.send', [], 'request.invalid'],
    ['with two arguments', 'message.send', [{ text: 'a' }, { text: 'b' }], 'request.invalid'],
    ['with null', 'message.send', [null], 'request.invalid'],
    ['with a string', 'message.send', ['Hello'], 'request.invalid'],
    ['with an array', 'message.send', [[]], 'request.invalid'],
    ['with bytes', 'message.send', [Buffer.from('Hello')], 'request.invalid'],
    ['with a text of the wrong type', 'message.send', [{ to: 'x', text: 17 }], 'request.invalid'],
    ['with bytes for a text', 'message.send', [{ to: 'x', text: Buffer.from('a') }], 'request.invalid'],
    ['with an unknown field', 'message.send', [{ to: 'x', text: 'a', colour: 1 }], 'request.invalid'],
    ['to nobody', 'message.send', [{ to: 'nobody-at-all', text: 'a' }], 'user.not_found'],
    [
      'into a conversation that is not there',
      'message.send',
      [{ conversationId: '17', text: 'a' }],
      'conversation.not_found',
    ],
    ['with NUL', 'message.send', [{ to: 'x', text: 'a\u0000' }], 'request.invalid'],
    [
      'with a lone surrogate',
      'message.send',
      [{ to: 'x', text: 'a', metadata: { a: '\ud800' } }],
      'request.invalid',
    ],
    [
      'with a text that is too long',
      'message.send',
      [{ to: 'x', text: 'x'.repeat(16_385) }],
      'message.too_long',
    ],
    ['with a cursor that is none', 'mailbox.ack', [{ cursor: 'nonsense' }], 'cursor.invalid'],
    ['with a cursor of the wrong type', 'mailbox.ack', [{ cursor: 17 }], 'request.invalid'],
    ['with a token that is none', 'auth.refresh', [{ token: 'nonsense' }], 'auth.token_invalid'],
    ['with a seq below nought', 'conversation.read', [{ conversationId: '17', seq: -1 }], 'request.invalid'],
  ])('%s is answered %#', async (_, name, args, code) => {
    const answer = await socket.command(name, ...args);
    expect([answer.ok, answer.error?.code]).toEqual([false, code]);
    expect(answer.error).toMatchObject({
      title: expect.any(String),
      status: expect.any(Number),
      retryable: false,
    });
    await expectUnharmed();
  });

  it('into another’s conversation is answered as if it were not there', async () => {
    const stranger = await aPair(node);
    for (const [name, rest] of [
      ['message.send', { text: 'a' }],
      ['conversation.read', { seq: 1 }],
    ] as const) {
      const answer = await socket.command(name, { conversationId: stranger.conversationId, ...rest });
      expect([answer.ok, answer.error.code]).toEqual([false, 'conversation.not_found']);
    }
    const { body } = await call(node, `GET /v1/conversations/${stranger.conversationId}/messages`, {
      token: stranger.alice.token,
    });
    expect(body.items).toEqual([]);
  });

  it('without an acknowledgement is carried out or dropped in silence', async () => {
    const { conversationId } = pair;
    socket.socket.emit('message.explode', {});
    socket.socket.emit('message.send', { text: 17 });
    socket.socket.emit('message.send');
    socket.socket.emit('mailbox.ack', 'x', 'y');
    await expectUnharmed();
    socket.socket.emit('message.send', { conversationId, text: 'unasked' });
    await socket.untilMessages(3);
    expect(socket.messages().at(-1).text).toBe('unasked');
  });

  it('cannot acknowledge what this connection has not written yet', async () => {
    const { bob, alice, conversationId } = pair;
    const idle = await connectSocket(node, bob);
    const answer = await idle.command('mailbox.ack', { cursor: '9999999999999-0' });
    expect(answer.ok).toBe(true);
    idle.close();
    await send(node, alice, conversationId, 'later');
    const next = await connect('sse', node, bob);
    await next.untilMessages(1);
  });
});

it('10,000 garbage events are answered, and nobody else waits for them', async () => {
  const { alice, bob, conversationId } = pair;
  const other = await connect('sse', node, bob);
  const garbage = range(1, 10_000).map((n) =>
    n % 5 === 0
      ? socket.command('message.send', { text: n })
      : Promise.resolve(void socket.socket.emit(`garbage-${n}`, { n, more: [null, 'x'.repeat(n % 300)] })),
  );
  await send(node, alice, conversationId, 'meanwhile');
  await other.untilMessages(1, 5_000);
  const answers = (await Promise.all(garbage)).filter((answer) => answer !== undefined);
  expect(answers.map((answer) => answer.error.code)).toEqual(Array(2_000).fill('request.invalid'));
  expect((await call(node, 'GET /health/ready')).status).toBe(200);
}, 20_000);

describe('a handshake', () => {
  it.each([
    ['without a token', {}, 'auth.token_missing'],
    ['with a token of the wrong type', { token: 17 }, 'request.invalid'],
    ['with a token that is none', { token: 'nonsense' }, 'auth.token_invalid'],
    ['with a cursor of the wrong type', { token: 'x', cursor: {} }, 'request.invalid'],
  ])('%s is refused with the problem', async (_, auth, code) => {
    const client = begin('socket.io', node, pair.alice) as SocketIoClient;
    client.socket.auth = auth;
    await client.until('is refused', () => client.problem !== undefined);
    expect(client.problem).toMatchObject({ code, retryable: false, requestId: expect.any(String) });
    await expectUnharmed();
  });

  it('to another namespace is refused', async () => {
    const client = begin('socket.io', () => `${node.url}/admin`, pair.alice);
    await client.until('is refused', () => client.problem !== undefined);
    await expectUnharmed();
  });
});

describe('raw frames', () => {
  /** A WebSocket below Socket.IO, already a connected Engine.IO session. */
  async function rawSocket(): Promise<{ socket: WebSocket; closed: Promise<unknown> }> {
    const raw = new WebSocket(`${node.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const closed = new Promise((resolve) => raw.once('close', resolve));
    raw.on('error', () => undefined);
    await new Promise((resolve) => raw.once('message', resolve));
    return { socket: raw, closed };
  }

  const connected = (): string => `40${JSON.stringify({ token: pair.alice.token })}`;

  it.each([
    ['no packet', ['nonsense']],
    ['an unknown packet type', ['9', '4x']],
    ['broken JSON', ['42["message.send",{]']],
    ['an event that is no array', ['42{}', '42"x"', '420']],
    ['an event without a name', ['42[]', '42[17]', '42[null]', '42[{"a":1}]']],
    ['a huge acknowledgement id', [`42${'9'.repeat(100)}["message.send"]`]],
    ['an attachment that never comes', ['451-["message.send",{"_placeholder":true,"num":0}]', '42["x"]']],
    ['an attachment that was not announced', [Buffer.from('Hello')]],
    [
      'an argument nested thousands of times',
      [`42["message.send",${'['.repeat(60_000)}${']'.repeat(60_000)}]`],
    ],
    ['a second connection', ['40', '40{}']],
    ['reserved names', ['42["disconnect"]', '42["connect"]', '42["newListener"]', '42["error"]']],
  ])('of %s harm nobody else', async (_, frames) => {
    for (const first of [undefined, connected()]) {
      const { socket: raw } = await rawSocket();
      if (first !== undefined) raw.send(first);
      for (const frame of frames) raw.send(frame);
      await new Promise((resolve) => raw.send('2', resolve));
      raw.terminate();
    }
    await expectUnharmed();
  });

  it('over 256 KiB close their own connection alone', async () => {
    const { socket: raw, closed } = await rawSocket();
    raw.send(connected());
    raw.send(`42["message.send",{"text":"${'x'.repeat(300 * 1024)}"}]`);
    await closed;
    await expectUnharmed();
  });
});
