import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredMessage } from '../../../src/ledger/stored-message.js';
import { Indexer } from '../../../src/search/indexer.js';
import type { SearchInput } from '../../../src/search/search.dto.js';
import { occurrences, parseQuery } from '../../../src/search/search-query.js';
import { SearchService } from '../../../src/search/search.service.js';
import { tokensOf } from '../../../src/search/tokens.js';
import { aPrincipal, anId } from '../../support/builders.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { fc } from '../../support/property.js';
import { INDEXED_WITHIN } from '../../support/search.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

const BEGAN = Date.UTC(2026, 0, 1);

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('brute_force');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const index = (...ids: string[]): Promise<void> => node.app.get(Indexer).index(ids);

/** All pages of a search, as conversation and seq. */
async function found(userId: string, input: Partial<SearchInput> & { q: string }): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await node.app
      .get(SearchService)
      .search(aPrincipal(userId), { limit: 50, sort: 'time', cursor, ...input });
    expect(page.items.length).toBeLessThanOrEqual(input.limit ?? 50);
    keys.push(...page.items.map(({ message }) => `${message.conversationId} ${message.seq}`));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return keys;
}

type Filters = Pick<Partial<SearchInput>, 'senderId' | 'before' | 'after'>;

/** What a search must find: every message looked at, newest first. */
const scan = (messages: readonly StoredMessage[], q: string, { senderId, before, after }: Filters = {}) =>
  messages
    .filter(
      ({ text, deletedAt, senderId: sender, createdAt }) =>
        text !== null &&
        deletedAt === null &&
        (senderId === undefined || sender === senderId) &&
        (!before || createdAt < before) &&
        (!after || createdAt > after) &&
        occurrences(parseQuery(q), tokensOf(text)),
    )
    .toSorted(
      (a, b) =>
        b.createdAt.getTime() - a.createdAt.getTime() ||
        Number(BigInt(b.conversationId) - BigInt(a.conversationId)) ||
        b.seq - a.seq,
    )
    .map(({ conversationId, seq }) => `${conversationId} ${seq}`);

/** Stores what a verb would have made of a message. */
async function change(message: StoredMessage, changes: Partial<StoredMessage>): Promise<StoredMessage> {
  const { conversationId, seq } = message;
  await dataSource.query('UPDATE conversation_heads SET rev = rev + 1 WHERE conversationId = ?', [
    conversationId,
  ]);
  await dataSource.query(
    `UPDATE messages SET text = ?, deletedAt = ?, rev = (SELECT rev FROM conversation_heads WHERE conversationId = ?)
     WHERE conversationId = ? AND seq = ?`,
    [changes.text ?? null, changes.deletedAt ?? null, conversationId, conversationId, seq],
  );
  return { ...message, text: null, ...changes };
}

const words = ['上', '海', '上海', 'red', 'Rot', 'v2.3', '🎉', 'カレー', '，', 'é'];
const anyText = fc
  .array(fc.constantFrom(...words, ' ', ' '), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
const anyQuery = fc
  .array(fc.constantFrom('上', '上海', '海 上', 'red', 'rot', 'v2.3', '3', '🎉', 'カ', 'カレー', 'e'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(' '));

describe('a search finds what a scan of all messages finds', () => {
  it('in any corpus, in one conversation or many, at any time, after any edits and deletions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyText, { minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 4 }),
        fc.array(anyQuery, { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.option(anyText)), { maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        async (corpus, queries, changes, limit) => {
          const [me, other] = [anId(), anId()];
          const all: StoredMessage[] = [];
          const ids: string[] = [];
          for (const [c, texts] of corpus.entries()) {
            const { id } = await storeConversation(dataSource, [me, other], { at: new Date(BEGAN) });
            ids.push(id);
            // In two parts, so that what is indexed is added to.
            const messages = texts.map((text, i) => ({
              text,
              senderId: i % 3 ? me : other,
              createdAt: new Date(BEGAN + 1_000 * (i * 7 + c)),
            }));
            const half = Math.floor(texts.length / 2);
            if (half > 0) all.push(...(await storeMessages(dataSource, id, messages.slice(0, half))));
            await index(id);
            all.push(...(await storeMessages(dataSource, id, messages.slice(half))));
            await index(id);
          }
          for (const [which, text] of changes) {
            const i = which % all.length;
            const now = text === null ? { deletedAt: new Date() } : { text };
            if (all[i]?.deletedAt === null) all[i] = await change(all[i], now);
          }
          await index(...ids);
          const times = all.map(({ createdAt }) => createdAt);
          const [q1 = '上', q2 = '上', q3 = '上', q4 = '上'] = queries;
          expect(await found(me, { q: q1, limit })).toEqual(scan(all, q1));
          const here = all.filter(({ conversationId }) => conversationId === ids[0]);
          expect(await found(me, { q: q2, conversationId: ids[0], limit })).toEqual(scan(here, q2));
          const filters = {
            senderId: other,
            before: times.at(-1),
            after: times[Math.floor(times.length / 3)],
          };
          expect(await found(me, { q: q3, ...filters, limit })).toEqual(scan(all, q3, filters));
          const ranked = await found(me, { q: q4, sort: 'relevance', limit });
          expect(ranked.toSorted()).toEqual(scan(all, q4).slice(0, 300).toSorted());
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('where a conversation has long texts, whose slices close early', async () => {
    const { id, members } = await storeConversation(dataSource);
    const texts = Array.from({ length: 130 }, (_, i) =>
      i % 9 ? `short ${i}` : Array.from({ length: 1_500 }, (__, n) => `w${n}x${i}`).join(' '),
    );
    const stored = await storeMessages(
      dataSource,
      id,
      texts.map((text, i) => ({ text, createdAt: new Date(BEGAN + i) })),
    );
    await index(id);
    for (const q of ['short', 'w7x99', 'w1499x0', '63', '64 short'])
      expect(await found(members[0]!, { q })).toEqual(scan(stored, q));
  });
});

it('the index holds no term that no message holds, after edits and deletions of old messages', async () => {
  const { id } = await storeConversation(dataSource);
  const stored = await storeMessages(
    dataSource,
    id,
    Array.from({ length: 128 }, (_, i) => ({ text: `same own${i}`, createdAt: new Date(BEGAN + i) })),
  );
  await index(id);
  const rows = async (): Promise<{ term: string; slice: number; bits: string }[]> =>
    dataSource.query(
      'SELECT term, slice, bits FROM search_terms WHERE conversationId = ? ORDER BY term, slice',
      [id],
    );
  const before = await rows();
  // `same` and the sender in both slices, and each message's own.
  expect(before).toHaveLength(2 * 2 + 128);
  await change(stored[3]!, { deletedAt: new Date() });
  await change(stored[70]!, { text: 'same other' });
  await index(id);
  const after = await rows();
  expect(after).toHaveLength(2 * 2 + 127);
  await change(stored[70]!, { text: stored[70]!.text });
  await index(id);
  const ofFourth = 1n << 3n;
  expect(await rows()).toEqual(
    before.flatMap((row) => {
      const bits = row.slice === 0 ? BigInt(row.bits) & ~ofFourth : BigInt(row.bits);
      return bits === 0n ? [] : [{ ...row, bits: String(bits) }];
    }),
  );
});

it('any number of indexers at once leave what one leaves', async () => {
  const { id, members } = await storeConversation(dataSource);
  const texts = Array.from({ length: 700 }, (_, i) => ({
    text: `tick ${i % 5}`,
    createdAt: new Date(BEGAN + i),
  }));
  const stored = await storeMessages(dataSource, id, texts);
  await Promise.all([index(id), index(id), index(id), index(id)]);
  for (const q of ['tick 3', 'tick'])
    expect(await found(members[0]!, { q, limit: 200 })).toEqual(scan(stored, q));
});

it('messages from before the index are found once a node has started', async () => {
  const { id, members } = await storeConversation(dataSource);
  const texts = Array.from({ length: 150 }, (_, i) => ({
    text: `ancient ${i}`,
    createdAt: new Date(BEGAN + i),
  }));
  const stored = await storeMessages(dataSource, id, texts);
  expect(await found(members[0]!, { q: 'ancient' })).toEqual([]);
  const second = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() });
  try {
    await vi.waitFor(
      async () => expect(await found(members[0]!, { q: 'ancient' })).toEqual(scan(stored, 'ancient')),
      INDEXED_WITHIN,
    );
  } finally {
    await second.stop();
  }
});
