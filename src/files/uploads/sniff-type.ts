import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';

/** Bytes that must be text for a file to count as text. */
const LOOKED_AT = 64 * 1024;
const UNKNOWN = 'application/octet-stream';

/** What a file is by its bytes, whatever it is called. Neither HTML nor SVG has a type of its own here: both are text. */
export async function sniffType(path: string): Promise<string> {
  const found = await fileTypeFromFile(path).catch(() => undefined); // it is hostile, or cut off
  const type = found?.mime.split(';')[0] ?? ((await isText(path)) ? 'text/plain' : UNKNOWN);
  return /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,80}$/.test(type) ? type : UNKNOWN;
}

async function isText(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead), {
      stream: true, // the last character may be cut
    });
    return !text.includes('\0');
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    await file.close();
  }
}
