import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { Attachments } from '../../../src/mailbox/attachments.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { Typists } from '../../../src/mailbox/typists.js';
import { WakeUps } from '../../../src/mailbox/wake-ups.js';
import { Watches } from '../../../src/mailbox/watches.js';
import type { Config } from '../../../src/platform/config/config.js';

const USER = '17';
const SHARD = shardOf(USER);

/** A subscription whose messages come when the test says so, and all that a listener hears of them. */
function aSubscription(whileSubscribing: (publish: (number: number) => void) => void = () => undefined) {
  const redis = new EventEmitter();
  const publish = (number: number): void => {
    const line = `1000-${number}\tmc,1,${number},${number},2\t${USER}\t"type":"message.created"}`;
    redis.emit('smessageBuffer', Buffer.from(`{m${SHARD}}:node:a`), Buffer.from(`${number}\n${line}`));
  };
  const ssubscribe = async (): Promise<void> => whileSubscribing(publish);
  const attachments = new Attachments();
  const heard: string[] = [];
  const listener = {
    wakeUp: ({ position }: { position: { n: number } }) => void heard.push(`wake-up ${position.n}`),
    refresh: () => void heard.push('refresh'),
    hold: () => undefined,
    release: () => undefined,
    dropped: () => undefined,
    ephemeral: () => undefined,
  };
  attachments.add({ userId: USER, connectionId: 'c', listener });
  const config = { redis: { prefix: '' } } as Config;
  const subscription = Object.assign(redis, { ssubscribe }) as unknown as Redis;
  const typists = new Typists(attachments);
  const wakeUps = new WakeUps(subscription, attachments, typists, new Watches(attachments), config);
  wakeUps.onModuleInit();
  return { wakeUps, publish, heard };
}

it('has everybody read before the first wake-up of a new subscription, also when it comes with the subscription itself', async () => {
  const { wakeUps, heard } = aSubscription((publish) => publish(7));
  await wakeUps.subscribe('a');
  expect(heard.slice(0, 2)).toEqual(['refresh', 'wake-up 7']);
});

it('has everybody read before a wake-up whose predecessors were lost, and only then', async () => {
  const { wakeUps, publish, heard } = aSubscription();
  await wakeUps.subscribe('a');
  publish(1);
  heard.length = 0;
  for (const number of [2, 3, 5, 6]) publish(number);
  expect(heard).toEqual(['wake-up 2', 'wake-up 3', 'refresh', 'wake-up 5', 'wake-up 6']);
});
