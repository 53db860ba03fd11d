import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { PASSWORD, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('accounts');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

describe('registering', () => {
  it('makes a user who is logged in', async () => {
    const { status, body } = await call(node, 'POST /v1/auth/register', {
      body: { username: 'ada', password: PASSWORD, displayName: 'Ada L.', email: 'ada@example.org' },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: {
        id: expect.stringMatching(/^\d+$/),
        username: 'ada',
        displayName: 'Ada L.',
        email: 'ada@example.org',
        avatarUrl: null,
        role: 'user',
        readReceipts: true,
        locale: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^mr_/),
      expiresIn: 300,
    });
    const me = await call(node, 'GET /v1/users/me', { token: body.accessToken });
    expect(me.body.user).toEqual(body.user);
  });

  it('is refused for a taken username, also of several at once', async () => {
    const attempt = () =>
      call(node, 'POST /v1/auth/register', { body: { username: 'twice', password: PASSWORD } });
    const replies = await Promise.all([attempt(), attempt(), attempt()]);
    expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([201, 409, 409]);
    expect((await attempt()).body).toMatchObject({ code: 'user.username_taken', retryable: false });
  });

  it.each([
    [{ username: 'ab', password: PASSWORD }, 'username'],
    [{ username: 'Ada', password: PASSWORD }, 'username'],
    [{ username: 'ada-2', password: '1234567' }, 'password'],
    [{ username: 'ada-2', password: 'x'.repeat(129) }, 'password'],
    [{ username: 'ada-2', password: PASSWORD, email: 'no' }, 'email'],
    [{ username: 'ada-2', password: PASSWORD, displayName: ' ' }, 'displayName'],
    [{ username: 'ada-2', password: 12345678 }, 'password'],
    [{ username: 'ada-2', password: PASSWORD, role: 'admin' }, ''],
    ['{"username":"ada-2","password":"12345678\\u0000"}', 'password'],
    ['{"username":"ada-2","password":"12345678\\ud800"}', 'password'],
    ['{"username":', undefined],
    ['[]', ''],
    [undefined, ''],
  ])('with %j is 400 and says where', async (body, path) => {
    const reply = await call(node, 'POST /v1/auth/register', { body });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body.code).toBe('request.invalid');
    expect(reply.body.errors?.[0]?.path).toBe(path);
    expect(
      (await call(node, 'POST /v1/auth/login', { body: { username: 'ada-2', password: PASSWORD } })).status,
    ).toBe(401);
  });

  it('can be switched off, as can guests', async () => {
    const closed = await startNode({ DATABASE_URL: database.url, REGISTRATION: 'off', GUESTS: 'off' });
    try {
      const register = { body: { username: 'late', password: PASSWORD } };
      const refused = await call(closed, 'POST /v1/auth/register', register);
      expect([refused.status, refused.body.code]).toEqual([403, 'auth.registration_disabled']);
      const guest = await call(closed, 'POST /v1/auth/guest', { body: { displayName: 'Late' } });
      expect([guest.status, guest.body.code]).toEqual([403, 'auth.guests_disabled']);
    } finally {
      await closed.stop();
    }
  });
});

describe('logging in', () => {
  it('starts another session, with the name of its device', async () => {
    const { token } = await registerUser(node, 'grace');
    const { status, body } = await call(node, 'POST /v1/auth/login', {
      body: { username: 'grace', password: PASSWORD, deviceName: 'Tablet' },
    });
    expect(status).toBe(200);
    const sessions = await call(node, 'GET /v1/auth/sessions', { token: body.accessToken });
    expect(sessions.body.items).toMatchObject([
      { deviceName: 'Tablet', current: true, address: '127.0.0.1' },
      { deviceName: null, current: false },
    ]);
    expect((await call(node, 'GET /v1/users/me', { token })).status).toBe(200);
  });

  it('answers a wrong password, an unknown user and an impossible one alike', async () => {
    await registerUser(node, 'known');
    const attempts = [
      { username: 'known', password: 'wrong password' },
      { username: 'unknown', password: PASSWORD },
      { username: 'Not A Name', password: '' },
    ];
    const replies = await Promise.all(attempts.map((body) => call(node, 'POST /v1/auth/login', { body })));
    for (const { status, body } of replies) {
      expect(status).toBe(401);
      expect({ ...body, requestId: '' }).toEqual({ ...replies[0]?.body, requestId: '' });
      expect(body.code).toBe('auth.invalid_credentials');
    }
  });

  it.each([
    {},
    { username: 'ada' },
    { username: 'ada', password: 1 },
    { username: 'ada', password: PASSWORD, x: 1 },
  ])('with %j is 400', async (body) => {
    const reply = await call(node, 'POST /v1/auth/login', { body });
    expect([reply.status, reply.body.code]).toEqual([400, 'request.invalid']);
  });

  it('takes the same password however its characters were composed', async () => {
    const password = 'g\u00fcltige passw\u00f6rter';
    await call(node, 'POST /v1/auth/register', { body: { username: 'uml', password } });
    const decomposed = { username: 'uml', password: password.normalize('NFD') };
    expect((await call(node, 'POST /v1/auth/login', { body: decomposed })).status).toBe(200);
  });
});

describe('a guest', () => {
  it('comes with a display name only, and has the role and a username of its own', async () => {
    const { status, body } = await call(node, 'POST /v1/auth/guest', { body: { displayName: 'Visitor' } });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({ displayName: 'Visitor', role: 'guest' });
    expect(body.user.username).toMatch(/^[a-z0-9._-]{3,32}$/);
    expect((await call(node, 'GET /v1/users/me', { token: body.accessToken })).status).toBe(200);
  });
});

describe('changing the password', () => {
  it('ends the other sessions and keeps this one', async () => {
    const first = await registerUser(node, 'changer');
    const second = await logIn(node, 'changer');
    const { status } = await call(node, 'POST /v1/auth/password', {
      token: second.token,
      body: { currentPassword: PASSWORD, newPassword: 'another password' },
    });
    expect(status).toBe(204);
    const ended = await call(node, 'GET /v1/users/me', { token: first.token });
    expect([ended.status, ended.body.code]).toEqual([401, 'auth.session_revoked']);
    const refused = await call(node, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } });
    expect(refused.body.code).toBe('auth.session_revoked');
    expect((await call(node, 'GET /v1/users/me', { token: second.token })).status).toBe(200);
    await logIn(node, 'changer', 'another password');
    await expect(logIn(node, 'changer')).rejects.toThrow('401');
  });

  it('needs the current one', async () => {
    const { token } = await registerUser(node, 'careful');
    const { status, body } = await call(node, 'POST /v1/auth/password', {
      token,
      body: { currentPassword: 'a guess', newPassword: 'another password' },
    });
    expect([status, body.code]).toEqual([403, 'auth.wrong_password']);
    await logIn(node, 'careful');
  });
});

describe('the first admin', () => {
  const admin = { ADMIN_USERNAME: 'chief', ADMIN_PASSWORD: 'first password' };

  it('is made once by nodes that start together, and keeps the password', async () => {
    const start = (password: string) =>
      startNode({ DATABASE_URL: database.url, ...admin, ADMIN_PASSWORD: password });
    const nodes = await Promise.all([start('first password'), start('first password')]);
    const { body } = await call(node, 'POST /v1/auth/login', {
      body: { username: 'chief', password: 'first password' },
    });
    expect(body.user).toMatchObject({ username: 'chief', role: 'admin' });
    nodes.push(await start('second password'));
    await expect(logIn(node, 'chief', 'second password')).rejects.toThrow('401');
    await Promise.all(nodes.map((each) => each.stop()));
  });
});

describe('the published keys', () => {
  it('verify access tokens, with nothing but the standard claims', async () => {
    const { token, id } = await registerUser(node);
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', node.url));
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: 'mailroom' });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(payload).toMatchObject({
      sub: id,
      role: 'user',
      sid: expect.any(String),
      jti: expect.any(String),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  });

  it('hold no private part, are cacheable, and stay over a restart', async () => {
    const { token } = await registerUser(node);
    const first = await call(node, 'GET /.well-known/jwks.json');
    expect(first.headers.get('cache-control')).toContain('max-age');
    expect(Object.keys(first.body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect(first.body.keys[0].kid).toBe(decodeProtectedHeader(token).kid);
    const again = await startNode({ DATABASE_URL: database.url });
    expect((await call(again, 'GET /.well-known/jwks.json')).body).toEqual(first.body);
    expect((await call(again, 'GET /v1/users/me', { token })).status).toBe(200);
    await again.stop();
  });

  it('are one for nodes that start together on an empty database', async () => {
    const empty = await createDatabase('keys');
    const nodes = await Promise.all([1, 2, 3].map(() => startNode({ DATABASE_URL: empty.url })));
    const sets = await Promise.all(nodes.map((each) => call(each, 'GET /.well-known/jwks.json')));
    expect(sets.map((set) => set.body.keys.length)).toEqual([1, 1, 1]);
    expect(new Set(sets.map((set) => set.body.keys[0].kid)).size).toBe(1);
    await Promise.all(nodes.map((each) => each.stop()));
    await empty.drop();
  });
});
