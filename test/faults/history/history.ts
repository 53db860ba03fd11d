import type { SendRecord } from './asked.js';
import type {
  ConnectRecord,
  EventRecord,
  FaultRecord,
  HistoryRecord,
  PlanRecord,
  ReadItem,
  ReadyRecord,
} from './record.js';

/** What came on a connection between one `ready` and the next. */
export interface Segment {
  readonly ready: ReadyRecord;
  readonly events: EventRecord[];
}

export interface HistoryConnection extends ConnectRecord {
  readonly segments: Segment[];
}

export interface FaultWindow {
  readonly kind: string;
  readonly number: number;
  readonly node: string | undefined;
  readonly begun: number;
  /** Infinity while nothing has mended it. */
  readonly healed: number;
}

/** A recorded run, in the shapes that the invariants ask for. */
export class History {
  private readonly byOperation = new Map<HistoryRecord['operation'], HistoryRecord[]>();
  readonly sends: readonly SendRecord[];
  readonly connections: readonly HistoryConnection[];
  readonly faults: readonly FaultWindow[];
  /** The last complete read of each conversation. */
  readonly finalReads: ReadonlyMap<string, readonly ReadItem[]>;
  readonly plan: PlanRecord | undefined;

  constructor(readonly records: readonly HistoryRecord[]) {
    for (const record of records) push(this.byOperation, record.operation, record);
    this.sends = this.of('send');
    this.connections = connectionsOf(records);
    this.faults = windowsOf(this.of('fault'));
    this.plan = this.of('plan').at(-1);
    this.finalReads = new Map(
      this.of('read')
        .filter(({ device, isComplete }) => device === undefined && isComplete)
        .map(({ conversation, items }) => [conversation, items]),
    );
  }

  /** Records of one kind, in the order in which they were noted. */
  of<O extends HistoryRecord['operation']>(operation: O): Extract<HistoryRecord, { operation: O }>[] {
    return (this.byOperation.get(operation) ?? []) as Extract<HistoryRecord, { operation: O }>[];
  }

  /** The attempts of each send, by its key. */
  get attempts(): ReadonlyMap<string, readonly SendRecord[]> {
    const attempts = new Map<string, SendRecord[]>();
    for (const send of this.sends) push(attempts, send.key, send);
    return attempts;
  }

  /** Each device's connections, in their order. */
  get byDevice(): ReadonlyMap<string, readonly HistoryConnection[]> {
    const devices = new Map<string, HistoryConnection[]>();
    for (const connection of this.connections) push(devices, connection.device, connection);
    return devices;
  }

  get events(): EventRecord[] {
    return this.of('event');
  }
}

export function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function connectionsOf(records: readonly HistoryRecord[]): HistoryConnection[] {
  const connections = new Map<string, HistoryConnection>();
  for (const record of records) {
    if (record.operation === 'connect') connections.set(record.connection, { ...record, segments: [] });
    if (record.operation === 'ready')
      connections.get(record.connection)?.segments.push({ ready: record, events: [] });
    if (record.operation === 'event')
      connections.get(record.connection)?.segments.at(-1)?.events.push(record);
  }
  return [...connections.values()];
}

function windowsOf(records: readonly FaultRecord[]): FaultWindow[] {
  return records
    .filter(({ phase }) => phase === 'begun')
    .map(({ kind, number, node, at }) => ({
      kind,
      number,
      node,
      begun: at,
      healed: records.find((one) => one.number === number && one.phase === 'healed')?.at ?? Infinity,
    }));
}
