import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { toMessageView } from '../../../src/ledger/message.dto.js';
import { MessageStore } from '../../../src/ledger/message.store.js';
import { type MessageContent, type StoredMessage, noContent } from '../../../src/ledger/stored-message.js';
import { tombstone } from '../../../src/messaging/message-rules.js';
import { aDraft, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeFile } from '../../support/stored-file.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('message-rows');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const everything = (userId: string): MessageContent => ({
  text: 'Look 👀',
  attachments: [
    { id: anId(), name: '図面 "a".png', contentType: 'image/png', size: 12, width: 3, height: 4 },
  ],
  replyTo: 1,
  threadOf: 1,
  mentions: [userId],
  mentionAll: true,
  forwarded: { senderId: '9', createdAt: '2026-11-21T08:15:30.123Z' },
  metadata: { a: { b: [1, null] } },
});

async function post(
  contentFor: (userId: string) => Partial<MessageContent>,
): Promise<[StoredMessage, () => Promise<StoredMessage>]> {
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  const { id: conversationId, members } = await storeConversation(dataSource);
  const post = (draft: Partial<MessageContent>) =>
    node.app.get(LedgerService).post(aDraft({ conversationId, senderId: members[0]!, ...draft }));
  await post({});
  const content = contentFor(members[1]!);
  for (const { id } of content.attachments ?? []) await storeFile(dataSource, id, members[0]!);
  const { message } = await post(content);
  return [
    message,
    async () => (await node.app.get(MessageStore).findAt([{ conversationId, seq: message.seq }]))[0]!,
  ];
}

it('give back all that a message holds', async () => {
  let content: MessageContent = noContent;
  const [message, stored] = await post((userId) => (content = everything(userId)));
  expect(await stored()).toEqual(message);
  expect(await stored()).toMatchObject(content);
  const { replyTo, threadOf, mentions, mentionAll, attachments } = content;
  expect(toMessageView(message)).toMatchObject({ replyTo, threadOf, mentions, mentionAll, attachments });
});

it('of plain messages hold nothing else', async () => {
  const [, stored] = await post(() => ({ text: 'Hello' }));
  expect(await stored()).toMatchObject({ ...noContent, text: 'Hello', threadCount: 0 });
  expect(toMessageView(await stored())).toMatchObject({ attachments: [], mentions: [], threadCount: 0 });
});

it('of tombstones hold nothing of it any more but the place in the thread', async () => {
  const [message, stored] = await post(everything);
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  await node.app.get(MessageStore).update(dataSource.manager, tombstone(message, new Date()));
  expect(await stored()).toMatchObject({ ...noContent, threadOf: 1 });
});
