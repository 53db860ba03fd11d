import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import {
  type Entry,
  bitOf,
  bitsByTerm,
  decodeEntries,
  encodeEntries,
  extend,
  seqsOf,
  sliceOf,
} from '../../../src/search/slices.js';

const entry = (...terms: number[]): Entry => ({ at: 1_795_246_729_087, terms: Uint32Array.from(terms) });
const entries = (count: number, terms = 1): Entry[] =>
  Array.from({ length: count }, (_, i) => entry(...Array.from({ length: terms }, (__, j) => i + j)));

describe('new messages behind an open segment', () => {
  it('close slices of 64, wherever they begin', () => {
    const { closed, open } = extend({ firstSeq: 61, entries: entries(2) }, entries(70));
    expect(closed.map((segment) => [segment.firstSeq, segment.entries.length])).toEqual([
      [61, 4],
      [65, 64],
    ]);
    expect([open.firstSeq, open.entries.length]).toEqual([129, 4]);
  });

  it('close a segment early where it is long, within its slice', () => {
    const { closed, open } = extend({ firstSeq: 1, entries: [] }, entries(10, 1_000));
    expect(closed.map((segment) => [segment.firstSeq, segment.entries.length])).toEqual([
      [1, 3],
      [4, 3],
      [7, 3],
    ]);
    expect([open.firstSeq, open.entries.length]).toEqual([10, 1]);
  });

  it('are all in one segment, in order, however they came', () => {
    const amounts = fc.array(fc.nat(100), { maxLength: 8 });
    fc.assert(
      fc.property(amounts, (batches) => {
        let open: { firstSeq: number; entries: readonly Entry[] } = { firstSeq: 1, entries: [] };
        let next = 1;
        const count = () => 1;
        for (const amount of batches) {
          const extended = extend(open, entries(amount));
          for (const { firstSeq, entries: closed } of extended.closed) {
            expect(firstSeq).toBe(next);
            expect(sliceOf(firstSeq)).toBe(sliceOf(firstSeq + closed.length - 1));
            next += closed.length;
          }
          open = extended.open;
          expect(open.firstSeq).toBe(next);
        }
        const total = batches.reduce((sum, amount) => sum + amount * count(), 0);
        expect(next + open.entries.length).toBe(total + 1);
      }),
    );
  });
});

it('bits stand for the messages that hold a term', () => {
  const bits = bitsByTerm({ firstSeq: 65, entries: [entry(1), entry(1, 2), entry()] });
  expect(seqsOf(1, bits.get(1) ?? 0n)).toEqual([66, 65]);
  expect(seqsOf(1, bits.get(2) ?? 0n)).toEqual([66]);
  expect(seqsOf(0, 2n ** 63n)).toEqual([64]);
  expect([1, 64, 65].map((seq) => [sliceOf(seq), bitOf(seq)])).toEqual([
    [0, 0],
    [0, 63],
    [1, 0],
  ]);
});

it('what is stored is read back, and can be appended to', () => {
  const some = [entry(5, 4_294_967_295), entry(), entry(7)];
  const [a, b] = [encodeEntries(some), encodeEntries([entry(9)])];
  const together = {
    times: Buffer.concat([a.times, b.times]),
    terms: Buffer.concat([a.terms, b.terms]),
  };
  expect(decodeEntries(together)).toEqual([...some, entry(9)]);
});
