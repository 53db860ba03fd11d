/**
 * How text becomes tokens, in messages and queries alike. A token is a word (letters and digits between anything else),
 * or one character of a script that writes its words without spaces, or one symbol beyond ASCII, an emoji for instance.
 * Case, width, accents and variants of an emoji make no difference.
 */
export interface Token {
  /** Folded: what is compared. */
  readonly term: string;
  readonly kind: 'word' | 'character' | 'symbol';
  /** Where it stands in the text, in UTF-16 units; the end excluded. */
  readonly start: number;
  readonly end: number;
  /** Nothing stands between the token before and this one. */
  readonly isGlued: boolean;
}

type Piece = Pick<Token, 'term' | 'kind'>;

/** A character with what belongs to it: marks, also of half width, and the vowels and finals of Hangul letters. */
const cluster = /[\u1100-\u115f][\u1160-\u11a7]+[\u11a8-\u11ff]*|[^][\p{M}\uff9e\uff9f]*/uy;
const asciiWord = /[A-Za-z0-9]+(?![\u0300-\uffff])/y;
/** Thai and its neighbours are searched by character as Chinese, Japanese and Korean are: nobody marks their words. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Yiii}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const letter = /[\p{L}\p{N}]/u;
const mark = /\p{M}/u;
const symbol = /(?!\p{ASCII})[\p{Sm}\p{Sc}\p{So}]/u;
/** Seen by nobody, or a shade of the emoji before. */
const ignorable = /[\p{Cf}\p{Emoji_Modifier}]/u;
const accents = /(?<=[\p{scx=Latn}\p{scx=Grek}])[\u0300-\u036f]+/gu;
const variants = /[\p{Me}\ufe00-\ufe0f]/gu;
/** What Unicode does not take apart and people leave out. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ς: 'σ',
  ё: 'е',
};

const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(variants, '')
    .replace(accents, '')
    .normalize('NFC')
    .replace(/[ßæœøłđıςё]/g, (found) => plain[found] ?? found);

const MAX_KNOWN = 50_000;
/** What each character is: texts repeat theirs. */
const known = new Map<string, readonly Piece[] | 'ignored'>();

function piecesOf(text: string): readonly Piece[] | 'ignored' {
  const found = known.get(text);
  if (found) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const pieces = ignorable.test(text) && !letter.test(text) ? 'ignored' : classify(fold(text));
  known.set(text, pieces);
  return pieces;
}

/** A character may fold to several: ½, ㍿. */
function classify(folded: string): Piece[] {
  const pieces: Piece[] = [];
  for (const character of folded) {
    const last = pieces.at(-1);
    if (mark.test(character) && last) pieces[pieces.length - 1] = { ...last, term: last.term + character };
    else if (letter.test(character))
      pieces.push({ term: character, kind: unspaced.test(character) ? 'character' : 'word' });
    else if (symbol.test(character)) pieces.push({ term: character, kind: 'symbol' });
  }
  return pieces;
}

/** All tokens of a text, in its order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let word: { term: string; start: number; end: number; isGlued: boolean } | undefined;
  /** Up to where what comes next would touch what came before. */
  let reach = -1;
  const endWord = (): void => {
    if (word) tokens.push({ ...word, kind: 'word' });
    word = undefined;
  };
  for (let start = 0; start < text.length;) {
    const run = asciiRun(text, start);
    const end = run > start ? run : clusterEnd(text, start);
    const part = text.slice(start, end);
    const pieces = run > start ? [{ term: part.toLowerCase(), kind: 'word' as const }] : piecesOf(part);
    const isGlued = reach === start;
    if (pieces === 'ignored') {
      if (isGlued) reach = end;
    } else {
      if (pieces.length === 0 || !isGlued) endWord();
      for (const [i, { term, kind }] of pieces.entries()) {
        if (kind !== 'word') {
          endWord();
          tokens.push({ term, kind, start, end, isGlued: isGlued || i > 0 });
        } else if (word) {
          word.term += term;
          word.end = end;
        } else word = { term, start, end, isGlued: isGlued || i > 0 };
      }
      if (pieces.length > 0) reach = end;
    }
    start = end;
  }
  endWord();
  return tokens;
}

/** Where a run of ASCII letters and digits ends that needs no folding but of its case; the last may have a mark behind it. */
function asciiRun(text: string, start: number): number {
  asciiWord.lastIndex = start;
  return asciiWord.test(text) ? asciiWord.lastIndex : start;
}

/** Most text is ASCII, of which nothing combines. */
function clusterEnd(text: string, start: number): number {
  if (text.charCodeAt(start) < 0x80 && !(text.charCodeAt(start + 1) >= 0x300)) return start + 1;
  cluster.lastIndex = start;
  cluster.test(text);
  return Math.max(cluster.lastIndex, start + 1);
}
