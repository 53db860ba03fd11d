import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { MemberView } from '../conversations/members.dto.js';
import { Sanctions } from '../conversations/sanctions.js';
import type { BanInput, BanPage, BanView } from '../conversations/sanctions.dto.js';
import { DeleteMessage } from '../messaging/delete-message.js';
import type { Principal } from '../platform/http/principal.js';
import type { PageQuery } from '../platform/http/schemas.js';
import { ModerationLog, type Recorded } from './moderation-log.js';

/** What a moderator does in a conversation, without being a member of it. */
export interface Act {
  readonly caller: Principal;
  readonly conversationId: string;
  readonly reportId?: string;
  readonly note?: string | null;
  /** What else belongs to the act, in its transaction. */
  readonly also?: (manager: EntityManager) => Promise<void>;
}

export interface ActOnMember extends Act {
  readonly userId: string;
}

/** The acts of moderators: each goes through the verb that members use, and is on record in the same transaction. */
@Injectable()
export class Moderate {
  constructor(
    private readonly remove: DeleteMessage,
    private readonly sanctions: Sanctions,
    private readonly log: ModerationLog,
  ) {}

  async deleteMessage(act: Act & { readonly seq: string | number }): Promise<void> {
    const { caller, conversationId, seq } = act;
    const onRecord = (manager: EntityManager) =>
      this.record(manager, { ...act, seq: Number(seq) }, 'delete_message');
    await this.remove.of({ caller, conversationId, seq, onRecord });
  }

  /** Null lifts it. */
  mute(act: ActOnMember, until: Date | null): Promise<MemberView> {
    return this.sanctions.mute(this.on({ ...act, until }, until ? 'mute' : 'unmute'), until);
  }

  ban(act: ActOnMember, input: BanInput): Promise<BanView> {
    return this.sanctions.ban(this.on({ note: input.reason, ...act, until: input.until }, 'ban'), input);
  }

  lift(act: ActOnMember): Promise<void> {
    return this.sanctions.lift(this.on(act, 'unban'));
  }

  /** The bans that have not ended. */
  bans({ caller, conversationId }: Act, query: PageQuery): Promise<BanPage> {
    return this.sanctions.list({ caller, conversationId, isModerator: true }, query);
  }

  /** Puts an act on record that changes nothing but this. */
  async record(
    manager: EntityManager,
    { caller, also, conversationId, ...details }: Act & Partial<Recorded>,
    action: Recorded['action'],
  ): Promise<void> {
    await this.log.add(manager, { ...details, conversationId, moderatorId: caller.userId, action });
    await also?.(manager);
  }

  private on(act: ActOnMember & Partial<Recorded>, action: Recorded['action']) {
    const { caller, conversationId, userId } = act;
    const onRecord = (manager: EntityManager) => this.record(manager, act, action);
    return { caller, conversationId, userId, onRecord };
  }
}
