import type { Position } from '../mailbox/cursor.js';
import type { MailboxEvent } from '../mailbox/event.js';
import type { ChatError } from '../platform/errors/chat-error.js';

/** The first thing that a connection is told, and again when delivery had to start anew. */
export interface Ready {
  readonly userId: string;
  readonly sessionId: string;
  /** Where delivery starts: resuming from it loses nothing. */
  readonly cursor: string;
  /** Whether every event after the given cursor comes exactly once. */
  readonly resumed: boolean;
}

/** Why a connection is closed from this side. */
export type Ending =
  /** Its session or token is no more: it must not come back with this token. */
  | { readonly kind: 'revoked'; readonly reason: string }
  /** This node leaves: the client shall come back by itself, after so many milliseconds. */
  | { readonly kind: 'draining'; readonly reconnectAfterMs: number };

/** What a transport must be able to do: write and close. It holds no chat logic. */
export interface Door {
  ready(ready: Ready): void;
  write(event: MailboxEvent): void;
  /** Whether more waits for the client than the bound allows: then nothing is written until it has drained. */
  readonly isBlocked: boolean;
  /** Resolves when the client has taken what waited for it, or is gone. */
  drained(): Promise<void>;
  /** Everything there is has been written; resuming from the cursor brings what comes after it. */
  caughtUp(upTo: Position): void;
  /** The connection can't begin. */
  refuse(error: ChatError): void;
  end(ending: Ending): void;
}
