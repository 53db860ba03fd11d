import type { Reference } from '../mailbox/reference.js';

/**
 * The conversations that a user has left, as a connection has told them: nothing of these may follow, whatever was on
 * its way already. Likewise the broadcasts that were not shown any more. Asked for every entry, in mailbox order.
 */
export class Departures {
  private readonly left = new Set<string>();
  private readonly hidden = new Set<string>();

  constructor(private readonly userId: string) {}

  /** Whether an event may be written. */
  admits({ type, conversationId, subject }: Reference): boolean {
    if (type === 'conversation.created') this.left.delete(conversationId);
    // The end itself is told, however often it is asked about: it may be read again before it is written.
    if ((type === 'member.removed' || type === 'conversation.deleted') && subject === this.userId) {
      this.left.add(conversationId);
      return true;
    }
    if (conversationId === '') return !this.hidden.has(subject);
    return !this.left.has(conversationId);
  }

  /**
   * Told of each entry that was read back, in their order. A new message that is not shown any more says that the user
   * has left since: what follows live must not be shown either, or it would come after a hole, until they are back.
   */
  noteRead({ type, conversationId, subject }: Reference, isShown: boolean): void {
    if (type === 'broadcast.published' && !isShown) this.hidden.add(subject);
    if (type === 'message.created' && !isShown) this.left.add(conversationId);
    if (type === 'conversation.created' && isShown) this.left.delete(conversationId);
  }

  hasLeft(conversationId: string): boolean {
    return this.left.has(conversationId);
  }
}
