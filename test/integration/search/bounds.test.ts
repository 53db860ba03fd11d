import { AsyncLocalStorage } from 'node:async_hooks';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, Logger } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MessageStore } from '../../../src/ledger/message.store.js';
import { CandidateStore } from '../../../src/search/candidate.store.js';
import { Indexer } from '../../../src/search/indexer.js';
import { SearchService } from '../../../src/search/search.service.js';
import { aPrincipal, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
const me = anId();
const [short, long] = [[] as string[], [] as string[]];

/** When the first messages were sent. */
const BEGAN = Date.now() - 10_000_000;

/** Five conversations of 300 messages, and five of 1,800: one word in all of them, one in every 200th. */
beforeAll(async () => {
  database = await createDatabase('search_bounds');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  for (const [ids, count] of [
    [short, 300],
    [long, 1_800],
  ] as const)
    for (let c = 0; c < 5; c += 1) {
      const { id } = await storeConversation(dataSource, [me, anId()]);
      ids.push(id);
      const texts = Array.from({ length: count }, (_, i) => ({
        text: `common ${i % 200 ? '' : 'rare '}w${i % 97}`,
        senderId: me,
        createdAt: new Date(BEGAN + i * 10 + c),
      }));
      await storeMessages(dataSource, id, texts);
    }
  // Those of others: many more than mine.
  const others = await Promise.all(Array.from({ length: 300 }, () => storeConversation(dataSource)));
  await node.app.get(Indexer).index([...short, ...long, ...others.map(({ id }) => id)]);
  for (const table of ['search_terms', 'search_slices', 'search_positions', 'messages', 'members'])
    await dataSource.query(`ANALYZE TABLE ${table}`);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** What one page asks the stores for: openings, slices of windows and messages, the most rows that it can read. */
async function askedFor(q: string, conversationId?: string, before?: Date): Promise<Record<string, number>> {
  const asked = { openings: 0, slices: 0, messages: 0 };
  const [store, messages] = [node.app.get(CandidateStore), node.app.get(MessageStore)];
  const { openings, postings } = store;
  const { findAt } = messages;
  const spies = [
    vi.spyOn(store, 'openings').mockImplementation((ids, times) => {
      asked.openings += ids.length;
      return openings.call(store, ids, times);
    }),
    vi.spyOn(store, 'postings').mockImplementation((windows, terms) => {
      asked.slices += windows.reduce(
        (sum, { conversationIds, from, to }) => sum + conversationIds.length * (to - from + 1),
        0,
      );
      return postings.call(store, windows, terms);
    }),
    vi.spyOn(messages, 'findAt').mockImplementation((keys) => {
      asked.messages += keys.length;
      return findAt.call(messages, keys);
    }),
  ];
  await search(q, conversationId, before);
  for (const spy of spies) spy.mockRestore();
  return asked;
}

const search = (q: string, conversationId?: string, before?: Date) =>
  node.app.get(SearchService).search(aPrincipal(me), { q, conversationId, before, limit: 20, sort: 'time' });

describe('a page reads a bounded number of rows', () => {
  it('as many in a long conversation as in a short one, where a word is common', async () => {
    // The messages wanted and one more, besides some of the open segment.
    const most = { openings: 1, slices: 8, messages: 40 };
    for (const id of [short[0], long[0]]) {
      const { openings = 0, slices = 0, messages = 0 } = await askedFor('common', id);
      expect(openings).toBe(most.openings);
      expect(slices).toBeLessThanOrEqual(most.slices);
      expect(messages).toBeLessThanOrEqual(most.messages);
    }
  });

  it('no more far back in time than at the end', async () => {
    const middle = new Date(BEGAN + 900 * 10);
    const { slices, messages } = await askedFor('common', long[0], middle);
    expect(slices).toBeLessThanOrEqual(8);
    expect(messages).toBeLessThanOrEqual(60);
  });

  it('no message that is no hit, where a word is rare', async () => {
    expect(await askedFor('rare', long[0])).toEqual({ openings: 1, slices: 68, messages: 9 });
    expect(await askedFor('absent', long[0])).toEqual({ openings: 1, slices: 68, messages: 0 });
  });

  it('one opening a conversation, and slices of those alone that may hold the newest', async () => {
    const { openings, slices, messages } = await askedFor('common');
    expect(openings).toBe(10);
    expect(slices).toBeLessThanOrEqual(80);
    expect(messages).toBeLessThanOrEqual(40);
  });
});

it('every question is a range or points of an index, without sorting', async () => {
  const inside = new AsyncLocalStorage<true>();
  const queries: [string, unknown][] = [];
  const { logger } = dataSource;
  dataSource.logger = {
    logQuery: (query, parameters) => inside.getStore() && queries.push([query, parameters]),
  } as Partial<Logger> as Logger;
  await inside.run(true, () => search('rare common', undefined, new Date()));
  dataSource.logger = logger;
  expect(queries.length).toBeGreaterThan(3);
  for (const [query, parameters] of queries) {
    const plan: { table: string; type: string; key: string | null; Extra: string | null }[] =
      await dataSource.query(`EXPLAIN FORMAT=TRADITIONAL ${query}`, parameters as never);
    // `wanted` are the keys of the messages asked for.
    for (const step of plan.filter(({ table }) => table !== null && table !== 'wanted')) {
      expect(step.key, JSON.stringify(step)).toMatch(/^(PRIMARY|members_user|search_slices_time)$/);
      expect(step.type, JSON.stringify(step)).toMatch(/^(range|ref|eq_ref|const)$/);
      expect(step.Extra ?? '', JSON.stringify(step)).not.toMatch(/filesort|temporary/);
    }
  }
});
