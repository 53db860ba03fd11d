import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type Position,
  type ReplayMode,
  comparePositions,
  parseCursor,
} from '../../../src/mailbox/cursor.js';
import { type Entry, MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { type Reference, encodeReference } from '../../../src/mailbox/reference.js';
import { ReplayPlans } from '../../../src/offline/replay-plans.js';
import { Replays } from '../../../src/offline/replays.js';
import { coverageOf, covers } from '../../../src/offline/replay-plan.js';
import { aReference, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let mailbox: MailboxService;
let me: string;
let other: string;
let conversationId: string;
let tail: Position;

beforeAll(async () => {
  database = await createDatabase('still_coming');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  mailbox = node.app.get(MailboxService);
});

beforeEach(async () => {
  [me, other] = [anId(), anId()];
  ({ id: conversationId } = await storeConversation(dataSource, [me, other]));
  await store(3);
  tail = await mailbox.open(me);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const store = (count: number) =>
  storeMessages(
    dataSource,
    conversationId,
    Array.from({ length: count }, () => ({ senderId: other, createdAt: new Date() })),
  );
const creation = (seq: number): Reference =>
  aReference({ conversationId, rev: seq + 1, seq, subject: other });

/** Into the mailbox, in this order. */
async function deliver(...references: Reference[]): Promise<void> {
  const committedMs = Date.now();
  for (const reference of references)
    await mailbox.deliver({ committedMs, latestMs: committedMs + 3_600_000 }, [
      {
        conversationId,
        firstRev: reference.rev,
        lastRev: reference.rev,
        settledRev: reference.rev - 1,
        events: [{ reference, recipients: [me], body: '' }],
      },
    ]);
}

/** The messages of a replay; then what whoever resumes from its last event gets, and what goes on over it. */
async function arrive(mode: ReplayMode): Promise<{ replayed: number[]; resumed: number[]; live: number[] }> {
  const plans = node.app.get(ReplayPlans);
  const plan =
    mode === 'pool' ? await plans.planPool(me, tail) : await plans.planSince(me, 'beginning', tail);
  const events: { cursor: string; type: string; data: { message: { seq: number } } }[] = [];
  for await (const page of node.app.get(Replays).events(me, plan))
    events.push(...page.map(({ json }) => JSON.parse(json) as (typeof events)[number]));
  const end = parseCursor(events.at(-1)!.cursor);
  if (end?.kind !== 'mailbox') throw new Error('the replay did not end in the mailbox');
  const entries = await entriesAfter(tail);
  const covered = coverageOf(plan).get(conversationId);
  return {
    replayed: events.flatMap(({ type, data }) => (type === 'message.created' ? [data.message.seq] : [])),
    resumed: seqsOf(entries.filter((entry) => comparePositions(entry.position, end.at) > 0)),
    live: seqsOf(entries.filter(({ reference }) => !(covered && reference && covers(covered, reference)))),
  };
}

async function entriesAfter(position: Position): Promise<readonly Entry[]> {
  const page = await mailbox.read(me, position, 100);
  if (page.kind === 'gap') throw new Error('a gap');
  return page.entries;
}

const seqsOf = (entries: readonly Entry[]): number[] =>
  entries.flatMap(({ reference }) => (reference?.type === 'message.created' ? [reference.seq] : []));

it.each(['pool', 'changes'] as const)(
  'a replay in mode %s leaves to the mailbox what comes after the tail, whatever else comes between',
  async (mode) => {
    await store(3);
    const receipt = aReference({ type: 'receipt.read', conversationId, rev: 0, seq: 3, subject: other });
    await deliver(creation(4), receipt, creation(5), creation(6));
    expect(await arrive(mode)).toEqual({ replayed: [1, 2, 3], resumed: [4, 5, 6], live: [4, 5, 6] });
  },
);

it.each(['pool', 'changes'] as const)(
  'a replay in mode %s waits a moment for what is on its way to the mailboxes',
  async (mode) => {
    await store(2);
    const { insertId } = await dataSource.query('INSERT INTO outbox (committedAt, changes) VALUES (?, ?)', [
      new Date(),
      [creation(4), creation(5)].map(encodeReference).join('\n'),
    ]);
    const arrived = arrive(mode);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await deliver(creation(4), creation(5));
    await dataSource.query('DELETE FROM outbox WHERE id = ?', [insertId]);
    expect(await arrived).toEqual({ replayed: [1, 2, 3], resumed: [4, 5], live: [4, 5] });
  },
);
