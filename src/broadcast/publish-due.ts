import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { every } from '../platform/jobs/every.js';
import { Jobs } from '../platform/jobs/jobs.js';
import type { Broadcast } from './broadcast.entity.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { Publications } from './publications.js';

const PURPOSE = 'broadcasts';
/** Milliseconds between two looks at what is due: the most that one is late when its job was lost with Redis. */
const SWEEP_MS = 2_000;
const SWEPT = 50;

/**
 * Publishes broadcasts at their time. A job brings each of them to one node; what no job brings, the sweep of any node
 * finds. Whoever locks the row first publishes it: so it is done once, and the time can be changed until then.
 */
@Injectable()
export class PublishDue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopSweeping: (() => void) | undefined;
  private readonly logger = new Logger(PublishDue.name);

  constructor(
    private readonly store: BroadcastsStore,
    private readonly publications: Publications,
    private readonly jobs: Jobs,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.take(PURPOSE, (id) => this.publish(id));
    this.stopSweeping = every(SWEEP_MS, this.logger, 'broadcasts not published', async () => {
      for (const id of await this.store.findDue(SWEPT)) await this.publish(id);
    });
  }

  beforeApplicationShutdown(): void {
    this.stopSweeping?.();
  }

  /** Sees to it that it is published in time. */
  plan({ id, dueAt }: Pick<Broadcast, 'id' | 'dueAt'>): void {
    if (dueAt) this.jobs.plan(PURPOSE, id, dueAt);
  }

  /** Publishes what is due; otherwise does nothing. */
  private async publish(id: string): Promise<void> {
    await this.publications.commit(async ({ manager, now, noteAction, bring }) => {
      const broadcast = await this.store.lock(manager, id);
      if (!broadcast?.dueAt || broadcast.dueAt > now) return;
      await noteAction(id, broadcast.authorId, 'published');
      const number = await bring(id, 'published');
      await this.store.update(manager, id, { dueAt: null, publishedAt: now, number });
    });
  }
}
