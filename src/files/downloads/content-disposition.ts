/** What a browser may show: none of these can run anything. All else it saves. */
const shown: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/flac',
  'audio/aac',
]);

/** The header of a download (RFC 6266): the name in ASCII for old clients, and as it is for all others (RFC 8187). */
export function contentDisposition(name: string, contentType: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  return `${shown.has(contentType) ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${extended(name)}`;
}

/** Percent-encoded but for what RFC 8187 lets stand. */
const extended = (name: string): string =>
  encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
