/** Messages of a slice: as many as a 64-bit number has bits. Slice n holds the seqs 64 n + 1 … 64 n + 64. */
const SLICE = 64;
/** Bytes of terms after which a segment is closed, though its slice is not full: every search reads the open ones. */
const OPEN_BYTES = 8_192;
const TIME_BYTES = 6;

export const sliceOf = (seq: number): number => Math.floor((seq - 1) / SLICE);
export const bitOf = (seq: number): number => (seq - 1) % SLICE;

/** What is kept of a message: when it was sent, in milliseconds, and its index terms. */
export interface Entry {
  readonly at: number;
  readonly terms: Uint32Array;
}

/** Neighbouring messages within one slice. */
export interface Segment {
  readonly firstSeq: number;
  readonly entries: readonly Entry[];
}

/** Puts new messages behind a segment: those that are complete thereby, and the one that stays open. */
export function extend(open: Segment, entries: readonly Entry[]): { closed: Segment[]; open: Segment } {
  const closed: Segment[] = [];
  let { firstSeq } = open;
  let current = [...open.entries];
  let bytes = current.reduce((sum, { terms }) => sum + terms.byteLength, 0);
  for (const entry of entries) {
    current.push(entry);
    bytes += entry.terms.byteLength;
    const nextSeq = firstSeq + current.length;
    if (bitOf(nextSeq) !== 0 && bytes <= OPEN_BYTES) continue;
    closed.push({ firstSeq, entries: current });
    firstSeq = nextSeq;
    current = [];
    bytes = 0;
  }
  return { closed, open: { firstSeq, entries: current } };
}

/** By term: which messages of the slice hold it. */
export function bitsByTerm({ firstSeq, entries }: Segment): Map<number, bigint> {
  const bits = new Map<number, bigint>();
  entries.forEach(({ terms }, i) => {
    const bit = 1n << BigInt(bitOf(firstSeq + i));
    for (const term of terms) bits.set(term, (bits.get(term) ?? 0n) | bit);
  });
  return bits;
}

/** The seqs that a slice's bits stand for, descending. */
export function seqsOf(slice: number, bits: bigint): number[] {
  const seqs: number[] = [];
  // Halves that are plain numbers: a big one for each bit would cost more than all else.
  for (const [first, half] of [
    [SLICE / 2, Number(bits >> 32n)],
    [0, Number(bits & 0xffffffffn)],
  ] as const)
    for (let bit = 31; bit >= 0; bit -= 1) if ((half >>> bit) & 1) seqs.push(slice * SLICE + first + bit + 1);
  return seqs;
}

/** As they are stored: times apart, because they are read more often. What is stored can be appended to. */
export interface StoredEntries {
  readonly times: Buffer;
  readonly terms: Buffer;
}

export function encodeEntries(entries: readonly Entry[]): StoredEntries {
  const times = Buffer.alloc(entries.length * TIME_BYTES);
  const parts = entries.flatMap(({ at, terms }, i) => {
    times.writeUIntBE(at, i * TIME_BYTES, TIME_BYTES);
    const count = Buffer.alloc(2);
    count.writeUInt16LE(terms.length);
    return [count, Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength)];
  });
  return { times, terms: Buffer.concat(parts) };
}

export function decodeEntries({ times, terms }: StoredEntries): Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  for (const at of decodeTimes(times)) {
    const count = terms.readUInt16LE(offset);
    const start = terms.byteOffset + offset + 2;
    offset += 2 + count * 4;
    // Copied: a view would have to begin at a multiple of four.
    entries.push({ at, terms: new Uint32Array(terms.buffer.slice(start, start + count * 4)) });
  }
  return entries;
}

const decodeTimes = (times: Buffer): number[] =>
  Array.from({ length: times.length / TIME_BYTES }, (_, i) => timeAt(times, i) ?? 0);

/** When a message was sent, by its place among those stored; undefined beyond them. */
export const timeAt = (times: Buffer, place: number): number | undefined =>
  (place + 1) * TIME_BYTES <= times.length ? times.readUIntBE(place * TIME_BYTES, TIME_BYTES) : undefined;

export const countEntries = ({ times }: StoredEntries): number => times.length / TIME_BYTES;

/** Whether a term may be among those stored: false is sure, and costs no decoding. */
export function mayHold({ terms }: StoredEntries, term: number): boolean {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(term);
  return terms.includes(bytes);
}
