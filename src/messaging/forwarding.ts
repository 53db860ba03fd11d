import { Injectable } from '@nestjs/common';
import { Memberships } from '../conversations/memberships.js';
import { MessageStore } from '../ledger/message.store.js';
import type { MessageContent } from '../ledger/stored-message.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { forwardedContent } from './forwarding-rules.js';
import type { Forward } from './messages.dto.js';

/** Takes over what another message says. */
@Injectable()
export class Forwarding {
  constructor(
    private readonly memberships: Memberships,
    private readonly messages: MessageStore,
  ) {}

  /**
   * Of a message that the caller sees. Throws `message.not_found`, also where the caller is no member of its
   * conversation, and what `forwardedContent` throws.
   */
  async contentOf({ userId }: Principal, { conversationId, seq }: Forward): Promise<Partial<MessageContent>> {
    const id = parseId('message', conversationId);
    const membership = (await this.memberships.among(userId, [id])).get(id);
    if (!membership || seq <= membership.visibleAfterSeq) throw notFound('message');
    const [message] = await this.messages.findAt([{ conversationId: id, seq }]);
    if (!message) throw notFound('message');
    return forwardedContent(message);
  }
}
