import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { PASSWORD, call, registerUser } from '../../support/rest.js';
import { type DisposableServer, createDatabase, privateMariadb } from '../../support/servers.js';

let mariadb: DisposableServer;
let node: TestNode;

beforeAll(async () => {
  mariadb = await privateMariadb();
  const { url } = await createDatabase('mysql_away', mariadb.url);
  node = await startNode({ DATABASE_URL: url });
});

afterAll(async () => {
  await node.stop();
  await mariadb.dispose();
});

it('without MySQL every call is told to come again, a log-in is not taken for wrong, and no token is lost', async () => {
  const user = await registerUser(node);
  const login = { body: { username: user.username, password: PASSWORD } };
  const refresh = { body: { refreshToken: user.refreshToken } };
  await mariadb.kill('SIGKILL');
  const away = await Promise.all([
    call(node, 'GET /v1/users/me', { token: user.token }),
    call(node, 'POST /v1/auth/login', login),
    call(node, 'POST /v1/auth/refresh', refresh),
    call(node, 'POST /v1/auth/logout', { token: user.token }),
  ]);
  for (const { status, body, headers } of away) {
    expect([status, body.code, body.retryable]).toEqual([503, 'service.unavailable', true]);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect((await call(node, 'GET /.well-known/jwks.json')).status).toBe(200);
  await mariadb.start();
  expect((await call(node, 'POST /v1/auth/refresh', refresh)).status).toBe(200);
  expect((await call(node, 'POST /v1/auth/login', login)).status).toBe(200);
  expect((await call(node, 'GET /v1/users/me', { token: user.token })).status).toBe(200);
});
