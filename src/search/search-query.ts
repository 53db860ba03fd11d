import { invalid } from '../platform/errors/chat-error.js';
import { type Token, tokensOf } from './tokens.js';

/** What was asked for: all of the units must occur. */
export interface SearchQuery {
  /** Tokens that must follow each other: a word, what stands between two spaces (`v2.3-rc1`), a run of Chinese, a quotation. */
  readonly units: readonly (readonly Token[])[];
}

/** Throws `request.invalid` for text in which there is nothing to look for. */
export function parseQuery(q: string): SearchQuery {
  const parts = q.split('"').flatMap((part, i) => (i % 2 === 1 ? [part] : part.split(/\s+/u)));
  const units = parts.map(tokensOf).filter((tokens) => tokens.length > 0);
  if (units.length === 0)
    throw invalid('There is nothing to search for.', [
      { path: 'q', message: 'holds no letter, digit or symbol' },
    ]);
  return { units };
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where each unit occurs in a text; undefined where one of them does not. */
export function occurrences(query: SearchQuery, tokens: readonly Token[]): Range[][] | undefined {
  const positions = new Map<string, number[]>();
  tokens.forEach(({ term }, i) => {
    const list = positions.get(term);
    if (list) list.push(i);
    else positions.set(term, [i]);
  });
  const found: Range[][] = [];
  for (const unit of query.units) {
    const at = (positions.get(unit[0]?.term ?? '') ?? []).filter((i) => occursAt(unit, tokens, i));
    if (at.length === 0) return undefined;
    found.push(at.map((i) => ({ start: tokens[i]?.start ?? 0, end: tokens[i + unit.length - 1]?.end ?? 0 })));
  }
  return found;
}

/** Between two characters of one run nothing may stand; between words, anything that is no token. */
const occursAt = (unit: readonly Token[], tokens: readonly Token[], at: number): boolean =>
  unit.every((wanted, i) => {
    const token = tokens[at + i];
    return token?.term === wanted.term && (token.isGlued || !(i > 0 && isPaired(unit[i - 1], wanted)));
  });

/** Whether two neighbouring tokens are looked for, and indexed, as one pair of characters. */
export const isPaired = (before: Token | undefined, token: Token): boolean =>
  token.isGlued && token.kind === 'character' && before?.kind === 'character';
