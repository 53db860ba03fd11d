import type { SearchQuery } from './search-query.js';
import { isPaired } from './search-query.js';
import { type Token, tokensOf } from './tokens.js';

/**
 * What the index knows of a message: 32-bit hashes of its tokens, of its pairs of neighbouring characters, and of its
 * sender. Two terms may share a hash: whatever the index finds is compared with the message itself.
 */
export function indexTerms(text: string, senderId: string): Uint32Array {
  const terms = new Set<number>([senderTerm(senderId)]);
  let before: Token | undefined;
  for (const token of tokensOf(text)) {
    terms.add(hash(token.term));
    if (before && isPaired(before, token)) terms.add(hash(before.term + token.term));
    before = token;
  }
  return new Uint32Array([...terms]).sort();
}

/** Terms by which a query is looked up: enough to find little besides, few enough to be cheap. */
const LOOKED_UP = 4;

/** All of these are among the index terms of every message that the query finds. */
export function lookupTerms({ units }: SearchQuery, senderId: string | undefined): number[] {
  const terms = new Set(units.flatMap(unitTerms));
  // The longest are likely to be the rarest.
  const chosen = [...terms].toSorted((a, b) => b.length - a.length).slice(0, LOOKED_UP);
  const hashes = chosen.map(hash);
  return [...new Set(senderId === undefined ? hashes : [...hashes, senderTerm(senderId)])];
}

/** A pair of characters says more than each of them. */
const unitTerms = (unit: readonly Token[]): string[] =>
  unit.flatMap((token, i) => {
    const [before, after] = [unit[i - 1], unit[i + 1]];
    if (before && isPaired(before, token)) return [before.term + token.term];
    return after && isPaired(token, after) ? [] : [token.term];
  });

const senderTerm = (senderId: string): number => hash(`@${senderId}`);

/** FNV-1a over the UTF-16 units, then mixed, so that the high bits count too. */
function hash(term: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < term.length; i += 1) h = Math.imul(h ^ term.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
