import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let other: TestNode;

beforeAll(async () => {
  database = await createDatabase('sessions');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [node, other] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([node.stop(), other.stop()]);
  await database.drop();
});

const refresh = (refreshToken: string, at: TestNode = node) =>
  call(at, 'POST /v1/auth/refresh', { body: { refreshToken } });

async function execute(sql: string, values: string[] = []): Promise<void> {
  const connection = await createConnection(database.url);
  await connection.execute(sql, values);
  await connection.end();
}

describe('a refresh', () => {
  it('gives new tokens of the same session', async () => {
    const user = await registerUser(node);
    const { status, body } = await refresh(user.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { id: user.id }, expiresIn: 300 });
    expect(body.refreshToken).not.toBe(user.refreshToken);
    const sessions = await call(node, 'GET /v1/auth/sessions', { token: body.accessToken });
    expect(sessions.body.items).toHaveLength(1);
  });

  it('gives the same successor again for a lost answer, on any node', async () => {
    const user = await registerUser(node);
    const first = await refresh(user.refreshToken);
    const again = await refresh(user.refreshToken, other);
    expect(again.status).toBe(200);
    expect(again.body.refreshToken).toBe(first.body.refreshToken);
    expect((await refresh(again.body.refreshToken)).status).toBe(200);
  });

  it('gives one successor to many at once on several nodes', async () => {
    const user = await registerUser(node);
    const replies = await Promise.all(
      [node, other, node, other, node, other].map((at) => refresh(user.refreshToken, at)),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(replies.map((reply) => reply.body.refreshToken)).size).toBe(1);
  });

  it('with an older token ends the session: the thief and the owner are out', async () => {
    const user = await registerUser(node);
    const second = await refresh(user.refreshToken);
    const third = await refresh(second.body.refreshToken);
    const reused = await refresh(user.refreshToken);
    expect([reused.status, reused.body.code]).toEqual([401, 'auth.refresh_reused']);
    expect((await refresh(third.body.refreshToken)).body.code).toBe('auth.session_revoked');
    const { body } = await call(other, 'GET /v1/users/me', { token: third.body.accessToken });
    expect(body.code).toBe('auth.session_revoked');
    await logIn(node, user.username);
  });

  it('with the token just replaced ends the session too, once ten seconds have gone', async () => {
    const user = await registerUser(node);
    const { body } = await refresh(user.refreshToken);
    await execute(
      'UPDATE auth_sessions SET lastUsedAt = lastUsedAt - INTERVAL 10001000 MICROSECOND WHERE userId = ?',
      [user.id],
    );
    expect((await refresh(user.refreshToken)).body.code).toBe('auth.refresh_reused');
    expect((await refresh(body.refreshToken)).body.code).toBe('auth.session_revoked');
  });

  it('with a forged token is refused, and leaves the session alone', async () => {
    const user = await registerUser(node);
    const [prefix, id] = user.refreshToken.split('_');
    const forged = [
      `${prefix}_${id}_${'a'.repeat(22)}_${'b'.repeat(43)}`,
      `${prefix}_1_${'a'.repeat(22)}_${'b'.repeat(43)}`,
      'mr_',
      '',
      user.token.slice(0, 200),
    ];
    const replies = await Promise.all(forged.map((token) => refresh(token)));
    expect(replies.map((reply) => [reply.status, reply.body.code])).toEqual(
      forged.map(() => [401, 'auth.token_invalid']),
    );
    expect((await refresh(user.refreshToken)).status).toBe(200);
  });

  it('of a login that was not used for too long is refused as expired', async () => {
    const user = await registerUser(node);
    await execute('UPDATE auth_sessions SET expiresAt = UTC_TIMESTAMP(3) WHERE userId = ?', [user.id]);
    expect((await refresh(user.refreshToken)).body.code).toBe('auth.token_expired');
  });

  it.each([{}, { refreshToken: 7 }, { refreshToken: 'x'.repeat(201) }, { refreshToken: 'x', more: 1 }])(
    'with %j is 400',
    async (body) => {
      expect((await call(node, 'POST /v1/auth/refresh', { body })).status).toBe(400);
    },
  );

  it('leaves no token in the database', async () => {
    const user = await registerUser(node);
    const { body } = await refresh(user.refreshToken);
    const connection = await createConnection(database.url);
    const [rows] = await connection.query('SELECT * FROM auth_sessions WHERE userId = ?', [user.id]);
    await connection.end();
    const stored = Buffer.concat(
      Object.values((rows as Record<string, unknown>[])[0] ?? {}).map((value) =>
        Buffer.isBuffer(value) ? value : Buffer.from(String(value)),
      ),
    );
    expect(stored.length).toBeGreaterThan(100);
    const secrets = [user.refreshToken, body.refreshToken as string].flatMap((token) => [
      token.slice(-66, -44),
      token.slice(-43),
    ]);
    for (const secret of secrets) {
      expect(stored.includes(secret)).toBe(false);
      expect(stored.includes(Buffer.from(secret, 'base64url'))).toBe(false);
    }
  });
});

describe('the list of sessions', () => {
  it('shows live ones, newest first, a page at a time', async () => {
    const { username, token } = await registerUser(node);
    await logIn(node, username);
    const ended = await logIn(node, username);
    await call(node, 'POST /v1/auth/logout', { token: ended.token });
    const first = await call(node, 'GET /v1/auth/sessions?limit=1', { token });
    expect(first.body.items).toMatchObject([{ current: false }]);
    const second = await call(node, `GET /v1/auth/sessions?limit=1&cursor=${first.body.nextCursor}`, {
      token,
    });
    expect(second.body).toMatchObject({ items: [{ current: true }], nextCursor: null });
    expect(Object.keys(second.body.items[0]).sort()).toEqual([
      'address',
      'createdAt',
      'current',
      'deviceName',
      'id',
      'lastUsedAt',
    ]);
  });

  it.each(['limit=201', 'limit=0', 'limit=x', 'limit=1&limit=2', 'cursor=%00', 'cursor=eA'])(
    'with ?%s is 400',
    async (query) => {
      const { token } = await registerUser(node);
      const { status, body } = await call(node, `GET /v1/auth/sessions?${query}`, { token });
      expect([status, body.code]).toEqual([400, 'request.invalid']);
    },
  );
});

describe('ending a session', () => {
  let user: TestUser;
  let second: TestUser;
  let id: string;

  beforeAll(async () => {
    user = await registerUser(node);
    second = await logIn(node, user.username);
    const { body } = await call(node, 'GET /v1/auth/sessions', { token: user.token });
    id = body.items.find((session: { current: boolean }) => !session.current).id;
  });

  it('kills its tokens at once on every node, and may be repeated', async () => {
    const end = () => call(node, `DELETE /v1/auth/sessions/${id}`, { token: user.token });
    expect((await end()).status).toBe(204);
    const { status, body } = await call(other, 'GET /v1/users/me', { token: second.token });
    expect([status, body.code]).toEqual([401, 'auth.session_revoked']);
    expect((await refresh(second.refreshToken, other)).body.code).toBe('auth.session_revoked');
    expect((await end()).status).toBe(204);
  });

  it("answers another user's, an unknown and a malformed one alike", async () => {
    const stranger = await registerUser(node);
    const ids = [id, '1', '0', 'x', '9'.repeat(30), '%00', '1%20or%201'];
    const replies = await Promise.all(
      ids.map((each) => call(node, `DELETE /v1/auth/sessions/${each}`, { token: stranger.token })),
    );
    expect(replies.map((reply) => [reply.status, reply.body.code])).toEqual(
      ids.map(() => [404, 'session.not_found']),
    );
  });

  it('by logging out ends this one only', async () => {
    const [stays, leaves] = [await logIn(node, user.username), await logIn(node, user.username)];
    expect((await call(node, 'POST /v1/auth/logout', { token: leaves.token })).status).toBe(204);
    expect((await call(node, 'POST /v1/auth/logout', { token: leaves.token })).body.code).toBe(
      'auth.session_revoked',
    );
    expect((await call(other, 'GET /v1/users/me', { token: stays.token })).status).toBe(200);
  });

  it('happens to all of a user who is disabled', async () => {
    const disabled = await registerUser(node);
    await execute('UPDATE users SET disabledAt = UTC_TIMESTAMP(3) WHERE id = ?', [disabled.id]);
    const { body } = await call(other, 'GET /v1/users/me', { token: disabled.token });
    expect(body.code).toBe('auth.session_revoked');
    expect((await refresh(disabled.refreshToken)).body.code).toBe('auth.session_revoked');
    await expect(logIn(node, disabled.username)).rejects.toThrow('401');
  });
});

it('behind a proxy a login shows the address that the proxy names, whatever it looks like', async () => {
  const proxied = await startNode({ DATABASE_URL: database.url, TRUST_PROXY: 'on' });
  try {
    const { username } = await registerUser(node);
    for (const [named, shown] of [
      ['203.0.113.7, 10.0.0.1', '203.0.113.7'],
      ['x'.repeat(200), 'x'.repeat(45)],
    ]) {
      const { body } = await call(proxied, 'POST /v1/auth/login', {
        body: { username, password: PASSWORD },
        headers: { 'x-forwarded-for': named ?? '' },
      });
      const { body: sessions } = await call(node, 'GET /v1/auth/sessions', { token: body.accessToken });
      expect(sessions.items[0]).toMatchObject({ address: shown, current: true });
    }
  } finally {
    await proxied.stop();
  }
});
