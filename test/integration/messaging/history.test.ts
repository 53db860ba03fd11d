import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConversationsService } from '../../../src/conversations/conversations.service.js';
import { History } from '../../../src/messaging/history.js';
import { ReceiptsService } from '../../../src/messaging/receipts/receipts.service.js';
import { aPrincipal, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let history: History;
let conversations: ConversationsService;
let id: string;
let me: string;
let other: string;

beforeAll(async () => {
  database = await createDatabase('history');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  history = node.app.get(History);
  conversations = node.app.get(ConversationsService);
});

beforeEach(async () => {
  [me, other] = [anId(), anId()];
  ({ id } = await storeConversation(dataSource, [me, other]));
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const fill = (count: number) =>
  storeMessages(
    dataSource,
    id,
    Array.from({ length: count }, () => ({ senderId: other })),
  );
const page = async (query: Partial<Parameters<History['page']>[2]>) =>
  (await history.page(aPrincipal(me), id, { limit: 5, ...query })).items.map(({ seq }) => seq);

describe('a page of history', () => {
  beforeEach(() => fill(20));

  it('ascends, wherever it is', async () => {
    expect(await page({})).toEqual([16, 17, 18, 19, 20]);
    expect(await page({ before: 10 })).toEqual([5, 6, 7, 8, 9]);
    expect(await page({ after: 10 })).toEqual([11, 12, 13, 14, 15]);
    expect(await page({ after: 10, before: 13 })).toEqual([11, 12]);
    expect(await page({ around: 10 })).toEqual([8, 9, 10, 11, 12]);
  });

  it('is shorter at the ends and empty beyond them', async () => {
    expect(await page({ before: 3 })).toEqual([1, 2]);
    expect(await page({ before: 1 })).toEqual([]);
    expect(await page({ after: 20 })).toEqual([]);
    expect(await page({ after: 4_294_967_295 })).toEqual([]);
    expect(await page({ around: 1 })).toEqual([1, 2, 3]);
    expect(await page({ around: 20, limit: 4 })).toEqual([18, 19, 20]);
    expect(await page({ around: 0 })).toEqual([1, 2, 3]);
  });

  it('can be read through without a hole or a repetition, in either direction', async () => {
    const forth: number[] = [];
    for (let after = 0; ; after = forth.at(-1) ?? 0) {
      const next = await page({ after, limit: 3 });
      if (next.length === 0) break;
      forth.push(...next);
    }
    expect(forth).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('is for members alone', async () => {
    const stranger = anId();
    for (const conversationId of [id, '404', 'x', '99999999999999999999'])
      await expect(history.page(aPrincipal(stranger), conversationId, { limit: 5 })).rejects.toMatchObject({
        code: 'conversation.not_found',
      });
  });
});

describe('changes after a rev', () => {
  /** Edits a message: its rev becomes the conversation's newest. */
  async function edit(seq: number, rev: number): Promise<void> {
    await dataSource.query('UPDATE messages SET rev = ? WHERE conversationId = ? AND seq = ?', [
      rev,
      id,
      seq,
    ]);
    await dataSource.query('UPDATE conversation_heads SET rev = ? WHERE conversationId = ?', [rev, id]);
  }

  it('show each message once, as it is now, in the order of its last change', async () => {
    await fill(5);
    await edit(2, 7);
    const { messages, rev, more } = await history.changes(aPrincipal(me), id, { sinceRev: 3, limit: 50 });
    expect(messages.map((message) => [message.seq, message.rev])).toEqual([
      [3, 4],
      [4, 5],
      [5, 6],
      [2, 7],
    ]);
    expect({ rev, more }).toEqual({ rev: 7, more: false });
  });

  it('lead on page by page, to the end', async () => {
    await fill(10);
    const seen: number[] = [];
    let sinceRev = 0;
    for (let i = 0; i < 10; i += 1) {
      const { messages, rev, more } = await history.changes(aPrincipal(me), id, { sinceRev, limit: 3 });
      seen.push(...messages.map(({ seq }) => seq));
      sinceRev = rev;
      if (!more) break;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(sinceRev).toBe(11);
    expect(await history.changes(aPrincipal(me), id, { sinceRev, limit: 3 })).toMatchObject({
      messages: [],
      rev: 11,
      more: false,
    });
  });

  it('tell of members when their change is on the page', async () => {
    await fill(4);
    await dataSource.query(
      'UPDATE members SET rev = 4, role = "admin" WHERE conversationId = ? AND userId = ?',
      [id, other],
    );
    const first = await history.changes(aPrincipal(me), id, { sinceRev: 1, limit: 1 });
    expect(first).toMatchObject({ rev: 2, members: [], more: true });
    const second = await history.changes(aPrincipal(me), id, { sinceRev: 2, limit: 50 });
    expect(second.members).toMatchObject([{ userId: other, role: 'admin' }]);
  });
});

describe('unread', () => {
  const unread = async (user = me) => (await conversations.get(aPrincipal(user), id)).unread;
  const read = (seq: number) => node.app.get(ReceiptsService).markRead(aPrincipal(me), id, seq);

  it('counts others’ undeleted text messages after what was read', async () => {
    await storeMessages(dataSource, id, [
      { senderId: other },
      { senderId: me },
      { senderId: other, deletedAt: new Date(), text: null },
      { senderId: other, type: 'system' },
      { senderId: other },
    ]);
    expect(await unread()).toBe(2);
    expect(await unread(other)).toBe(1);
    await read(1);
    expect(await unread()).toBe(1);
    await read(5);
    expect(await unread()).toBe(0);
  });

  it('never grows by reading less, nor by reading beyond the last', async () => {
    await fill(3);
    await read(2);
    await read(1);
    expect(await unread()).toBe(1);
    await read(4_294_967_295);
    expect(await conversations.get(aPrincipal(me), id)).toMatchObject({ readSeq: 3, unread: 0 });
    await fill(1);
    expect(await unread()).toBe(1);
  });

  it('comes out the same whoever marks at the same time', async () => {
    await fill(30);
    await Promise.all(Array.from({ length: 30 }, (_, i) => read(30 - i)));
    expect(await conversations.get(aPrincipal(me), id)).toMatchObject({ readSeq: 30, unread: 0 });
  });
});

describe('the list of conversations', () => {
  it('is read page by page, newest activity first, each once', async () => {
    const made = [id];
    const time = new Date(Date.now() - 30_000);
    // Many of the same time: the id decides.
    for (let i = 0; i < 6; i += 1)
      made.push((await storeConversation(dataSource, [me, other], { at: time })).id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const next = await conversations.list(me, { limit: 2, cursor });
      seen.push(...next.items.map((one) => one.id));
      cursor = next.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(made));
    expect(seen.at(-1)).toBe(id);
  });
});
