import { Injectable } from '@nestjs/common';
import { requireUnmuted } from '../ledger/muting.js';
import { invalid } from '../platform/errors/chat-error.js';
import { MessageChanges, type Target } from './message-changes.js';
import { requireUndeleted } from './message-rules.js';
import { isEmoji, withReaction, withoutReaction } from './reaction-rules.js';

/** `reaction.add` and `reaction.remove`, by REST and by Socket.IO. */
@Injectable()
export class React {
  constructor(private readonly changes: MessageChanges) {}

  /** Once a user and emoji; again changes nothing. Throws `request.invalid` for what is no emoji, `conversation.muted`, `message.deleted`. */
  async add(target: Target, emoji: string): Promise<void> {
    if (!isEmoji(emoji))
      throw invalid('This is no emoji.', [{ path: 'emoji', message: 'must be one emoji' }]);
    await this.changes.apply(target, async (message, change) => {
      requireUnmuted(change.members, target.caller.userId, change.at);
      requireUndeleted(message);
      const reactions = withReaction(message.reactions, target.caller.userId, emoji);
      return reactions && { message: { ...message, reactions }, type: 'reaction.added', emoji };
    });
  }

  /** What is not there is taken away already. */
  async remove(target: Target, emoji: string): Promise<void> {
    await this.changes.apply(target, async (message) => {
      const reactions = withoutReaction(message.reactions, target.caller.userId, emoji);
      return reactions && { message: { ...message, reactions }, type: 'reaction.removed', emoji };
    });
  }
}
