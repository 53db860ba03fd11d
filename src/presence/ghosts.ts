import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Whereabouts } from '../mailbox/whereabouts.js';
import { Config } from '../platform/config/config.js';
import { every } from '../platform/jobs/every.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { PresenceStore } from './presence.store.js';

const CHECK_MS = 2_000;
/** Milliseconds between two checks, whichever nodes make them; a Redis that was emptied is checked at once. */
const PERIOD_MS = 60_000;
/** Milliseconds in which a node has registered its connections again. */
const RETURN_MS = 8_000;
const PAGE = 1_000;

/**
 * Finds those of whom others were told that they are there, and who are not: what else would have noted their leaving was
 * lost with Redis' data. Likewise texts that have ended.
 */
@Injectable()
export class Ghosts implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop: (() => void) | undefined;
  private readonly logger = new Logger(Ghosts.name);

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly whereabouts: Whereabouts,
    private readonly store: PresenceStore,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = every(CHECK_MS, this.logger, 'presences not checked', () => this.check());
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }

  private async check(): Promise<void> {
    if (!this.whereabouts.isReachable) return;
    const key = `${this.config.redis.prefix}presence-checked`;
    if ((await this.redis.set(key, '1', 'PX', PERIOD_MS, 'NX')) === null) return;
    try {
      for (const status of ['online', 'away', 'busy'] as const) {
        let page: string[] = ['0'];
        do {
          page = await this.store.findShown(status, page.at(-1) ?? '0', PAGE);
          await this.lookForAbsent(page);
        } while (page.length === PAGE);
      }
      await this.touch(await this.store.findEndedTexts(new Date(), PAGE), 0);
    } catch (error) {
      await this.redis.del(key);
      throw error;
    }
  }

  private async lookForAbsent(userIds: readonly string[]): Promise<void> {
    const where = await this.whereabouts.of(userIds);
    const absent = userIds.filter((userId) => where.get(userId)?.devices.length === 0);
    await this.touch(absent, RETURN_MS);
  }

  private async touch(userIds: readonly string[], afterMs: number): Promise<void> {
    if (userIds.length > 0) await this.whereabouts.touch(userIds, afterMs);
  }
}
