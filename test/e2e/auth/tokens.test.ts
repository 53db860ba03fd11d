import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../src/auth/authenticator.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let user: TestUser;

beforeAll(async () => {
  database = await createDatabase('tokens');
  node = await startNode({ DATABASE_URL: database.url });
  user = await registerUser(node);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const me = (token?: string, headers: Record<string, string> = {}) =>
  call(node, 'GET /v1/users/me', { token, headers });

/** The user's token, signed anew by somebody else's key. */
async function forged(header: { alg: string; typ: string; kid?: string }): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return new SignJWT(decodeJwt(user.token)).setProtectedHeader(header).sign(privateKey);
}

describe('a request', () => {
  it.each([
    [{}],
    [{ authorization: 'Basic YTpi' }],
    [{ authorization: 'Bearer' }],
    [{ authorization: 'Bearer ' }],
  ])('with the headers %j has no token', async (headers) => {
    const { status, body, headers: answered } = await me(undefined, headers);
    expect([status, body.code]).toEqual([401, 'auth.token_missing']);
    expect(answered.get('www-authenticate')).toBe('Bearer');
  });

  it('is refused for a token that another key signed, of this name or another', async () => {
    const { kid } = decodeProtectedHeader(user.token);
    const tokens = [
      await forged({ alg: 'EdDSA', typ: 'at+jwt', kid }),
      await forged({ alg: 'EdDSA', typ: 'at+jwt', kid: 'another' }),
      await forged({ alg: 'EdDSA', typ: 'at+jwt' }),
      new UnsecuredJWT(decodeJwt(user.token)).encode(),
      `${user.token.slice(0, -4)}AAAA`,
      'nonsense',
      'mk_1_x',
      `mk_1_${'x'.repeat(43)}`,
      user.refreshToken,
    ];
    const replies = await Promise.all(tokens.map((token) => me(token)));
    expect(replies.map(({ status, body }) => [status, body.code])).toEqual(
      tokens.map(() => [401, 'auth.token_invalid']),
    );
  });

  it('is refused for a token of another issuer with the same keys', async () => {
    const other = await startNode({ DATABASE_URL: database.url, TOKEN_ISSUER: 'elsewhere' });
    const { token } = await logIn(other, user.username);
    await other.stop();
    expect((await me(token)).body.code).toBe('auth.token_invalid');
  });

  it('is refused once its token has expired, which is told apart', async () => {
    const hasty = await startNode({ DATABASE_URL: database.url, ACCESS_TOKEN_SECONDS: '5' });
    const { token } = await logIn(hasty, user.username);
    await hasty.stop();
    expect((await me(token)).status).toBe(200);
    await expect
      .poll(async () => (await me(token)).body.code, { timeout: 8_000, interval: 200 })
      .toBe('auth.token_expired');
  });

  it('is judged before its body is', async () => {
    const { status } = await call(node, 'POST /v1/auth/password', { body: { nonsense: true } });
    expect(status).toBe(401);
  });
});

describe('a stream token', () => {
  it('comes with its life, and as a cookie for event streams only', async () => {
    const { status, body, headers } = await call(node, 'POST /v1/auth/stream-token', { token: user.token });
    expect(status).toBe(201);
    expect(body).toEqual({ token: expect.any(String), expiresIn: 300 });
    expect(headers.get('set-cookie')).toBe(
      `mailroom_stream=${body.token}; Max-Age=300; Path=/v1/events; HttpOnly; SameSite=Strict`,
    );
  });

  it('has a secure cookie where the request came by https', async () => {
    const behindProxy = await startNode({ DATABASE_URL: database.url, TRUST_PROXY: 'on' });
    const { headers } = await call(behindProxy, 'POST /v1/auth/stream-token', {
      token: user.token,
      headers: { 'x-forwarded-proto': 'https' },
    });
    await behindProxy.stop();
    expect(headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('opens streams and nothing else; an access token opens none in its place', async () => {
    const { body } = await call(node, 'POST /v1/auth/stream-token', { token: user.token, body: {} });
    const authenticator = node.app.get(Authenticator);
    await expect(authenticator.authenticateStream(body.token)).resolves.toMatchObject({
      userId: user.id,
      sessionId: decodeJwt(user.token).sid,
      role: 'user',
      via: 'stream',
    });
    await expect(authenticator.authenticateStream(user.token)).rejects.toMatchObject({
      code: 'auth.token_invalid',
    });
    expect((await me(body.token)).body.code).toBe('auth.token_invalid');
  });

  it('dies with its session', async () => {
    const { token } = await logIn(node, user.username);
    const { body } = await call(node, 'POST /v1/auth/stream-token', { token });
    const { headers } = await call(node, 'POST /v1/auth/logout', { token });
    expect(headers.get('set-cookie')).toContain('mailroom_stream=; Max-Age=0; Path=/v1/events');
    await expect(node.app.get(Authenticator).authenticateStream(body.token)).rejects.toMatchObject({
      code: 'auth.session_revoked',
    });
  });

  it('is asked for with no body or an empty one', async () => {
    const { status } = await call(node, 'POST /v1/auth/stream-token', {
      token: user.token,
      body: { life: 9 },
    });
    expect(status).toBe(400);
  });
});
