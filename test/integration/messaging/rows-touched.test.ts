import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConversationsService } from '../../../src/conversations/conversations.service.js';
import { History } from '../../../src/messaging/history.js';
import { Snapshots } from '../../../src/offline/snapshots.js';
import { Indexer } from '../../../src/search/indexer.js';
import { SearchService } from '../../../src/search/search.service.js';
import { rowsTouched } from '../../support/asked-queries.js';
import { anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

const CONVERSATIONS = 40;
const MESSAGES = 200;
const UNREAD = 5;
const SLICES = Math.ceil(MESSAGES / 64);

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let ids: string[];
const [me, other] = [anId(), anId()];
const caller = { userId: me, role: 'user' } as never;

beforeAll(async () => {
  database = await createDatabase('rows-touched');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  await dataSource.query(
    `INSERT INTO users (id, username, displayName, role, createdAt, updatedAt) VALUES (?, 'me', 'Me', 'user', NOW(3), NOW(3))`,
    [me],
  );
  ids = [];
  for (let n = 0; n < CONVERSATIONS; n += 1) {
    const { id } = await storeConversation(dataSource, [me, other, ...Array.from({ length: 20 }, anId)]);
    ids.push(id);
    const messages = Array.from({ length: MESSAGES }, (_, i) => ({
      senderId: other,
      text: i % 40 === n % 40 ? 'a rare word' : 'as ever',
      createdAt: new Date(Date.now() - 1_000_000 + 60 * i + n),
    }));
    await storeMessages(dataSource, id, messages);
  }
  // Those of others: many more than mine.
  await Promise.all(Array.from({ length: 200 }, () => storeConversation(dataSource)));
  await dataSource.query('UPDATE members SET readSeq = ? WHERE userId = ?', [MESSAGES - UNREAD, me]);
  await node.app.get(Indexer).index(ids);
  for (const table of ['messages', 'members', 'conversation_heads', 'conversations', 'search_terms'])
    await dataSource.query(`ANALYZE TABLE ${table}`);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const get = <T>(service: new (...args: never[]) => T): T => node.app.get<T>(service);

/** Each is shown with its membership, its head, its last message and what is counted as unread. */
const ofEach = 6 + UNREAD;

it('a page of history touches its messages, and the membership', async () => {
  const page = (query: object) => () => get(History).page(caller, ids[3]!, { limit: 50, ...query });
  for (const query of [{}, { before: 150 }, { after: 50 }, { around: 100 }])
    expect(await rowsTouched(dataSource, page(query)), JSON.stringify(query)).toBeLessThanOrEqual(50 + 3);
});

it('changes touch what has changed, however much there is', async () => {
  const changes = () => get(History).changes(caller, ids[3]!, { sinceRev: MESSAGES + 1 - 20, limit: 50 });
  expect(await rowsTouched(dataSource, changes)).toBeLessThanOrEqual(20 + ofEach + 5);
});

it('a page of conversations touches their times, and more only of those that it shows', async () => {
  const list = () => get(ConversationsService).list(me, { limit: 5, cursor: undefined });
  expect(await rowsTouched(dataSource, list)).toBeLessThanOrEqual(3 * CONVERSATIONS + 6 * (ofEach + 6) + 5);
});

it('a snapshot touches what it shows', async () => {
  const touched = await rowsTouched(dataSource, () => get(Snapshots).of(caller));
  expect(touched).toBeLessThanOrEqual(CONVERSATIONS * (ofEach + 3) + 10);
});

it('a search touches of each conversation the slices that it looks at, and no message but its hits', async () => {
  const search = (q: string, conversationId?: string) => () =>
    get(SearchService).search(caller, { q, limit: 20, sort: 'time', conversationId });
  const found = await rowsTouched(dataSource, search('rare'));
  // Membership, head and position; a term and a slice for each slice of this size; hits, and one beyond.
  expect(found).toBeLessThanOrEqual(CONVERSATIONS * (3 + 2 * SLICES) + 25);
  expect(await rowsTouched(dataSource, search('nowhere'))).toBeLessThanOrEqual(CONVERSATIONS * 5 + 5);
  expect(await rowsTouched(dataSource, search('rare', ids[4]))).toBeLessThanOrEqual(2 + 2 * SLICES + 10);
});
