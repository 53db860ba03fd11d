import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, range, send } from '../../support/chat.js';
import {
  type ChatClient,
  begin,
  closeClientsAfterEach,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
/** Its tokens live for five seconds. */
let brief: TestNode;

beforeAll(async () => {
  database = await createDatabase('door_revocation');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there, brief] = await Promise.all([
    startNode(shared),
    startNode(shared),
    startNode({ ...shared, ACCESS_TOKEN_SECONDS: '5' }),
  ]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop(), brief.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const sessionIdOf = async (token: string): Promise<string> =>
  (await call(here, 'GET /v1/auth/sessions', { token })).body.items.find(
    (session: { current: boolean }) => session.current,
  ).id;

/** All but the long poll say why before they close; a waiting poll is answered. */
async function expectRevoked(client: ChatClient, sessionId: string, reason: string): Promise<void> {
  await client.until('is closed', () => client.isClosed, 1_500);
  if (client.name === 'PollClient') {
    expect([client.problem.status, client.problem.code]).toEqual([401, 'auth.session_revoked']);
    return;
  }
  expect(client.events.at(-1)).toMatchObject({
    cursor: null,
    type: 'session.revoked',
    data: { sessionId, reason },
  });
}

it('a session whose end was long on its way into MySQL, and is told by nobody, is closed all the same', async () => {
  const { bob } = await aPair(here);
  const sessionId = await sessionIdOf(bob.token);
  const client = await connect('sse', there, bob);
  const dataSource = here.app.get<DataSource>(getDataSourceToken());
  // As it stands when MySQL stood still between the statement and its commit.
  await dataSource.query(
    `UPDATE auth_sessions SET revokedAt = UTC_TIMESTAMP(3) - INTERVAL 40 SECOND, revokedReason = 'revoked' WHERE id = ?`,
    [sessionId],
  );
  await client.until('is closed', () => client.isClosed, 5_000);
  expect(client.events.at(-1)).toMatchObject({ type: 'session.revoked', data: { sessionId } });
});

describe.each(doorNames)('%s', (door) => {
  it('is closed within a second of the logout, on both nodes, and only for that session', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const again = await logIn(here, bob.username);
    const sessionId = await sessionIdOf(bob.token);
    const ending = await Promise.all([connect(door, here, bob), connect(door, there, bob)]);
    const staying = await connect(door, there, again);
    const startedAt = Date.now();
    await call(here, 'POST /v1/auth/logout', { token: bob.token });
    for (const client of ending) await expectRevoked(client, sessionId, 'logout');
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await send(here, alice, conversationId, 'for the other session');
    await staying.untilMessages(1);
    expect(ending.flatMap((client) => client.messages())).toEqual([]);
    const refused = begin(door, there, bob);
    await refused.until('is refused', () => refused.problem !== undefined);
    expect([refused.problem.status, refused.problem.code]).toEqual([401, 'auth.session_revoked']);
  });

  it('is closed within a second when another session ends this one', async () => {
    const bob = await registerUser(here);
    const again = await logIn(here, bob.username);
    const sessionId = await sessionIdOf(bob.token);
    const client = await connect(door, there, bob);
    const startedAt = Date.now();
    await call(here, `DELETE /v1/auth/sessions/${sessionId}`, { token: again.token });
    await expectRevoked(client, sessionId, 'revoked');
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });
});

it('a socket whose token ends says so and closes, unless a newer one came; a stream and a poll end likewise', async () => {
  const user = await registerUser(brief);
  const sessionId = await sessionIdOf(user.token);
  const [ending, staying, stream, poll] = await Promise.all([
    connectSocket(brief, user),
    connectSocket(brief, user),
    connect('sse', brief, user),
    connect('poll', brief, user),
  ]);
  const { body } = await call(here, 'POST /v1/auth/refresh', { body: { refreshToken: user.refreshToken } });
  const stranger = await registerUser(here);
  const foreign = await staying.command('auth.refresh', { token: stranger.token });
  expect([foreign.ok, foreign.error.code]).toEqual([false, 'auth.token_invalid']);
  expect(await staying.command('auth.refresh', { token: body.accessToken })).toEqual({ ok: true, data: {} });
  for (const client of [ending, stream]) {
    await client.until('is closed', () => client.isClosed, 7_000);
    expect(client.events.at(-1)).toMatchObject({
      type: 'session.revoked',
      data: { sessionId, reason: 'token_expired' },
    });
  }
  await poll.until('is closed', () => poll.isClosed, 2_000);
  expect([poll.problem.status, poll.problem.code]).toEqual([401, 'auth.token_expired']);
  expect(staying.isClosed).toBe(false);
  expect((await staying.command('mailbox.ack', { cursor: staying.cursor })).ok).toBe(true);
});

describe('with as many connections as a user may have', () => {
  it('the next one is refused by every door, and let in when another has gone', async () => {
    const bob = await registerUser(here);
    const other = await logIn(here, bob.username);
    const open = await Promise.all(
      range(1, 20).map((n) => connect(n % 2 ? 'socket.io' : 'sse', n % 3 ? here : there, bob)),
    );
    for (const door of doorNames) {
      const refused = begin(door, there, other);
      await refused.until('is refused', () => refused.problem !== undefined);
      expect(refused.problem).toMatchObject({ status: 429, code: 'connections.too_many', retryable: true });
      refused.close();
    }
    open[0]?.kill();
    await expect
      .poll(async () => {
        const client = begin('socket.io', there, other);
        await client.until('is answered', () => client.problem !== undefined || client.readies.length > 0);
        return client.problem?.code;
      })
      .toBeUndefined();
    for (const client of open.slice(1)) expect(client.isClosed).toBe(false);
  });

  it('one after the other polls count as one', async () => {
    const bob = await registerUser(here);
    let cursor: string | undefined;
    for (const _ of range(1, 30)) {
      const query = cursor === undefined ? '' : `?wait=0&cursor=${cursor}`;
      const { status, body } = await call(here, `GET /v1/events/poll${query}`, { token: bob.token });
      expect(status).toBe(200);
      cursor = body.cursor;
    }
  });
});
