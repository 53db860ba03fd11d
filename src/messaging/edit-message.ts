import { Injectable } from '@nestjs/common';
import { requireMentionable } from '../ledger/draft-rules.js';
import { requireUnmuted } from '../ledger/muting.js';
import type { MessageView } from '../ledger/message.dto.js';
import { WordFilter } from '../word-filter/word-filter.js';
import { editedMentions, isSameMention, newlyNamed } from './mention-rules.js';
import { MessageChanges, type Target } from './message-changes.js';
import { MessageHistoryStore } from './message-history.store.js';
import { requireEditable } from './message-rules.js';
import { requireShortText } from './message-sizes.js';
import type { EditMessage as Edit } from './messages.dto.js';

/** `message.edit`, by REST and by Socket.IO. */
@Injectable()
export class EditMessage {
  constructor(
    private readonly changes: MessageChanges,
    private readonly history: MessageHistoryStore,
    private readonly filter: WordFilter,
  ) {}

  /**
   * The former text is kept as an edit. What is the same again changes nothing. Throws `conversation.muted`,
   * `message.not_allowed`, `message.deleted`, `message.too_long`, `word_filter.refused`, and `member.not_found` for
   * whom the edit names newly.
   */
  async to(target: Target, edit: Edit): Promise<MessageView> {
    requireShortText(edit.text);
    const text = this.filter.clean('text', edit.text);
    return this.changes.apply(target, async (message, change) => {
      requireUnmuted(change.members, target.caller.userId, change.at);
      requireEditable(target.caller, message);
      const mentions = editedMentions(message, edit);
      requireMentionable(newlyNamed(message, mentions), change.members);
      if (message.text === text && isSameMention(message, mentions)) return undefined;
      if (message.text !== text)
        await this.history.keep(change.manager, message, { text: message.text, editedAt: change.at });
      return { message: { ...message, ...mentions, text, editedAt: change.at }, type: 'message.updated' };
    });
  }
}
