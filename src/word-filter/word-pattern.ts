import { fold } from './folding.js';

export type FilterAction = 'refuse' | 'mask';

/** Scripts that put no spaces between words, or hang endings onto them: there a word is found anywhere. */
const unspaced = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`;
const spaced = String.raw`[[\p{L}\p{N}\p{M}_]--${unspaced}]`;

const spacedBefore = new RegExp(`${spaced}$`, 'v');
const spacedAfter = new RegExp(spaced, 'vy');

/** What an admin wrote, ready to be looked for: the literal parts between its `*`, each of which stands for any letters and digits. */
export interface WordPattern {
  readonly action: FilterAction;
  readonly first: string;
  readonly rest: readonly string[];
  readonly isOpenBefore: boolean;
  readonly isOpenAfter: boolean;
}

/** Undefined where nothing is left to look for. */
export function toPattern(word: string, action: FilterAction): WordPattern | undefined {
  const folded = fold(word).trim();
  const [first, ...rest] = folded.split('*').filter((part) => part !== '');
  if (first === undefined || folded.replaceAll(/[* ]/g, '') === '') return undefined;
  return { action, first, rest, isOpenBefore: folded.startsWith('*'), isOpenAfter: folded.endsWith('*') };
}

/** Whether a word may begin here: what stands before does not belong to the same word. */
export const mayBegin = ({ first, isOpenBefore }: WordPattern, text: string, start: number): boolean =>
  isOpenBefore || !startsSpaced(first) || !spacedBefore.test(text.slice(Math.max(0, start - 2), start));

/** Likewise whether it may end here, of which `part` is the last. */
export const mayEnd = ({ isOpenAfter }: WordPattern, part: string, text: string, end: number): boolean =>
  isOpenAfter || !spacedBefore.test(part) || !isSpacedAt(text, end);

const startsSpaced = (part: string): boolean => isSpacedAt(part, 0);

function isSpacedAt(text: string, at: number): boolean {
  spacedAfter.lastIndex = at;
  return spacedAfter.test(text);
}
