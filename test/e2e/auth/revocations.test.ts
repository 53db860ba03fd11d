import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SessionRevocations, type SessionRevoked } from '../../../src/auth/sessions/session-revocations.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let nodes: TestNode[];
let heard: SessionRevoked[][];
let stopListening: (() => void)[];

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('revocations'), privateRedis()]);
  const shared = { DATABASE_URL: database.url, REDIS_URL: redis.url, REDIS_PREFIX: uniquePrefix() };
  nodes = await Promise.all([startNode(shared), startNode(shared)]);
});

beforeEach(() => {
  heard = nodes.map(() => []);
  stopListening = nodes.map(({ app }, index) =>
    app.get(SessionRevocations).onRevoked((event) => heard[index]?.push(event)),
  );
});

afterEach(() => stopListening.forEach((stop) => stop()));

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([database.drop(), redis.dispose()]);
});

const [writing, listening] = [() => nodes[0] as TestNode, () => nodes[1] as TestNode];

async function sessionIdOf({ token }: TestUser): Promise<string> {
  const { body } = await call(writing(), 'GET /v1/auth/sessions', { token });
  return body.items.find((session: { current: boolean }) => session.current).id;
}

/** Both nodes hear exactly this, the other one within the time. */
async function bothHear(events: SessionRevoked[], timeoutMs: number): Promise<void> {
  expect(heard[0]).toEqual(events);
  await expect.poll(() => heard[1], { timeout: timeoutMs, interval: 20 }).toEqual(events);
}

describe('every node hears within a second', () => {
  it('of a logout', async () => {
    const user = await registerUser(writing());
    const sessionId = await sessionIdOf(user);
    await call(writing(), 'POST /v1/auth/logout', { token: user.token });
    await bothHear([{ sessionId, reason: 'logout' }], 1_000);
  });

  it('of a session ended by another one of its user', async () => {
    const user = await registerUser(writing());
    const sessionId = await sessionIdOf(await logIn(writing(), user.username));
    await call(writing(), `DELETE /v1/auth/sessions/${sessionId}`, { token: user.token });
    await call(writing(), `DELETE /v1/auth/sessions/${sessionId}`, { token: user.token });
    await bothHear([{ sessionId, reason: 'revoked' }], 1_000);
  });

  it('of the sessions that a password change ends, and only those', async () => {
    const user = await registerUser(writing());
    const sessionId = await sessionIdOf(await logIn(writing(), user.username));
    await call(writing(), 'POST /v1/auth/password', {
      token: user.token,
      body: { currentPassword: 'correct horse battery staple', newPassword: 'another password' },
    });
    await bothHear([{ sessionId, reason: 'password_changed' }], 1_000);
  });

  it('of a stolen refresh token', async () => {
    const user = await registerUser(writing());
    const sessionId = await sessionIdOf(user);
    const refresh = (refreshToken: string) =>
      call(writing(), 'POST /v1/auth/refresh', { body: { refreshToken } });
    const { body } = await refresh(user.refreshToken);
    await refresh(body.refreshToken);
    await refresh(user.refreshToken);
    await bothHear([{ sessionId, reason: 'refresh_reused' }], 1_000);
  });

  it('once only, though MySQL tells it again and again', async () => {
    const user = await registerUser(writing());
    const first = await sessionIdOf(user);
    await call(writing(), 'POST /v1/auth/logout', { token: user.token });
    const next = await registerUser(writing());
    const second = await sessionIdOf(next);
    await redis.stop();
    await call(writing(), 'POST /v1/auth/logout', { token: next.token });
    // The second can only come from a poll, whose window holds the first too.
    await bothHear(
      [
        { sessionId: first, reason: 'logout' },
        { sessionId: second, reason: 'logout' },
      ],
      5_000,
    );
    await redis.start();
  });
});

describe('while Redis is away', () => {
  it('log-in, refresh and logout go on, and every node hears within five seconds', async () => {
    await redis.stop();
    const user = await registerUser(writing());
    const { status } = await call(listening(), 'POST /v1/auth/refresh', {
      body: { refreshToken: user.refreshToken },
    });
    expect(status).toBe(200);
    const sessionId = await sessionIdOf(user);
    expect((await call(writing(), 'POST /v1/auth/logout', { token: user.token })).status).toBe(204);
    expect((await call(listening(), 'GET /v1/users/me', { token: user.token })).body.code).toBe(
      'auth.session_revoked',
    );
    await bothHear([{ sessionId, reason: 'logout' }], 5_000);
    await redis.start();
  });

  it('and when it is back, every node hears within a second again', async () => {
    const hears = async () => {
      const user = await registerUser(writing());
      const sessionId = await sessionIdOf(user);
      const startedAt = Date.now();
      await call(writing(), 'POST /v1/auth/logout', { token: user.token });
      await expect
        .poll(() => heard[1]?.some((event) => event.sessionId === sessionId), {
          timeout: 5_000,
          interval: 10,
        })
        .toBe(true);
      return Date.now() - startedAt;
    };
    // By polling alone three in a row would hardly ever be as quick.
    await expect
      .poll(async () => Math.max(await hears(), await hears(), await hears()), { timeout: 25_000 })
      .toBeLessThan(500);
  });
});
