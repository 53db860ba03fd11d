import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { type ChatClient, begin, closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

/** The promise is a second; a busy machine gets more. */
const SOON_MS = 5_000;
/** Likewise five seconds, while Redis is away. */
const AWAY_MS = 10_000;

let database: TestDatabase;
let redis: DisposableServer;
let here: TestNode;
let there: TestNode;
let admin: TestUser;

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('disabled_users'), privateRedis()]);
  const shared = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: uniquePrefix(),
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
  admin = await logIn(here, 'root');
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await Promise.all([redis.dispose(), database.drop()]);
});

closeClientsAfterEach();

const change = (id: string, body: unknown, by: TestUser = admin) =>
  call(here, `PATCH /v1/users/${id}`, { token: by.token, body });

const disable = async (id: string): Promise<void> => {
  const { status, body } = await change(id, { disabled: true });
  expect([status, body.user.disabled]).toEqual([200, true]);
};

async function aGuest(): Promise<{ id: string; token: string; refreshToken: string }> {
  const { body } = await call(here, 'POST /v1/auth/guest', { body: { displayName: 'A guest' } });
  return { id: body.user.id, token: body.accessToken, refreshToken: body.refreshToken };
}

async function expectClosed(client: ChatClient, reason: string, withinMs: number): Promise<void> {
  await client.until('is closed', () => client.isClosed, withinMs);
  if (client.name === 'PollClient') expect(client.problem.code).toBe('auth.session_revoked');
  else expect(client.events.at(-1)).toMatchObject({ type: 'session.revoked', data: { reason } });
}

/** No token opens anything, on either node. */
async function expectShutOut(user: { token: string; refreshToken: string }): Promise<void> {
  for (const node of [here, there]) {
    const { status, body } = await call(node, 'GET /v1/users/me', { token: user.token });
    expect([status, body.code]).toEqual([401, 'auth.session_revoked']);
    const refresh = await call(node, 'POST /v1/auth/refresh', { body: { refreshToken: user.refreshToken } });
    expect([refresh.status, refresh.body.code]).toEqual([401, 'auth.session_revoked']);
    for (const door of doorNames) {
      const client = begin(door, node, user);
      await client.until('is refused', () => client.problem !== undefined);
      expect([client.problem.status, client.problem.code]).toEqual([401, 'auth.session_revoked']);
      client.close();
    }
  }
}

const loginCode = async (username: string): Promise<string | number> => {
  const { status, body } = await call(there, 'POST /v1/auth/login', {
    body: { username, password: PASSWORD },
  });
  return body.code ?? status;
};

describe('a user who is disabled', () => {
  it('is out at all doors of all nodes within a second, and stays out until enabled again', async () => {
    const bob = await registerUser(here);
    const second = await logIn(there, bob.username);
    const clients = await Promise.all(
      doorNames.flatMap((door) => [connect(door, here, bob), connect(door, there, second)]),
    );
    await disable(bob.id);
    for (const client of clients) await expectClosed(client, 'user_disabled', SOON_MS);
    for (const each of [bob, second]) await expectShutOut(each);
    // As for whoever does not exist: nobody learns that there was such a user.
    expect(await loginCode(bob.username)).toBe('auth.invalid_credentials');
    await disable(bob.id);
    expect((await change(bob.id, { disabled: false })).body.user.disabled).toBe(false);
    for (const each of [bob, second]) await expectShutOut(each);
    const again = await logIn(there, bob.username);
    await connect('socket.io', there, again);
  });

  it('is out when Redis was emptied before', async () => {
    const bob = await registerUser(here);
    const clients = await Promise.all(doorNames.map((door) => connect(door, there, bob)));
    await loseRedisData(here);
    await disable(bob.id);
    for (const client of clients) await expectClosed(client, 'user_disabled', SOON_MS);
    await loseRedisData(here);
    await expectShutOut(bob);
  });

  it('gets nothing that is sent afterwards, and nobody finds them', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const client = await connect('socket.io', there, bob);
    await disable(bob.id);
    await send(here, alice, conversationId, 'after');
    await expectClosed(client, 'user_disabled', SOON_MS);
    expect(client.messages()).toEqual([]);
    const directory = await call(here, `GET /v1/users?query=${bob.username}`, { token: alice.token });
    expect(directory.body.items).toEqual([]);
    const carl = await registerUser(here);
    const begun = await call(here, 'POST /v1/messages', {
      token: carl.token,
      body: { to: bob.id, text: 'Hi' },
    });
    expect([begun.status, begun.body.code]).toEqual([404, 'user.not_found']);
  });

  it('may be a guest', async () => {
    const guest = await aGuest();
    const client = await connect('sse', there, guest);
    await disable(guest.id);
    await expectClosed(client, 'user_disabled', SOON_MS);
    await expectShutOut(guest);
  });

  it('may be a service, whose keys end for good', async () => {
    const make = () =>
      call(here, 'POST /v1/api-keys', { token: admin.token, body: { name: 'A shop', username: 'shop' } });
    const { apiKey, key } = (await make()).body;
    const client = await connect('socket.io', there, { token: key });
    await disable(apiKey.user.id);
    await client.until('is closed', () => client.isClosed, SOON_MS);
    const keyed = () => call(there, 'GET /v1/users/me', { token: key });
    expect((await keyed()).body.code).toBe('auth.session_revoked');
    const refused = await make();
    expect([refused.status, refused.body.code]).toEqual([409, 'user.disabled']);
    await change(apiKey.user.id, { disabled: false });
    expect((await keyed()).body.code).toBe('auth.session_revoked');
    expect((await make()).status).toBe(201);
  });

  it('is never one who logs in at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const bob = await registerUser(here);
      const [, ...logins] = await Promise.all([
        disable(bob.id),
        ...[here, there, here].map((node) => logIn(node, bob.username).catch(() => undefined)),
      ]);
      for (const login of logins)
        if (login)
          expect((await call(there, 'GET /v1/users/me', { token: login.token })).body.code).toBe(
            'auth.session_revoked',
          );
    }
  });

  it('is out within five seconds while Redis is away', async () => {
    const bob = await registerUser(here);
    const clients = await Promise.all(doorNames.map((door) => connect(door, there, bob)));
    await redis.stop();
    try {
      await disable(bob.id);
      for (const client of clients) await expectClosed(client, 'user_disabled', AWAY_MS);
      const { body } = await call(there, 'GET /v1/users/me', { token: bob.token });
      expect(body.code).toBe('auth.session_revoked');
    } finally {
      await redis.start();
    }
    await expect
      .poll(async () => (await fetch(`${there.url}/health/ready`)).status, { timeout: 10_000 })
      .toBe(200);
  });
});

describe('a role', () => {
  it('that is another one counts at once: what was open under the former one ends, and acquaintances hear', async () => {
    const { alice, bob } = await aPair(here);
    const [hearing, ending] = [await connect('sse', there, alice), await connect('socket.io', there, bob)];
    expect((await change(bob.id, { role: 'moderator' })).body.user.role).toBe('moderator');
    await expectClosed(ending, 'role_changed', SOON_MS);
    await hearing.until('has heard', () =>
      hearing.events.some(
        ({ type, data }) =>
          type === 'user.updated' &&
          (data as { user: { id: string; role: string } }).user.id === bob.id &&
          (data as { user: { role: string } }).user.role === 'moderator',
      ),
    );
    const again = await logIn(here, bob.username);
    const reports = () => call(here, 'GET /v1/moderation/reports', { token: again.token });
    expect((await reports()).status).toBe(200);
    expect((await change(bob.id, { role: 'moderator' })).status).toBe(200);
    expect((await reports()).status).toBe(200);
    await change(bob.id, { role: 'user' });
    expect((await reports()).body.code).toBe('auth.session_revoked');
    expect(JSON.stringify(hearing.events)).not.toContain('disabled');
  });

  it('of guests and services stays', async () => {
    const { status, body } = await change((await aGuest()).id, { role: 'user' });
    expect([status, body.code]).toEqual([409, 'user.role_fixed']);
  });
});

describe('admins', () => {
  it('are never all shut out, not even by each other at once', async () => {
    const lone = await change(admin.id, { disabled: true });
    expect([lone.status, lone.body.code]).toEqual([409, 'user.last_admin']);
    expect((await change(admin.id, { role: 'user' })).body.code).toBe('user.last_admin');
    const { username, id } = await registerUser(here);
    await change(id, { role: 'admin' });
    const other = await logIn(here, username);
    const replies = await Promise.all([
      change(other.id, { disabled: true }, admin),
      change(admin.id, { disabled: true }, other),
    ]);
    // The second one finds itself the last, or is out already.
    const [done, refused] = replies.toSorted((a, b) => a.status - b.status);
    expect(done?.status).toBe(200);
    expect(refused?.status).toBeGreaterThan(400);
    const [left] = done?.body.user.id === admin.id ? [other] : [admin];
    expect((await call(there, 'GET /v1/users/me', { token: left?.token })).body.user.role).toBe('admin');
    await change(done?.body.user.id, { disabled: false }, left);
    admin = await logIn(here, 'root');
  });

  it('find the disabled ones, and nobody else does any of this', async () => {
    const bob = await registerUser(here);
    const eve = await registerUser(here);
    await disable(bob.id);
    const found = await call(here, `GET /v1/users?disabled=true&query=${bob.username}`, {
      token: admin.token,
    });
    expect(
      found.body.items.map(({ id, disabled }: { id: string; disabled: boolean }) => [id, disabled]),
    ).toEqual([[bob.id, true]]);
    expect((await call(here, `GET /v1/users/${bob.id}`, { token: admin.token })).body.user.disabled).toBe(
      true,
    );
    const refused = await call(here, 'GET /v1/users?disabled=true', { token: eve.token });
    expect([refused.status, refused.body.code]).toEqual([403, 'auth.not_allowed']);
    expect((await change(bob.id, { disabled: false }, eve)).body.code).toBe('auth.not_allowed');
    expect((await change(eve.id, { role: 'admin' }, eve)).body.code).toBe('auth.not_allowed');
    expect((await call(here, `GET /v1/users/${bob.id}`, { token: eve.token })).body.user).not.toHaveProperty(
      'disabled',
    );
  });

  it.each([
    { disabled: 'true' },
    { disabled: null },
    { role: 'guest' },
    { role: 'service' },
    { name: 'x' },
    [],
  ])('are told that %j is no change', async (body) => {
    expect((await change(admin.id, body)).body.code).toBe('request.invalid');
  });
});
