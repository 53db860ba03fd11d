import type { StoredEventType, Reference } from './reference.js';
import type { Position } from './cursor.js';

/** Events that are shown to open connections at once and never stored. */
export type EphemeralType =
  | 'draft.updated'
  | 'typing.started'
  | 'typing.stopped'
  | 'presence.changed'
  | 'presence.reminder'
  | 'support.position';

/** Besides those that are stored, events that exist only on the wire: made by a replay, or never stored at all. */
export type EventType =
  | StoredEventType
  | EphemeralType
  | 'conversation.synced'
  | 'mailbox.gap'
  | 'session.revoked'
  | 'server.draining';

/**
 * One event, ready to write. Shared by all connections of a node that get it, so that its text is made once:
 * doors may keep their own encoding of it by the object's identity.
 */
export class MailboxEvent {
  private text: string | undefined;

  /**
   * @param cursor the cursor as clients see it; null for events that are never stored
   * @param body the envelope without its cursor, as made by `envelopeBody`
   * @param about of events that are never stored and are about the same, only the last counts: it is kept for a connection
   * that can't take it at once
   */
  constructor(
    readonly cursor: string | null,
    readonly type: EventType,
    private readonly body: string,
    readonly about?: string,
  ) {}

  /** In characters, roughly. */
  get size(): number {
    return this.body.length;
  }

  /** The envelope as one line of JSON. */
  get json(): string {
    this.text ??=
      this.cursor === null ? `{"cursor":null,${this.body}` : `{"cursor":"${this.cursor}",${this.body}`;
    return this.text;
  }
}

/** The envelope from its type on: what is the same for all shards, encoded once. */
export const envelopeBody = (type: EventType, at: Date, data: unknown): string =>
  `"type":"${type}","at":"${at.toISOString()}","data":${JSON.stringify(data)}}`;

/** What a wake-up brings for some users: the event if it came along, or only the news that there is one. */
export interface WakeUp {
  readonly position: Position;
  readonly reference: Reference;
  readonly event: MailboxEvent | undefined;
}
