import type { SendRecord } from '../../faults/history/asked.js';
import type {
  ConnectRecord,
  EventRecord,
  FaultRecord,
  HistoryRecord,
  ReadRecord,
} from '../../faults/history/record.js';

const MESSAGES = 60;
const process = 'p';

/** Times are milliseconds; message n is begun at 100 n. */
export const aSend = (n: number, overrides: Partial<SendRecord> = {}): SendRecord => ({
  operation: 'send',
  process,
  begun: 100 * n,
  at: 100 * n + 10,
  node: 'n1',
  user: 'ann',
  session: 'ann-1',
  conversation: 'c',
  key: `k${n}`,
  value: `text ${n}`,
  outcome: 'ok',
  seq: n,
  rev: n + 1,
  ...overrides,
});

export const anEvent = (
  n: number,
  connection: string,
  overrides: Partial<EventRecord> = {},
): EventRecord => ({
  operation: 'event',
  process,
  at: 100 * n + 20,
  connection,
  type: 'message.created',
  cursor: `${1000 + n}-0`,
  conversation: 'c',
  seq: n,
  rev: n + 1,
  sender: 'ann',
  key: `k${n}`,
  value: `text ${n}`,
  ...overrides,
});

export const aConnect = (
  connection: string,
  at: number,
  overrides: Partial<ConnectRecord> = {},
): ConnectRecord => ({
  operation: 'connect',
  process,
  at,
  connection,
  device: 'bob-phone',
  user: 'bob',
  session: 'bob-1',
  node: 'n1',
  door: 'sse',
  cursor: '1000-0',
  cursorKind: 'own',
  ...overrides,
});

export const aReady = (connection: string, at: number, resumed = true): HistoryRecord => ({
  operation: 'ready',
  process,
  at,
  connection,
  cursor: '1000-0',
  resumed,
});

export const aFault = (number: number, phase: FaultRecord['phase'], at: number): FaultRecord => ({
  operation: 'fault',
  process,
  at,
  number,
  kind: 'redis emptied',
  phase,
});

export const aFinalRead = (seqs: readonly number[], overrides: Partial<ReadRecord> = {}): ReadRecord => ({
  operation: 'read',
  process,
  at: 9_000,
  conversation: 'c',
  isComplete: true,
  items: seqs.map((seq) => ({ seq, rev: seq + 1, sender: 'ann', key: `k${seq}`, value: `text ${seq}` })),
  ...overrides,
});

export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/**
 * Ann sends sixty messages; Bob's phone gets the first thirty on one connection and, after a fault, the others on a
 * second one, resumed. All is as it should be.
 */
export const aCleanHistory = (): HistoryRecord[] => {
  const usage = (phase: 'before' | 'after', at: number): HistoryRecord => ({
    operation: 'usage',
    process,
    at,
    phase,
    node: 'n1',
    memoryBytes: 50_000_000,
    handles: 30,
    queued: 0,
  });
  return [
    {
      operation: 'plan',
      process,
      at: 0,
      faults: ['redis emptied'],
      churn: [],
      devices: ['bob-phone'],
      members: { c: ['ann', 'bob'] },
      left: {},
    },
    usage('before', 1),
    {
      operation: 'sync',
      process,
      at: 2,
      device: 'bob-phone',
      cursor: '1000-0',
      held: { c: { seq: 0, rev: 1 } },
      broadcasts: [],
    },
    aConnect('bob-phone#1', 50),
    aReady('bob-phone#1', 60),
    ...range(1, 30).flatMap((n) => [aSend(n), anEvent(n, 'bob-phone#1')]),
    aFault(0, 'begun', 3_040),
    aFault(0, 'healed', 3_050),
    aConnect('bob-phone#2', 3_060, { cursor: '1030-0' }),
    aReady('bob-phone#2', 3_070),
    ...range(31, MESSAGES).flatMap((n) => [aSend(n), anEvent(n, 'bob-phone#2')]),
    { operation: 'agreed', process, at: 6_100, device: 'bob-phone', conversation: 'c', seq: MESSAGES },
    usage('after', 8_000),
    aFinalRead(range(1, MESSAGES)),
  ];
};
