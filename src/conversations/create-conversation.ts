import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isDuplicate } from '../platform/database/duplicate.js';
import { canonicalJson } from '../platform/http/canonical-json.js';
import type { Principal } from '../platform/http/principal.js';
import { UsersService } from '../users/users.service.js';
import { WordFilter } from '../word-filter/word-filter.js';
import { cleanNames } from './conversation-names.js';
import { ConversationChanges } from './conversation-changes.js';
import { notAllowed } from './conversation-rules.js';
import type { CreateConversation as CreateConversationInput, CreateShared } from './conversations.dto.js';
import { ConversationsStore } from './conversations.store.js';
import { OpenDirect, type Opened } from './open-direct.js';

@Injectable()
export class CreateConversation {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly store: ConversationsStore,
    private readonly users: UsersService,
    private readonly openDirect: OpenDirect,
    private readonly filter: WordFilter,
  ) {}

  /**
   * A group or a channel belongs to its creator. Throws `user.not_found` where one of the users can't be a member,
   * `conversation.not_allowed` for guests who want a channel, and `word_filter.refused`.
   *
   * @param retryKey tells retries of the same request, as by an Idempotency-Key: they get the same conversation
   */
  async of(caller: Principal, input: CreateConversationInput, retryKey?: string): Promise<Opened> {
    if (input.type === 'direct') return this.openDirect.with(caller, input.userId);
    if (input.type === 'channel' && caller.role === 'guest')
      throw notAllowed('Guests neither find nor make channels.');
    const creationKey = retryKey === undefined ? null : hashOf(caller, input, retryKey);
    const known = creationKey && (await this.store.findCreated(creationKey));
    if (known) return { conversationId: known, isNew: true };
    const others = [...new Set(input.memberIds)].filter((userId) => userId !== caller.userId);
    await this.users.requireAll(caller, others);
    return this.create(caller, cleanNames(this.filter, input), others, creationKey);
  }

  private async create(
    caller: Principal,
    { type, name, topic, historyVisibility }: CreateShared,
    others: readonly string[],
    creationKey: Buffer | null,
  ): Promise<Opened> {
    try {
      const conversationId = await this.changes.begin(
        caller,
        {
          type,
          directKey: null,
          name,
          topic: topic ?? null,
          avatarUrl: null,
          historyVisibility,
          creationKey,
          runBy: null,
          memberCount: others.length + 1,
        },
        async (open) => {
          await open.found([caller.userId, ...others], caller.userId);
          open.note('created', others);
        },
      );
      return { conversationId, isNew: true };
    } catch (error) {
      // The same request came twice at the same moment.
      const existing = creationKey && isDuplicate(error) && (await this.store.findCreated(creationKey));
      if (!existing) throw error;
      return { conversationId: existing, isNew: true };
    }
  }
}

const hashOf = ({ userId }: Principal, input: CreateShared, retryKey: string): Buffer =>
  createHash('sha256')
    .update(canonicalJson([userId, retryKey, input]))
    .digest();
