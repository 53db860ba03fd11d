import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { envelopeBody } from '../mailbox/event.js';
import { type Due, PresenceLooks, type PresenceNews, TAKEN_AT_ONCE } from '../mailbox/presence-looks.js';
import { every } from '../platform/jobs/every.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { Hearers, NOBODY } from './hearers.js';
import { type Look, encodeTold, lookAt } from './presence-look.js';
import { unspokenOf } from './presence-rules.js';
import type { PresenceEvent } from './presence.dto.js';
import { PresenceStore } from './presence.store.js';
import { Reminders } from './reminders.js';

const LOOK_MS = 250;
/** Users whose news are told together. */
const AT_ONCE = 500;

/**
 * Tells others of each change to what there is to see of a user, once, whichever nodes live: those who have them as a contact,
 * direct partners, and whoever watches. One look sees all that has happened since the last; what was undone in between was never there.
 */
@Injectable()
export class Announcements implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop: (() => void) | undefined;
  private readonly logger = new Logger(Announcements.name);
  private readonly told: Counter;

  constructor(
    private readonly looks: PresenceLooks,
    private readonly store: PresenceStore,
    private readonly hearers: Hearers,
    private readonly reminders: Reminders,
    metrics: Metrics,
  ) {
    this.told = metrics.counter({
      name: 'presence_changes_total',
      help: 'Changed presences that this node told others of.',
    });
  }

  onApplicationBootstrap(): void {
    this.stop = every(LOOK_MS, this.logger, 'presences not looked at', () => this.lookAtAll());
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }

  private async lookAtAll(): Promise<void> {
    if (!this.looks.isReachable) return;
    const due = await this.looks.take();
    for (let i = 0; i < due.length; i += AT_ONCE) await this.lookAtSome(due.slice(i, i + AT_ONCE));
    if (due.length >= TAKEN_AT_ONCE) await this.lookAtAll();
  }

  private async lookAtSome(due: readonly Due[]): Promise<void> {
    const stored = await this.store.findMany(due.map(({ userId }) => userId));
    const looks = due.map((one) => lookAt(one, stored.get(one.userId) ?? unspokenOf(one.userId)));
    const told = await this.tell(looks.filter(({ isNews }) => isNews));
    // Whoever was taken over by another node is left to it.
    const ours = looks.filter(({ due: { userId }, isNews }) => !isNews || told.has(userId));
    await this.store.record(ours.filter((look) => look.isNews || look.due.told !== undefined));
    await this.looks.settle(ours);
    await this.reminders.of(ours.filter(({ isNews }) => isNews));
  }

  /** Returns the users of whom was told. */
  private async tell(looks: readonly Look[]): Promise<ReadonlySet<string>> {
    if (looks.length === 0) return new Set();
    const concerned = await this.hearers.of(looks.map(({ due }) => due.userId));
    const news = looks.map((look): PresenceNews => ({
      due: look.due,
      told: encodeTold(look.told),
      body: bodyOf(look),
      ...(concerned.get(look.due.userId) ?? NOBODY),
    }));
    const told = await this.looks.announce(news);
    this.told.inc(told.size);
    return told;
  }
}

function bodyOf({ due, stored, told }: Look): string {
  const event: PresenceEvent = {
    userId: due.userId,
    status: told.status,
    statusText: told.statusText,
    lastSeenAt: stored.showsLastSeen ? (told.lastSeenAt?.toISOString() ?? null) : null,
  };
  return envelopeBody('presence.changed', new Date(due.nowMs), event);
}
