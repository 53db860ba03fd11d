import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Memberships } from '../../conversations/memberships.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { mutedRefusal } from '../../ledger/muting.js';
import { MailboxService } from '../../mailbox/mailbox.service.js';
import type { Principal } from '../../platform/http/principal.js';
import { parseId } from '../../platform/http/schemas.js';
import { typingAudience } from './typing-audience.js';

/** Milliseconds in which a repetition costs nothing and tells nobody. */
const COALESCED_MS = 1_000;
const REMEMBERED = 10_000;

/** `typing.start` and `typing.stop`, by REST and by Socket.IO. Typing ends by itself some seconds after the last start. */
@Injectable()
export class TypingService {
  /** Who lately started (true) or stopped (false), by conversation and user. */
  private readonly lately = new LRUCache<string, boolean>({ max: REMEMBERED, ttl: COALESCED_MS });

  constructor(
    private readonly ledger: LedgerService,
    private readonly memberships: Memberships,
    private readonly mailbox: MailboxService,
  ) {}

  /** Of a muted member nobody is told. Throws `conversation.not_found`, `conversation.not_member`. */
  start(caller: Principal, conversationId: string): Promise<void> {
    return this.tell(caller, conversationId, true);
  }

  /** Likewise. */
  stop(caller: Principal, conversationId: string): Promise<void> {
    return this.tell(caller, conversationId, false);
  }

  private async tell(caller: Principal, text: string, isTyping: boolean): Promise<void> {
    const { userId } = caller;
    const conversationId = parseId('conversation', text);
    const key = `${conversationId} ${userId}`;
    if (this.lately.get(key) === isTyping) return;
    const members = await this.ledger.membersOf(conversationId);
    if (!members?.has(userId)) throw await this.memberships.refusal(caller, conversationId);
    this.lately.set(key, isTyping);
    if (isTyping && mutedRefusal(members, userId, new Date())) return;
    this.mailbox.show(typingAudience(members, userId), { kind: 'typing', conversationId, userId, isTyping });
  }
}
