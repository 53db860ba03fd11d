/** `unknown` counts as possibly done. */
export type Outcome = 'ok' | 'refused' | 'unknown';

export interface Timed {
  /** Milliseconds of the observing process's monotonic clock, when it was known. */
  readonly at: number;
  /** The process that observed it. */
  readonly process: string;
}

export interface Asked extends Timed {
  readonly begun: number;
  readonly node: string;
  readonly outcome: Outcome;
  readonly code?: string | undefined;
}

/** One attempt to send; a repetition has the same key. */
export interface SendRecord extends Asked {
  readonly operation: 'send';
  readonly connection?: string | undefined;
  readonly user: string;
  readonly session: string;
  readonly conversation: string;
  /** The clientId. */
  readonly key: string;
  readonly value: string;
  readonly seq?: number | undefined;
  readonly rev?: number | undefined;
}

interface Membership extends Asked {
  readonly conversation: string;
  /** Whose membership. */
  readonly user: string;
}

export interface AddRecord extends Membership {
  readonly operation: 'add';
}

export interface RemoveRecord extends Membership {
  readonly operation: 'remove';
}

/** One of a pair blocks the other, or lets them in again. */
export interface BlockRecord extends Asked {
  readonly operation: 'block' | 'unblock';
  readonly conversation: string;
}

/** Somebody changes a message of theirs; `refused` is that it was deleted before. */
interface Change extends Asked {
  readonly conversation: string;
  readonly seq: number;
  /** The text that it shall have: null after a deletion. */
  readonly value: string | null;
}

export interface EditRecord extends Change {
  readonly operation: 'edit';
}

export interface DeleteRecord extends Change {
  readonly operation: 'delete';
}

export type ChangeRecord = EditRecord | DeleteRecord;

export interface RevokeRecord extends Asked {
  readonly operation: 'revoke';
  readonly session: string;
}

export interface ReactRecord extends Asked {
  readonly operation: 'react';
  readonly conversation: string;
  readonly seq: number;
  readonly user: string;
  readonly emoji: string;
  /** Whether the reaction shall be there. */
  readonly isSet: boolean;
}

/** Somebody says that they have read all up to a seq. */
export interface MarkRecord extends Asked {
  readonly operation: 'mark';
  readonly conversation: string;
  readonly user: string;
  readonly seq: number;
}

/** Somebody who may announces something to everybody. */
export interface PublishRecord extends Asked {
  readonly operation: 'publish';
  /** What it says: of each another thing. */
  readonly value: string;
  /** Its id, once it is known. */
  readonly broadcast?: string | undefined;
}

export interface RecallRecord extends Asked {
  readonly operation: 'recall';
  readonly broadcast: string;
}

export type AskedRecord =
  | SendRecord
  | AddRecord
  | RemoveRecord
  | BlockRecord
  | ChangeRecord
  | RevokeRecord
  | ReactRecord
  | MarkRecord
  | PublishRecord
  | RecallRecord;
