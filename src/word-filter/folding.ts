const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
const space = /\s+/g;

/**
 * Text as the filter compares it: compatibility forms are one (NFKC), so are upper and lower case, invisible characters
 * are gone, and any white space is one space.
 */
export function fold(text: string): string {
  if (!/\P{ASCII}/u.test(text)) return text.toLowerCase().replaceAll(space, ' ');
  const composed = text.replaceAll(ignorable, '').normalize('NFKC');
  return composed.toLowerCase().replaceAll('ς', 'σ').replaceAll(space, ' ');
}

/** A part of a text, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What composes with nothing beside it: a character with its marks, or jamo that make a syllable together. */
const clusters = /[\u1100-\u11FF]+\p{M}*|\P{M}[\p{M}\uFF9E\uFF9F]*|\p{M}+/gu;

/** Where each code unit of the folded text comes from; undefined for the odd text that folds otherwise in parts than as a whole. */
export function originsOf(text: string): readonly Span[] | undefined {
  const origins: Span[] = [];
  const pieces: string[] = [];
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    const piece = fold(cluster);
    if (piece === ' ' && pieces.at(-1) === ' ') continue;
    if (piece !== '') pieces.push(piece);
    const origin = { start: index, end: index + cluster.length };
    for (let unit = 0; unit < piece.length; unit += 1) origins.push(origin);
  }
  return pieces.join('') === fold(text) ? origins : undefined;
}
