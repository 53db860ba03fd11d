import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Position,
  type ReplayMode,
  comparePositions,
  parseCursor,
} from '../../../src/mailbox/cursor.js';
import { type Entry, LATENESS_MS, MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { type Reference, encodeReference } from '../../../src/mailbox/reference.js';
import { MissedMessages } from '../../../src/messaging/missed-messages.js';
import { ReplayPlans } from '../../../src/offline/replay-plans.js';
import { Replays } from '../../../src/offline/replays.js';
import { type ReplayPlan, coverageOf, covers } from '../../../src/offline/replay-plan.js';
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
/** Before all that is stored. */
let sinceMs: number;

beforeAll(async () => {
  database = await createDatabase('still_coming');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  mailbox = node.app.get(MailboxService);
});

beforeEach(async () => {
  [me, other] = [anId(), anId()];
  sinceMs = Date.now() - 30_000;
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

interface Got {
  readonly cursor: string;
  readonly type: string;
  readonly data: { readonly message?: { readonly seq: number; readonly rev: number } };
}

const planFor = (mode: ReplayMode): Promise<ReplayPlan> => {
  const plans = node.app.get(ReplayPlans);
  return mode === 'pool' ? plans.planPool(me, tail) : plans.planSince(me, 'beginning', tail);
};

/** What is left of a replay that was broken off when the client had all messages up to one. */
const planRestFor = (mode: ReplayMode, seq: number): Promise<ReplayPlan> =>
  node.app.get(ReplayPlans).planRest(me, {
    mode,
    sinceMs: mode === 'pool' ? 0 : sinceMs,
    tail,
    conversationId,
    seq,
    replayId: 'abcd',
  });

async function eventsOf(plan: ReplayPlan): Promise<Got[]> {
  const events: Got[] = [];
  for await (const page of node.app.get(Replays).events(me, plan))
    events.push(...page.map(({ json }) => JSON.parse(json) as Got));
  return events;
}

/** The messages of a replay; then what whoever resumes from its last event gets, and what goes on over it. */
async function arrive(plan: ReplayPlan): Promise<{ replayed: number[]; resumed: number[]; live: number[] }> {
  const events = await eventsOf(plan);
  const end = parseCursor(events.at(-1)!.cursor);
  if (end?.kind !== 'mailbox') throw new Error('the replay did not end in the mailbox');
  const entries = await entriesAfter(tail);
  const covered = coverageOf(plan).get(conversationId);
  return {
    replayed: events.flatMap(({ type, data }) =>
      type === 'message.created' && data.message ? [data.message.seq] : [],
    ),
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
    expect(await arrive(await planFor(mode))).toEqual({
      replayed: [1, 2, 3],
      resumed: [4, 5, 6],
      live: [4, 5, 6],
    });
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
    const looks = vi.spyOn(node.app.get(MissedMessages), 'areOnTheirWay');
    const arrived = planFor(mode).then(arrive);
    await vi.waitFor(() => expect(looks).toHaveBeenCalled(), { interval: 5 });
    await deliver(creation(4), creation(5));
    await dataSource.query('DELETE FROM outbox WHERE id = ?', [insertId]);
    expect(await arrived).toEqual({ replayed: [1, 2, 3], resumed: [4, 5], live: [4, 5] });
    looks.mockRestore();
  },
);

it.each(['pool', 'changes'] as const)(
  'a replay in mode %s that is taken up again leaves to the mailbox what has come there meanwhile',
  async (mode) => {
    await store(3);
    const receipt = aReference({ type: 'receipt.read', conversationId, rev: 0, seq: 3, subject: other });
    await deliver(creation(4), receipt, creation(5), creation(6));
    expect(await arrive(await planRestFor(mode, 1))).toEqual({
      replayed: [2, 3],
      resumed: [4, 5, 6],
      live: [4, 5, 6],
    });
  },
);

it('what was brought after the tail before a replay broke off does not come again over the mailbox', async () => {
  await store(3);
  await deliver(creation(4), creation(5), creation(6));
  expect(await arrive(await planRestFor('changes', 4))).toMatchObject({ replayed: [], live: [5, 6] });
});

/** A change of a message as it was committed: its row, the head, and what the mailboxes get of it. */
async function edit(seq: number, rev: number): Promise<Reference> {
  await dataSource.query('UPDATE messages SET rev = ?, editedAt = ? WHERE conversationId = ? AND seq = ?', [
    ...[rev, new Date(), conversationId, seq],
  ]);
  await dataSource.query('UPDATE conversation_heads SET rev = ?, changedAt = ? WHERE conversationId = ?', [
    ...[rev, new Date(), conversationId],
  ]);
  return aReference({ type: 'message.updated', conversationId, rev, seq, subject: other });
}

/** The revs with which a message is shown as changed: by the replay, and over the mailbox after it. */
async function updatesOf(seq: number, plan: ReplayPlan): Promise<{ replayed: number[]; live: number[] }> {
  const events = await eventsOf(plan);
  const covered = coverageOf(plan).get(conversationId);
  const live = (await entriesAfter(tail)).flatMap(({ reference }) => reference ?? []);
  return {
    replayed: events.flatMap(({ type, data }) =>
      type === 'message.updated' && data.message?.seq === seq ? [data.message.rev] : [],
    ),
    live: live
      .filter((change) => change.type === 'message.updated' && change.seq === seq)
      .filter((change) => !(covered && covers(covered, change)))
      .map(({ rev }) => rev),
  };
}

describe('a change of a message that a replay had brought before it broke off', () => {
  it('comes over the mailbox where all comes there that was changed since', async () => {
    await deliver(await edit(1, 5));
    expect(await updatesOf(1, await planRestFor('changes', 2))).toEqual({ replayed: [], live: [5] });
  });

  it('comes with the rest of the replay where it stands in no mailbox', async () => {
    await edit(1, 5);
    expect(await updatesOf(1, await planRestFor('changes', 2))).toEqual({ replayed: [5], live: [] });
  });

  it('comes with the rest of the replay where messages come over the mailbox, and something else does not', async () => {
    const change = await edit(1, 5);
    await edit(2, 6);
    await storeMessages(dataSource, conversationId, [
      { senderId: other, createdAt: new Date(), createdRev: 7, rev: 7 },
    ]);
    await deliver(change, aReference({ conversationId, rev: 7, seq: 4, subject: other }));
    expect(await updatesOf(1, await planRestFor('changes', 2))).toEqual({ replayed: [5], live: [] });
    expect(await updatesOf(2, await planRestFor('changes', 2))).toEqual({ replayed: [6], live: [] });
  });
});

it('a change that stands after the tail is not brought by the replay too', async () => {
  await dataSource.query('UPDATE messages SET createdAt = ? WHERE conversationId = ?', [
    ...[new Date(sinceMs - 1), conversationId],
  ]);
  await deliver(await edit(1, 5));
  const plan = await node.app.get(ReplayPlans).planSince(me, { ms: sinceMs + LATENESS_MS, n: 0 }, tail);
  expect(await updatesOf(1, plan)).toEqual({ replayed: [], live: [5] });
});
