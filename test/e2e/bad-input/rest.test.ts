import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Pair, aPair, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let pair: Pair;
let stranger: Pair;

beforeAll(async () => {
  database = await createDatabase('bad_rest');
  node = await startNode({ DATABASE_URL: database.url });
  stranger = await aPair(node);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

beforeEach(async () => {
  pair = await aPair(node);
});

/** Whatever was sent: nothing is stored of it, and the next message goes through. */
afterEach(async () => {
  const { status, body } = await trySend(node, pair.alice, pair.conversationId, { text: 'after all' });
  expect([status, body.message?.seq]).toEqual([201, 1]);
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  call(node, `POST /v1/conversations/${pair.conversationId}/messages`, {
    token: pair.alice.token,
    body,
    headers,
  });

describe('a body', () => {
  it.each([
    ['that is no JSON', '{"text": "Hello"'],
    ['that is a string', '"Hello"'],
    ['that is an array', '[]'],
    ['that is null', 'null'],
    ['that is empty', ''],
    ['without a text', '{}'],
    ['with a text of the wrong type', '{"text": 17}'],
    ['with a blank text', '{"text": " \\n "}'],
    ['with an unknown field', '{"text": "Hello", "colour": "red"}'],
    ['with metadata of the wrong type', '{"text": "Hello", "metadata": []}'],
    ['with NUL in the text', '{"text": "a\\u0000b"}'],
    ['with a lone surrogate', '{"text": "a\\ud800b"}'],
    ['with a lone surrogate in a key', '{"text": "a", "metadata": {"\\udc00": 1}}'],
    ['with NUL deep in metadata', '{"text": "a", "metadata": {"a": [{"b": "\\u0000"}]}}'],
    ['with a prototype', '{"text": "a", "metadata": {"__proto__": {"a": 1}}}'],
  ])('%s is refused', async (_, body) => {
    const reply = await post(body);
    expect([reply.status, reply.body.code, reply.body.retryable]).toEqual([400, 'request.invalid', false]);
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(reply.body.requestId).toBe(reply.headers.get('x-request-id'));
  });

  it('that is not UTF-8 is refused', async () => {
    const response = await fetch(`${node.url}/v1/conversations/${pair.conversationId}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${pair.alice.token}` },
      body: Buffer.from([...Buffer.from('{"text": "'), 0xff, 0xfe, ...Buffer.from('"}')]),
    });
    expect(response.status).toBe(400);
  });

  it('of another type than JSON is refused', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const reply = await post('text=Hello', { 'content-type': type });
      expect([reply.status, reply.body.code]).toEqual([415, 'request.unsupported_media_type']);
    }
  });

  it('over 64 KiB is too large, a text over 16 KiB too long, counted in bytes', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(64 * 1024) });
    expect([(await post(body)).status, (await post(body)).body.code]).toEqual([413, 'request.too_large']);
    for (const text of ['x'.repeat(16 * 1024 + 1), 'ä'.repeat(8 * 1024 + 1)]) {
      const reply = await post({ text });
      expect([reply.status, reply.body.code]).toEqual([413, 'message.too_long']);
    }
  });

  it('nested ten thousand times harms nobody', async () => {
    const deep = `{"text": "a", "metadata": {"a": ${'['.repeat(10_000)}${']'.repeat(10_000)}}}`;
    const { status } = await post(deep);
    expect([400, 413]).toContain(status);
  });
});

describe('what is not the caller’s', () => {
  const routes = (id: string) =>
    [
      `GET /v1/conversations/${id}`,
      `GET /v1/conversations/${id}/messages`,
      `GET /v1/conversations/${id}/messages/1`,
      `GET /v1/conversations/${id}/members`,
      `GET /v1/conversations/${id}/changes`,
    ] as const;

  it('is not found, like what does not exist, and malformed ids', async () => {
    const { token } = pair.alice;
    const absent = [
      '1',
      '0',
      'abc',
      '-1',
      '9'.repeat(19),
      '9'.repeat(40),
      '1e3',
      '%00',
      "1'--",
      'x'.repeat(900),
    ];
    for (const id of [stranger.conversationId, ...absent]) {
      for (const route of routes(id)) {
        const { status, body } = await call(node, route, { token });
        expect([route, status, body.code]).toEqual([route, 404, 'conversation.not_found']);
      }
      const sent = await trySend(node, pair.alice, id, { text: 'Hello' });
      expect([sent.status, sent.body.code]).toEqual([404, 'conversation.not_found']);
      const read = await call(node, `PUT /v1/conversations/${id}/read`, { token, body: { seq: 1 } });
      expect([read.status, read.body.code]).toEqual([404, 'conversation.not_found']);
    }
    for (const seq of ['1', '0', 'x', '9'.repeat(12)]) {
      const route = `GET /v1/conversations/${pair.conversationId}/messages/${seq}` as const;
      const { status, body } = await call(node, route, { token });
      expect([seq, status, body.code]).toEqual([seq, 404, 'message.not_found']);
    }
  });

  it('nobody writes to a user who is not there', async () => {
    for (const to of ['nobody-at-all', '1', '9'.repeat(19)]) {
      const { status, body } = await call(node, 'POST /v1/messages', {
        token: pair.alice.token,
        body: { to, text: 'Hello' },
      });
      expect([to, status, body.code]).toEqual([to, 404, 'user.not_found']);
    }
    const self = { to: pair.alice.id, text: 'Hello' };
    const { status } = await call(node, 'POST /v1/messages', { token: pair.alice.token, body: self });
    expect(status).toBe(400);
  });
});

describe('a caller', () => {
  const doors = ['GET /v1/sync', 'GET /v1/events', 'GET /v1/events/poll', 'GET /v1/conversations'] as const;

  it.each([
    ['without a token', undefined, 'auth.token_missing'],
    ['with a token that is none', 'nonsense', 'auth.token_invalid'],
    ['with a token of another server', `${btoa('{"alg":"EdDSA"}')}.e30.AAAA`, 'auth.token_invalid'],
    ['with an API key that is none', 'mk_nonsense', 'auth.token_invalid'],
  ])('%s is refused by every route', async (_, token, code) => {
    for (const door of doors) {
      const { status, body } = await call(node, door, { token });
      expect([door, status, body.code]).toEqual([door, 401, code]);
    }
  });

  it('with an access token in the address is refused', async () => {
    for (const door of ['events', 'events/poll']) {
      const { status, body } = await call(node, `GET /v1/${door}?access_token=${pair.alice.token}`);
      expect([status, body.code]).toEqual([401, 'auth.token_invalid']);
    }
  });
});

it.each(['limit=0', 'limit=1001', 'limit=x', 'wait=61', 'wait=-1', 'wait=x'])(
  'a poll with %s is refused',
  async (query) => {
    const { status, body } = await call(node, `GET /v1/events/poll?${query}`, { token: pair.alice.token });
    expect([status, body.code]).toEqual([400, 'request.invalid']);
  },
);

it.each(['limit=0', 'limit=201', 'before=x', 'after=-1', 'around=1.5'])(
  'a history with %s is refused',
  async (query) => {
    const route = `GET /v1/conversations/${pair.conversationId}/messages?${query}` as const;
    const { status, body } = await call(node, route, { token: pair.alice.token });
    expect([status, body.code]).toEqual([400, 'request.invalid']);
  },
);

it('a cursor from nowhere acknowledges nothing', async () => {
  await trySend(node, pair.bob, pair.conversationId, { text: 'waits' });
  for (const cursor of ['9999999999999-9', '1-1', `${Date.now() + 1_000}-0`]) {
    const { status } = await call(node, 'POST /v1/events/ack', { token: pair.alice.token, body: { cursor } });
    expect(status).toBe(204);
  }
  const client = await connect('sse', node, pair.alice);
  await client.untilMessages(1);
  expect(client.messages()[0].text).toBe('waits');
  pair = await aPair(node);
});
