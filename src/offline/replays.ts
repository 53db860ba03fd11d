import { Injectable } from '@nestjs/common';
import { Acknowledgements } from '../mailbox/acknowledgements.js';
import { type Position, formatPosition } from '../mailbox/cursor.js';
import type { MailboxEvent } from '../mailbox/event.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { Config } from '../platform/config/config.js';
import { Announcements } from './announcements.js';
import { ConversationReplays } from './conversation-replays.js';
import { PageSize } from './page-size.js';
import { PersonalEvents } from './personal-events.js';
import { type ReplayEvent, toMailboxEvent } from './replay-event.js';
import {
  type ReplayPlan,
  coverageOf,
  covers,
  placeAfterBroadcast,
  placeAfterConversations,
} from './replay-plan.js';

/** Entries and events that are read and written at a time. */
const PAGE = 200;
/** Likewise of broadcasts, which are longer. */
const BROADCASTS = 10;

/** Offline delivery: brings from MySQL what a mailbox does not reach back to, conversation by conversation. */
@Injectable()
export class Replays {
  constructor(
    private readonly conversations: ConversationReplays,
    private readonly personal: PersonalEvents,
    private readonly announcements: Announcements,
    private readonly acknowledgements: Acknowledgements,
    private readonly mailbox: MailboxService,
    private readonly config: Config,
  ) {}

  /**
   * The events of a replay, in pages: per conversation its missed messages in order, then what else changed, then that
   * it is synced; after all conversations, what changed outside them; broadcasts last. Every event carries a cursor from which the rest
   * can be had; the last one carries the position at which the mailbox goes on.
   * After `REPLAY_MESSAGES` messages each conversation that is left ends in one `mailbox.gap`.
   */
  async *events(userId: string, plan: ReplayPlan): AsyncGenerator<MailboxEvent[]> {
    let held: ReplayEvent[] = [];
    const pageSize = new PageSize();
    for await (const page of this.pages(plan, pageSize)) {
      if (page.length === 0) continue;
      if (held.length > 0) {
        const events = held.map(toMailboxEvent);
        pageSize.learn(events);
        yield events;
      }
      held = page;
    }
    const last = held.at(-1);
    if (!last) return;
    await this.acknowledgements.noteReplayEnd(userId, plan.replayId, plan.tail);
    const cursor = formatPosition(await this.endOf(userId, plan));
    yield [...held.slice(0, -1), { ...last, cursor }].map(toMailboxEvent);
  }

  /**
   * Up to where the mailbox holds nothing that the replay has not brought. What was committed between the tail and the
   * planning is in both: whoever resumes after the replay's last event must not get it again.
   */
  private async endOf(userId: string, plan: ReplayPlan): Promise<Position> {
    const coverage = coverageOf(plan);
    let end = plan.tail;
    for (;;) {
      const page = await this.mailbox.read(userId, end, PAGE);
      if (page.kind === 'gap') return end;
      for (const { position, reference } of page.entries) {
        const covered = reference && coverage.get(reference.conversationId);
        if (!covered || !covers(covered, reference)) return end;
        end = position;
      }
      if (page.entries.length < PAGE) return end;
    }
  }

  private async *pages(plan: ReplayPlan, pageSize: PageSize): AsyncGenerator<ReplayEvent[]> {
    const allowance = { messages: this.config.mailbox.replayMessages, pageSize };
    for (const missed of plan.missed) yield* this.conversations.of(plan, missed, allowance);
    const cursor = placeAfterConversations(plan);
    for (let i = 0; i < plan.personal.length; i += PAGE) {
      const references = plan.personal.slice(i, i + PAGE);
      const data = await this.personal.dataOf(plan.userId, references);
      yield references.flatMap(({ type }, at) =>
        data[at] === undefined ? [] : [{ type, at: new Date(), data: data[at], cursor }],
      );
    }
    yield* this.broadcasts(plan);
  }
  /** It is noted that they are about to be written, before they are. */
  private async *broadcasts(plan: ReplayPlan): AsyncGenerator<ReplayEvent[]> {
    for (let i = 0; i < plan.broadcasts.length; i += BROADCASTS) {
      const announced = plan.broadcasts.slice(i, i + BROADCASTS);
      const views = await this.announcements.shown(plan.userId, announced);
      const written = announced.filter((_, at) => views[at] !== undefined);
      await this.announcements.noteWritten(plan.userId, plan.replayId, written);
      yield announced.flatMap((one, at) =>
        views[at] === undefined
          ? []
          : [
              {
                type: `broadcast.${one.kind}` as const,
                at: new Date(),
                data: { broadcast: views[at] },
                cursor: placeAfterBroadcast(plan, one),
              },
            ],
      );
    }
  }
}
