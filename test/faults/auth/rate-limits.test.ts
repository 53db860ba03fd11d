import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { range } from '../../support/chat.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, call } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let nodes: TestNode[];

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('rate_limits_away'), privateRedis()]);
  const shared = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: uniquePrefix(),
    RATE_LIMITS: 'on',
    RATE_FAILED_PASSWORDS: '3/3600',
    RATE_READS: '5/3600',
  };
  nodes = [await startNode(shared), await startNode(shared)];
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([redis.dispose(), database.drop()]);
});

let count = 0;
const aUser = async (node: TestNode): Promise<{ username: string; token: string }> => {
  const username = `user-${(count += 1)}`;
  const { body } = await call(node, 'POST /v1/auth/register', { body: { username, password: PASSWORD } });
  return { username, token: body.accessToken };
};

/** Statuses of so many wrong log-ins, one node after the other. */
async function attempts(username: string, many: number): Promise<number[]> {
  const statuses = [];
  for (const n of range(0, many - 1)) {
    const node = nodes[n % 2] as TestNode;
    const body = { username, password: 'wrong password' };
    statuses.push((await call(node, 'POST /v1/auth/login', { body })).status);
  }
  return statuses;
}

/** Each node lets three attempts pass, and after them none. */
const eachForItself = [...range(1, 6).map(() => 401), 429, 429];

describe.each(['SIGSTOP', 'SIGKILL'] as const)('after a %s of Redis', (signal) => {
  it('each node holds the rates for itself, and keeps nobody waiting', async () => {
    const [node] = nodes as [TestNode];
    const user = await aUser(node);
    await redis.kill(signal);
    expect(await attempts(user.username, 8)).toEqual(eachForItself);
    const read = () => call(node, 'GET /v1/users/me', { token: user.token });
    const before = performance.now();
    for (const _ of range(1, 5)) expect((await read()).status).toBe(200);
    expect((await read()).body.code).toBe('rate_limited');
    // One that hung on Redis would wait until its connection counts as dead.
    expect(performance.now() - before).toBeLessThan(10_000);
    if (signal === 'SIGSTOP') await redis.kill('SIGCONT');
    else await redis.start();
  });

  it('and together again when it is back', async () => {
    const together = async (): Promise<number> => {
      const { username } = await aUser(nodes[0] as TestNode);
      return (await attempts(username, 8)).filter((status) => status === 401).length;
    };
    await expect.poll(together, { timeout: 20_000 }).toBe(3);
  });
});
