import { Injectable } from '@nestjs/common';
import { type Cursor, type Position, formatPosition } from '../mailbox/cursor.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { type ReplayPlan, beginningOf } from './replay-plan.js';
import { ReplayPlans } from './replay-plans.js';

/** How a connection begins: what is replayed first, and where in the mailbox it goes on. */
export interface Arrival {
  /** Every event after the given cursor comes exactly once. */
  readonly resumed: boolean;
  /** Resuming from here loses nothing. */
  readonly cursor: string;
  readonly plan: ReplayPlan | undefined;
  readonly position: Position;
}

/** Decides where delivery to a connection starts, whatever cursor it comes with. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly mailbox: MailboxService,
    private readonly plans: ReplayPlans,
  ) {}

  /**
   * The connection must have been registered, and `tail` be the mailbox's tail since then: MySQL is read after that, so
   * that whatever is committed meanwhile is in the plan, in the mailbox after the tail, or in both.
   */
  async at(userId: string, cursor: Cursor | undefined, tail: Position): Promise<Arrival> {
    if (!cursor) return replayed(await this.plans.planPool(userId, tail));
    if (cursor.kind === 'replay') {
      const page = await this.mailbox.read(userId, cursor.at.tail, 1);
      return replayed(
        page.kind === 'page'
          ? await this.plans.planRest(userId, cursor.at)
          : await this.plans.planAnew(userId, cursor.at, page.tail),
      );
    }
    const page = await this.mailbox.read(userId, cursor.at, 1);
    if (page.kind === 'page') {
      return { resumed: true, cursor: formatPosition(cursor.at), plan: undefined, position: cursor.at };
    }
    // A position that was never given out tells nothing: then all is missed.
    const since = page.why === 'future' ? 'beginning' : cursor.at;
    return replayed(await this.plans.planSince(userId, since, page.tail));
  }
}

const replayed = (plan: ReplayPlan): Arrival => ({
  resumed: false,
  cursor: beginningOf(plan),
  plan,
  position: plan.tail,
});
