import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, openDirect, range, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connectSocket } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('idempotency');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const history = async (user: TestUser, conversationId: string): Promise<Reply['body'][]> =>
  (await call(here, `GET /v1/conversations/${conversationId}/messages?limit=200`, { token: user.token })).body
    .items;

describe('a clientId', () => {
  it('sent again and again at once, by REST and Socket.IO, on two nodes, is stored once', async () => {
    const { alice, conversationId } = await aPair(here);
    const sockets = await Promise.all([connectSocket(here, alice), connectSocket(there, alice)]);
    for (const text of ['first', 'second', 'third']) {
      const body = { clientId: randomUUID(), text };
      const [replies, answers] = await Promise.all([
        Promise.all(range(1, 10).map((n) => trySend(n % 2 ? here : there, alice, conversationId, body))),
        Promise.all(
          range(1, 10).map((n) => sockets[n % 2]?.command('message.send', { conversationId, ...body })),
        ),
      ]);
      const messages = [
        ...replies.map((reply) => reply.body.message),
        ...answers.map((answer) => answer?.data.message),
      ];
      expect(new Set(messages.map((message) => JSON.stringify(message))).size).toBe(1);
      expect(messages[0]).toMatchObject({ clientId: body.clientId, text });
      expect(replies.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
      expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(9);
    }
    expect((await history(alice, conversationId)).map(({ text }) => text)).toEqual([
      'first',
      'second',
      'third',
    ]);
  });

  it('with another text, other metadata or in another conversation is a conflict, and changes nothing', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const carol = await registerUser(here);
    const other = await openDirect(here, alice, carol);
    const body = { clientId: 'c-1', text: 'Hello', metadata: { a: 1, b: 2 } };
    expect((await trySend(here, alice, conversationId, body)).status).toBe(201);
    const replies = await Promise.all([
      trySend(there, alice, conversationId, { ...body, text: 'Hello!' }),
      trySend(there, alice, conversationId, { ...body, metadata: { a: 1 } }),
      trySend(there, alice, other, body),
      call(here, 'POST /v1/messages', { token: alice.token, body: { to: carol.username, ...body } }),
    ]);
    for (const reply of replies) {
      expect([reply.status, reply.body.code]).toEqual([409, 'message.client_id_conflict']);
    }
    const socket = await connectSocket(there, alice);
    const answer = await socket.command('message.send', { conversationId: other, ...body });
    expect([answer.ok, answer.error.code]).toEqual([false, 'message.client_id_conflict']);
    expect(await history(alice, conversationId)).toHaveLength(1);
    expect(await history(alice, other)).toHaveLength(0);
    const sameThing = { ...body, metadata: { b: 2, a: 1 } };
    expect((await trySend(here, alice, conversationId, sameThing)).status).toBe(200);
    // Another sender's clientIds are their own.
    expect((await trySend(here, bob, conversationId, body)).status).toBe(201);
  });

  it.each(['', 'ä', 'a b', 'x'.repeat(65), 17])('%s is none', async (clientId) => {
    const { alice, conversationId } = await aPair(here);
    const reply = await trySend(here, alice, conversationId, { clientId, text: 'Hello' });
    expect([reply.status, reply.body.code]).toEqual([400, 'request.invalid']);
    expect(await history(alice, conversationId)).toHaveLength(0);
  });
});

describe('an Idempotency-Key', () => {
  it('gets the same answer again, on the other node too, and stores once', async () => {
    const { alice, conversationId } = await aPair(here);
    const headers = { 'Idempotency-Key': randomUUID() };
    const route = `POST /v1/conversations/${conversationId}/messages` as const;
    const options = { token: alice.token, body: { text: 'Hello' }, headers };
    const first = await call(here, route, options);
    const second = await call(there, route, options);
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const other = await call(there, route, { ...options, body: { text: 'Another' } });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.conflict']);
    expect(await history(alice, conversationId)).toHaveLength(1);
  });

  it('that comes many times at once stores once', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const options = {
      token: alice.token,
      body: { to: bob.id, text: 'Hello' },
      headers: { 'Idempotency-Key': randomUUID() },
    };
    const replies = await Promise.all(
      range(1, 10).map((n) => call(n % 2 ? here : there, 'POST /v1/messages', options)),
    );
    for (const { status, body } of replies) {
      expect([200, 201, 409]).toContain(status);
      if (status === 409) expect(body.code).toBe('idempotency.in_progress');
    }
    expect(await history(alice, conversationId)).toHaveLength(1);
  });
});
