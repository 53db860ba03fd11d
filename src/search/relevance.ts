import type { Range } from './search-query.js';
import type { Token } from './tokens.js';

/** How many occurrences make a text about something: more count less and less. */
const ENOUGH = 1.2;
/** Tokens of an average message: what is said in fewer counts more. */
const AVERAGE_TOKENS = 20;
/** UTF-16 units between two words that stand side by side. */
const BESIDE = 3;
/** Occurrences of each word that are tried for that. */
const TRIED = 100;

/**
 * How well a text that holds all units fits: each unit by its occurrences in relation to the text's length (as BM25
 * counts them, without rarity: all texts hold all units), and more where the units stand together.
 */
export function relevanceOf(tokens: readonly Token[], occurrences: readonly (readonly Range[])[]): number {
  const length = 0.25 + (0.75 * tokens.length) / AVERAGE_TOKENS;
  const counts = occurrences.map(
    (ranges) => (ranges.length * (ENOUGH + 1)) / (ranges.length + ENOUGH * length),
  );
  return counts.reduce((sum, count) => sum + count, 0) + (standTogether(occurrences) ? 1 : 0);
}

/** Somewhere the units follow each other in the order of the query. */
function standTogether([first = [], ...others]: readonly (readonly Range[])[]): boolean {
  let ends = new Set(first.slice(0, TRIED).map(({ end }) => end));
  for (const ranges of others) {
    const following = ranges
      .slice(0, TRIED)
      .filter(({ start }) => [...ends].some((end) => start >= end && start - end <= BESIDE));
    ends = new Set(following.map(({ end }) => end));
  }
  return others.length > 0 && ends.size > 0;
}
