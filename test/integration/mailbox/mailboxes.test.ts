import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Position } from '../../../src/mailbox/cursor.js';
import { type MailboxPage, EpochChanged } from '../../../src/mailbox/mailbox.store.js';
import { shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { aDelivery, anId } from '../../support/builders.js';
import { EPOCH_MS, Mailboxes } from './mailbox-fixture.js';

const HOUR_MS = 3_600_000;
const LENGTH = 10;

let mailboxes: Mailboxes;
let user: string;
let conversation: string;
let sent: number;

beforeAll(async () => {
  mailboxes = new Mailboxes(inject('redisUrl'), {
    CONNECTIONS_PER_USER: '3',
    MAILBOX_LENGTH: String(LENGTH),
    MAILBOX_RETENTION_HOURS: '1',
  });
  await mailboxes.establish();
});

beforeEach(() => {
  [user, conversation, sent] = [anId(), anId(), 0];
});

afterAll(() => mailboxes.close());

async function send(count: number): Promise<void> {
  await mailboxes.deliver([aDelivery(conversation, [sent + 1, sent + count], [user], sent)]);
  sent += count;
}

async function opened(connection?: string, node?: string): Promise<Position> {
  const answer = await mailboxes.connect(user, connection, node);
  if (answer.kind === 'full') throw new Error('full');
  return answer.tail;
}

const close = (connection = 'c1', node = 'n1') => mailboxes.store.close(user, connection, node, 0);
const revsOf = (page: MailboxPage) =>
  page.kind === 'page' ? page.entries.map(({ reference }) => reference?.rev) : page;
const lifeOf = (kind: 'user' | 'box') => mailboxes.redis.pttl(mailboxes.key(kind, user));
const FOR_EVER = -1;

describe('reading', () => {
  it('gives what is after a position, a page at a time, with the tail', async () => {
    const start = await opened();
    await send(5);
    const first = await mailboxes.read(user, start, 3);
    expect(revsOf(first)).toEqual([1, 2, 3]);
    if (first.kind !== 'page') return;
    const rest = await mailboxes.read(user, first.entries.at(-1)!.position, 3);
    expect(revsOf(rest)).toEqual([4, 5]);
    expect(rest.kind === 'page' && rest.entries.at(-1)?.position).toEqual(rest.tail);
  });

  it('gives nothing at the tail, also while the mailbox has had no entry yet', async () => {
    const start = await opened();
    expect(await mailboxes.read(user, start, 10)).toEqual({
      kind: 'page',
      tail: start,
      cast: 0,
      entries: [],
    });
    await send(2);
    const { tail } = await mailboxes.read(user, start, 10);
    expect(revsOf(await mailboxes.read(user, tail, 10))).toEqual([]);
  });

  it('tells that the mailbox does not reach back, once it was trimmed', async () => {
    const start = await opened();
    await send(1);
    const [early] = await mailboxes.entries(user);
    // Streams are trimmed by whole nodes of 100 entries.
    for (let i = 0; i < 4; i += 1) await send(60);
    const kept = await mailboxes.entries(user);
    expect(kept.length).toBeGreaterThanOrEqual(LENGTH);
    expect(kept.length).toBeLessThan(240);
    for (const position of [start, early!.position])
      expect(await mailboxes.read(user, position, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    const whole = await mailboxes.read(user, kept[0]!.position, 1_000);
    expect(revsOf(whole)).toEqual(kept.slice(1).map(({ reference }) => reference?.rev));
  });

  it('tells that a position was never given out', async () => {
    const { ms, n } = await opened();
    for (const future of [
      { ms, n: n + 1 },
      { ms: ms + 1, n: 0 },
      { ms: 999_999_999_999_999, n: 9 },
    ])
      expect(await mailboxes.read(user, future, 10)).toMatchObject({ kind: 'gap', why: 'future' });
  });

  it('tells that the mailbox began after the position, and that there is none', async () => {
    const other = anId();
    const { ms } = await opened();
    await send(1);
    expect(await mailboxes.read(user, { ms: ms - 1, n: 0 }, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    expect(await mailboxes.read(user, { ms: 0, n: 0 }, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    expect(await mailboxes.read(other, { ms: EPOCH_MS + 1, n: 0 }, 10)).toMatchObject({ why: 'old' });
  });
});

describe('opening', () => {
  it('allows so many connections of a user, and those open ones to come again', async () => {
    for (const connection of ['a', 'b', 'c']) await opened(connection);
    expect(await mailboxes.connect(user, 'd')).toEqual({ kind: 'full' });
    expect(await mailboxes.connect(user, 'c')).toMatchObject({ kind: 'open' });
    await close('b');
    expect(await mailboxes.connect(user, 'd')).toMatchObject({ kind: 'open' });
  });

  it('needs no connection, and then counts for none', async () => {
    for (const connection of ['a', 'b', 'c']) await opened(connection);
    expect(await mailboxes.open(user)).toMatchObject({ kind: 'open' });
    expect(await mailboxes.redis.hkeys(mailboxes.key('user', user))).toEqual(
      expect.arrayContaining(['c:a', 'c:b', 'c:c', 'floor']),
    );
  });

  it('keeps what is in the mailbox', async () => {
    const start = await opened();
    await send(2);
    await opened('c2');
    await mailboxes.open(user);
    expect(revsOf(await mailboxes.read(user, start, 10))).toEqual([1, 2]);
  });
});

it('a mailbox begins also where Redis was emptied just before something was noted of its user', async () => {
  await mailboxes.redis.hset(mailboxes.key('user', user), 'acked', `${EPOCH_MS}-1`);
  const start = await opened('c1');
  await send(2);
  expect(revsOf(await mailboxes.read(user, start, 10))).toEqual([1, 2]);
});

describe('a mailbox', () => {
  it('lives on while somebody follows', async () => {
    await mailboxes.open(user);
    await opened();
    await send(1);
    expect([await lifeOf('user'), await lifeOf('box')]).toEqual([FOR_EVER, FOR_EVER]);
  });

  it('lives on for its time after the last connection, and takes what comes meanwhile', async () => {
    const start = await opened('a');
    await opened('b');
    await send(1);
    await close('a');
    expect(await lifeOf('user')).toBe(FOR_EVER);
    await close('b');
    await send(1);
    expect(revsOf(await mailboxes.read(user, start, 10))).toEqual([1, 2]);
    expect(await lifeOf('user')).toBeGreaterThan(HOUR_MS - 5_000);
    expect(await lifeOf('user')).toBeLessThanOrEqual(HOUR_MS);
  });

  it.each([
    ['opened without a connection', () => mailboxes.open(user)],
    ['left before its first entry', async () => (await opened(), close())],
    ['left after its first entry', async () => (await opened(), await send(1), close())],
  ])('%s ends with its head, its entries a little later', async (_, leave) => {
    await leave();
    await send(2);
    const [head, box] = [await lifeOf('user'), await lifeOf('box')];
    expect(head).toBeGreaterThan(0);
    expect(box).toBeGreaterThan(head);
    expect(box).toBeLessThanOrEqual(HOUR_MS + 120_000);
  });

  it('whose head is gone claims nothing: it begins anew, empty', async () => {
    const start = await opened();
    await send(2);
    await mailboxes.redis.del(mailboxes.key('user', user));
    expect(await mailboxes.read(user, start, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    const again = await opened();
    expect(await mailboxes.entries(user)).toEqual([]);
    expect(await mailboxes.read(user, start, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    await send(1);
    expect(revsOf(await mailboxes.read(user, again, 10))).toEqual([3]);
  });
});

describe('closing', () => {
  it('twice, or what was never open, changes nothing', async () => {
    await opened();
    await close('other');
    await close('c1', 'n2');
    expect(await mailboxes.redis.hget(mailboxes.key('user', user), 'c:c1')).toBe('n1');
    await close();
    await close();
    expect(await mailboxes.redis.hexists(mailboxes.key('user', user), 'c:c1')).toBe(0);
  });

  it('comes after the opening also where the server has just begun to run', async () => {
    await mailboxes.redis.script('FLUSH');
    await mailboxes.store.runId();
    await close('other');
    await Promise.all([opened('c1'), close('c1')]);
    expect(await mailboxes.redis.hexists(mailboxes.key('user', user), 'c:c1')).toBe(0);
  });

  it('leaves a connection that another node has taken over', async () => {
    await opened('c1', 'n1');
    await opened('c1', 'n2');
    await close('c1', 'n1');
    expect(await mailboxes.redis.hget(mailboxes.key('user', user), 'c:c1')).toBe('n2');
    expect(await lifeOf('user')).toBe(FOR_EVER);
  });

  it('of a whole node unregisters all it holds, a few hundred at a time, and leaves the others', async () => {
    const node = `n-${anId()}`;
    const users = Array.from({ length: 450 }, anId).map((id, i, all) => (i === 0 ? user : (all[i] ?? id)));
    await Promise.all(users.map((id) => mailboxes.connect(id, 'c', node)));
    await opened('mine', 'n2');
    for (let shard = 0; shard < 16; shard += 1) while ((await mailboxes.store.sweep(shard, node, 0)) > 0);
    for (const id of users) expect(await mailboxes.redis.hexists(mailboxes.key('user', id), 'c:c')).toBe(0);
    expect(await mailboxes.redis.hget(mailboxes.key('user', user), 'c:mine')).toBe('n2');
    expect((await mailboxes.keys()).filter((key) => key.includes(`conns:${node}`))).toEqual([]);
  });

  it('the last connection of a node does not start the count of its wake-ups anew', async () => {
    const node = `n-${anId()}`;
    await opened('c1', node);
    await send(1);
    await send(1);
    await close('c1', node);
    await opened('c1', node);
    await send(1);
    const [state] = await mailboxes.store.shardStates([shardOf(user)], node);
    expect(state?.wakes).toBe(3);
  });

  it('a node that is gone forgets the count of its wake-ups', async () => {
    const node = `n-${anId()}`;
    await opened('c1', node);
    await send(1);
    await mailboxes.store.sweep(shardOf(user), node, 0);
    expect(await mailboxes.redis.hexists(`${shardPrefix(mailboxes.prefix, shardOf(user))}wakes`, node)).toBe(
      0,
    );
  });
});

describe('an epoch', () => {
  it('is agreed on: whoever establishes second takes the first one’s', async () => {
    const fresh = new Mailboxes(inject('redisUrl'));
    const words = await Promise.all(
      ['a', 'b', 'c'].map((word) => fresh.begin(0, 'run1', word, { nowMs: 5, cast: 0 })),
    );
    expect(new Set(words).size).toBe(1);
    fresh.close();
  });

  it('does not begin in a present that was asked before everything was lost again', async () => {
    const fresh = new Mailboxes(inject('redisUrl'));
    const { beginnings, redis } = fresh;
    const [stale, word] = [EPOCH_MS - 60_000, await beginnings.announce(0, 'run1', 'a')];
    await fresh.begin(0, 'run1', 'b', { nowMs: EPOCH_MS, cast: 7 });
    await redis.del(await fresh.keys());
    expect(await beginnings.establish(0, 'run1', word, { nowMs: stale, cast: 3 })).toBeUndefined();
    expect(await fresh.keys()).toEqual([]);
    expect(await fresh.begin(0, 'run1', 'c', { nowMs: EPOCH_MS, cast: 7 })).toBe('run1:c');
    fresh.close();
  });

  it('of another run of the server begins above every position given out before', async () => {
    const fresh = new Mailboxes(inject('redisUrl'));
    await fresh.establish('run1', 'a', EPOCH_MS);
    const before = await fresh.connect(user);
    const [old = ''] = fresh.epochs;
    await fresh.establish('run2', 'b', EPOCH_MS - 60_000);
    expect(fresh.epochs[0]).not.toBe(old);
    const after = await fresh.connect(user);
    if (before.kind !== 'open' || after.kind !== 'open') throw new Error('full');
    expect(after.tail.ms).toBeGreaterThan(before.tail.ms);
    expect(await fresh.read(user, before.tail, 10)).toMatchObject({ kind: 'gap', why: 'old' });
    fresh.close();
  });

  it('that is over is refused by everything that reads, writes or registers', async () => {
    const start = await opened();
    const { store } = mailboxes;
    for (const epoch of ['', 'run0:word', 'run1:other']) {
      await expect(store.open(epoch, user, 'c9', 'n1')).rejects.toThrow(EpochChanged);
      await expect(store.open(epoch, user, '', '')).rejects.toThrow(EpochChanged);
      await expect(store.read(epoch, user, start, 10)).rejects.toThrow(EpochChanged);
      const batch = { committedMs: 1, latestMs: 9e15, header: { a: [], c: [] }, bodies: [] };
      await expect(store.append(shardOf(user), epoch, batch)).rejects.toThrow(EpochChanged);
    }
  });
});
