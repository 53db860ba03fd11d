import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { coalesced } from '../platform/jobs/coalesced.js';
import type { LocalConnection } from './attachments.js';
import { MailboxStore, type Opened } from './mailbox.store.js';
import { NodeLease } from './node-lease.js';
import { Registrations } from './registrations.js';
import { ShardEpochs } from './shard-epochs.js';
import { SHARDS } from './shards.js';
import { WakeUps } from './wake-ups.js';

const RETRY_MS = 500;
const ALL_SHARDS = [...Array(SHARDS).keys()];

/**
 * Keeps this node tied to its mailboxes: lease, epochs, subscription, registrations. Whatever was lost, a connection to
 * Redis, its data, the lease, is made good here, and then every connection concerned reads again from its position.
 */
@Injectable()
export class MailboxLink implements OnModuleInit, OnApplicationBootstrap {
  private heartbeat: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** Whether the subscription is still to be made good, because the node has taken a new name. */
  private isDeaf = false;
  /** The name under which this node listens and registers; the lease may have taken another one meanwhile. */
  private name = '';
  private isClosed = false;
  private readonly whenRestored: (() => void)[] = [];
  private readonly logger = new Logger(MailboxLink.name);

  constructor(
    private readonly store: MailboxStore,
    private readonly epochs: ShardEpochs,
    private readonly lease: NodeLease,
    private readonly wakeUps: WakeUps,
    private readonly registrations: Registrations,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.lease.begin();
    this.name = this.lease.name;
    await this.wakeUps.subscribe(this.name);
    await this.restore();
    this.store.onLost(() => this.epochs.suspend());
    this.store.onBack(() => this.repair());
    this.wakeUps.onBack(() => void this.resubscribe());
  }

  onApplicationBootstrap(): void {
    this.heartbeat = setInterval(() => void this.beat(), this.lease.beatMs);
  }

  /** Ends the lease at once, so that nobody waits for it to run out. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.retry);
    if (!this.store.isReachable) return;
    await this.wakeUps.unsubscribe();
    await this.lease.release();
  }

  /** Registers a connection in Redis. */
  register(connection: LocalConnection): Promise<Opened> {
    return this.registrations.register(connection);
  }

  /** See `Registrations.unregister`. */
  unregister(connection: LocalConnection, graceMs: number): Promise<void> {
    return this.registrations.unregister(connection, graceMs);
  }

  /** Makes good whatever was lost, now or as soon as it can be done; the callers' own retries wait for nothing else. */
  readonly repair = coalesced(async () => {
    if (this.isClosed) return;
    try {
      await this.restore();
    } catch (error) {
      this.logger.debug(`mailboxes not restored yet: ${String(error)}`);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.repair(), RETRY_MS);
    }
  });

  private async restore(): Promise<void> {
    const changed = await this.epochs.establish();
    this.registrations.lose(changed);
    this.wakeUps.forget(changed);
    if (this.isDeaf) await this.listenAnew();
    await this.registrations.restore();
    const states = await this.store.shardStates(ALL_SHARDS, this.lease.name);
    this.wakeUps.countFrom(states.map(({ wakes }) => wakes));
    for (const listener of this.whenRestored) listener();
    this.registrations.release();
  }

  /** Called whenever the mailboxes can be written to again, before the connections read what they have missed. */
  onRestored(listener: () => void): void {
    this.whenRestored.push(listener);
  }

  private async listenAnew(): Promise<void> {
    await this.wakeUps.unsubscribe();
    await this.wakeUps.subscribe(this.lease.name);
    this.isDeaf = false;
  }

  private async beat(): Promise<void> {
    if (!this.store.isReachable) return;
    // A dead peer must be found on this connection too, which else says nothing for hours.
    this.wakeUps.ping().catch(() => undefined);
    try {
      await this.lease.renew();
      if (this.name !== this.lease.name) this.beginAnew();
      const states = await this.store.shardStates(ALL_SHARDS, this.lease.name);
      if (states.some(({ epoch }, shard) => epoch !== this.epochs.of(shard))) this.repair();
      else if (states.some(({ wakes }, shard) => !this.wakeUps.hasReceived(shard, wakes)))
        await this.confirmSilence(states);
    } catch (error) {
      this.logger.warn(`heartbeat failed: ${String(error)}`);
    }
  }

  /** The lease had ended: others have unregistered our connections, or are about to. */
  private beginAnew(): void {
    this.logger.warn('the lease had ended; registering all connections again');
    this.name = this.lease.name;
    this.isDeaf = true;
    this.registrations.lose(ALL_SHARDS);
    this.repair();
  }

  /** Wake-ups may just be on their way: they are lost only if a round trip later they still have not come. */
  private async confirmSilence(states: readonly { wakes: number }[]): Promise<void> {
    await this.wakeUps.ping();
    if (states.every(({ wakes }, shard) => this.wakeUps.hasReceived(shard, wakes))) return;
    this.logger.warn('wake-ups were lost; subscribing again');
    this.wakeUps.reconnect();
  }

  private async resubscribe(): Promise<void> {
    try {
      await this.wakeUps.subscribe(this.lease.name);
      this.repair();
    } catch (error) {
      this.logger.warn(`not subscribed: ${String(error)}`);
      if (!this.isClosed) this.wakeUps.reconnect();
    }
  }
}
