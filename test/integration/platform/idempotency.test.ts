import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Idempotency, type Run } from '../../../src/platform/idempotency/idempotency.service.js';
import { requestHash } from '../../../src/platform/idempotency/request-hash.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let idempotency: Idempotency;

beforeAll(async () => {
  database = await createDatabase('idempotency');
  node = await startNode({ DATABASE_URL: database.url });
  idempotency = node.app.get(Idempotency);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const request = (key: string, body: unknown = {}) => ({
  userId: '1',
  key,
  requestHash: requestHash('POST', '/v1/things', body),
});

const isRun = (got: object): got is Run => 'finish' in got;

async function begin(key: string): Promise<Run> {
  const run = await idempotency.begin(request(key));
  if (!isRun(run)) throw new Error('no run');
  return run;
}

async function makeOlder(seconds: number): Promise<void> {
  const connection = await createConnection(database.url);
  await connection.execute('UPDATE idempotency_keys SET startedAt = startedAt - INTERVAL ? SECOND', [
    seconds,
  ]);
  await connection.end();
}

it('gives a repetition that waits the answer of the first', async () => {
  const run = await begin('waits');
  const repetition = idempotency.begin(request('waits'));
  await run.finish({ status: 201, body: '{"a":1}' });
  expect(await repetition).toEqual({ status: 201, body: '{"a":1}' });
});

it('tells a repetition to come again when the first takes too long', async () => {
  await begin('slow');
  await expect(idempotency.begin(request('slow'))).rejects.toMatchObject({
    code: 'idempotency.in_progress',
    kind: 'conflict',
    retryable: true,
  });
});

it('carries the request out anew when the first did nothing', async () => {
  const run = await begin('forgotten');
  await run.forget();
  expect(isRun(await idempotency.begin(request('forgotten')))).toBe(true);
});

it('carries the request out anew when the first was lost with its node, whose late end changes nothing', async () => {
  const lost = await begin('lost');
  await makeOlder(61);
  const next = await begin('lost');
  await lost.finish({ status: 201, body: '"late"' });
  await next.finish({ status: 201, body: '"next"' });
  await lost.forget();
  expect(await idempotency.begin(request('lost'))).toEqual({ status: 201, body: '"next"' });
});

it('remembers for a day and no longer', async () => {
  const run = await begin('old');
  await run.finish({ status: 204, body: '' });
  await makeOlder(86_390);
  expect(await idempotency.begin(request('old'))).toEqual({ status: 204, body: '' });
  await makeOlder(11);
  expect(isRun(await idempotency.begin(request('old', { other: true })))).toBe(true);
});

it('keeps only the hash of a request that is safe to repeat, and still finds a conflict', async () => {
  const run = await idempotency.note(request('noted', { text: 'a' }));
  if (!isRun(run)) throw new Error('came before');
  await run.finish({ status: 201, body: '' });
  expect(await idempotency.note(request('noted', { text: 'a' }))).toEqual({ formerStatus: 201 });
  await expect(idempotency.note(request('noted', { text: 'b' }))).rejects.toMatchObject({
    code: 'idempotency.conflict',
  });
});
