import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { MessageStore } from '../../../src/ledger/message.store.js';
import type { MessageDraft } from '../../../src/ledger/stored-message.js';
import { aDraft, anId } from '../../support/builders.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';

let database: TestDatabase;
let nodes: TestNode[];
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('group_commit');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  nodes = [await startNode(shared), await startNode(shared)];
  dataSource = nodes[0]!.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

const post = (draft: MessageDraft, node = 0) => nodes[node]!.app.get(LedgerService).post(draft);

const rowsOf = (conversationId: string): Promise<{ seq: number; createdRev: number; id: string }[]> =>
  dataSource.query('SELECT seq, createdRev, id FROM messages WHERE conversationId = ? ORDER BY seq', [
    conversationId,
  ]);

const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Changes the membership as a later part of the product will: under the head's lock, with a rev of its own. */
async function remove(conversationId: string, userId: string): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query('SELECT rev FROM conversation_heads WHERE conversationId = ? FOR UPDATE', [
      conversationId,
    ]);
    await manager.query(
      'UPDATE conversation_heads SET rev = rev + 1, membersRev = rev WHERE conversationId = ?',
      [conversationId],
    );
    await manager.query(
      `UPDATE members SET removedAt = UTC_TIMESTAMP(3), rev = (SELECT rev FROM conversation_heads h
       WHERE h.conversationId = members.conversationId) WHERE conversationId = ? AND userId = ?`,
      [conversationId, userId],
    );
  });
}

describe('sends from two nodes at once', () => {
  it('get seqs and revs without holes, each its own, and all are stored', async () => {
    const members = [anId(), anId()];
    const conversations = [
      await storeConversation(dataSource, members),
      await storeConversation(dataSource, members),
      await storeConversation(dataSource, members),
    ];
    const sends = oneTo(300).map((i) => {
      const conversationId = conversations[i % 3]!.id;
      return post(aDraft({ conversationId, senderId: members[i % 2]!, clientId: `c-${i}` }), i % 2);
    });
    const answers = await Promise.all(sends);
    for (const { id } of conversations) {
      const answered = answers.map(({ message }) => message).filter((m) => m.conversationId === id);
      expect(answered.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(oneTo(100));
      expect(answered.every((m) => m.rev === m.seq + 1 && m.createdRev === m.rev)).toBe(true);
      const rows = await rowsOf(id);
      expect(rows.map(({ seq }) => seq)).toEqual(oneTo(100));
      for (const { seq, id: messageId } of answered) expect(rows[seq - 1]?.id).toBe(messageId);
      const [head] = await dataSource.query('SELECT * FROM conversation_heads WHERE conversationId = ?', [
        id,
      ]);
      expect(head).toMatchObject({ rev: 101, lastSeq: 100, membersRev: 1 });
    }
  });

  it('share their revs with changes that are no messages: each has its own, without a hole', async () => {
    const { id, members } = await storeConversation(dataSource);
    const touch = (node: number) =>
      nodes[node]!.app.get(LedgerService).change(id, async (change) => {
        const rev = change.takeRev();
        change.tell({ type: 'conversation.updated', conversationId: id, rev, seq: 0, subject: '' });
        return rev;
      });
    const send = async (i: number) =>
      (await post(aDraft({ conversationId: id, senderId: members[0]! }), i % 2)).message.rev;
    const rounds = [];
    for (let round = 0; round < 10; round += 1)
      rounds.push(...(await Promise.all(oneTo(12).map((i) => (i % 3 === 0 ? touch(i % 2) : send(i))))));
    expect(rounds.toSorted((a, b) => a - b)).toEqual(oneTo(120).map((i) => i + 1));
    expect((await rowsOf(id)).map(({ seq }) => seq)).toEqual(oneTo(80));
  });

  it('keep the order in which each node got them', async () => {
    const { id, members } = await storeConversation(dataSource);
    const sends = oneTo(100).map(() => post(aDraft({ conversationId: id, senderId: members[0]! })));
    const seqs = (await Promise.all(sends)).map(({ message }) => message.seq);
    expect(seqs).toEqual(oneTo(100));
  });

  it('under the same clientId are one message, and all get it', async () => {
    const { id, members } = await storeConversation(dataSource);
    const retries = oneTo(20).map((i) =>
      post(aDraft({ conversationId: id, senderId: members[0]!, clientId: 'same' }), i % 2),
    );
    const answers = await Promise.all(retries);
    expect(new Set(answers.map(({ message }) => message.id)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await rowsOf(id)).toHaveLength(1);
  });

  it('under the same clientId in two conversations are one message and one conflict', async () => {
    const members = [anId(), anId()];
    for (let round = 0; round < 10; round += 1) {
      const [one, two] = [
        await storeConversation(dataSource, members),
        await storeConversation(dataSource, members),
      ];
      const clientId = `twice-${round}`;
      const outcomes = await Promise.allSettled([
        post(aDraft({ conversationId: one.id, senderId: members[0]!, clientId }), 0),
        post(aDraft({ conversationId: two.id, senderId: members[0]!, clientId }), 1),
      ]);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refused).toEqual([expect.objectContaining({ code: 'message.client_id_conflict' })]);
      expect([...(await rowsOf(one.id)), ...(await rowsOf(two.id))]).toHaveLength(1);
    }
  });

  it('write one row of the outbox a transaction, which is gone once all is delivered', async () => {
    const { id, members } = await storeConversation(dataSource);
    await Promise.all(oneTo(50).map(() => post(aDraft({ conversationId: id, senderId: members[0]! }))));
    await expect
      .poll(() => dataSource.query('SELECT id FROM outbox'), { timeout: 2_000, interval: 50 })
      .toEqual([]);
  });
});

describe('a message', () => {
  it('comes back as it was stored, with any text and any metadata', async () => {
    const { id, members } = await storeConversation(dataSource);
    const text = '🦊 "quoted" \\ \' %s ? ?? \n\t\u2028 e\u0301 😀'.repeat(50);
    const metadata = { a: [1, null, { 'ключ ?': '🙂' }], b: "'; DROP TABLE messages; --" };
    const draft = aDraft({ conversationId: id, senderId: members[0]!, text, metadata });
    const { message } = await post(draft);
    const [stored] = await nodes[1]!.app.get(MessageStore).findAt([{ conversationId: id, seq: 1 }]);
    expect(stored).toEqual({ ...message, text, metadata });
  });

  it('is stamped by the clock of MySQL, and the conversation with it', async () => {
    const { id, members } = await storeConversation(dataSource);
    const [before] = await dataSource.query('SELECT UTC_TIMESTAMP(3) AS now');
    const { message } = await post(aDraft({ conversationId: id, senderId: members[0]! }));
    const [after] = await dataSource.query('SELECT UTC_TIMESTAMP(3) AS now');
    expect(message.createdAt.getTime()).toBeGreaterThanOrEqual(before.now.getTime());
    expect(message.createdAt.getTime()).toBeLessThanOrEqual(after.now.getTime());
    const [head] = await dataSource.query(
      'SELECT changedAt FROM conversation_heads WHERE conversationId = ?',
      [id],
    );
    expect(head.changedAt).toEqual(message.createdAt);
  });
});

describe('whoever is no member', () => {
  it('is refused as if there were no such conversation', async () => {
    const { id } = await storeConversation(dataSource);
    for (const conversationId of [id, '404'])
      await expect(post(aDraft({ conversationId, senderId: anId() }))).rejects.toMatchObject({
        code: 'conversation.not_found',
      });
    expect(await rowsOf(id)).toEqual([]);
  });

  it('any more is refused at once, on every node, whatever list of members a node remembers', async () => {
    const { id, members } = await storeConversation(dataSource);
    const [removed = '', other = ''] = members;
    for (const node of [0, 1]) await post(aDraft({ conversationId: id, senderId: removed }), node);
    await remove(id, removed);
    for (const node of [0, 1])
      await expect(post(aDraft({ conversationId: id, senderId: removed }), node)).rejects.toMatchObject({
        code: 'conversation.not_found',
      });
    expect((await post(aDraft({ conversationId: id, senderId: other }))).message).toMatchObject({
      seq: 3,
      rev: 5,
    });
  });

  it('any more still gets the first answer to what they had sent', async () => {
    const { id, members } = await storeConversation(dataSource);
    const send = () => post(aDraft({ conversationId: id, senderId: members[0]!, clientId: 'before' }));
    const first = await send();
    await remove(id, members[0]!);
    expect(await send()).toEqual({ kind: 'stored', message: first.message, isNew: false });
  });

  it('does not fail the others of the same transaction', async () => {
    const { id, members } = await storeConversation(dataSource);
    const outcomes = await Promise.allSettled([
      post(aDraft({ conversationId: id, senderId: members[0]! })),
      post(aDraft({ conversationId: id, senderId: anId() })),
      post(aDraft({ conversationId: id, senderId: members[1]! })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await rowsOf(id)).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
