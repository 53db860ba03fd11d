import { fc } from '../../../support/property.js';
import { describe, expect, it } from 'vitest';
import { ONLY_FOR_SUBJECT } from '../../../../src/ledger/audience.js';
import {
  farther,
  forgottenTimes,
  raised,
  receiptOf,
  receiptsFor,
  timesOf,
  toMessageReceipt,
} from '../../../../src/messaging/receipts/receipt-rules.js';
import type { Mark } from '../../../../src/messaging/receipts/receipts.store.js';

const mark = (readSeq: number, deliveredSeq: number) => ({
  conversationId: '100',
  userId: '200',
  readSeq,
  deliveredSeq,
});
const marks = fc.tuple(fc.nat(50), fc.nat(50)).map(([readSeq, deliveredSeq]) => mark(readSeq, deliveredSeq));

describe('marks', () => {
  it('never go back, never pass the last message, and what is read was delivered', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), marks, (a, b, c, wanted) => {
        const [readSeq = 0, deliveredSeq = 0, lastSeq = 0] = [a, b, c].toSorted((x, y) => x - y);
        const after = raised({ ...mark(readSeq, deliveredSeq), lastSeq }, wanted);
        expect(after.readSeq).toBe(Math.max(readSeq, Math.min(wanted.readSeq, lastSeq)));
        expect(after.deliveredSeq).toBeGreaterThanOrEqual(Math.max(deliveredSeq, after.readSeq));
        expect(after.deliveredSeq).toBeLessThanOrEqual(lastSeq);
      }),
    );
  });

  it('wished for twice count as the farther in each', () => {
    expect(farther(mark(3, 9), mark(5, 7))).toEqual(mark(5, 9));
  });
});

const now = new Date('2026-11-21T08:15:30.123Z');
const move = (from: Mark, after: Mark, overrides = {}) => ({
  before: { ...from, lastSeq: 1_000, isReadHidden: false, now, ...overrides },
  after,
});

describe('receipts', () => {
  it('tell what moved, and nothing where nothing moved', () => {
    expect(receiptsFor(move(mark(1, 2), mark(1, 2)))).toEqual([]);
    expect(receiptsFor(move(mark(1, 2), mark(1, 5))).map(receiptOf)).toEqual([
      { conversationId: '100', userId: '200', seq: 5 },
    ]);
    const both = receiptsFor(move(mark(1, 2), mark(4, 4)));
    expect(both.map(({ type, seq, rev, detail }) => [type, seq, rev, detail])).toEqual([
      ['receipt.delivered', 4, 0, undefined],
      ['receipt.read', 4, 0, undefined],
    ]);
  });

  it('of one who hides what they read are for their own devices, the delivery excepted', () => {
    const both = receiptsFor(move(mark(1, 2), mark(4, 4), { isReadHidden: true }));
    expect(both.map(({ type, detail }) => [type, detail])).toEqual([
      ['receipt.delivered', undefined],
      ['receipt.read', ONLY_FOR_SUBJECT],
    ]);
  });
});

describe('times', () => {
  const timesIn = (from: Mark, to: Mark) =>
    timesOf(move(from, to)).map(({ seq, deliveredAt, readAt }) => [seq, deliveredAt, readAt]);

  it('are noted for each mark that moved, in the order of the seqs', () => {
    expect(timesIn(mark(1, 2), mark(1, 5))).toEqual([[5, now, null]]);
    expect(timesIn(mark(1, 5), mark(5, 5))).toEqual([[5, null, now]]);
    expect(timesIn(mark(1, 2), mark(4, 4))).toEqual([[4, now, now]]);
    expect(timesIn(mark(1, 2), mark(2, 7))).toEqual([
      [2, null, now],
      [7, now, null],
    ]);
  });

  it('of more than a hundred messages ago are forgotten from time to time, but not where the reader stands', () => {
    const forgotten = (from: Mark, to: Mark) => forgottenTimes(move(from, to));
    expect(forgotten(mark(95, 95), mark(97, 97))).toBeUndefined();
    expect(forgotten(mark(10, 127), mark(10, 128))).toMatchObject({ beforeSeq: 28, exceptSeq: 10 });
    expect(forgotten(mark(10, 128), mark(128, 128))).toBeUndefined();
  });

  it('of any history of marks say for each message the first mark that reached it, exactly for the last hundred', () => {
    const steps = fc.array(fc.record({ isRead: fc.boolean(), by: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const kept = new Map<number, { deliveredAt: number | null; readAt: number | null }>();
        const reached: { readSeq: number; deliveredSeq: number }[] = [{ readSeq: 0, deliveredSeq: 0 }];
        let standing = mark(0, 0);
        history.forEach(({ isRead, by }, i) => {
          const to = (isRead ? standing.readSeq : standing.deliveredSeq) + by;
          const after = raised({ ...standing, lastSeq: 10_000 }, isRead ? mark(to, 0) : mark(0, to));
          const step = move(standing, after, { now: new Date(i + 1) });
          for (const { seq, deliveredAt, readAt } of timesOf(step)) {
            const known = kept.get(seq);
            kept.set(seq, {
              deliveredAt: known?.deliveredAt ?? deliveredAt?.getTime() ?? null,
              readAt: known?.readAt ?? readAt?.getTime() ?? null,
            });
          }
          const forgotten = forgottenTimes(step);
          for (const seq of forgotten ? [...kept.keys()] : [])
            if (forgotten && seq < forgotten.beforeSeq && seq !== forgotten.exceptSeq) kept.delete(seq);
          reached.push(after);
          standing = after;
        });
        expect(kept.size).toBeLessThanOrEqual(140);
        for (let seq = 1; seq <= standing.deliveredSeq; seq += 1) {
          const after = [...kept].filter(([other]) => other >= seq).map(([, times]) => times);
          for (const [time, reachedSeq] of [
            ['deliveredAt', 'deliveredSeq'],
            ['readAt', 'readSeq'],
          ] as const) {
            const first = reached.findIndex((marks) => marks[reachedSeq] >= seq);
            const told = Math.min(...after.flatMap((times) => times[time] ?? []));
            if (first === -1) expect(told).toBe(Infinity);
            else if (seq > standing.deliveredSeq - 100) expect(told).toBe(first);
            else expect([told >= first, told <= reached.length]).toEqual([true, true]);
          }
        }
      }),
    );
  });

  it('are told as others may know them', () => {
    const member = { userId: '200', deliveredSeq: 9, readSeq: 5, isReadHidden: false };
    const times = { deliveredAt: now, readAt: now };
    const at = now.toISOString();
    expect(toMessageReceipt(member, 5, times)).toEqual({ userId: '200', deliveredAt: at, readAt: at });
    expect(toMessageReceipt(member, 6, times)).toMatchObject({ deliveredAt: at, readAt: null });
    expect(toMessageReceipt(member, 10, undefined)).toMatchObject({ deliveredAt: null, readAt: null });
    expect(toMessageReceipt({ ...member, isReadHidden: true }, 5, times)).toMatchObject({
      deliveredAt: at,
      readAt: null,
    });
  });
});
