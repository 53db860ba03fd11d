import { type Position, formatPosition } from '../mailbox/cursor.js';
import type { MailboxEvent } from '../mailbox/event.js';
import type { ChatError } from '../platform/errors/chat-error.js';
import type { Door, Ending, Ready } from './door.js';

/** What one poll has gathered when it is answered. */
export type Polled =
  | {
      readonly kind: 'events';
      readonly events: readonly MailboxEvent[];
      readonly ready: Ready | undefined;
      /** Where the next poll goes on: all that was written up to here is in this answer. */
      readonly cursor: string | undefined;
    }
  | { readonly kind: 'refused'; readonly error: ChatError }
  | { readonly kind: 'ended'; readonly ending: Ending };

/** Gathers events for one answer, up to a limit. */
export class PollDoor implements Door {
  private readonly events: MailboxEvent[] = [];
  private readyInfo: Ready | undefined;
  private cursor: string | undefined;
  private characters = 0;
  private isCaughtUp = false;
  private answer: ((polled: Polled) => void) | undefined;
  readonly answered: Promise<Polled>;

  /**
   * @param bound characters that one answer holds, give or take one event
   * @param mayWait whether an answer without events waits for some to come
   * @param from the cursor that the poll came with
   */
  constructor(
    private readonly limit: number,
    private readonly bound: number,
    private readonly mayWait: boolean,
    private readonly from?: string,
  ) {
    this.answered = new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  /** When delivery begins anew under a waiting poll, the answer says so; what came before is an answer of its own. */
  ready(ready: Ready): void {
    if (this.events.length > 0) this.give();
    if (!this.answer) return;
    this.readyInfo = ready;
    this.cursor = ready.cursor;
    this.isCaughtUp = false;
  }

  write(event: MailboxEvent): void {
    if (!this.answer) return;
    this.events.push(event);
    this.characters += event.json.length;
    this.cursor = event.cursor ?? this.cursor;
    if (this.isBlocked) this.give();
    else if (this.isCaughtUp) this.giveSoon();
  }

  get isBlocked(): boolean {
    return this.isFull && !this.isInPlace;
  }

  private get isFull(): boolean {
    return this.events.length >= this.limit || this.characters >= this.bound;
  }

  /**
   * What a replay brings of one place shares a cursor: an answer that ended with the one it began with would come again
   * for ever. Such an answer holds more than its limit.
   */
  private get isInPlace(): boolean {
    return this.cursor === this.from && this.events.at(-1)?.cursor === this.from;
  }

  /** A full answer takes no more: the loop rests until it is closed. */
  drained(): Promise<void> {
    return this.isBlocked ? new Promise(() => undefined) : Promise.resolve();
  }

  caughtUp(upTo: Position): void {
    // What the loop still writes after the answer is not in it.
    if (!this.answer) return;
    this.cursor = formatPosition(upTo);
    this.isCaughtUp = true;
    if (this.events.length > 0 || !this.mayWait) this.giveSoon();
  }

  refuse(error: ChatError): void {
    this.settle({ kind: 'refused', error });
  }

  end(ending: Ending): void {
    if (ending.kind === 'draining') this.give();
    else this.settle({ kind: 'ended', ending });
  }

  /** Answers with what there is. */
  give(): void {
    this.settle({ kind: 'events', events: this.events, ready: this.readyInfo, cursor: this.cursor });
  }

  /** What comes in the same turn of the event loop goes into the same answer. */
  private giveSoon(): void {
    setImmediate(() => this.give());
  }

  private settle(polled: Polled): void {
    this.answer?.(polled);
    this.answer = undefined;
  }
}
