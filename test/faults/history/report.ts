import { History } from './history.js';
import type { HistoryRecord } from './record.js';
import type { Verdict } from './verdict.js';

const SHOWN = 5;

/** What was seen, in numbers. */
export function numbersOf(records: readonly HistoryRecord[]): string {
  const history = new History(records);
  const outcomes = { ok: 0, refused: 0, unknown: 0 };
  for (const { outcome } of history.sends) outcomes[outcome] += 1;
  const readies = history.of('ready');
  const seconds = Math.round((records.at(-1)?.at ?? 0) - (records[0]?.at ?? 0)) / 1000;
  return [
    `${Math.round(seconds)} s`,
    `${outcomes.ok} sends acknowledged, ${outcomes.refused} refused, ${outcomes.unknown} unknown`,
    `${history.events.length} events on ${history.connections.length} connections`,
    `${readies.filter(({ resumed }) => resumed).length} resumed, ${readies.filter(({ resumed }) => !resumed).length} not`,
    `${history.faults.length} faults`,
    `${history.of('remove').length} removals, ${history.of('revoke').length} revocations`,
    `${history.of('react').length} reactions, ${history.of('mark').length} read marks`,
    `${history.of('publish').length} broadcasts, ${history.of('recall').length} recalls`,
  ].join('; ');
}

/** Why a run is not clean, a few of each kind. */
export function explain({ verdict, violations, missing }: Verdict, path: string): string {
  const lines = Object.entries(violations).flatMap(([name, found]) => [
    `${name}: ${found.length}`,
    ...found.slice(0, SHOWN).map((one) => `  ${one}`),
  ]);
  return [`${verdict}; the history is in ${path}`, ...lines, ...missing].join('\n');
}
