import type { LocalConnection, MailboxListener } from '../../src/mailbox/attachments.js';
import type { MailboxEvent, WakeUp } from '../../src/mailbox/event.js';
import { anId } from './builders.js';

/** Follows a mailbox and remembers what it heard. */
export class Listener implements MailboxListener {
  readonly wakeUps: WakeUp[] = [];
  readonly shown: MailboxEvent[] = [];
  refreshes = 0;
  isHeld = false;
  isDropped = false;
  readonly connection: LocalConnection;

  constructor(
    readonly userId: string,
    connectionId = `c${anId()}`,
  ) {
    this.connection = { userId, connectionId, listener: this };
  }

  wakeUp(wakeUp: WakeUp): void {
    this.wakeUps.push(wakeUp);
  }

  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.refresh();
  }

  refresh(): void {
    this.refreshes += 1;
  }

  dropped(): void {
    this.isDropped = true;
  }

  ephemeral(event: MailboxEvent): void {
    this.shown.push(event);
  }

  get revs(): number[] {
    return this.wakeUps.map(({ reference }) => reference.rev);
  }
}
