import { Injectable } from '@nestjs/common';
import type { Position } from '../mailbox/cursor.js';
import { notFound } from '../platform/errors/chat-error.js';
import { parseId } from '../platform/http/schemas.js';
import { UsersService } from '../users/users.service.js';
import { covers } from './audience.js';
import { Audiences, asOf } from './audiences.js';
import type { BroadcastChange, ToldKind } from './broadcast-change.entity.js';
import { BroadcastChangesStore } from './broadcast-changes.store.js';
import type { BroadcastReceipt } from './broadcast-receipt.entity.js';
import type { Broadcast } from './broadcast.entity.js';
import { isCurrent, isDue, isPublished, toBroadcastView } from './broadcast-rules.js';
import type { BroadcastView } from './broadcasts.dto.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { ReceiptsStore } from './receipts.store.js';

/** A broadcast that somebody is to be told of, and why. */
export interface Announced {
  readonly id: string;
  readonly kind: ToldKind;
  /** Of the cast that told those who were there. */
  readonly number: number;
}

/** With what this user has done about it. */
interface Mine {
  readonly broadcast: Broadcast;
  readonly receipt: BroadcastReceipt | undefined;
}

/** What one user gets of all broadcasts, as MySQL has it: the rule, and what is known of the user, decide. */
@Injectable()
export class MyBroadcasts {
  constructor(
    private readonly store: BroadcastsStore,
    private readonly changes: BroadcastChangesStore,
    private readonly receipts: ReceiptsStore,
    private readonly audiences: Audiences,
    private readonly users: UsersService,
  ) {}

  /** Those that are current and for the user, oldest first. */
  async current(userId: string): Promise<Announced[]> {
    const mine = await this.among(userId, await this.store.findCurrent());
    return mine
      .filter(({ broadcast, receipt }) => receipt !== undefined || !broadcast.isForConnected)
      .map(({ broadcast }) => published(broadcast));
  }

  /** What belongs into the offline pool: current ones that no device has, or that wait to be acknowledged. */
  async undelivered(userId: string): Promise<Announced[]> {
    const mine = await this.among(userId, await this.store.findCurrent());
    return mine
      .filter(({ broadcast, receipt }) => isDue(broadcast, receipt))
      .map(({ broadcast }) => published(broadcast));
  }

  /** What the user may have missed who has seen their mailbox up to a position; without one, all that is current. */
  async missedSince(userId: string, position: Position | undefined): Promise<Announced[]> {
    const changes = position ? await this.changes.findAfter(userId, position) : [];
    const broadcasts = position
      ? [...(await this.store.findMany(changes.map(({ broadcastId }) => broadcastId))).values()]
      : await this.store.findCurrent();
    if (broadcasts.length === 0) return [];
    const [mine, now] = await Promise.all([this.among(userId, broadcasts), this.store.now()]);
    return mine
      .flatMap(
        ({ broadcast }) => missed(broadcast, position ? changesOf(broadcast, changes) : undefined, now) ?? [],
      )
      .toSorted((a, b) => a.number - b.number);
  }

  /**
   * Current ones that nobody has noted as delivered, and that the user's mailbox had brought before a position: whoever
   * comes with it has them, though Redis may have lost who had what.
   */
  async hadBy(userId: string, position: Position): Promise<string[]> {
    const mine = await this.among(userId, await this.store.findCurrent(), wasMeantFor);
    const unnoted = mine.filter(({ broadcast, receipt }) => !receipt && !broadcast.isForConnected);
    const numbers = unnoted.map(({ broadcast }) => broadcast.number ?? 0);
    const had = await this.changes.findUpTo(userId, position, numbers);
    return unnoted
      .filter(({ broadcast }) => had.has(broadcast.number ?? 0))
      .map(({ broadcast }) => broadcast.id);
  }

  /** What each event shows now; undefined for what is not to be shown any more. */
  async shown(
    userId: string,
    announcements: readonly Pick<Announced, 'id' | 'kind'>[],
  ): Promise<(BroadcastView | undefined)[]> {
    const ids = [...new Set(announcements.map(({ id }) => id))];
    const [broadcasts, receipts, now] = await Promise.all([
      this.store.findMany(ids),
      this.receipts.findOf(userId, ids),
      this.store.now(),
    ]);
    const locale = await this.localeOf(userId, [...broadcasts.values()]);
    return announcements.map(({ id, kind }) => {
      const broadcast = broadcasts.get(id);
      if (!broadcast) return undefined;
      const isShown = kind === 'recalled' ? broadcast.recalledAt !== null : isCurrent(broadcast, now);
      return isShown ? toBroadcastView(broadcast, { receipt: receipts.get(id), locale }) : undefined;
    });
  }

  /** One that is, or was, for the user to see. Throws `broadcast.not_found`. */
  async require(userId: string, broadcastId: string): Promise<Mine> {
    const broadcast = await this.store.find(parseId('broadcast', broadcastId));
    if (!broadcast || !isShowable(broadcast)) throw notFound('broadcast');
    const [mine] = await this.among(userId, [broadcast]);
    if (!mine) throw notFound('broadcast');
    return mine;
  }

  /** Likewise, as the user sees it. */
  async get(userId: string, broadcastId: string): Promise<BroadcastView> {
    const { broadcast, receipt } = await this.require(userId, broadcastId);
    return toBroadcastView(broadcast, { receipt, locale: await this.localeOf(userId, [broadcast]) });
  }

  /** Whether one of them is, or was, for the user to see. */
  async seesOneOf(userId: string, broadcastIds: readonly string[]): Promise<boolean> {
    const broadcasts = [...(await this.store.findMany(broadcastIds)).values()];
    return (await this.among(userId, broadcasts.filter(isShowable))).length > 0;
  }

  /** Asked for only where it makes a difference. */
  private async localeOf(userId: string, broadcasts: readonly Broadcast[]): Promise<string | null> {
    if (broadcasts.every(({ variants }) => variants === null)) return null;
    return (await this.users.findById(userId))?.locale ?? null;
  }

  /** Those of some broadcasts that the user has, or is meant to have. */
  private async among(
    userId: string,
    broadcasts: readonly Broadcast[],
    when: (broadcast: Broadcast) => Date | undefined = asOf,
  ): Promise<Mine[]> {
    if (broadcasts.length === 0) return [];
    const [candidate, receipts] = await Promise.all([
      this.audiences.candidate(userId, broadcasts),
      this.receipts.findOf(
        userId,
        broadcasts.map(({ id }) => id),
      ),
    ]);
    return broadcasts
      .map((broadcast) => ({ broadcast, receipt: receipts.get(broadcast.id) }))
      .filter(
        ({ broadcast, receipt }) =>
          receipt !== undefined ||
          (candidate !== undefined && covers(broadcast.audience, candidate, when(broadcast))),
      );
  }
}

/** Whether those whom it is, or was, for may still look at it. */
const isShowable = (broadcast: Broadcast): boolean => isPublished(broadcast) && !broadcast.recalledAt;

/** Whoever came into the audience later was not told when it was published. */
const wasMeantFor = ({ publishedAt }: Broadcast): Date | undefined => publishedAt ?? undefined;

const published = ({ id, number }: Broadcast): Announced => ({
  id,
  kind: 'published',
  number: number ?? 0,
});

const changesOf = ({ id }: Broadcast, changes: readonly BroadcastChange[]): BroadcastChange[] =>
  changes.filter(({ broadcastId }) => broadcastId === id);

/**
 * One event for all that was missed of a broadcast; without changes: of one that is current and not known at all. A recall
 * is told in any case: nobody knows for sure that the user did not have it.
 */
function missed(
  broadcast: Broadcast,
  changes: readonly BroadcastChange[] | undefined,
  now: Date,
): Announced | undefined {
  const isCurrentNow = isCurrent(broadcast, now);
  const { id, recalledAt } = broadcast;
  const number = changes?.at(-1)?.number ?? 0;
  if (recalledAt) return { id, kind: 'recalled', number };
  const isNew = changes?.some(({ kind }) => kind === 'published') ?? true;
  if (isNew) return isCurrentNow && !broadcast.isForConnected ? published(broadcast) : undefined;
  return isCurrentNow ? { id, kind: 'updated', number } : undefined;
}
