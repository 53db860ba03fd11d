/** When one key starts to sign; it stops when the next one starts. */
export interface ScheduledKey {
  readonly generation: number;
  readonly signsFrom: Date;
}

export interface KeyPolicy {
  /** How long a key signs, in milliseconds. */
  readonly rotationMs: number;
  /** How long a key is published before it signs, and after its last token has expired, in milliseconds. */
  readonly leadMs: number;
  /** The longest life of a token, in milliseconds. */
  readonly tokenMs: number;
}

export interface KeyPlan<K extends ScheduledKey> {
  readonly signing: K | undefined;
  /** No token of these is valid any more. */
  readonly ended: readonly K[];
  /** Whether a key must be made now, and from when it shall sign. */
  readonly wanted: ScheduledKey | undefined;
}

/** What to do with these keys at this time. Keys come oldest first. */
export function planKeys<K extends ScheduledKey>(
  keys: readonly K[],
  policy: KeyPolicy,
  now: Date,
): KeyPlan<K> {
  const newest = keys.at(-1);
  if (!newest) return { signing: undefined, ended: [], wanted: { generation: 1, signsFrom: now } };
  const at = now.getTime();
  // A node whose clock is behind may see no key that signs yet: the oldest one it is.
  const signing = keys.findLast((key) => key.signsFrom.getTime() <= at) ?? keys[0];
  const ended = keys.filter((_, index) => {
    const successor = keys[index + 1];
    return successor && successor.signsFrom.getTime() + policy.tokenMs + policy.leadMs < at;
  });
  const nextFrom = newest.signsFrom.getTime() + policy.rotationMs;
  const wanted =
    nextFrom - policy.leadMs <= at
      ? { generation: newest.generation + 1, signsFrom: new Date(Math.max(nextFrom, at + policy.leadMs)) }
      : undefined;
  return { signing, ended, wanted };
}
