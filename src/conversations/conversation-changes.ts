import { Injectable } from '@nestjs/common';
import { LedgerService } from '../ledger/ledger.service.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import type { Conversation } from './conversation.entity.js';
import { ConversationsStore } from './conversations.store.js';
import { MembersStore } from './members.store.js';
import { OpenConversation } from './open-conversation.js';

/** Changes conversations and who is in them, under the conversation's lock: what all verbs of theirs have in common. */
@Injectable()
export class ConversationChanges {
  constructor(
    private readonly ledger: LedgerService,
    private readonly store: ConversationsStore,
    private readonly members: MembersStore,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Shows the conversation, as it stands, to a verb. One that takes no rev changes nothing and tells nobody.
   * Throws `conversation.not_found`, and what the verb throws; then nothing has changed.
   */
  async apply<T>(
    caller: Principal,
    conversationId: string,
    verb: (open: OpenConversation) => Promise<T>,
  ): Promise<T> {
    const id = parseId('conversation', conversationId);
    return this.ledger.change(id, async (log) => {
      const conversation = await this.store.find(id, log.manager);
      if (!conversation || conversation.deletedAt) throw notFound('conversation');
      return verb(new OpenConversation(this.members, this.ids, log, conversation, caller));
    });
  }

  /** Stores a new conversation; the verb gives it its first members. */
  async begin(
    caller: Principal,
    wanted: Omit<Conversation, 'id' | 'createdAt' | 'updatedAt' | 'rev' | 'deletedAt'>,
    verb: (open: OpenConversation) => Promise<void>,
  ): Promise<string> {
    const id = this.ids.next();
    await this.ledger.begin(id, async (log) => {
      const { at } = log;
      const conversation = { ...wanted, id, rev: 1, deletedAt: null, createdAt: at, updatedAt: at };
      await this.store.insert(log.manager, conversation);
      await verb(new OpenConversation(this.members, this.ids, log, conversation, caller));
    });
    return id;
  }
}
