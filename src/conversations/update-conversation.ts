import { Injectable } from '@nestjs/common';
import { HeldFilesStore } from '../ledger/held-files.store.js';
import type { Principal } from '../platform/http/principal.js';
import { WordFilter } from '../word-filter/word-filter.js';
import { ConversationChanges } from './conversation-changes.js';
import { cleanNames } from './conversation-names.js';
import { requireManager, requireOwner, requireShared } from './conversation-rules.js';
import type { Conversation } from './conversation.entity.js';
import type { UpdateConversation as UpdateConversationInput } from './conversations.dto.js';
import { ConversationsStore } from './conversations.store.js';

/** What a group or a channel is called, and how it is set; and its end. */
@Injectable()
export class UpdateConversation {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly store: ConversationsStore,
    private readonly heldFiles: HeldFilesStore,
    private readonly filter: WordFilter,
  ) {}

  /**
   * For owners and admins; who sees the history is for owners to say. What is as it was changes nothing.
   * Throws `conversation.not_allowed`, `word_filter.refused`.
   */
  async to(caller: Principal, conversationId: string, input: UpdateConversationInput): Promise<void> {
    await this.changes.apply(caller, conversationId, async (open) => {
      const role = open.requireRole();
      requireShared(open.conversation);
      requireManager(role);
      const changed = changedIn(open.conversation, cleanNames(this.filter, input));
      if (Object.keys(changed).length === 0) return;
      if (changed.historyVisibility) requireOwner(role);
      const rev = open.log.takeRev();
      await this.store.update(open.log.manager, conversationId, { ...changed, rev, updatedAt: open.log.at });
      open.log.tell({
        type: 'conversation.updated',
        conversationId,
        rev,
        seq: 0,
        subject: caller.userId,
      });
      if (changed.name) open.note('renamed', [], changed.name);
    });
  }

  /** For owners. Everybody is told and out, and the files of its messages end; resolves when nothing more of it can come. Throws `conversation.not_allowed`. */
  async delete(caller: Principal, conversationId: string): Promise<void> {
    await this.changes.apply(caller, conversationId, async (open) => {
      const role = open.requireRole();
      requireShared(open.conversation);
      requireOwner(role);
      await this.store.update(open.log.manager, conversationId, { deletedAt: open.log.at });
      await this.heldFiles.releaseAll(open.log.manager, open.conversation.id);
      await open.dissolve();
    });
  }
}

/** What the input makes different. */
function changedIn(conversation: Conversation, input: UpdateConversationInput): UpdateConversationInput {
  const names = ['name', 'topic', 'avatarUrl', 'historyVisibility'] as const;
  const changed = names.filter((name) => input[name] !== undefined && input[name] !== conversation[name]);
  return Object.fromEntries(changed.map((name) => [name, input[name]]));
}
