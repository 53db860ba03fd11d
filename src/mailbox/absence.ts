import type { LocalConnection, MailboxListener } from './attachments.js';
import type { MailboxEvent, WakeUp } from './event.js';

/** Events that are kept at most, and shown at the return. */
const KEPT = 20;
/** Likewise of those that are about something: the last one each. */
const KEPT_ABOUT = 1_000;

/**
 * Stands in for a connection that is not there yet, or expected back, as between two polls: keeps what is shown and
 * never stored meanwhile. What is in the mailbox the connection will read for itself.
 */
export class Absence implements MailboxListener {
  private kept: { readonly event: MailboxEvent; readonly conversationId: string | undefined }[] = [];
  private readonly latest = new Map<string, MailboxEvent>();
  readonly connection: LocalConnection;

  constructor({ userId, connectionId }: LocalConnection) {
    this.connection = { userId, connectionId, listener: this };
  }

  ephemeral(event: MailboxEvent, conversationId?: string): void {
    const { about } = event;
    if (about === undefined) {
      if (this.kept.length < KEPT) this.kept.push({ event, conversationId });
    } else if (this.latest.has(about) || this.latest.size < KEPT_ABOUT) {
      this.latest.set(about, event);
    }
  }

  /** The user may be gone from the conversation: then nothing of it is shown any more. */
  wakeUp({ reference: { type, conversationId, subject } }: WakeUp): void {
    const isEnd = type === 'member.removed' || type === 'conversation.deleted';
    if (isEnd && subject === this.connection.userId)
      this.kept = this.kept.filter((shown) => shown.conversationId !== conversationId);
  }

  /** Such an end may have been missed. */
  refresh(): void {
    this.kept = this.kept.filter(({ conversationId }) => conversationId === undefined);
  }

  hold(): void {
    this.refresh();
  }

  release(): void {
    this.refresh();
  }

  /** Whoever comes back attaches by themselves. */
  dropped(): void {
    this.refresh();
  }

  /** Shows what was kept to the connection that has come. */
  endWith(listener: MailboxListener): void {
    for (const { event, conversationId } of this.kept) listener.ephemeral(event, conversationId);
    for (const event of this.latest.values()) listener.ephemeral(event);
  }
}
