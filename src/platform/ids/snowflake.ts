/** Milliseconds of 2024-01-01T00:00:00Z: ids stay below 2^63 until 2093. */
const EPOCH_MS = 1_704_067_200_000;
const NODE_BITS = 10n;
const COUNTER_BITS = 12n;
const COUNTER_MAX = (1 << 12) - 1;

/** Node numbers run from 0 to 1023. */
export const NODE_NUMBERS = 1 << 10;

/**
 * Makes 64-bit ids, time-ordered, unique while no two nodes use the same number at a time
 * (layout as in Twitter's Snowflake: 41 bits of milliseconds, 10 of node, 12 of counter).
 * A clock that goes back does not repeat ids: the last millisecond is kept until time has caught up.
 */
export class IdGenerator {
  private lastMs = 0;
  private counter = 0;

  constructor(private readonly nodeNumber: () => number) {}

  next(): string {
    const now = Date.now();
    if (now > this.lastMs) {
      this.lastMs = now;
      this.counter = 0;
    } else if (++this.counter > COUNTER_MAX) {
      this.lastMs += 1;
      this.counter = 0;
    }
    const time = BigInt(this.lastMs - EPOCH_MS) << (NODE_BITS + COUNTER_BITS);
    return String(time | (BigInt(this.nodeNumber()) << COUNTER_BITS) | BigInt(this.counter));
  }
}
