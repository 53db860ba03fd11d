import type { Span } from './folding.js';
import { Runs } from './runs.js';
import { type WordPattern, mayBegin, mayEnd } from './word-pattern.js';

interface Node {
  readonly next: Map<number, Node>;
  /** The node of the longest other beginning that ends in the same way. */
  fallback: Node | undefined;
  /** Patterns whose first part ends here, by whichever beginning. */
  found: WordPattern[];
}

export interface Finding extends Span {
  readonly pattern: WordPattern;
}

const newNode = (): Node => ({ next: new Map(), fallback: undefined, found: [] });

/** All patterns in one automaton (Aho and Corasick's): a text is read once, however many they are, in time linear in its length. */
export class WordMatcher {
  private readonly root = newNode();

  constructor(patterns: readonly WordPattern[]) {
    for (const pattern of patterns) this.add(pattern);
    this.link();
  }

  get isEmpty(): boolean {
    return this.root.next.size === 0;
  }

  /** Where the patterns stand in a folded text; of one pattern's overlapping places, the first. */
  find(text: string): Finding[] {
    const findings: Finding[] = [];
    /** By pattern: before this place it does not begin again. */
    const done = new Map<WordPattern, number>();
    const runs = new Runs(text);
    let node = this.root;
    for (let i = 0; i < text.length; i += 1) {
      node = step(node, text.charCodeAt(i), this.root);
      for (const pattern of node.found) {
        const begun = i + 1 - pattern.first.length;
        const from = done.get(pattern) ?? 0;
        if (begun < from || !mayBegin(pattern, text, begun)) continue;
        const { isWhole, end } = complete(pattern, text, begun, runs);
        if (isWhole)
          findings.push({
            pattern,
            start: pattern.isOpenBefore ? runs.startBefore(begun, from) : begun,
            end,
          });
        done.set(pattern, end);
      }
    }
    return findings;
  }

  private add(pattern: WordPattern): void {
    let node = this.root;
    for (let i = 0; i < pattern.first.length; i += 1) {
      const unit = pattern.first.charCodeAt(i);
      const next = node.next.get(unit) ?? newNode();
      node.next.set(unit, next);
      node = next;
    }
    node.found.push(pattern);
  }

  private link(): void {
    const queue = [this.root];
    for (const node of queue)
      for (const [unit, next] of node.next) {
        next.fallback = node === this.root ? this.root : step(node.fallback ?? this.root, unit, this.root);
        next.found = [...next.found, ...next.fallback.found];
        queue.push(next);
      }
  }
}

function step(from: Node, unit: number, root: Node): Node {
  let node: Node | undefined = from;
  while (node) {
    const next = node.next.get(unit);
    if (next) return next;
    node = node.fallback;
  }
  return root;
}

/**
 * Where a pattern that begins at `start` ends; or that it does not, and before where it can't begin either. The earliest
 * place of each part leaves the most to those after it, so none is tried twice.
 */
function complete(
  pattern: WordPattern,
  text: string,
  start: number,
  runs: Runs,
): { isWhole: boolean; end: number } {
  const { first, rest, isOpenAfter } = pattern;
  const begun = start + first.length;
  let end = begun;
  if (rest.length === 0 && !mayEnd(pattern, first, text, end)) return { isWhole: false, end: start + 1 };
  for (const [i, part] of rest.entries()) {
    const limit = runs.endAfter(end);
    let at = indexWithin(text, part, end, limit);
    while (i === rest.length - 1 && at >= 0 && !mayEnd(pattern, part, text, at + part.length))
      at = indexWithin(text, part, at + 1, limit);
    // What begins later in the same run finds no more than this.
    if (at < 0) return { isWhole: false, end: Math.max(start, runs.endAfter(begun) - first.length) + 1 };
    end = at + part.length;
  }
  return { isWhole: true, end: isOpenAfter ? runs.endAfter(end) : end };
}

/** The first place from one up to another where a part begins; -1 where there is none. */
function indexWithin(text: string, part: string, from: number, upTo: number): number {
  const at = text.slice(from, upTo + part.length).indexOf(part);
  return at < 0 ? -1 : from + at;
}
