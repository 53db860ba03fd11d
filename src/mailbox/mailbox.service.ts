import { Injectable } from '@nestjs/common';
import { ChatError } from '../platform/errors/chat-error.js';
import { Absence } from './absence.js';
import { Attachments, type LocalConnection } from './attachments.js';
import type { Position } from './cursor.js';
import { type ConversationDelivery, cutByShard } from './delivery.js';
import { MailboxLink } from './mailbox-link.js';
import { EpochChanged, type MailboxPage, MailboxStore } from './mailbox.store.js';
import type { Notice } from './notice.js';
import { Notices } from './notices.js';
import { ShardEpochs } from './shard-epochs.js';
import { GRACE_MS } from './whereabouts.js';

/**
 * Milliseconds by which a change may get its position later than it was committed. A replay from MySQL begins this much
 * before the position that it replays from; whatever is later still must be put on record first.
 */
export const LATENESS_MS = 10_000;

/** In milliseconds of MySQL's clock. */
export interface DeliveryTime {
  /** When the newest of the changes was committed: positions never fall behind it. */
  readonly committedMs: number;
  /** The highest position that the changes may still get. */
  readonly latestMs: number;
  /**
   * Milliseconds within which the changes must come to their turn, wherever they wait on the way: their recipients, and what
   * is shown to them, are those of the commit. Without it there is no hurry.
   */
  readonly withinMs?: number | undefined;
}

export type { Entry } from './mailbox.store.js';

export type DeliveryResult =
  { readonly kind: 'done'; readonly refused: ReadonlySet<string> } | { readonly kind: 'late' | 'stale' };

/** The shared mailbox of every user: an ordered log of references in Redis, the recent window of what MySQL holds. */
@Injectable()
export class MailboxService {
  private readonly lingering = new Map<string, { absence: Absence; timer: NodeJS.Timeout }>();

  constructor(
    private readonly store: MailboxStore,
    private readonly epochs: ShardEpochs,
    private readonly link: MailboxLink,
    private readonly attachments: Attachments,
    private readonly notices: Notices,
  ) {}

  /** Whether Redis can be asked at all. */
  get isReachable(): boolean {
    return this.store.isReachable;
  }

  /** See `MailboxLink.onRestored`. */
  onRestored(listener: () => void): void {
    this.link.onRestored(listener);
  }

  /**
   * Appends to each recipient's mailbox once per (conversation, rev) and wakes the nodes that follow; a repeated call
   * changes nothing. A conversation whose earlier revs are missing is refused, whole, in the shards where they are.
   * `late`: a shard has given out positions after `latestMs`. `stale`: it took longer than `withinMs`. Throws when Redis is away; some shards may have taken
   * their part.
   */
  async deliver(time: DeliveryTime, deliveries: readonly ConversationDelivery[]): Promise<DeliveryResult> {
    const appended = [...cutByShard(deliveries)].map(([shard, batch]) =>
      this.guarded(() => this.store.append(shard, this.epochs.of(shard), { ...time, ...batch })),
    );
    const answers = await Promise.all(appended);
    for (const kind of ['stale', 'late'] as const)
      if (answers.some((answer) => answer.kind === kind)) return { kind };
    return {
      kind: 'done',
      refused: new Set(answers.flatMap((answer) => (answer.kind === 'ok' ? answer.refused : []))),
    };
  }

  /**
   * Follows a user's mailbox from now on and returns its tail. The connection hears wake-ups before this returns:
   * what is appended from here on is after the tail, and none of it is missed.
   * Throws `connections.too_many`.
   */
  async attach(connection: LocalConnection): Promise<Position> {
    this.attachments.add(connection);
    this.endAbsence(connection)?.endWith(connection.listener);
    try {
      const opened = await this.guarded(() => this.link.register(connection));
      if (opened.kind === 'open') return opened.tail;
    } catch (error) {
      // It may have been registered all the same.
      void this.detach(connection);
      throw error;
    }
    this.attachments.remove(connection);
    throw new ChatError('rate_limited', 'connections.too_many', 'This user has too many open connections.', {
      retryAfterSeconds: 20,
    });
  }

  /**
   * Stops following; the user counts as connected for so many milliseconds more, unless the connection comes back under
   * its id before: then it is shown what was shown meanwhile. When Redis is away, it is told as soon as it is back.
   */
  async detach(connection: LocalConnection, lingerMs = 0, absence = new Absence(connection)): Promise<void> {
    this.attachments.remove(connection);
    if (this.attachments.hasConnection(connection)) return;
    if (lingerMs === 0) return this.link.unregister(connection, GRACE_MS);
    this.attachments.add(absence.connection);
    const timer = setTimeout(() => this.endLingering(connection), lingerMs).unref();
    this.lingering.set(connectionKey(connection), { absence, timer });
  }

  /** Opens the mailbox for a while, without a connection: what is appended after the returned tail can be read later. */
  async open(userId: string): Promise<Position> {
    const opened = await this.guarded(() => this.store.open(this.epochs.ofUser(userId), userId, '', ''));
    if (opened.kind === 'full') throw new Error('a mailbox without a connection has no limit');
    return opened.tail;
  }

  /** What is after a position, a page at a time; or that the mailbox does not reach back to it. Throws while Redis is away. */
  async read(userId: string, after: Position, limit: number): Promise<MailboxPage> {
    return this.guarded(() => this.store.read(this.epochs.ofUser(userId), userId, after, limit));
  }

  /**
   * Shows something that is never stored to the open connections of these users, on all nodes, at most once to each.
   * Never throws and waits for nothing: connections that have to drain first, and everybody while Redis is away, miss it.
   */
  show(userIds: readonly string[], notice: Notice): void {
    this.notices.publish(userIds, notice);
  }

  private endLingering(connection: LocalConnection): void {
    this.endAbsence(connection);
    if (this.attachments.hasConnection(connection)) return;
    // It has had its grace.
    void this.link.unregister(connection, 0);
  }

  private endAbsence(connection: LocalConnection): Absence | undefined {
    const key = connectionKey(connection);
    const lingering = this.lingering.get(key);
    if (!lingering) return undefined;
    this.lingering.delete(key);
    clearTimeout(lingering.timer);
    this.attachments.remove(lingering.absence.connection);
    return lingering.absence;
  }

  private async guarded<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof EpochChanged) this.link.repair();
      throw error;
    }
  }
}

const connectionKey = ({ userId, connectionId }: LocalConnection): string => `${userId} ${connectionId}`;
