import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Announced } from '../broadcast/my-broadcasts.js';
import type { Position, ReplayPosition } from '../mailbox/cursor.js';
import { LATENESS_MS } from '../mailbox/mailbox.service.js';
import { MissedMessages } from '../messaging/missed-messages.js';
import { Announcements } from './announcements.js';
import { PersonalEvents } from './personal-events.js';
import { StillComing } from './still-coming.js';
import { type ReplayPlan, remaining, remainingAfterConversations } from './replay-plan.js';

/** Decides, before anything is written, what a replay from MySQL has to bring. */
@Injectable()
export class ReplayPlans {
  constructor(
    private readonly missed: MissedMessages,
    private readonly personal: PersonalEvents,
    private readonly announcements: Announcements,
    private readonly coming: StillComing,
  ) {}

  /** All that may have got a position after the given one. */
  async planSince(userId: string, position: Position | 'beginning', tail: Position): Promise<ReplayPlan> {
    const sinceMs = position === 'beginning' ? 0 : Math.max(0, position.ms - LATENESS_MS);
    const common = { userId, mode: 'changes' as const, sinceMs, tail, replayId: newReplayId() };
    const [changes, broadcasts] = await Promise.all([
      this.changesSince(userId, sinceMs),
      this.announcements.since(userId, position === 'beginning' ? undefined : position, tail),
    ]);
    const missed = await this.coming.without(common, changes.missed);
    return { ...common, ...changes, missed, broadcasts };
  }

  /** The offline pool: others' messages that no device of the user has acknowledged. */
  async planPool(userId: string, tail: Position): Promise<ReplayPlan> {
    const common = { userId, mode: 'pool' as const, sinceMs: 0, tail, replayId: newReplayId() };
    const pool = await this.poolOf(userId, tail);
    return { ...common, ...pool, missed: await this.coming.without(common, pool.missed) };
  }

  /** The rest of a replay that was broken off, while the mailbox still reaches back to its tail. */
  async planRest(userId: string, at: ReplayPosition): Promise<ReplayPlan> {
    const { mode, sinceMs, tail, replayId } = at;
    const { missed, ...others } =
      mode === 'pool' ? await this.poolOf(userId, tail) : await this.changesFrom(userId, at);
    const common = { userId, mode, sinceMs, tail, replayId };
    return {
      ...common,
      missed: await this.coming.without(common, remaining(missed, at)),
      ...remainingAfterConversations(others, at),
    };
  }

  /** Likewise, when the mailbox does not: all since the replay's tail, and the rest besides, is missed. */
  async planAnew(userId: string, at: ReplayPosition, tail: Position): Promise<ReplayPlan> {
    const rest = at.mode === 'pool' ? (await this.missed.oldestUndelivered(userId))?.getTime() : at.sinceMs;
    // Nothing was missed after the present tail, whatever a forged place says.
    const ms = Math.min(at.tail.ms, (rest ?? Infinity) + LATENESS_MS, tail.ms);
    const plan = await this.planSince(userId, { ms, n: 0 }, tail);
    if (at.mode !== 'pool') return plan;
    const known = new Set(plan.broadcasts.map(({ id }) => id));
    const undelivered = await this.announcements.pool(userId, tail);
    const broadcasts = [...plan.broadcasts, ...undelivered.filter(({ id }) => !known.has(id))];
    return { ...plan, broadcasts: broadcasts.toSorted(byNumber) };
  }

  private async poolOf(
    userId: string,
    tail: Position,
  ): Promise<Pick<ReplayPlan, 'missed' | 'personal' | 'broadcasts'>> {
    const [missed, broadcasts] = await Promise.all([
      this.missed.undelivered(userId),
      this.announcements.pool(userId, tail),
    ]);
    return { missed, personal: [], broadcasts };
  }

  private async changesFrom(
    userId: string,
    { sinceMs, tail }: ReplayPosition,
  ): Promise<Pick<ReplayPlan, 'missed' | 'personal' | 'broadcasts'>> {
    const position = sinceMs === 0 ? undefined : { ms: sinceMs + LATENESS_MS, n: 0 };
    const [changes, broadcasts] = await Promise.all([
      this.changesSince(userId, sinceMs),
      this.announcements.since(userId, position, tail),
    ]);
    return { ...changes, broadcasts };
  }

  private async changesSince(
    userId: string,
    sinceMs: number,
  ): Promise<Pick<ReplayPlan, 'missed' | 'personal'>> {
    const time = new Date(sinceMs);
    const [missed, personal] = await Promise.all([
      this.missed.since(userId, time),
      this.personal.since(userId, await this.missed.startFor(time)),
    ]);
    return { missed, personal };
  }
}

const byNumber = (a: Announced, b: Announced): number => a.number - b.number;

export const newReplayId = (): string =>
  parseInt(randomBytes(4).toString('hex'), 16).toString(36).padStart(4, '0').slice(-4);
