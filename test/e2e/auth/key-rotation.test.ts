import { decodeProtectedHeader } from 'jose';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
const nodes: TestNode[] = [];

beforeAll(async () => {
  database = await createDatabase('rotation');
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

async function start(): Promise<TestNode> {
  const node = await startNode({ DATABASE_URL: database.url, KEY_ROTATION_DAYS: '90' });
  nodes.push(node);
  return node;
}

/** Moves a key in time, as if the days had gone by. */
async function execute(sql: string): Promise<void> {
  const connection = await createConnection(database.url);
  await connection.query(sql);
  await connection.end();
}

const published = async (node: TestNode): Promise<string[]> =>
  (await call(node, 'GET /.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid);

const signedBy = (token: string) => decodeProtectedHeader(token).kid;

it('the next key is published before it signs, every node takes it, and tokens of the old one stay good', async () => {
  const old = await start();
  const { username, token } = await registerUser(old);
  const [firstKey] = await published(old);

  await execute('UPDATE signing_keys SET signsFrom = signsFrom - INTERVAL 90 DAY');
  const announcing = await start();
  const [, nextKey] = await published(announcing);
  expect(await published(announcing)).toEqual([firstKey, nextKey]);
  expect(signedBy((await logIn(announcing, username)).token)).toBe(firstKey);

  await execute('UPDATE signing_keys SET signsFrom = UTC_TIMESTAMP(3) WHERE generation = 2');
  const rotated = await start();
  const fresh = await logIn(rotated, username);
  expect(signedBy(fresh.token)).toBe(nextKey);
  expect((await call(rotated, 'GET /v1/users/me', { token })).status).toBe(200);
  // A node that has not met the key asks for it, at most once a second.
  await expect
    .poll(async () => (await call(old, 'GET /v1/users/me', { token: fresh.token })).status, {
      timeout: 3_000,
    })
    .toBe(200);
  expect(await published(old)).toEqual([firstKey, nextKey]);

  await execute('UPDATE signing_keys SET signsFrom = signsFrom - INTERVAL 1 DAY WHERE generation = 2');
  expect(await published(await start())).toEqual([nextKey]);

  // Whoever names a key that nobody has makes a node look again; it has forgotten the old one then, and all that it signed.
  const unknown = `${Buffer.from('{"alg":"EdDSA","typ":"at+jwt","kid":"x"}').toString('base64url')}.e30.AAAA`;
  const statusFor = async (of: string) => (await call(rotated, 'GET /v1/users/me', { token: of })).status;
  expect(await statusFor(token)).toBe(200);
  await expect.poll(() => statusFor(unknown).then(() => statusFor(token)), { timeout: 5_000 }).toBe(401);
  expect(await statusFor(fresh.token)).toBe(200);
});
