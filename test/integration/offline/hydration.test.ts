import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reference } from '../../../src/mailbox/reference.js';
import { Hydration } from '../../../src/offline/hydration.js';
import { aReference, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('hydration');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

it('who was removed and is back is shown their end, and what came since, and nothing of before', async () => {
  const [me, other] = [anId(), anId()];
  const { id: conversationId } = await storeConversation(dataSource, [me, other]);
  const message = (rev: number) => ({ senderId: other, createdAt: new Date(), createdRev: rev, rev });
  // Sent before I was removed (3), while I was away, and since I am back (5).
  await storeMessages(dataSource, conversationId, [message(2), message(4), message(6)]);
  await dataSource.query(
    'UPDATE members SET rev = 5, joinedRev = 5 WHERE conversationId = ? AND userId = ?',
    [conversationId, me],
  );
  const references: Reference[] = [
    aReference({ conversationId, rev: 2, seq: 1, subject: other }),
    aReference({ type: 'reaction.added', conversationId, rev: 2, seq: 1, subject: other, detail: '👍' }),
    aReference({ type: 'member.removed', conversationId, rev: 3, seq: 0, subject: me }),
    aReference({ conversationId, rev: 4, seq: 2, subject: other }),
    aReference({ type: 'conversation.created', conversationId, rev: 5, seq: 0, subject: me }),
    aReference({ type: 'receipt.read', conversationId, rev: 0, seq: 1, subject: other }),
    aReference({ conversationId, rev: 6, seq: 3, subject: other }),
  ];
  const entries = references.map((reference, n) => ({ position: { ms: 1_000, n }, reference }));
  const events = await node.app.get(Hydration).events(me, entries);
  expect(events.map(({ event }) => event?.type)).toEqual([
    undefined,
    undefined,
    'member.removed',
    undefined,
    'conversation.created',
    'receipt.read',
    'message.created',
  ]);
});
