import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { aPair } from '../../support/chat.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { call } from '../../support/rest.js';
import { HOUR_MS, PATH, inMs, scheduled, texts, untilStatus } from '../../support/scheduled.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let shared: Record<string, string>;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('scheduled'), privateRedis()]);
  shared = { DATABASE_URL: database.url, REDIS_URL: redis.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await Promise.all([redis.dispose(), database.drop()]);
});

afterEach(async () => {
  await waitUntil('works', async () => (await call(here, 'GET /health/ready')).status === 200, {
    timeoutMs: 10_000,
  });
});

it('a scheduled message is sent once when Redis has lost its job', async () => {
  const { alice, conversationId } = await aPair(here);
  const { id } = await scheduled(here, alice, conversationId, inMs(4_000));
  await loseRedisData(here);
  const { sendAt, updatedAt } = await untilStatus(there, alice, id, 'sent');
  expect(Date.parse(updatedAt) - Date.parse(sendAt)).toBeLessThan(6_000);
  expect(await texts(there, alice, conversationId)).toEqual(['Later']);
});

it('a scheduled message is sent once while Redis is away', async () => {
  const { alice, conversationId } = await aPair(here);
  const { id } = await scheduled(here, alice, conversationId, inMs(2_500));
  await redis.stop();
  await untilStatus(there, alice, id, 'sent');
  await redis.start();
  expect(await texts(there, alice, conversationId)).toEqual(['Later']);
});

it('a scheduled message is sent once when the node that it was given to has gone, and another came', async () => {
  const { alice, conversationId } = await aPair(here);
  const gone = await startNode(shared);
  const { id } = await scheduled(gone, alice, conversationId, inMs(3_000));
  await gone.stop();
  await untilStatus(there, alice, id, 'sent');
  expect(await texts(there, alice, conversationId)).toEqual(['Later']);
});

it('a scheduled message is sent once when a node died after it had sent it, and before it could say so', async () => {
  const { alice, conversationId } = await aPair(here);
  const { id } = await scheduled(here, alice, conversationId, inMs(2_000));
  const { seq } = await untilStatus(there, alice, id, 'sent');
  const dataSource = here.app.get<DataSource>(getDataSourceToken());
  await dataSource.query(
    `UPDATE scheduled_messages SET status = 'sending', seq = NULL, message = ?, dueAt = UTC_TIMESTAMP(3) WHERE id = ?`,
    [JSON.stringify({ text: 'Later' }), id],
  );
  expect((await untilStatus(there, alice, id, 'sent')).seq).toBe(seq);
  expect(await texts(there, alice, conversationId)).toEqual(['Later']);
});

it('what was done with is forgotten after a day', async () => {
  const { alice, conversationId } = await aPair(here);
  const { id } = await scheduled(here, alice, conversationId, inMs(HOUR_MS));
  await call(here, `DELETE ${PATH}/${id}`, { token: alice.token });
  const dataSource = here.app.get<DataSource>(getDataSourceToken());
  const due = 'UPDATE scheduled_messages SET dueAt = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?';
  await dataSource.query(due, [id]);
  const isGone = async () => (await call(there, `GET ${PATH}/${id}`, { token: alice.token })).status === 404;
  await waitUntil('it is forgotten', isGone, { timeoutMs: 10_000, intervalMs: 50 });
});
