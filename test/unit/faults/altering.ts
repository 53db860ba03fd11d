import type { HistoryRecord } from '../../faults/history/record.js';
import type { InvariantName } from '../../faults/history/verdict.js';

/** Makes another history of one. */
export type Change = (records: HistoryRecord[]) => HistoryRecord[];

export const add =
  (...more: HistoryRecord[]): Change =>
  (records) => [...records, ...more];
export const without =
  (isMeant: (record: HistoryRecord) => boolean): Change =>
  (records) =>
    records.filter((record) => !isMeant(record));
export const change =
  (isMeant: (record: HistoryRecord) => boolean, overrides: object): Change =>
  (records) =>
    records.map((record) => (isMeant(record) ? { ...record, ...overrides } : record));

export const both =
  (...changes: Change[]): Change =>
  (records) =>
    changes.reduce((changed, one) => one(changed), records);

export const send = (n: number) => (record: HistoryRecord) => record.operation === 'send' && record.seq === n;
export const event = (n: number) => (record: HistoryRecord) =>
  record.operation === 'event' && record.seq === n;
export const is = (operation: HistoryRecord['operation']) => (record: HistoryRecord) =>
  record.operation === operation;

/** Which invariant a history breaks that was altered so. */
export type Violation = readonly [InvariantName, string, Change];
/** What may be so without breaking any. */
export type Allowed = readonly [string, Change];

/** Of a call that was answered after everything else. */
export const asked = { process: 'p', begun: 6_500, at: 6_510, node: 'n1', outcome: 'ok' } as const;
