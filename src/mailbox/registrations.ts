import { Injectable, Logger } from '@nestjs/common';
import { Attachments, type LocalConnection } from './attachments.js';
import { MailboxStore, type Opened } from './mailbox.store.js';
import { NodeLease } from './node-lease.js';
import { ShardEpochs } from './shard-epochs.js';
import { GRACE_MS } from './whereabouts.js';

/** Connections registered, or unregistered, at a time after a loss. */
const CHUNK = 200;

/** What Redis is to know of this node's connections, and what it does not know yet, however often telling it breaks off. */
@Injectable()
export class Registrations {
  /** Shards whose connections are not registered. */
  private readonly lost = new Set<number>();
  /** Connections that closed while Redis could not be told. */
  private readonly leftBehind = new Map<string, { connection: LocalConnection; node: string }>();
  private readonly logger = new Logger(Registrations.name);

  constructor(
    private readonly store: MailboxStore,
    private readonly epochs: ShardEpochs,
    private readonly lease: NodeLease,
    private readonly attachments: Attachments,
  ) {}

  /** @param isAgain whether the connection was open before, and Redis has lost it */
  register({ userId, connectionId, isIdle }: LocalConnection, isAgain = false): Promise<Opened> {
    const epoch = this.epochs.ofUser(userId);
    return this.store.open(epoch, userId, connectionId, this.lease.name, { isIdle, isAgain });
  }

  /**
   * The user counts as there during the grace, if that was the last connection. Never fails: what Redis can't be told now
   * it is told as soon as it is back.
   */
  async unregister(connection: LocalConnection, graceMs: number): Promise<void> {
    const node = this.lease.name;
    const key = `${connection.userId} ${connection.connectionId} ${node}`;
    this.leftBehind.set(key, { connection, node });
    try {
      await this.store.close(connection.userId, connection.connectionId, node, graceMs);
      this.leftBehind.delete(key);
    } catch (error) {
      this.logger.debug(`connection not unregistered yet: ${String(error)}`);
    }
  }

  /**
   * The shards have forgotten this node's connections. These hold their wake-ups from now on: one that is registered again,
   * or a new one of the same user, brings wake-ups to all of them before they have read what they missed until then.
   */
  lose(shards: Iterable<number>): void {
    for (const shard of shards) {
      this.lost.add(shard);
      for (const { listener } of this.attachments.all(shard)) listener.hold();
    }
  }

  /** Registers again what was lost, and unregisters what has closed meanwhile. */
  async restore(): Promise<void> {
    for (const shard of [...this.lost]) {
      const connections = this.attachments.all(shard);
      for (const { listener } of connections) listener.hold();
      await this.reopen(connections);
      this.lost.delete(shard);
    }
    await this.closeLeftBehind();
  }

  /** Wake-ups are counted again: all connections read what they missed, and go on. */
  release(): void {
    for (const { listener } of this.attachments.all()) listener.release();
  }

  private async reopen(connections: readonly LocalConnection[]): Promise<void> {
    await inChunks(connections, async (connection) => {
      // It may have closed meanwhile: nobody would ever unregister it.
      if (!this.attachments.has(connection)) return;
      const opened = await this.register(connection, true);
      if (opened.kind === 'open') return;
      this.attachments.remove(connection);
      connection.listener.dropped();
    });
  }

  private async closeLeftBehind(): Promise<void> {
    await inChunks([...this.leftBehind], async ([key, { connection, node }]) => {
      if (!this.attachments.hasConnection(connection))
        await this.store.close(connection.userId, connection.connectionId, node, GRACE_MS);
      this.leftBehind.delete(key);
    });
  }
}

async function inChunks<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += CHUNK) await Promise.all(items.slice(i, i + CHUNK).map(work));
}
