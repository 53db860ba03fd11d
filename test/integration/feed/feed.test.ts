import type { Redis } from 'ioredis';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeFeed } from '../../../src/feed/change-feed.js';
import { FeedFollowers } from '../../../src/feed/feed-followers.js';
import { FeedStore } from '../../../src/feed/feed.store.js';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import type { Reference } from '../../../src/mailbox/reference.js';
import { shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { Config } from '../../../src/platform/config/config.js';
import { CommandsRedis } from '../../../src/platform/redis/redis.clients.js';
import { aDraft, aReference, anId } from '../../support/builders.js';
import { range } from '../../support/chat.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';

const WITHIN = { timeout: 10_000, interval: 25 };

let database: TestDatabase;
let nodes: [TestNode, TestNode];
let redis: Redis;
let purposes = 0;

beforeAll(async () => {
  database = await createDatabase('feed');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  nodes = [await startNode(shared), await startNode(shared)];
  redis = nodes[0].app.get<Redis>(CommandsRedis);
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

const store = (): FeedStore => nodes[0].app.get(FeedStore);
const append = (...changes: Reference[]): Promise<void> => nodes[0].app.get(ChangeFeed).append(changes);
const keyOf = (conversationId: string): string =>
  `${shardPrefix(nodes[0].app.get(Config).redis.prefix, shardOf(conversationId))}feed`;

/** A purpose that a node follows; the name is the group's, a new one unless given. */
function following(node: TestNode, name = `purpose-${(purposes += 1)}`) {
  const seen: Reference[] = [];
  const purpose = {
    name,
    seen,
    catchUps: 0,
    handle: async (changes: readonly Reference[]): Promise<void> => void seen.push(...changes),
    catchUp: async (): Promise<void> => void (purpose.catchUps += 1),
    revsOf: (id: string): number[] =>
      seen.filter(({ conversationId }) => conversationId === id).map(({ rev }) => rev),
  };
  node.app.get(FeedFollowers).follow(purpose);
  return purpose;
}

/** What others have left in the shard's feed. */
async function takeAll(shard: number, group: string): Promise<void> {
  let page;
  do {
    page = await store().take(shard, group, 'alive');
    await store().acknowledge(page, group);
  } while (page.isFull);
}

const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('every change of a conversation', () => {
  it('comes to each purpose, also where nobody has a mailbox', async () => {
    const purposesHere = [following(nodes[0]), following(nodes[0])];
    const dataSource = nodes[0].app.get<DataSource>(getDataSourceToken());
    const { id, members } = await storeConversation(dataSource);
    for (const _ of range(1, 20))
      await nodes[0].app.get(LedgerService).post(aDraft({ conversationId: id, senderId: members[0]! }));
    for (const { revsOf } of purposesHere)
      await expect.poll(() => inOrder(revsOf(id)), WITHIN).toEqual(range(2, 21));
  });

  it('comes to one of the nodes that follow for the same purpose, and waits for none of the others', async () => {
    const here = following(nodes[0]);
    const there = following(nodes[1], here.name);
    const conversationId = anId();
    for (const rev of range(1, 50)) await append(aReference({ conversationId, rev }));
    await expect
      .poll(() => inOrder([...here.revsOf(conversationId), ...there.revsOf(conversationId)]), WITHIN)
      .toEqual(range(1, 50));
  });

  it('is not held up by another purpose that never ends', async () => {
    const stuck = following(nodes[0]);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    stuck.handle = () => released;
    const conversationId = anId();
    await append(aReference({ conversationId }));
    const free = following(nodes[0]);
    await expect.poll(() => free.revsOf(conversationId), WITHIN).toEqual([1]);
    release();
  });
});

it('what a follower took and never finished is taken over by another', async () => {
  const conversationId = anId();
  const group = `purpose-${(purposes += 1)}`;
  const shard = shardOf(conversationId);
  await takeAll(shard, group);
  await append(aReference({ conversationId }));
  const taken = await store().take(shard, group, 'dead');
  expect(taken.changes.map((change) => change.conversationId)).toEqual([conversationId]);
  expect((await store().take(shard, group, 'alive')).ids).toEqual([]);
  await redis.xclaim(keyOf(conversationId), group, 'dead', 0, ...taken.ids, 'IDLE', 60_000);
  const again = await store().take(shard, group, 'alive');
  expect(again.ids).toEqual(taken.ids);
  await store().acknowledge(again, group);
  await redis.xclaim(keyOf(conversationId), group, 'dead', 0, ...taken.ids, 'IDLE', 60_000);
  expect((await store().take(shard, group, 'alive')).ids).toEqual([]);
});

describe('whoever may have missed something goes on from MySQL', () => {
  it('at the start, and again until it succeeds', async () => {
    const purpose = following(nodes[0]);
    const { catchUp } = purpose;
    purpose.catchUp = async () => {
      await catchUp();
      if (purpose.catchUps < 3) throw new Error('MySQL is away');
    };
    await append(aReference({ conversationId: anId() }));
    await expect.poll(() => purpose.catchUps, WITHIN).toBe(3);
  });

  it('after a loss of Redis, and hears of what comes then', async () => {
    const purpose = following(nodes[0]);
    await expect.poll(() => purpose.catchUps, WITHIN).toBe(1);
    await loseRedisData(nodes[0]);
    await expect.poll(() => purpose.catchUps, WITHIN).toBeGreaterThan(1);
    const conversationId = anId();
    await append(aReference({ conversationId }));
    await expect.poll(() => purpose.revsOf(conversationId), WITHIN).toEqual([1]);
  });

  it('when entries were dropped before they came to it; a feed that nobody reads keeps a bounded number of them', async () => {
    const conversationId = anId();
    const group = `purpose-${(purposes += 1)}`;
    const shard = shardOf(conversationId);
    await append(aReference({ conversationId }));
    const taken = await store().take(shard, group, 'one');
    expect(taken.hasHole).toBe(true); // the group is new
    expect((await store().take(shard, group, 'one')).hasHole).toBe(false);
    for (const _ of range(1, 30))
      await append(...range(1, 5_000).map((rev) => aReference({ conversationId, rev })));
    expect(await redis.xlen(keyOf(conversationId))).toBeLessThan(1_200);
    expect(await redis.memory('USAGE', keyOf(conversationId))).toBeLessThan(4_000_000);
    expect((await store().take(shard, group, 'one')).hasHole).toBe(true);
  });
});
