import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Acknowledgements } from '../../../src/mailbox/acknowledgements.js';
import type { Position, ReplayPosition } from '../../../src/mailbox/cursor.js';
import { aDelivery, aReference, anId } from '../../support/builders.js';
import { Mailboxes } from './mailbox-fixture.js';

let mailboxes: Mailboxes;
let acknowledgements: Acknowledgements;
let user: string;
let conversation: string;
let sent: number;

beforeAll(async () => {
  mailboxes = new Mailboxes(inject('redisUrl'));
  await mailboxes.establish();
  acknowledgements = new Acknowledgements(mailboxes.store, mailboxes.notes);
});

beforeEach(async () => {
  [user, conversation, sent] = [anId(), anId(), 0];
  await mailboxes.connect(user);
});

afterAll(() => mailboxes.close());

/** Messages into the mailbox; returns their positions. */
async function send(count: number, id = conversation): Promise<Position[]> {
  const from = id === conversation ? sent : 0;
  await mailboxes.deliver([aDelivery(id, [from + 1, from + count], [user], from)]);
  if (id === conversation) sent += count;
  return (await mailboxes.entries(user)).slice(-count).map(({ position }) => position);
}

const at = (position: Position) => ({ kind: 'mailbox', at: position }) as const;
const acknowledged = async (cursor: Parameters<Acknowledgements['of']>[1]) => {
  const { seqs, confirm } = await acknowledgements.of(user, cursor);
  await confirm();
  return Object.fromEntries(seqs);
};
const inReplay = (conversationId: string, seq: number, overrides: Partial<ReplayPosition> = {}) =>
  ({
    kind: 'replay',
    at: {
      mode: 'pool',
      sinceMs: 0,
      tail: { ms: 1, n: 0 },
      conversationId,
      seq,
      replayId: 'ab12',
      ...overrides,
    },
  }) as const;

describe('a position of the mailbox acknowledges', () => {
  it('all messages up to it, per conversation, and none after it', async () => {
    const positions = await send(5);
    const other = anId();
    await send(2, other);
    expect(await acknowledged(at(positions[2]!))).toEqual({ [conversation]: 3 });
    const { tail } = (await mailboxes.read(user, positions[2]!, 1)) as { tail: Position };
    expect(await acknowledged(at(tail))).toEqual({ [conversation]: 5, [other]: 2 });
  });

  it('nothing twice, and nothing for one that is older', async () => {
    const positions = await send(3);
    await acknowledged(at(positions[2]!));
    expect(await acknowledged(at(positions[2]!))).toEqual({});
    expect(await acknowledged(at(positions[0]!))).toEqual({});
    expect(await acknowledged(at({ ms: 0, n: 0 }))).toEqual({});
  });

  it('the same again as long as it was not confirmed', async () => {
    const [first] = await send(1);
    await acknowledgements.of(user, at(first!));
    expect(await acknowledged(at(first!))).toEqual({ [conversation]: 1 });
  });

  it('nothing where it was never given out', async () => {
    await send(3);
    expect(await acknowledged(at({ ms: 999_999_999_999_999, n: 1 }))).toEqual({});
    const positions = await send(1);
    expect(await acknowledged(at(positions[0]!))).toEqual({ [conversation]: 4 });
  });

  it('nothing of a user without a mailbox', async () => {
    const [position] = await send(1);
    user = anId();
    expect(await acknowledged(at(position!))).toEqual({});
  });

  it('no events that are not messages', async () => {
    await send(1);
    const edit = aReference({ type: 'message.updated', conversationId: conversation, rev: 2, seq: 9 });
    await mailboxes.deliver([
      {
        conversationId: conversation,
        firstRev: 2,
        lastRev: 2,
        events: [{ reference: edit, recipients: [user], body: '' }],
      },
    ]);
    const last = (await mailboxes.entries(user)).at(-1)!.position;
    expect(await acknowledged(at(last))).toEqual({ [conversation]: 1 });
  });

  it('more than a page of them', async () => {
    for (let i = 0; i < 5; i += 1) await send(480);
    const last = (await mailboxes.entries(user)).at(-1)!.position;
    expect(await acknowledged(at(last))).toEqual({ [conversation]: 2_400 });
  });
});

describe('a place in a replay acknowledges', () => {
  beforeEach(async () => {
    for (const [id, seq] of [
      ['10', 7],
      ['9', 4],
      ['100', 2],
    ] as const)
      await acknowledgements.noteReplayed(user, 'ab12', id, seq);
  });

  it('what was written before it: conversations of smaller ids whole, its own up to its seq', async () => {
    expect(await acknowledged(inReplay('10', 5))).toEqual({ '9': 4, '10': 5 });
  });

  it('nothing beyond what was noted, whatever it claims', async () => {
    expect(await acknowledged(inReplay('10', 1_000))).toEqual({ '9': 4, '10': 7 });
    expect(await acknowledged(inReplay('50', 1_000))).toEqual({ '10': 7 });
  });

  it('nothing of another replay, and nothing at its beginning', async () => {
    expect(await acknowledged(inReplay('10', 5, { replayId: 'zz99' }))).toEqual({});
    expect(await acknowledged(inReplay('0', 0))).toEqual({});
  });

  it('with the tail that it ends at, all of it, once it was written whole', async () => {
    const [before] = await send(1);
    expect(await acknowledged(at(before!))).toEqual({ [conversation]: 1 });
    const { tail } = (await mailboxes.read(user, before!, 1)) as { tail: Position };
    await acknowledgements.noteReplayEnd(user, 'ab12', tail);
    expect(await acknowledged(at(tail))).toEqual({ '9': 4, '10': 7, '100': 2 });
    expect(await acknowledged(at(tail))).toEqual({});
  });

  it('nothing with a position before its tail', async () => {
    const [first, second] = await send(2);
    await acknowledgements.noteReplayEnd(user, 'ab12', second!);
    expect(await acknowledged(at(first!))).toEqual({ [conversation]: 1 });
    expect(await acknowledged(at(second!))).toEqual({ [conversation]: 2, '9': 4, '10': 7, '100': 2 });
  });
});
