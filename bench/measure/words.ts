const WORDS = 5_000;
const SYLLABLES = [
  'ba',
  'ce',
  'di',
  'fo',
  'gu',
  'la',
  'me',
  'ni',
  'po',
  'ru',
  'sa',
  'te',
  'vi',
  'wo',
  'zu',
  'ki',
  'ro',
];

/** The nth word of an endless text, the same in each run. Few words are frequent and most are rare, as in a language. */
export function wordOf(n: number): string {
  // The fraction of a multiple of the golden ratio: spread evenly, without a pattern that the words would show.
  const spread = (n * 0.618_033_988_749_895) % 1;
  let rank = Math.floor(WORDS ** spread) + SYLLABLES.length;
  let word = '';
  for (; rank > 0; rank = Math.floor(rank / SYLLABLES.length)) word += SYLLABLES[rank % SYLLABLES.length];
  return word;
}

/** Words of the endless text from the nth on, so many characters at most. */
export function wordsFrom(n: number, characters: number): string {
  let text = wordOf(n);
  for (let i = n + 1; text.length + 1 + wordOf(i).length <= characters; i += 1) text += ` ${wordOf(i)}`;
  return text;
}
