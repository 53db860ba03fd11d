import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import {
  type Cursor,
  type ReplayPosition,
  comparePositions,
  formatPosition,
  formatReplay,
  parseCursor,
  requireCursor,
} from '../../../src/mailbox/cursor.js';

const LARGEST_ID = '9223372036854775807';
const LARGEST_SEQ = 4_294_967_295;
const NOW_MS = 1_795_245_062_327;

const positions = fc.record({
  ms: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
  n: fc.integer({ min: 0, max: 4_294_967_295 }),
});
const replays: fc.Arbitrary<ReplayPosition> = fc.record({
  mode: fc.constantFrom('changes', 'pool'),
  sinceMs: fc.integer({ min: 0, max: 9_999_999_999_999 }),
  tail: positions,
  conversationId: fc.bigInt({ min: 0n, max: BigInt(LARGEST_ID) }).map(String),
  seq: fc.integer({ min: 0, max: LARGEST_SEQ }),
  replayId: fc.stringMatching(/^[0-9a-z]{4}$/),
});

const aReplay = (overrides: Partial<ReplayPosition> = {}): ReplayPosition => ({
  mode: 'changes',
  sinceMs: NOW_MS - 10_000,
  tail: { ms: NOW_MS, n: 7 },
  conversationId: '100',
  seq: 5,
  replayId: 'ab12',
  ...overrides,
});

/** Where a mailbox would sort the cursor, which is by its first two numbers. */
const asPosition = (cursor: string) => {
  const [ms = '', n = ''] = cursor.split('.')[0]?.split('-') ?? [];
  return { ms: Number(ms), n: Number(n) };
};

describe('a cursor', () => {
  it('reads back as the position that it was made from', () => {
    fc.assert(
      fc.property(positions, (at) => {
        expect(parseCursor(formatPosition(at))).toEqual({ kind: 'mailbox', at } satisfies Cursor);
      }),
    );
  });

  it('reads back as the place in a replay that it was made from', () => {
    fc.assert(
      fc.property(replays, (at) => {
        expect(parseCursor(formatReplay(at))).toEqual({ kind: 'replay', at } satisfies Cursor);
      }),
    );
  });

  it('has at most 64 characters of the promised alphabet, also with the largest numbers', () => {
    const largest = aReplay({
      sinceMs: 9_999_999_999_999,
      tail: { ms: 9_999_999_999_999, n: 9_999_999_999 },
      conversationId: LARGEST_ID,
      seq: LARGEST_SEQ,
      replayId: 'zzzz',
    });
    const promised = /^[A-Za-z0-9._-]{1,64}$/;
    expect(formatReplay(largest)).toMatch(promised);
    expect(parseCursor(formatReplay(largest))).toEqual({ kind: 'replay', at: largest });
    fc.assert(fc.property(replays, (at) => promised.test(formatReplay(at))));
    fc.assert(fc.property(positions, (at) => promised.test(formatPosition(at))));
  });

  it('grows with the conversation, then with the seq, as text within a replay', () => {
    fc.assert(
      fc.property(replays, replays, (one, two) => {
        const [a, b] = [aReplay(one), { ...one, conversationId: two.conversationId, seq: two.seq }];
        const byNumber = BigInt(a.conversationId) - BigInt(b.conversationId) || BigInt(a.seq) - BigInt(b.seq);
        const [textA, textB] = [formatReplay(a), formatReplay(b)];
        expect(textA < textB).toBe(byNumber < 0n);
        expect(textA === textB).toBe(byNumber === 0n);
      }),
    );
  });

  it('of a replay comes before the tail at which the mailbox goes on, as a position and as text', () => {
    fc.assert(
      fc.property(replays, (at) => {
        const text = formatReplay(at);
        expect(comparePositions(asPosition(text), at.tail)).toBeLessThan(0);
        // As text where the milliseconds have as many digits, as they have until the year 2286.
        fc.pre(String(at.tail.ms - 1).length === String(at.tail.ms).length);
        expect(text < formatPosition(at.tail)).toBe(true);
      }),
    );
  });

  it('is refused where the text is none', () => {
    const good = formatReplay(aReplay());
    const texts = [
      '',
      '-',
      '1',
      '1-',
      '-1',
      '1-2-3',
      ' 1-2',
      '1-2\n',
      'a-1',
      '1-0x1',
      '１-2',
      '1234567890123456-0',
      '1-12345678901',
      `${good}.`,
      good.slice(0, -1),
      good.toUpperCase(),
      good.replace('.c', '.x'),
      good.replace('-0.', '-1.'),
      '../../etc/passwd',
      '\u0000',
    ];
    for (const text of texts) {
      expect(parseCursor(text), JSON.stringify(text)).toBeUndefined();
      expect(() => requireCursor(text)).toThrow(
        expect.objectContaining({ code: 'cursor.invalid', kind: 'invalid' }),
      );
    }
  });

  it('never makes parsing throw, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCursor(text)));
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,15}-0\.[cp][0-9a-z.]{1,40}$/), (text) => void parseCursor(text)),
    );
  });
});

describe('positions', () => {
  it('compare by milliseconds first, then by their counter', () => {
    expect(comparePositions({ ms: 1, n: 9 }, { ms: 2, n: 0 })).toBeLessThan(0);
    expect(comparePositions({ ms: 2, n: 1 }, { ms: 2, n: 0 })).toBeGreaterThan(0);
    expect(comparePositions({ ms: 2, n: 1 }, { ms: 2, n: 1 })).toBe(0);
  });
});
