import type { HistoryRecord } from './record.js';

/** What has become of the broadcasts of a run; a recall of which nobody knows leaves them out. */
export interface Announced {
  /** Published, and never to be recalled. */
  readonly standing: ReadonlySet<string>;
  /** By id: when the recall was answered. */
  readonly recalled: ReadonlyMap<string, number>;
}

export function announcedIn(records: readonly HistoryRecord[]): Announced {
  const standing = new Set<string>();
  const recalled = new Map<string, number>();
  for (const record of records) {
    if (record.operation === 'publish' && record.outcome === 'ok' && record.broadcast !== undefined)
      standing.add(record.broadcast);
    if (record.operation !== 'recall') continue;
    standing.delete(record.broadcast);
    if (record.outcome === 'ok' && !recalled.has(record.broadcast)) recalled.set(record.broadcast, record.at);
  }
  return { standing, recalled };
}
