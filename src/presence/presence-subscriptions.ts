import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { LocalConnection } from '../mailbox/attachments.js';
import { Watches } from '../mailbox/watches.js';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { every } from '../platform/jobs/every.js';
import { Metrics } from '../platform/metrics/metrics.js';
import type { PresenceView } from './presence.dto.js';
import { Presences } from './presences.js';

/** Milliseconds after which a guest hears no more of whom they share no conversation with any more. */
const GUESTS_CHECK_MS = 30_000;

/** Whom single connections watch besides those of whom their user hears anyway. It ends with the connection. */
@Injectable()
export class PresenceSubscriptions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly guests = new Map<LocalConnection, Principal>();
  private stop: (() => void) | undefined;
  private readonly logger = new Logger(PresenceSubscriptions.name);

  constructor(
    private readonly presences: Presences,
    private readonly watches: Watches,
    private readonly config: Config,
    metrics: Metrics,
  ) {
    metrics.gauge(
      { name: 'presence_subscriptions', help: 'Users whom connections of this node watch.' },
      () => watches.count,
    );
  }

  onApplicationBootstrap(): void {
    this.stop = every(GUESTS_CHECK_MS, this.logger, 'subscriptions of guests not checked', () =>
      this.checkGuests(),
    );
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }

  /**
   * Watches these users too, as far as the caller may know of them, and returns how they are: what changes from then on
   * is shown to the connection. Throws `subscriptions.too_many`, and then watches none of them.
   */
  async subscribe(
    caller: Principal,
    connection: LocalConnection,
    userIds: readonly string[],
  ): Promise<PresenceView[]> {
    this.requireRoom(new Set(userIds));
    const known = await this.presences.known(caller, userIds);
    const before = this.watches.of(connection);
    const added = known.filter((userId) => !before.has(userId));
    this.requireRoom(new Set([...before, ...added]));
    // Before asking: nothing that changes meanwhile is missed.
    this.watches.add(connection, added);
    if (caller.role === 'guest' && this.watches.of(connection).size > 0) this.guests.set(connection, caller);
    try {
      return await this.presences.ofKnown(caller.userId, known);
    } catch (error) {
      this.watches.remove(connection, added);
      throw error;
    }
  }

  /** Whom the connection does not watch it need not forget. */
  unsubscribe(connection: LocalConnection, userIds: readonly string[]): void {
    this.watches.remove(connection, userIds);
  }

  /** The connection is gone for good. */
  end(connection: LocalConnection): void {
    this.watches.forget(connection);
    this.guests.delete(connection);
  }

  private requireRoom({ size }: ReadonlySet<string>): void {
    const limit = this.config.limits.presenceSubscriptions;
    if (size > limit)
      throw new ChatError(
        'conflict',
        'subscriptions.too_many',
        `A connection watches at most ${limit} users.`,
      );
  }

  /** Others see whomever they like; a guest loses sight of those with whom they are in no conversation any more. */
  private async checkGuests(): Promise<void> {
    for (const [connection, guest] of this.guests) {
      const watched = [...this.watches.of(connection)];
      const known = new Set(await this.presences.known(guest, watched));
      this.watches.remove(
        connection,
        watched.filter((userId) => !known.has(userId)),
      );
    }
  }
}
