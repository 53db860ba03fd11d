import { Injectable } from '@nestjs/common';
import { Memberships } from '../conversations/memberships.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type MessageView, toMessageView } from '../ledger/message.dto.js';
import { MessageViews, type Sees, seesAfter } from '../ledger/message-views.js';
import {
  type MessageContent,
  type MessageDraft,
  type StoredMessage,
  noContent,
} from '../ledger/stored-message.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { ComposeMessage, type Identity, type Outgoing } from './compose-message.js';
import { DirectRecipients } from './direct-recipients.js';
import type { SendDirectMessage, SendMessage as SendMessageInput } from './messages.dto.js';

export interface Sent {
  readonly message: MessageView;
  /** False for a retry: the message was stored before. */
  readonly isNew: boolean;
}

/** `message.send`, by REST and by Socket.IO: compose, post, show. */
@Injectable()
export class SendMessage {
  constructor(
    private readonly compose: ComposeMessage,
    private readonly ledger: LedgerService,
    private readonly memberships: Memberships,
    private readonly recipients: DirectRecipients,
    private readonly views: MessageViews,
  ) {}

  /**
   * Resolves when the message is durable; it reaches the members afterwards.
   * Throws `conversation.not_found`, `conversation.not_member`, `message.client_id_conflict`, and what `ComposeMessage` and
   * `LedgerService.post` throw.
   *
   * @param retryKey tells retries of a send without a clientId, as by an Idempotency-Key
   */
  async into(
    caller: Principal,
    conversationId: string,
    input: SendMessageInput,
    retryKey?: string,
  ): Promise<Sent> {
    const id = parseId('conversation', conversationId);
    return this.send({ caller, input }, retryKey, async () => id);
  }

  /** Into the direct conversation with a user, made if needed. Throws `user.not_found` too. */
  async to(caller: Principal, { to, ...input }: SendDirectMessage, retryKey?: string): Promise<Sent> {
    return this.send({ caller, input }, retryKey, () => this.recipients.conversationWith(caller, to));
  }

  private async send(
    outgoing: Outgoing,
    retryKey: string | undefined,
    target: () => Promise<string>,
  ): Promise<Sent> {
    const key = this.compose.identity(outgoing, retryKey);
    const content = await this.contentOf(outgoing, key);
    const { message, isNew } = await this.post(outgoing.caller, draftOf(key, await target(), content));
    return { message: await this.shown(outgoing.caller, message, isNew), isNew };
  }

  private async contentOf(outgoing: Outgoing, key: Identity): Promise<MessageContent> {
    try {
      return await this.compose.content(outgoing);
    } catch (refusal) {
      // What is stored already is given again, also when it would be refused by now: the commit finds it by its key.
      if (await this.ledger.holds(key)) return noContent;
      throw refusal;
    }
  }

  private async post(
    caller: Principal,
    draft: MessageDraft,
  ): Promise<{ message: StoredMessage; isNew: boolean }> {
    try {
      return await this.ledger.post(draft);
    } catch (error) {
      throw isNotFound(error) ? await this.memberships.refusal(caller, draft.conversationId) : error;
    }
  }

  private async shown(caller: Principal, message: StoredMessage, isNew: boolean): Promise<MessageView> {
    if (message.replyTo === null) return toMessageView(message);
    return this.views.one(message, await this.sight(caller, message, isNew));
  }

  /** What the sender sees: all that a new message answers; of what one answers that was stored before, what is left to them. */
  private async sight(caller: Principal, message: StoredMessage, isNew: boolean): Promise<Sees> {
    if (isNew) return () => true;
    const memberships = await this.memberships.among(caller.userId, [message.conversationId]);
    return seesAfter(memberships.get(message.conversationId)?.visibleAfterSeq ?? Infinity);
  }
}

/** Each field by its name: an object made of two others is ten times as large, and thousands of drafts wait at a time. */
const draftOf = (key: Identity, conversationId: string, content: MessageContent): MessageDraft => ({
  conversationId,
  id: key.id,
  type: 'text',
  senderId: key.senderId,
  sendKey: key.sendKey,
  digest: key.digest,
  text: content.text,
  attachments: content.attachments,
  replyTo: content.replyTo,
  threadOf: content.threadOf,
  mentions: content.mentions,
  mentionAll: content.mentionAll,
  forwarded: content.forwarded,
  metadata: content.metadata,
});

/** Of a channel, one who is no member may know. */
const isNotFound = (error: unknown): boolean =>
  error instanceof ChatError && error.code === 'conversation.not_found';
