import type { Addressee } from './audiences.js';
import type { ChangeKind } from './broadcast-change.entity.js';
import type { Broadcast } from './broadcast.entity.js';
import { variantFor } from './variants.js';

/** Those who are told the same; without a locale, each of them reads it for themselves. */
export interface Group {
  readonly locale: string | null | undefined;
  readonly userIds: readonly string[];
}

/**
 * Who is told the same: those who read the same variant. Whoever has acknowledged a broadcast is shown when, and nobody
 * else has that time; they are not reminded. A recall says nothing, so it is the same for all.
 */
export function groupsOf(
  { variants }: Pick<Broadcast, 'variants'>,
  kind: ChangeKind,
  addressees: readonly Addressee[],
): Group[] {
  const groups = new Map<string | null | undefined, string[]>();
  for (const { id, locale, hasAcknowledged } of addressees) {
    if (kind === 'reminded' && hasAcknowledged) continue;
    const isOwn = kind === 'updated' && hasAcknowledged;
    const key = isOwn ? undefined : kind === 'recalled' ? null : (variantFor(variants, locale) ?? null);
    const group = groups.get(key);
    if (group) group.push(id);
    else groups.set(key, [id]);
  }
  return [...groups].map(([locale, userIds]) => ({ locale, userIds }));
}
