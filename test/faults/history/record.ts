import type { DoorName } from '../../support/chat-client.js';
import type { AskedRecord, Timed } from './asked.js';

/** What a client came back with: its own last cursor, an older one of its own, another user's, an invented one. */
export type CursorKind = 'own' | 'old' | 'foreign' | 'forged';

/** A device has taken a snapshot: it holds, or can read, everything up to these numbers. */
export interface SyncRecord extends Timed {
  readonly operation: 'sync';
  readonly device: string;
  readonly cursor: string;
  readonly held: Readonly<Record<string, { readonly seq: number; readonly rev: number }>>;
  /** Ids of those that it shows. */
  readonly broadcasts: readonly string[];
}

export interface ConnectRecord extends Timed {
  readonly operation: 'connect';
  readonly connection: string;
  readonly device: string;
  readonly user: string;
  readonly session: string;
  readonly node: string;
  readonly door: DoorName;
  readonly cursor?: string | undefined;
  readonly cursorKind: CursorKind;
}

export interface ReadyRecord extends Timed {
  readonly operation: 'ready';
  readonly connection: string;
  readonly cursor: string;
  readonly resumed: boolean;
}

export interface EventRecord extends Timed {
  readonly operation: 'event';
  readonly connection: string;
  readonly type: string;
  readonly cursor: string | null;
  readonly conversation?: string | undefined;
  readonly seq?: number | undefined;
  readonly rev?: number | undefined;
  /** Of a message: its sender, its clientId (null for the server's own) and its text. */
  readonly sender?: string | undefined;
  readonly key?: string | null | undefined;
  readonly value?: string | null | undefined;
  /** Of a change of membership: whose. */
  readonly member?: string | undefined;
  /** Of a reaction or a receipt: whose. */
  readonly user?: string | undefined;
  readonly emoji?: string | undefined;
  /** Of a broadcast: its id; `value` is what it says. */
  readonly broadcast?: string | undefined;
  /** Of a gap: where it begins; it ends at `seq`. */
  readonly fromSeq?: number | undefined;
}

export interface GoneRecord extends Timed {
  readonly operation: 'gone';
  readonly connection: string;
  readonly why: string;
}

/** An emoji under a message, and who has set it. */
export interface ReadReaction {
  readonly emoji: string;
  readonly users: readonly string[];
}

/** A message as it was read from the history. */
export interface ReadItem {
  readonly seq: number;
  readonly rev: number;
  readonly sender: string;
  readonly key: string | null;
  readonly value: string | null;
  /** Absent where there are none. */
  readonly reactions?: readonly ReadReaction[];
}

/** A range read from the history: by a device that was told of a gap, or, without a device, everything in the end. */
export interface ReadRecord extends Timed {
  readonly operation: 'read';
  readonly conversation: string;
  readonly device?: string | undefined;
  readonly isComplete: boolean;
  readonly items: readonly ReadItem[];
}

/** How far somebody has read each of their conversations, by the list of these. */
export interface MarksRecord extends Timed {
  readonly operation: 'marks';
  readonly begun: number;
  readonly user: string;
  readonly held: Readonly<Record<string, number>>;
}

/** The broadcasts that somebody finds in their list in the end. */
export interface ListedRecord extends Timed {
  readonly operation: 'listed';
  readonly user: string;
  readonly broadcasts: readonly string[];
}

/** A device has come to the end of a conversation. */
export interface AgreedRecord extends Timed {
  readonly operation: 'agreed';
  readonly device: string;
  readonly conversation: string;
  readonly seq: number;
}

/** The faults that shall happen, in their order, what else shall, the devices that shall agree, and what was left out here and why. */
export interface PlanRecord extends Timed {
  readonly operation: 'plan';
  readonly faults: readonly string[];
  /** What clients and members shall do besides, each at least once. */
  readonly churn: readonly string[];
  readonly devices: readonly string[];
  /** Users who were members of a conversation from beginning to end. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly left: Readonly<Record<string, string>>;
}

export interface FaultRecord extends Timed {
  readonly operation: 'fault';
  readonly kind: string;
  readonly number: number;
  readonly phase: 'begun' | 'healed' | 'failed';
  readonly node?: string | undefined;
  readonly detail?: string | undefined;
}

/** A node has ended although nobody had told it to. */
export interface DiedRecord extends Timed {
  readonly operation: 'died';
  readonly node: string;
  readonly detail: string;
}

/** What clients and members did of their own accord. */
export interface ChurnRecord extends Timed {
  readonly operation: 'churn';
  readonly kind: string;
}

/** What a process holds while nobody is connected. */
export interface UsageRecord extends Timed {
  readonly operation: 'usage';
  readonly phase: 'before' | 'after';
  readonly node: string;
  readonly memoryBytes: number;
  readonly handles: number;
  /** Batches that wait for their delivery. */
  readonly queued: number;
}

export type HistoryRecord =
  | AskedRecord
  | SyncRecord
  | ConnectRecord
  | ReadyRecord
  | EventRecord
  | GoneRecord
  | ReadRecord
  | MarksRecord
  | ListedRecord
  | AgreedRecord
  | PlanRecord
  | FaultRecord
  | ChurnRecord
  | DiedRecord
  | UsageRecord;
