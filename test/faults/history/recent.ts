import type { SendRecord } from './asked.js';
import type { World } from './world.js';

/** The last messages from which one is picked. */
const RECENT = 50;

export type Acknowledged = SendRecord & { readonly seq: number };

/** A message that was acknowledged lately, in a conversation whose members stay. Nothing where there is none. */
export function recentOf({ recorder: { records }, places, random }: World): Acknowledged | undefined {
  const staying = new Set(places.map(({ id }) => id));
  const recent: Acknowledged[] = [];
  for (let i = records.length - 1; i >= 0 && recent.length < RECENT; i -= 1) {
    const record = records[i];
    if (record?.operation !== 'send' || record.outcome !== 'ok' || record.seq === undefined) continue;
    if (staying.has(record.conversation)) recent.push({ ...record, seq: record.seq });
  }
  return recent.length > 0 ? random.pick(recent) : undefined;
}
