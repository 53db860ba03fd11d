import { faults } from './faults/all.js';
import type { Random } from './random.js';

export interface Scheduled {
  readonly kind: string;
  readonly holdMs: number;
  /** Which node it hits, counted from 0; meaningless for what hits all. */
  readonly node: number;
}

export interface Bounds {
  readonly nodes: number;
  /** The shortest and the longest, in milliseconds. */
  readonly holdMs: readonly [number, number];
  /** Likewise, for what stands still. */
  readonly frozenMs: readonly [number, number];
}

/** The given kinds, in their order, each with a length and a node by chance. */
export const schedule = (
  kinds: readonly string[],
  random: Random,
  { nodes, holdMs, frozenMs }: Bounds,
): Scheduled[] =>
  kinds.map((kind) => ({
    kind,
    holdMs: random.between(...(kind.endsWith('frozen') ? frozenMs : holdMs)),
    node: random.between(0, nodes - 1),
  }));

export const allKinds = (): string[] => Object.keys(faults);

/** So many of the given kinds; every kind comes once before any comes again. */
export function deal(random: Random, amount: number, given: readonly string[]): string[] {
  const kinds: string[] = [];
  while (kinds.length < amount) kinds.push(...random.shuffled(given));
  return kinds.slice(0, amount);
}
