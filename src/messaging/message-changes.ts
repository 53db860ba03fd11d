import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Memberships } from '../conversations/memberships.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type MessageView, toMessageView } from '../ledger/message.dto.js';
import { MessageStore } from '../ledger/message.store.js';
import { quotedBy } from '../ledger/message-key.js';
import { viewForAll } from '../ledger/message-views.js';
import type { OpenChange } from '../ledger/open-change.js';
import { requireTogether } from '../ledger/severed.js';
import type { StoredMessage } from '../ledger/stored-message.js';
import type { StoredEventType } from '../mailbox/reference.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId, parseSeq } from '../platform/http/schemas.js';
import { reactionOf } from './reaction-event.js';

/** One message, and who wants to change it. */
export interface Target {
  readonly caller: Principal;
  readonly conversationId: string;
  readonly seq: string | number;
  /** Of a moderator, who need be no member: puts the act on record, in the same transaction, also where it changes nothing. */
  readonly onRecord?: (manager: EntityManager) => Promise<void>;
}

/** What becomes of a message, and how its members hear of it. */
export interface MessageChange {
  readonly message: StoredMessage;
  readonly type: StoredEventType;
  /** Of a reaction. */
  readonly emoji?: string;
  /** What changes with it, and afterwards. */
  readonly further?: readonly MessageChange[];
}

/** Changes messages one at a time, under their conversation's lock: what every verb but sending has in common. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly ledger: LedgerService,
    private readonly messages: MessageStore,
    private readonly memberships: Memberships,
  ) {}

  /**
   * Shows the message, as it stands, to the rule of a verb, and stores what the rule makes of it under a new rev.
   * A rule that answers undefined changes nothing: no rev, no event. Returns the message as it then is.
   * Throws `conversation.not_found`, `conversation.not_member`, `message.not_found`, after a block, but for deletions,
   * `conversation.not_allowed`, and what the rule throws; then nothing has changed.
   */
  async apply(
    target: Target,
    rule: (message: StoredMessage, change: OpenChange) => Promise<MessageChange | undefined>,
  ): Promise<MessageView> {
    const { caller } = target;
    const seq = parseSeq('message', String(target.seq));
    const conversationId = parseId('conversation', target.conversationId);
    return this.ledger.change(conversationId, async (change) => {
      const isOpen = target.onRecord !== undefined;
      if (!isOpen && !change.members.has(caller.userId))
        throw await this.memberships.refusal(caller, conversationId, change.manager);
      const message = await this.messages.find(change.manager, conversationId, seq);
      if (!message || !(isOpen || change.members.sees(caller.userId, seq))) throw notFound('message');
      const made = await rule(message, change);
      if (made && !isOpen && made.type !== 'message.deleted') requireTogether(change.members, caller.userId);
      await target.onRecord?.(change.manager);
      if (!made) return this.view(message, caller, change);
      const [changed = message] = await this.store([made, ...(made.further ?? [])], caller, change);
      return this.view(changed, caller, change);
    });
  }

  private async store(
    made: readonly MessageChange[],
    caller: Principal,
    change: OpenChange,
  ): Promise<StoredMessage[]> {
    const stored: StoredMessage[] = [];
    for (const { message, type, emoji } of made) {
      const changed = { ...message, rev: change.takeRev() };
      await this.messages.update(change.manager, changed);
      const { conversationId, rev, seq } = changed;
      const reference = { type, conversationId, rev, seq, subject: caller.userId, detail: emoji };
      change.tell(reference, emoji ? reactionOf(reference) : await this.forAll(changed, change));
      stored.push(changed);
    }
    return stored;
  }

  private async forAll(message: StoredMessage, change: OpenChange): Promise<object | undefined> {
    const view = viewForAll(message, await this.quotedBy(message, change), change.members);
    return view && { message: view };
  }

  /** As the caller sees it. */
  private async view(
    message: StoredMessage,
    { userId }: Principal,
    change: OpenChange,
  ): Promise<MessageView> {
    const quoted = await this.quotedBy(message, change);
    return toMessageView(message, quoted && change.members.sees(userId, quoted.seq) ? quoted : undefined);
  }

  private async quotedBy(
    message: StoredMessage,
    { manager }: OpenChange,
  ): Promise<StoredMessage | undefined> {
    const [key] = quotedBy(message);
    return key && this.messages.find(manager, key.conversationId, key.seq);
  }
}
