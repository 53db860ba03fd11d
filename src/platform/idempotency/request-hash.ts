import { createHash } from 'node:crypto';
import { canonicalJson } from '../http/canonical-json.js';

/** The same for the same request: the order of an object's members does not count. */
export function requestHash(method: string, path: string, body: unknown): Buffer {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest();
}
