import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../src/auth/authenticator.js';
import { SessionRevocations, type SessionRevoked } from '../../../src/auth/sessions/session-revocations.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let admin: TestUser;

beforeAll(async () => {
  database = await createDatabase('api_keys');
  node = await startNode({
    DATABASE_URL: database.url,
    ADMIN_USERNAME: 'chief',
    ADMIN_PASSWORD: 'chief password',
  });
  admin = await logIn(node, 'chief', 'chief password');
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const create = (body: unknown, headers: Record<string, string> = {}) =>
  call(node, 'POST /v1/api-keys', { token: admin.token, body, headers });

describe('an API key', () => {
  it('speaks for a service that is made with it, and is shown once', async () => {
    const { status, body } = await create({ name: 'Orders', username: 'shop', displayName: 'The shop' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiKey: { name: 'Orders', lastUsedAt: null, user: { username: 'shop', role: 'service' } },
      key: expect.stringMatching(new RegExp(`^mk_${body.apiKey.id}_`)),
    });
    const me = await call(node, 'GET /v1/users/me', { token: body.key });
    expect(me.body.user).toMatchObject({ username: 'shop', displayName: 'The shop', role: 'service' });
    await expect(node.app.get(Authenticator).authenticate(body.key)).resolves.toEqual({
      userId: body.apiKey.user.id,
      sessionId: body.apiKey.id,
      role: 'service',
      expiresAt: Number.MAX_SAFE_INTEGER,
      via: 'apiKey',
    });
    const { body: list } = await call(node, 'GET /v1/api-keys', { token: admin.token });
    expect(list.items[0].id).toBe(body.apiKey.id);
    expect(JSON.stringify(list)).not.toContain(body.key.split('_').slice(2).join('_'));
  });

  it('may speak for a service that exists, never for a person', async () => {
    const first = await create({ name: 'One', username: 'twin' });
    const second = await create({ name: 'Two', username: 'twin' });
    expect(second.body.apiKey.user.id).toBe(first.body.apiKey.user.id);
    const { status, body } = await create({ name: 'Evil', username: 'chief' });
    expect([status, body.code]).toEqual([409, 'user.username_taken']);
  });

  it('is dead at once when it is deleted, which closes its connections like the end of a session', async () => {
    const { body } = await create({ name: 'Short', username: 'short' });
    const heard: SessionRevoked[] = [];
    const stop = node.app.get(SessionRevocations).onRevoked((event) => heard.push(event));
    const remove = () => call(node, `DELETE /v1/api-keys/${body.apiKey.id}`, { token: admin.token });
    expect((await remove()).status).toBe(204);
    const refused = await call(node, 'GET /v1/users/me', { token: body.key });
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.session_revoked']);
    expect((await remove()).status).toBe(204);
    expect(heard).toEqual([{ sessionId: body.apiKey.id, reason: 'revoked' }]);
    stop();
  });

  it('is no login: it has no session to leave, no password and no stream token', async () => {
    const { body } = await create({ name: 'Bot', username: 'bot' });
    const passwords = { currentPassword: 'x', newPassword: 'another password' };
    const replies = await Promise.all([
      call(node, 'POST /v1/auth/logout', { token: body.key }),
      call(node, 'POST /v1/auth/stream-token', { token: body.key }),
      call(node, 'POST /v1/auth/password', { token: body.key, body: passwords }),
    ]);
    expect(replies.map((reply) => reply.body.code)).toEqual(Array(3).fill('auth.session_required'));
  });

  it('is for admins to make, see and delete', async () => {
    const { token } = await registerUser(node);
    const replies = await Promise.all([
      call(node, 'POST /v1/api-keys', { token, body: { name: 'x', username: 'mine' } }),
      call(node, 'GET /v1/api-keys', { token }),
      call(node, 'DELETE /v1/api-keys/1', { token }),
    ]);
    expect(replies.map(({ status, body }) => [status, body.code])).toEqual(
      Array(3).fill([403, 'auth.not_allowed']),
    );
  });

  it.each(['1', 'x', '0', '99999999999999999999'])('%s to delete is 404', async (id) => {
    const { status, body } = await call(node, `DELETE /v1/api-keys/${id}`, { token: admin.token });
    expect([status, body.code]).toEqual([404, 'api_key.not_found']);
  });

  it.each([
    {},
    { name: 'x' },
    { name: '', username: 'abc' },
    { name: 'x', username: 'A' },
    { name: 'x', username: 'abc', role: 'admin' },
  ])('of %j is 400', async (body) => {
    expect((await create(body)).status).toBe(400);
  });
});

describe('an Idempotency-Key', () => {
  it('gets the same answer for the same request, and makes one key only', async () => {
    const headers = { 'Idempotency-Key': 'make one' };
    const first = await create({ name: 'Same', username: 'same' }, headers);
    const again = await create({ username: 'same', name: 'Same' }, headers);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([again.status, again.body]).toEqual([201, first.body]);
    const { body } = await call(node, 'GET /v1/api-keys', { token: admin.token });
    expect(body.items.filter((key: { name: string }) => key.name === 'Same')).toHaveLength(1);
  });

  it('gets one answer for many at once', async () => {
    const headers = { 'Idempotency-Key': 'at once' };
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => create({ name: 'Burst', username: 'burst' }, headers)),
    );
    expect(new Set(replies.map((reply) => `${reply.status} ${JSON.stringify(reply.body)}`)).size).toBe(1);
    expect(replies.filter((reply) => reply.headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  it('with another request is a conflict', async () => {
    const headers = { 'Idempotency-Key': 'two bodies' };
    await create({ name: 'A', username: 'two' }, headers);
    const { status, body } = await create({ name: 'B', username: 'two' }, headers);
    expect([status, body.code, body.retryable]).toEqual([422, 'idempotency.conflict', false]);
  });

  it('gets the same refusal, and goes free when the request was wrong in form', async () => {
    const headers = { 'Idempotency-Key': 'refused' };
    const first = await create({ name: 'x', username: 'chief' }, headers);
    const again = await create({ name: 'x', username: 'chief' }, headers);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect([first.status, again.status, again.body]).toEqual([409, 409, first.body]);
    const wrong = { 'Idempotency-Key': 'wrong form' };
    expect((await create({ name: '', username: 'form' }, wrong)).status).toBe(400);
    expect((await create({ name: 'Right', username: 'form' }, wrong)).status).toBe(201);
  });

  it('belongs to its user', async () => {
    const headers = { 'Idempotency-Key': 'mine' };
    await create({ name: 'Mine', username: 'mine' }, headers);
    const { token } = await registerUser(node);
    const body = { name: 'Mine', username: 'mine' };
    const { status } = await call(node, 'POST /v1/api-keys', { token, body, headers });
    expect(status).toBe(403);
  });

  it.each(['', 'x'.repeat(256), 'a\tb'])('%j is 400', async (key) => {
    const { status, body } = await create({ name: 'x', username: 'abc' }, { 'Idempotency-Key': key });
    expect([status, body.code]).toEqual([400, 'request.invalid']);
  });

  it('leaves neither itself nor the answer readable in the database', async () => {
    const { body } = await create({ name: 'Sealed', username: 'sealed' }, { 'Idempotency-Key': 'a secret' });
    const connection = await createConnection(database.url);
    const [rows] = await connection.query('SELECT * FROM idempotency_keys');
    await connection.end();
    const columns = (rows as Record<string, unknown>[]).flatMap((row) => Object.values(row));
    const stored = columns.map((value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
    );
    expect(stored.join()).toContain('201');
    expect(stored.join()).not.toContain('a secret');
    expect(stored.join()).not.toContain(body.key);
    expect(stored.join()).not.toContain('Sealed');
  });
});
