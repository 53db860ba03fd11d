import type { Reference } from '../mailbox/reference.js';

/**
 * The conversations that a user has left, as a connection has told them: nothing of these may follow, whatever was on
 * its way already. Likewise the broadcasts that were not shown any more. Asked for every entry, in mailbox order.
 */
export class Departures {
  /** Below which rev nothing of them may follow: of a membership that is over, or of all. */
  private readonly left = new Map<string, number>();
  private readonly hidden = new Set<string>();

  constructor(private readonly userId: string) {}

  /** Whether an event may be written. */
  admits({ type, conversationId, rev, subject }: Reference): boolean {
    if (type === 'conversation.created') this.left.delete(conversationId);
    // The end itself is told, however often it is asked about: it may be read again before it is written.
    if ((type === 'member.removed' || type === 'conversation.deleted') && subject === this.userId) {
      this.left.set(conversationId, Infinity);
      return true;
    }
    if (conversationId === '') return !this.hidden.has(subject);
    return !this.hasLeft(conversationId) && (rev === 0 || rev >= (this.left.get(conversationId) ?? 0));
  }

  /**
   * Told of each entry that was read back, in their order. A new message that is not shown any more says that the user
   * has left since: what follows live must not be shown either, or it would come after a hole, until they are back: which they
   * may be already, as members since a rev.
   */
  noteRead({ type, conversationId, subject }: Reference, isShown: boolean, memberSince = Infinity): void {
    if (type === 'broadcast.published' && !isShown) this.hidden.add(subject);
    if (type === 'message.created' && !isShown) this.left.set(conversationId, memberSince);
    if (type === 'conversation.created' && isShown) this.left.delete(conversationId);
  }

  hasLeft(conversationId: string): boolean {
    return this.left.get(conversationId) === Infinity;
  }
}
