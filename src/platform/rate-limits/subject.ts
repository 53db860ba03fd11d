import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Principal } from '../http/principal.js';

/** Whose actions are counted together. */
export interface Subject {
  readonly by: 'user' | 'key' | 'address' | 'account';
  readonly id: string;
}

/** A user on all devices and connections; an API key on its own. */
export const callerOf = ({ via, sessionId, userId }: Principal): Subject =>
  via === 'apiKey' ? { by: 'key', id: sessionId } : { by: 'user', id: userId };

/** Names are hashed: what people type as a name may be their password, and should not stand in Redis. */
export const accountOf = (username: string): Subject => ({
  by: 'account',
  id: createHash('sha256').update(username.toLowerCase()).digest('base64url').slice(0, 22),
});

export const addressOf = (address: string): Subject => ({ by: 'address', id: network(address) });

/** An IPv6 address counts by its /64, all of which one customer has (RFC 6177); an IPv4 address by itself. */
function network(address: string): string {
  const bare = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined || !isIPv6(bare)) return mapped ?? bare.slice(0, 64);
  const [head = '', tail] = bare.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = (tail ?? head).includes('.') ? 7 : 8;
  const zeros = Array<string>(tail === undefined ? 0 : groups - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
