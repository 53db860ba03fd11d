import { open } from 'node:fs/promises';

/** Bytes read at a time. */
const CHUNK = 1024 * 1024;
/** What stands before the metadata where a library gives it out, and not always in the file. */
const PREAMBLE = Buffer.from('Exif\0\0', 'latin1');

/** Puts zeros where a file holds these bytes, each time that it does. Throws when it holds them nowhere; none are nothing to do. */
export async function overwrite(path: string, found: Buffer): Promise<void> {
  const bytes = found.indexOf(PREAMBLE) === 0 ? found.subarray(PREAMBLE.length) : found;
  if (bytes.length === 0) return;
  const file = await open(path, 'r+');
  try {
    let times = 0;
    const window = Buffer.alloc(CHUNK + bytes.length);
    for (let at = 0; ; at += CHUNK) {
      const { bytesRead } = await file.read(window, 0, window.length, at);
      const here = window.subarray(0, bytesRead);
      for (let i = here.indexOf(bytes); i >= 0; i = here.indexOf(bytes, i + bytes.length)) {
        await file.write(Buffer.alloc(bytes.length), 0, bytes.length, at + i);
        times += 1;
      }
      if (bytesRead < window.length) break;
    }
    if (times === 0) throw new Error('The metadata of the image is not where it can be removed.');
  } finally {
    await file.close();
  }
}
