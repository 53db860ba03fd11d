import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { CastGroup } from '../mailbox/cast.store.js';
import { Casts } from '../mailbox/casts.js';
import { envelopeBody } from '../mailbox/event.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { coalesced } from '../platform/jobs/coalesced.js';
import { every } from '../platform/jobs/every.js';
import { Audiences } from './audiences.js';
import type { ChangeKind, BroadcastChange } from './broadcast-change.entity.js';
import { groupsOf } from './cast-groups.js';
import { BroadcastChangesStore } from './broadcast-changes.store.js';
import type { Broadcast } from './broadcast.entity.js';
import { isCurrent, toBroadcastView } from './broadcast-rules.js';
import { BroadcastsStore } from './broadcasts.store.js';

/** Milliseconds between two looks at what others may have left. */
const SWEEP_MS = 1_000;
/** Milliseconds after which it is looked again whether a broadcast was recalled on its way. */
const LOOK_AGAIN_MS = 50;

/**
 * Brings what is committed to the open mailboxes, in the order of its numbers. All nodes may do so at once: each chunk of
 * mailboxes is taken by one of them. What a node leaves when it dies, the others find.
 */
@Injectable()
export class Caster implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopSweeping: (() => void) | undefined;
  private isLeaving = false;
  private readonly logger = new Logger(Caster.name);

  constructor(
    private readonly casts: Casts,
    private readonly mailbox: MailboxService,
    private readonly changes: BroadcastChangesStore,
    private readonly broadcasts: BroadcastsStore,
    private readonly audiences: Audiences,
  ) {}

  onApplicationBootstrap(): void {
    this.stopSweeping = every(SWEEP_MS, this.logger, 'broadcasts not looked after', async () => {
      if (await this.changes.findPending()) this.cast();
    });
  }

  beforeApplicationShutdown(): void {
    this.isLeaving = true;
    this.stopSweeping?.();
  }

  /** Brings whatever is pending. Never throws and waits for nothing. */
  readonly cast = coalesced(async () => {
    try {
      await this.castPending();
    } catch (error) {
      this.logger.debug(`broadcasts wait: ${String(error)}`);
    }
  });

  private async castPending(): Promise<void> {
    while (this.mailbox.isReachable && !this.isLeaving) {
      const change = await this.changes.findPending();
      if (!change) return;
      await this.bring(change);
    }
  }

  private async bring(change: BroadcastChange): Promise<void> {
    const { number, committedAt, kind, broadcastId } = change;
    const broadcast = await this.broadcasts.find(broadcastId);
    if (!broadcast) throw new Error(`there is no broadcast ${broadcastId}`);
    const type = kind === 'reminded' ? 'broadcast.updated' : (`broadcast.${kind}` as const);
    const cast = {
      number,
      committedMs: committedAt.getTime(),
      reference: { type, conversationId: '', rev: 0, seq: 0, subject: broadcastId },
      after: broadcast.number ?? number,
      isForConnected: broadcast.isForConnected && kind === 'published',
    };
    const bodyFor = (locale: string | null): string =>
      envelopeBody(type, committedAt, { broadcast: toBroadcastView(broadcast, { locale }) });
    const isOver = kind === 'recalled' ? () => Promise.resolve(false) : this.watch(broadcast);
    const { tails, count } = await this.casts.bring(cast, async (userIds) =>
      (await isOver()) ? 'stop' : this.choose(broadcast, kind, bodyFor, userIds),
    );
    await this.changes.setReached(number, tails, count);
  }

  /** What is recalled on the way, or ends, reaches nobody more. */
  private watch({ id }: Broadcast): () => Promise<boolean> {
    let isOver = Promise.resolve(false);
    let lookAt = -Infinity;
    return () => {
      if (performance.now() >= lookAt) {
        lookAt = performance.now() + LOOK_AGAIN_MS;
        isOver = this.isOver(id);
      }
      return isOver;
    };
  }

  private async isOver(id: string): Promise<boolean> {
    const [present, now] = await Promise.all([this.broadcasts.find(id), this.broadcasts.now()]);
    return !present || !isCurrent(present, now);
  }

  /** Whom of some users it is for, by what each of them is to be told: encoded once a chunk and language. */
  private async choose(
    broadcast: Broadcast,
    kind: ChangeKind,
    bodyFor: (locale: string | null) => string,
    userIds: readonly string[],
  ): Promise<readonly CastGroup[]> {
    const isAlike = kind === 'recalled' || (kind === 'published' && broadcast.variants === null);
    if (isAlike && 'all' in broadcast.audience && !broadcast.isFixed)
      return [{ userIds, body: bodyFor(null) }];
    const chosen = await this.audiences.among(broadcast, userIds, { orHave: kind !== 'published' });
    return groupsOf(broadcast, kind, chosen).map(({ userIds: ids, locale }) => ({
      userIds: ids,
      body: locale === undefined ? '' : bodyFor(locale),
    }));
  }
}
