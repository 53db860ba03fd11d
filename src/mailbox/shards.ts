/** Fixed for the life of an installation: the same keys work on one Redis, on Sentinel and on Redis Cluster. */
export const SHARDS = 16;

/** Which shard holds a user's mailbox (FNV-1a over the id's digits). */
export function shardOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < userId.length; i += 1) {
    hash ^= userId.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SHARDS;
}

/** All keys and channels of a shard begin so; the braces put them into one slot of a Redis Cluster. */
export const shardPrefix = (prefix: string, shard: number): string => `${prefix}{m${shard}}:`;

const grouped = new WeakMap<readonly string[], ReadonlyMap<number, readonly string[]>>();

/** Users by shard. Remembered for as long as the list itself lives: member lists are shared by many messages. */
export function groupByShard(userIds: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const known = grouped.get(userIds);
  if (known) return known;
  const groups = new Map<number, string[]>();
  for (const userId of userIds) {
    const shard = shardOf(userId);
    const group = groups.get(shard);
    if (group) group.push(userId);
    else groups.set(shard, [userId]);
  }
  grouped.set(userIds, groups);
  return groups;
}
