import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import { every } from '../../platform/jobs/every.js';
import { CommandsRedis, SubscriptionsRedis } from '../../platform/redis/redis.clients.js';
import { SessionsStore } from './sessions.store.js';

/** `sessionId` is an API key's id where a key was deleted. */
const eventSchema = z.object({ sessionId: z.string(), reason: z.string() });
export type SessionRevoked = z.infer<typeof eventSchema>;

const POLL_MS = 2_000;
/** A revocation is stamped before it is committed, and MySQL may stand still in between: each poll looks back this much further. */
const OVERLAP_MS = 60_000;

/**
 * Tells every node of every ended session, so that open connections can be closed: at once over Redis, and within two
 * polls of MySQL where the message was lost or Redis is away.
 */
@Injectable()
export class SessionRevocations implements OnModuleInit, OnApplicationShutdown {
  private readonly listeners = new Set<(event: SessionRevoked) => void>();
  private readonly told = new LRUCache<string, true>({ max: 100_000, ttl: 600_000 });
  private readonly channel: string;
  private readonly logger = new Logger(SessionRevocations.name);
  private polledAt: Date | undefined;
  private stopPolling: (() => void) | undefined;

  constructor(
    @Inject(CommandsRedis) private readonly commands: Redis,
    @Inject(SubscriptionsRedis) private readonly subscriptions: Redis,
    private readonly store: SessionsStore,
    { redis }: Config,
  ) {
    this.channel = `${redis.prefix}sessions:revoked`;
  }

  async onModuleInit(): Promise<void> {
    this.subscriptions.on('message', this.receive);
    await this.subscriptions.subscribe(this.channel);
    this.subscriptions.on('ready', this.resubscribe);
    await this.poll();
    this.stopPolling = every(POLL_MS, this.logger, 'revocations not polled', () => this.poll());
  }

  onApplicationShutdown(): void {
    this.stopPolling?.();
    this.subscriptions.off('message', this.receive);
    this.subscriptions.off('ready', this.resubscribe);
  }

  /** Calls the listener once for each session that ends from now on, on whichever node. Returns the way to stop it. */
  onRevoked(listener: (event: SessionRevoked) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Only after the revocation is committed. Never fails: other nodes find in MySQL what Redis does not carry. */
  announce(event: SessionRevoked): void {
    this.tell(event);
    this.commands
      .publish(this.channel, JSON.stringify(event))
      .catch((error: unknown) => this.logger.debug(`revocation not published: ${String(error)}`));
  }

  private readonly receive = (channel: string, message: string): void => {
    if (channel !== this.channel) return;
    try {
      this.tell(eventSchema.parse(JSON.parse(message)));
    } catch (error) {
      this.logger.warn(`unreadable revocation: ${String(error)}`);
    }
  };

  /** After Redis was away; what it did not carry meanwhile, the polls find. */
  private readonly resubscribe = (): void => {
    this.subscriptions
      .subscribe(this.channel)
      .catch((error: unknown) => this.logger.debug(`not subscribed: ${String(error)}`));
  };

  private tell(event: SessionRevoked): void {
    if (this.told.has(event.sessionId)) return;
    this.told.set(event.sessionId, true);
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.logger.error(`a listener failed: ${String(error)}`);
      }
    }
  }

  private async poll(): Promise<void> {
    const since = this.polledAt && new Date(this.polledAt.getTime() - OVERLAP_MS);
    const { revoked, now } = await this.store.findRevokedSince(since);
    this.polledAt = now;
    for (const event of revoked) this.tell(event);
  }
}
