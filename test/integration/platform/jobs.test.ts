import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { parseConfig } from '../../../src/platform/config/config.js';
import { Jobs } from '../../../src/platform/jobs/jobs.js';
import { connectRedis } from '../../../src/platform/redis/redis.clients.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { uniquePrefix } from '../../support/node.js';
import { type DisposableServer, privateRedis } from '../../support/servers.js';

const REDIS_PREFIX = uniquePrefix();
let server: DisposableServer;
let clients: Redis[];
let nodes: Jobs[];
/** Which node was given which subject. */
const taken: string[] = [];

beforeAll(async () => {
  server = await privateRedis();
  const config = parseConfig({
    DATABASE_URL: 'mysql://nobody@nowhere/none',
    REDIS_URL: server.url,
    REDIS_PREFIX,
  });
  clients = [0, 1].map(() => connectRedis(server.url, 'test'));
  for (const client of clients) client.on('error', () => undefined);
  nodes = clients.map((client) => new Jobs(client, config));
  nodes.forEach((jobs, node) =>
    jobs.take('tests', async (subject) => {
      taken.push(`${node} ${subject}`);
      if (subject.startsWith('broken')) throw new Error('It does not work.');
    }),
  );
  await untilReady();
});

afterAll(async () => {
  await Promise.all(nodes.map((jobs) => jobs.beforeApplicationShutdown()));
  for (const client of clients) client.disconnect();
  await server.dispose();
});

const untilReady = () =>
  waitUntil('connected', () => clients.every(({ status }) => status === 'ready'), { timeoutMs: 10_000 });
const subjects = () => taken.map((line) => line.split(' ')[1]);
const untilTaken = (...wanted: string[]) =>
  waitUntil(`taken: ${wanted}`, () => wanted.every((subject) => subjects().includes(subject)), {
    timeoutMs: 15_000,
  });
const soon = (ms = 0) => new Date(Date.now() + ms);

it('each job is taken once, by one of the nodes, however often it is planned', async () => {
  const at = soon(300);
  const all = Array.from({ length: 20 }, (_, i) => `job-${i}`);
  for (const subject of all) for (const jobs of nodes) jobs.plan('tests', subject, at);
  await untilTaken(...all);
  expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
  nodes[0]!.plan('tests', 'after', soon());
  await untilTaken('after');
  expect(subjects().toSorted()).toEqual([...all, 'after'].toSorted());
});

it('one whose work throws holds up no other', async () => {
  for (const subject of ['broken-1', 'whole-1', 'broken-2', 'whole-2'])
    nodes[0]!.plan('tests', subject, soon());
  await untilTaken('broken-1', 'whole-1', 'broken-2', 'whole-2');
});

it('nothing is left of jobs that are done, and all keys are in one slot of a cluster', async () => {
  const keys = await clients[0]!.keys('*');
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.every((key) => key.startsWith(`{${REDIS_PREFIX}jobs}:`))).toBe(true);
  await waitUntil(
    'nothing is left',
    async () => !(await clients[0]!.keys('*')).some((key) => /-\d{13}$/.test(key)),
    {
      timeoutMs: 5_000,
    },
  );
});

it('jobs are dropped while Redis is away, and taken again when it is back, emptied or not', async () => {
  await server.stop();
  nodes[0]!.plan('tests', 'dropped', soon());
  await server.start();
  await untilReady();
  nodes[0]!.plan('tests', 'back', soon());
  await untilTaken('back');
  await clients[0]!.flushall();
  nodes[1]!.plan('tests', 'emptied', soon());
  await untilTaken('emptied');
  expect(subjects()).not.toContain('dropped');
});
