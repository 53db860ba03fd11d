import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { aDraft } from '../../support/builders.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { DatabaseProxy } from '../../support/proxy.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateMariadb,
} from '../../support/servers.js';
import { type StoredConversation, storeConversation } from '../../support/stored-conversation.js';

/** Milliseconds within which every send is answered: what a lane promises, and a little for this machine. */
const BOUND_MS = 13_500;

/** All of these wait for the same bounds, so they wait together. */
describe.concurrent('a database that gives no answer', () => {
  let frozen: DisposableServer;
  let database: TestDatabase;
  let swallowing: DatabaseProxy;
  const nodes: TestNode[] = [];

  beforeAll(async () => {
    [frozen, database] = await Promise.all([privateMariadb(), createDatabase('silent')]);
    swallowing = await DatabaseProxy.before(database.url);
    const shared = { REDIS_PREFIX: uniquePrefix(), WRITER_LANES: '1' };
    nodes.push(
      await startNode({ ...shared, DATABASE_URL: frozen.url, REDIS_PREFIX: uniquePrefix() }),
      await startNode({ ...shared, DATABASE_URL: swallowing.url }),
      await startNode({ ...shared, DATABASE_URL: database.url, DATABASE_POOL: '2' }),
    );
  });

  afterAll(async () => {
    await frozen.kill('SIGCONT');
    // Whoever else met the swallowed answer, as the search index may, waits for it until the node finds its silence too long.
    await swallowing.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all([frozen.dispose(), database.drop()]);
  }, 90_000);

  const dataSourceOf = (node: number) => nodes[node]!.app.get<DataSource>(getDataSourceToken());
  const aSend = ({ id, members }: StoredConversation, clientId?: string) =>
    aDraft({ conversationId: id, senderId: members[0]!, clientId });
  const post = (node: number, draft: ReturnType<typeof aSend>) =>
    nodes[node]!.app.get(LedgerService).post(draft);
  const storedIds = async (node: number, { id }: StoredConversation): Promise<string[]> => {
    const rows: { id: string }[] = await dataSourceOf(node).query(
      'SELECT id FROM messages WHERE conversationId = ? ORDER BY seq',
      [id],
    );
    return rows.map((row) => row.id);
  };

  it('is answered for within the bound, and what was said to be not stored never is', async () => {
    const conversation = await storeConversation(dataSourceOf(0));
    const before = await post(0, aSend(conversation));
    await frozen.kill('SIGSTOP');
    const began = performance.now();
    const [first, second] = [aSend(conversation), aSend(conversation)];
    const sends = [post(0, first)];
    // The second one waits behind the first transaction and has the same bound.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    sends.push(post(0, second));
    const outcomes = await Promise.allSettled(sends);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'service.unavailable' } });
    await frozen.kill('SIGCONT');
    const after = await post(0, aSend(conversation));
    expect(await storedIds(0, conversation)).toEqual([before.message.id, after.message.id]);
  });

  it('to a commit that it made is found out about, once, within the bound', async () => {
    const conversation = await storeConversation(dataSourceOf(1));
    await post(1, aSend(conversation));
    const draft = aSend(conversation, 'swallowed');
    const began = performance.now();
    const swallowed = swallowing.next('COMMIT', 'answer swallowed');
    const { message } = await post(1, draft);
    await swallowed;
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    expect(message).toMatchObject({ id: draft.id, seq: 2 });
    expect((await post(1, aSend(conversation, 'swallowed'))).message.id).toBe(draft.id);
    expect(await storedIds(1, conversation)).toHaveLength(2);
  });

  it('to anything else leaves nothing behind that holds up later sends', async () => {
    const conversation = await storeConversation(dataSourceOf(2));
    // No connection is free for the lane until after it has given up.
    const others = Array.from({ length: 3 }, () => dataSourceOf(2).query('SELECT SLEEP(11)'));
    const refused = aSend(conversation);
    await expect(post(2, refused)).rejects.toMatchObject({ code: 'service.unavailable' });
    await Promise.all(others);
    const seqs = [];
    for (let i = 0; i < 5; i += 1) seqs.push((await post(2, aSend(conversation))).message.seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
    expect(await storedIds(2, conversation)).not.toContain(refused.id);
  });
});
