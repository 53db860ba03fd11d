import { fc } from '../../support/property.js';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { comparePositions } from '../../../src/mailbox/cursor.js';
import type { ConversationDelivery } from '../../../src/mailbox/delivery.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { aDelivery, aReference, anId } from '../../support/builders.js';
import { EPOCH_MS, Mailboxes, usersInDifferentShards } from './mailbox-fixture.js';

let mailboxes: Mailboxes;
let conversation: string;
let users: string[];

beforeAll(async () => {
  mailboxes = new Mailboxes(inject('redisUrl'));
  await mailboxes.establish();
});

beforeEach(async () => {
  conversation = anId();
  users = usersInDifferentShards(3, anId);
  for (const user of users) await mailboxes.connect(user);
});

afterAll(() => mailboxes.close());

const send = (from: number, to: number, settledRev?: number, recipients = users) =>
  mailboxes.deliver([aDelivery(conversation, [from, to], recipients, settledRev)]);
const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a batch', () => {
  it('reaches each mailbox once, however often it is delivered', async () => {
    await send(1, 3, 0);
    await send(1, 3, 0);
    await send(1, 3);
    for (const user of users) expect(await mailboxes.revs(user, conversation)).toEqual([1, 2, 3]);
  });

  it('that overlaps what is there brings only what is newer', async () => {
    await send(1, 3, 0);
    await send(2, 5);
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual(oneTo(5));
  });

  it('that would leave a hole is refused whole, and brings nothing', async () => {
    await send(1, 2, 0);
    expect(await send(4, 5)).toEqual(new Set([conversation]));
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual([1, 2]);
    await send(3, 5);
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual(oneTo(5));
  });

  it('of a conversation that the shard does not know is refused until it is said what is settled', async () => {
    expect(await send(7, 8)).toEqual(new Set([conversation]));
    expect(await send(7, 8, 6)).toEqual(new Set());
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual([7, 8]);
  });

  it('is refused for its own conversation alone: the others of the batch are delivered', async () => {
    const other = anId();
    const deliveries = [aDelivery(conversation, [5, 5], users), aDelivery(other, [1, 1], users, 0)];
    expect(await mailboxes.deliver(deliveries)).toEqual(new Set([conversation]));
    expect(await mailboxes.revs(users[0]!, other)).toEqual([1]);
  });

  it('brings changes without a number each time: they are safe to repeat', async () => {
    const receipt = aReference({ type: 'receipt.read', conversationId: conversation, rev: 0 });
    const delivery: ConversationDelivery = {
      conversationId: conversation,
      firstRev: 0,
      lastRev: 0,
      events: [{ reference: receipt, recipients: users, body: '' }],
    };
    await mailboxes.deliver([delivery]);
    await mailboxes.deliver([delivery]);
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual([0, 0]);
  });

  it('keeps several events of one rev together: all of them or none', async () => {
    const change = (subject: string) => ({
      reference: aReference({ type: 'member.added' as const, conversationId: conversation, rev: 2, subject }),
      recipients: users,
      body: '',
    });
    await send(1, 1, 0);
    const delivery = {
      conversationId: conversation,
      firstRev: 2,
      lastRev: 2,
      events: [change('1'), change('2')],
    };
    await mailboxes.deliver([delivery]);
    await mailboxes.deliver([delivery]);
    expect(await mailboxes.revs(users[0]!, conversation)).toEqual([1, 2, 2]);
  });
});

describe('positions', () => {
  it('only rise, and are the same for all recipients in a shard', async () => {
    const sameShard = usersInShard(shardOf(users[0]!), 3);
    for (const user of sameShard) await mailboxes.connect(user);
    await send(1, 5, 0, [...users, ...sameShard]);
    const [first, ...others] = await Promise.all(
      sameShard.map(async (user) => (await mailboxes.entries(user)).map(({ position }) => position)),
    );
    expect(first).toHaveLength(5);
    expect(first).toEqual(first?.toSorted(comparePositions));
    for (const positions of others) expect(positions).toEqual(first);
  });

  it('are never before the commit, and never go back when an older commit comes later', async () => {
    const now = (await mailboxes.open(users[0]!)) as { tail: { ms: number } };
    const newest = now.tail.ms + 5_000;
    await mailboxes.deliver([aDelivery(conversation, [1, 1], users, 0)], { committedMs: newest });
    await mailboxes.deliver([aDelivery(conversation, [2, 2], users)], { committedMs: newest - 3_000 });
    const positions = (await mailboxes.entries(users[0]!)).map(({ position }) => position);
    expect(positions).toEqual([
      { ms: newest, n: 0 },
      { ms: newest, n: 1 },
    ]);
  });

  it('are not given out to what comes to its turn too late, by the clock of Redis: it hears so, and nothing is done', async () => {
    const [user = ''] = users;
    await mailboxes.open(user);
    const shard = shardOf(user);
    const append = (rev: number, withinMs: number) =>
      mailboxes.store.append(shard, mailboxes.epochs[shard]!, {
        committedMs: EPOCH_MS,
        latestMs: Number.MAX_SAFE_INTEGER,
        withinMs,
        header: {
          a: [[user]],
          c: [[conversation, rev, rev, rev - 1, [[rev, `mc,${conversation},${rev},1,1`, 1, 0]]]],
        },
        bodies: [],
      });
    expect(await append(1, 60_000)).toEqual({ kind: 'ok', refused: [] });
    expect(await append(2, -1_000)).toEqual({ kind: 'stale' });
    expect(await mailboxes.revs(user, conversation)).toEqual([1]);
    expect(await append(2, 60_000)).toEqual({ kind: 'ok', refused: [] });
    expect(await mailboxes.revs(user, conversation)).toEqual([1, 2]);
  });

  it('are not given out beyond what the deliverer may give: it hears that it is late', async () => {
    const shard = shardOf(users[0]!);
    const { tail } = (await mailboxes.open(users[0]!)) as { tail: { ms: number } };
    const late = await mailboxes.store.append(shard, mailboxes.epochs[shard]!, {
      committedMs: tail.ms - 20_000,
      latestMs: tail.ms - 1,
      header: { a: [[users[0]!]], c: [[conversation, 1, 1, 0, [[1, 'mc,1,1,1,1', 1, 0]]]] },
      bodies: [],
    });
    expect(late).toEqual({ kind: 'late' });
    expect(await mailboxes.entries(users[0]!)).toEqual([]);
  });
});

describe('whoever has no mailbox', () => {
  it('costs nothing: no key is made for them', async () => {
    const strangers = usersInDifferentShards(3, anId);
    const before = (await mailboxes.keys()).length;
    await send(1, 50, 0, [...users, ...strangers]);
    const made = (await mailboxes.keys()).filter((key) => strangers.some((user) => key.endsWith(user)));
    expect(made).toEqual([]);
    // A box for each who follows and a count of wake-ups in their shard; the last rev in each shard that was concerned.
    expect((await mailboxes.keys()).length - before).toBeLessThanOrEqual(users.length * 2 + 6);
  });

  it('and comes gets what is delivered from then on', async () => {
    const late = usersInDifferentShards(1, anId)[0]!;
    await send(1, 2, 0, [late]);
    await mailboxes.connect(late);
    await send(3, 4, undefined, [late]);
    expect(await mailboxes.revs(late, conversation)).toEqual([3, 4]);
  });
});

interface Batch {
  readonly node: number;
  readonly from: number;
  readonly to: number;
}

/** What happens next: a node takes its next batch, and perhaps dies with one shard still to be told. */
interface Step {
  readonly node: number;
  readonly dies: boolean;
}

const schedules = fc.record({
  /** How many changes each commit has, and whose commit it is. */
  commits: fc.array(fc.record({ node: fc.nat(1), size: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 2,
    maxLength: 8,
  }),
  steps: fc.array(fc.record({ node: fc.nat(1), dies: fc.boolean() }), { maxLength: 20 }),
});

describe('two nodes that deliver neighbouring batches in any order', () => {
  it('lose nothing, double nothing, and keep the order, for any recipient', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async ({ commits, steps }) => {
        const id = anId();
        const recipients = usersInDifferentShards(3, anId);
        for (const user of recipients) await mailboxes.connect(user);
        const batches = numbered(commits);
        const outbox = new Set(batches);
        const queues = [0, 1].map((node) => batches.filter((batch) => batch.node === node));
        for (const step of [...steps, ...batches.map(({ node }) => ({ node, dies: false }))])
          await deliverNext(step, { id, recipients, queue: queues[step.node]!, outbox });
        // What dead nodes left is swept, oldest first.
        for (const { from, to } of outbox)
          await mailboxes.deliver([aDelivery(id, [from, to], recipients, from - 1)]);
        for (const user of recipients)
          expect(await mailboxes.revs(user, id)).toEqual(oneTo(batches.at(-1)!.to));
      }),
      { numRuns: 60 },
    );
  }, 20_000);
});

function numbered(commits: readonly { node: number; size: number }[]): Batch[] {
  let rev = 0;
  return commits.map(({ node, size }) => ({ node, from: rev + 1, to: (rev += size) }));
}

/** As the dispatcher does it: a refused batch goes out again after all that is pending before it. */
async function deliverNext(
  { dies }: Step,
  work: { id: string; recipients: string[]; queue: Batch[]; outbox: Set<Batch> },
): Promise<void> {
  const { id, recipients, queue, outbox } = work;
  const batch = queue.shift();
  if (!batch) return;
  const except = dies ? shardOf(recipients[0]!) : undefined;
  const refused = await mailboxes.deliver([aDelivery(id, [batch.from, batch.to], recipients)], { except });
  if (dies) return;
  if (refused.size > 0) {
    const first = Math.min(batch.from, ...[...outbox].map(({ from }) => from));
    const last = Math.max(batch.to, ...[...outbox].map(({ to }) => to));
    const again = await mailboxes.deliver([aDelivery(id, [first, last], recipients, first - 1)]);
    expect(again.size).toBe(0);
  }
  outbox.delete(batch);
}

function usersInShard(shard: number, count: number): string[] {
  const found: string[] = [];
  while (found.length < count) {
    const id = anId();
    if (shardOf(id) === shard) found.push(id);
  }
  return found;
}
