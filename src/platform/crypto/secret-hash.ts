import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Random text of the given strength, in the URL's alphabet. */
export const makeSecret = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** For random secrets only: they need no salt and no slowness. Never for passwords. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const hasHash = (secret: string, hash: Buffer): boolean => timingSafeEqual(hashSecret(secret), hash);
