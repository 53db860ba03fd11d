import { Injectable } from '@nestjs/common';
import { requireUnmuted } from '../ledger/muting.js';
import { MessageChanges, type Target } from './message-changes.js';
import { MessageHistoryStore } from './message-history.store.js';
import { requireUndeleted } from './message-rules.js';

/** Any member of a direct conversation may pin. */
@Injectable()
export class PinMessage {
  constructor(
    private readonly changes: MessageChanges,
    private readonly history: MessageHistoryStore,
  ) {}

  /** Again changes nothing. Throws `conversation.muted`, `message.deleted`. */
  async pin(target: Target): Promise<void> {
    await this.changes.apply(target, async (message, change) => {
      requireUnmuted(change.members, target.caller.userId, change.at);
      requireUndeleted(message);
      if (message.pinned) return undefined;
      await this.history.pin(
        change.manager,
        message.conversationId,
        message.seq,
        target.caller.userId,
        change.at,
      );
      return { message: { ...message, pinned: true }, type: 'message.updated' };
    });
  }

  async unpin(target: Target): Promise<void> {
    await this.changes.apply(target, async (message, change) => {
      requireUnmuted(change.members, target.caller.userId, change.at);
      if (!message.pinned) return undefined;
      await this.history.unpin(change.manager, message.conversationId, message.seq);
      return { message: { ...message, pinned: false }, type: 'message.updated' };
    });
  }
}
