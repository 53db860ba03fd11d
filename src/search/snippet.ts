import type { Range } from './search-query.js';

/** UTF-16 units of text around what was found. */
const LENGTH = 160;
const BEFORE = 40;
/** Units by which a snippet may be shorter so that it does not cut a word. */
const WORD = 20;
/** Occurrences among which the best place is looked for. */
const LOOKED_AT = 200;

export interface Snippet {
  /** Plain text as it was written, on one line; `…` where something was left out. */
  readonly snippet: string;
  /** What was found, in UTF-16 units of the snippet. */
  readonly highlights: Range[];
}

/** The part of a text that shows most of what was found. The occurrences come by unit of the query. */
export function snippetOf(text: string, occurrences: readonly (readonly Range[])[]): Snippet {
  const found = occurrences
    .flatMap((ranges, unit) => ranges.map((range) => ({ ...range, unit })))
    .toSorted((a, b) => a.start - b.start)
    .slice(0, LOOKED_AT);
  const start = beginning(text, bestStart(found) - BEFORE);
  const end = ending(text, start + LENGTH);
  const [head, tail] = [start > 0 ? '…' : '', end < text.length ? '…' : ''];
  const shift = head.length - start;
  const inside = found.filter((range) => range.start >= start && range.end <= end);
  return {
    snippet: head + text.slice(start, end).replaceAll(/\s/gu, ' ') + tail,
    highlights: merged(inside).map((range) => ({ start: range.start + shift, end: range.end + shift })),
  };
}

/** Where the occurrence stands from which on most units fit in. */
function bestStart(found: readonly (Range & { readonly unit: number })[]): number {
  let best = { start: found[0]?.start ?? 0, units: 0 };
  for (const { start } of found) {
    const near = found.filter((range) => range.start >= start && range.end <= start + LENGTH - BEFORE - WORD);
    const units = new Set(near.map(({ unit }) => unit)).size;
    if (units > best.units) best = { start, units };
  }
  return best.start;
}

/** At most a few units later, so that a word, if there is one, is whole; never within a character. */
function beginning(text: string, wanted: number): number {
  if (wanted <= 0) return 0;
  const space = text.slice(wanted, wanted + WORD).search(/\s/u);
  return outsidePair(text, space < 0 ? wanted : wanted + space + 1);
}

function ending(text: string, wanted: number): number {
  if (wanted >= text.length) return text.length;
  const spaces = [...text.slice(wanted - WORD, wanted + 1).matchAll(/\s/gu)];
  const last = spaces.at(-1)?.index;
  return outsidePair(text, last === undefined ? wanted : wanted - WORD + last);
}

const outsidePair = (text: string, at: number): number =>
  /[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at;

/** What overlaps or touches becomes one. */
function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const { start, end } of ranges) {
    const last = result.at(-1);
    if (last && start <= last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, end) };
    else result.push({ start, end });
  }
  return result;
}
