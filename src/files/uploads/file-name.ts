const MAX_BYTES = 255;
const FALLBACK = 'file';

/** Line breaks and other controls, and marks that make a name read as another one: they turn the direction of text, or are not seen. */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** The name of an upload as it may be shown and saved under: never a path, on one line, at most 255 bytes of UTF-8. */
export function cleanFileName(given: string | undefined): string {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const name = last.replaceAll(unseen, '').normalize('NFC').trim();
  if (/^\.*$/.test(name)) return FALLBACK;
  return shortened(name);
}

/** The end of a name says what it is: it is kept where it is short. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const [ending = ''] = /\.[^.\s]{1,16}$/.exec(name) ?? [];
  const characters = Array.from(name.slice(0, name.length - ending.length));
  let left = MAX_BYTES - Buffer.byteLength(ending);
  const kept = characters.findIndex((character) => (left -= Buffer.byteLength(character)) < 0);
  return characters.slice(0, kept).join('').trimEnd() + ending;
}
