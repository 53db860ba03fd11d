import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Position, formatPosition, parseCursor } from '../../../src/mailbox/cursor.js';
import { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { Arrivals } from '../../../src/offline/arrivals.js';
import { Delivered } from '../../../src/offline/delivered.js';
import { Replays } from '../../../src/offline/replays.js';
import { MissedMessages } from '../../../src/messaging/missed-messages.js';
import { anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

const BUDGET = 500;
/** More than one page of them, and all of them together more than the budget. */
const SIZES = [3, 250, 5];

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let me: string;
let ids: string[];
let tail: Position;

beforeAll(async () => {
  database = await createDatabase('replays');
  node = await startNode({ DATABASE_URL: database.url, REPLAY_MESSAGES: String(BUDGET) });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
});

beforeEach(async () => {
  const other = anId();
  [me, ids] = [anId(), []];
  for (const size of SIZES) ids.push(await conversationOf(size, other));
  tail = await node.app.get(MailboxService).open(me);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

async function conversationOf(size: number, other = anId()): Promise<string> {
  const { id } = await storeConversation(dataSource, [me, other]);
  const messages = Array.from({ length: size }, (_, i) => ({
    senderId: other,
    createdAt: new Date(Date.now() - 50_000 + i),
  }));
  await storeMessages(dataSource, id, messages);
  return id;
}

interface Got {
  readonly cursor: string;
  readonly type: string;
  readonly data: Record<string, unknown> & { message?: { conversationId: string; seq: number } };
}

/** The events that a connection gets that comes with a cursor, up to so many. */
async function arrive(cursor: string | undefined, upTo = Infinity): Promise<Got[]> {
  const from = cursor === undefined ? undefined : parseCursor(cursor);
  const { plan, position } = await node.app.get(Arrivals).at(me, from, tail);
  const events: Got[] = [];
  if (!plan) throw new Error(`no replay, but ${formatPosition(position)}`);
  for await (const page of node.app.get(Replays).events(me, plan)) {
    for (const event of page) {
      events.push(JSON.parse(event.json) as Got);
      if (events.length >= upTo) return events;
    }
  }
  return events;
}

const messagesIn = (events: readonly Got[]) =>
  events.flatMap(({ type, data }) =>
    type === 'message.created' ? [`${data.message?.conversationId} ${data.message?.seq}`] : [],
  );
const everything = () =>
  ids.flatMap((id, i) => Array.from({ length: SIZES[i]! }, (_, j) => `${id} ${j + 1}`));

describe.each([
  ['of the offline pool', undefined],
  ['of all changes', '1-0'],
])('a replay %s', (_, cursor) => {
  it('brings every missed message once, in order, and ends at the tail', async () => {
    const events = await arrive(cursor);
    expect(messagesIn(events)).toEqual(everything());
    expect(events.at(-1)?.cursor).toBe(formatPosition(tail));
  });

  it('that is broken off goes on from the cursor of whichever event was the last', async () => {
    for (const brokenOffAfter of [1, 3, 4, 200, 255]) {
      const first = await arrive(cursor, brokenOffAfter);
      const rest = await arrive(first.at(-1)?.cursor);
      const both = [...new Set([...messagesIn(first), ...messagesIn(rest)])];
      expect(both).toEqual(everything());
      // What was written whole does not come again.
      expect(messagesIn(rest).filter((message) => messagesIn(first).includes(message))).toEqual([]);
      expect(rest.at(-1)?.cursor).toBe(formatPosition(tail));
    }
  });

  it('that is broken off by a Redis loss goes on all the same, and leaves nothing out', async () => {
    const first = await arrive(cursor, 100);
    await loseRedisData(node);
    await expect.poll(() => node.app.get(MailboxService).open(me), { timeout: 5_000 }).toBeTruthy();
    tail = await node.app.get(MailboxService).open(me);
    const rest = await arrive(first.at(-1)?.cursor);
    expect([...new Set([...messagesIn(first), ...messagesIn(rest)])].sort()).toEqual(everything().sort());
  });

  it('that is too long ends, per conversation that is left, in one gap', async () => {
    ids.push(await conversationOf(400), await conversationOf(7));
    const events = await arrive(cursor);
    expect(messagesIn(events)).toHaveLength(BUDGET);
    const gaps = events.filter(({ type }) => type === 'mailbox.gap').map(({ data }) => data);
    expect(gaps).toEqual([
      { conversationId: ids[3], fromSeq: BUDGET - 258 + 1, toSeq: 400, sinceRev: expect.any(Number) },
      { conversationId: ids[4], fromSeq: 1, toSeq: 7, sinceRev: expect.any(Number) },
    ]);
    expect(events.at(-1)?.cursor).toBe(formatPosition(tail));
  });
});

describe('what a replay has written', () => {
  const pool = async () =>
    (await node.app.get(MissedMessages).undelivered(me)).map(({ conversationId, afterSeq }) => [
      conversationId,
      afterSeq,
    ]);
  const acknowledge = async (cursor: string) => {
    const parsed = parseCursor(cursor);
    if (!parsed) throw new Error('no cursor');
    await node.app.get(Delivered).upTo(me, parsed);
  };

  it('leaves the pool as far as it is acknowledged, and no farther', async () => {
    const events = await arrive(undefined, 10);
    await acknowledge(events[4]!.cursor);
    expect(await pool()).toEqual([
      [ids[1], 2],
      [ids[2], 0],
    ]);
  });

  it('leaves the pool whole with the last cursor', async () => {
    const events = await arrive(undefined);
    await acknowledge(events.at(-1)!.cursor);
    expect(await pool()).toEqual([]);
    await expect(arrive(undefined)).resolves.toEqual([]);
  });

  it('ends each conversation, where all changes come, in where it stands', async () => {
    const synced = (await arrive('1-0')).filter(({ type }) => type === 'conversation.synced');
    expect(synced.map(({ data }) => data)).toEqual(
      ids.map((conversationId, i) => ({ conversationId, rev: SIZES[i]! + 1, lastSeq: SIZES[i] })),
    );
  });
});

it.each(['p0', 'czzzzzzzzz', 'c0'])(
  'a forged place of the far future in a replay (%s) skips nothing of what comes from now on',
  async (since) => {
    const forged = `999999999999998-0.${since}.0.0000000000001.0000000.abcd`;
    const [id = ''] = ids;
    await dataSource.query('UPDATE members SET readSeq = 1000 WHERE userId = ?', [me]);
    await storeMessages(dataSource, id, [{ senderId: me, createdAt: new Date() }]);
    const { plan, resumed } = await node.app.get(Arrivals).at(me, parseCursor(forged), tail);
    expect([resumed, plan?.tail]).toEqual([false, tail]);
    expect(plan?.missed.map(({ conversationId }) => conversationId)).toContain(id);
  },
);

it('a replay brings thousands of changed members in pages', async () => {
  const others = Array.from({ length: 1_000 }, () => anId());
  const { id } = await storeConversation(dataSource, [me, ...others]);
  // Three calls have added them, one of them more than a page holds.
  for (const [from, upTo, rev] of [
    [0, 150, 2],
    [150, 900, 3],
    [900, 1_000, 4],
  ] as const)
    await dataSource.query(
      'UPDATE members SET rev = ?, joinedRev = ? WHERE conversationId = ? AND userId IN (?)',
      [rev, rev, id, others.slice(from, upTo)],
    );
  await dataSource.query(
    'UPDATE conversation_heads SET rev = 4, membersRev = 4, changedAt = UTC_TIMESTAMP(3) WHERE conversationId = ?',
    [id],
  );
  const { plan } = await node.app.get(Arrivals).at(me, parseCursor('1-0'), tail);
  const pages: string[][] = [];
  for await (const page of node.app.get(Replays).events(me, plan!)) {
    const events = page.map((event) => JSON.parse(event.json) as Got);
    pages.push(
      events.flatMap(({ type, data }) =>
        type === 'member.added' && data.conversationId === id
          ? [(data.member as { userId: string }).userId]
          : [],
      ),
    );
  }
  const sizes = pages.map((page) => page.length).filter((size) => size > 0);
  expect(sizes).toEqual([150, 750, 100]);
  expect(pages.flat().toSorted()).toEqual(others.toSorted());
});
