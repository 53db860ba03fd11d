import { Injectable } from '@nestjs/common';
import { ConversationsService } from '../conversations/conversations.service.js';
import { Memberships } from '../conversations/memberships.js';
import type { MessageView } from '../ledger/message.dto.js';
import { Acknowledgements } from '../mailbox/acknowledgements.js';
import type { Missed } from '../messaging/missed.store.js';
import { MissedMessages } from '../messaging/missed-messages.js';
import type { PageSize } from './page-size.js';
import { type ReplayEvent, createdEvent, gapEvent, memberEvent, messageEvent } from './replay-event.js';
import { type Planned, type ReplayPlan, placeIn, reachOf } from './replay-plan.js';

/** Changes that are read at a time. */
const PAGE = 200;

/** Messages that a replay may still bring, and how many of them at a time. */
export interface Allowance {
  messages: number;
  readonly pageSize: PageSize;
}

/** What a replay brings of one conversation. */
@Injectable()
export class ConversationReplays {
  constructor(
    private readonly missed: MissedMessages,
    private readonly conversations: ConversationsService,
    private readonly memberships: Memberships,
    private readonly acknowledgements: Acknowledgements,
  ) {}

  /**
   * Its missed messages in order, then what else changed, then that it is synced; or how the membership has ended. When
   * the allowance is used up, one `mailbox.gap`.
   */
  async *of(plan: ReplayPlan, missed: Planned, allowance: Allowance): AsyncGenerator<ReplayEvent[]> {
    if (missed.end) {
      yield await this.farewell(plan, missed, missed.end);
      return;
    }
    if (plan.mode === 'changes' && missed.isNew) yield* this.announce(plan, missed);
    let seq = missed.afterSeq;
    while (allowance.messages > 0 && seq < missed.toSeq) {
      const limit = Math.min(allowance.pageSize.current, allowance.messages);
      const page = await this.page(plan, missed, seq, limit);
      const last = page.at(-1);
      if (!last) break;
      seq = page.length < limit ? missed.toSeq : last.seq;
      allowance.messages -= page.length;
      yield page.map((message) =>
        messageEvent('message.created', message, placeIn(plan, message.conversationId, message.seq)),
      );
    }
    if (allowance.messages <= 0 && seq < missed.toSeq) yield [gapEvent(plan, missed, seq + 1)];
    else if (plan.mode === 'changes') yield* this.rest(plan, missed);
  }

  /** The conversation itself was missed. */
  private async *announce(plan: ReplayPlan, missed: Missed): AsyncGenerator<ReplayEvent[]> {
    const [conversation] = await this.conversations.findMany(plan.userId, [missed.conversationId]);
    if (conversation)
      yield [createdEvent(conversation, placeIn(plan, missed.conversationId, missed.afterSeq))];
  }

  /** Missed messages after a seq; it is noted that they are about to be written, before they are. */
  private async page(plan: ReplayPlan, missed: Missed, seq: number, limit: number): Promise<MessageView[]> {
    const { userId, replayId } = plan;
    if (!(await this.isStillMember(userId, missed))) return [];
    const page =
      plan.mode === 'pool'
        ? await this.missed.createdByOthers(missed, userId, seq, limit)
        : await this.missed.created(missed, seq, limit);
    const last = page.at(-1);
    if (last) await this.acknowledgements.noteReplayed(userId, replayId, missed.conversationId, last.seq);
    return page;
  }

  /** What else changed in the conversation, and where it now stands. */
  private async *rest(plan: ReplayPlan, missed: Planned): AsyncGenerator<ReplayEvent[]> {
    const { conversationId, toSeq } = missed;
    const cursor = placeIn(plan, conversationId, toSeq);
    for await (const page of this.changes(missed, cursor)) {
      if (!(await this.isStillMember(plan.userId, missed))) return;
      yield page;
    }
    if (!(await this.isStillMember(plan.userId, missed))) return;
    const [conversation] =
      missed.isUpdated && !missed.isNew
        ? await this.conversations.findMany(plan.userId, [conversationId])
        : [];
    if (conversation)
      yield [
        {
          type: 'conversation.updated',
          at: new Date(conversation.updatedAt),
          cursor,
          data: { conversation },
        },
      ];
    yield [
      {
        type: 'conversation.synced',
        at: new Date(),
        cursor,
        data: { conversationId, rev: reachOf(missed), lastSeq: toSeq },
      },
    ];
  }

  /** Older messages and memberships that have changed, in pages; what changed before the user joined is in the history. */
  private async *changes(missed: Planned, cursor: string): AsyncGenerator<ReplayEvent[]> {
    const since = Math.max(missed.sinceRev, missed.joinedRev);
    const upToRev = missed.isRestComing ? reachOf(missed) : Infinity;
    let changed: MessageView[];
    let seen = since;
    do {
      changed = await this.missed.changed(missed, seen, PAGE);
      yield changed
        .filter(({ rev }) => rev <= upToRev)
        .map((message) =>
          messageEvent(message.deletedAt ? 'message.deleted' : 'message.updated', message, cursor),
        );
      seen = changed.at(-1)?.rev ?? seen;
    } while (changed.length === PAGE && seen < upToRev);
    let after: number | undefined = since;
    while (after !== undefined && after < Math.min(missed.rev, upToRev)) {
      const page = await this.memberships.changedAfter(missed.conversationId, after, PAGE);
      yield page.members
        .filter(({ rev }) => rev <= Math.min(missed.rev, upToRev))
        .map((member) => memberEvent(member, missed.sinceRev, cursor));
      after = page.moreAfterRev;
    }
  }

  /** Also for a replay that lasts: whoever is removed meanwhile gets no more of it. */
  private async isStillMember(userId: string, { conversationId }: Missed): Promise<boolean> {
    return (await this.memberships.among(userId, [conversationId])).has(conversationId);
  }

  /** How the membership has ended, to one who was a member when they were here last. */
  private async farewell(
    plan: ReplayPlan,
    missed: Missed,
    end: NonNullable<Missed['end']>,
  ): Promise<ReplayEvent[]> {
    const { conversationId } = missed;
    const [member] = await this.memberships.of(conversationId, [plan.userId]);
    if (!member?.removedAt) return [];
    const cursor = placeIn(plan, conversationId, missed.toSeq);
    if (end === 'member.removed') return [memberEvent(member, missed.sinceRev, cursor)];
    return [{ type: end, at: member.removedAt, cursor, data: { conversationId } }];
  }
}
