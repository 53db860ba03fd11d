import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { NodeIdentity } from '../platform/ids/node-identity.js';
import { MailboxStore } from './mailbox.store.js';
import { SHARDS } from './shards.js';
import { GRACE_MS } from './whereabouts.js';

/**
 * This node's lease: while it is renewed, the node's connections count as alive. Liveness costs one write a node,
 * however many connections it holds. Whoever finds the lease of another node ended sweeps that node's connections.
 */
@Injectable()
export class NodeLease {
  private incarnation = 0;
  /** Since when names have been seen that hold connections and have no lease, by this node's own steady clock. */
  private seenWithout = new Map<string, number>();
  private readonly logger = new Logger(NodeLease.name);

  constructor(
    private readonly store: MailboxStore,
    private readonly identity: NodeIdentity,
    private readonly config: Config,
  ) {}

  /**
   * The name under which connections are registered. A node that was away for longer than its lease takes a new one:
   * others may still be sweeping the old.
   */
  get name(): string {
    return `${this.identity.name}.${this.incarnation}`;
  }

  /** Takes a lease under the present name. */
  async begin(): Promise<void> {
    await this.store.beat(this.name, this.leaseMs, true);
  }

  /** Renews the lease. When it had ended the node goes on under a new name, also when this throws, and must register all again. */
  async renew(): Promise<void> {
    const { stood, gone } = await this.store.beat(this.name, this.leaseMs, false);
    if (!stood) {
      this.incarnation += 1;
      await this.begin();
    }
    void this.sweepAll([...gone, ...(await this.findForsaken())]);
  }

  /** Gives the lease back, with whatever is still registered under it, so that nobody waits for it to run out. */
  async release(): Promise<void> {
    await this.sweep(this.name, GRACE_MS);
  }

  /**
   * Names that hold connections and have had no lease for as long as one lasts: of nodes that died after they had registered
   * these and before they had the lease, or had it again after a Redis that lost it.
   */
  private async findForsaken(): Promise<string[]> {
    const [leased, holders] = await Promise.all([this.store.nodes(), this.store.holders()]);
    const now = performance.now();
    const without = [...holders].filter((name) => !leased.includes(name));
    this.seenWithout = new Map(without.map((name) => [name, this.seenWithout.get(name) ?? now]));
    return without.filter((name) => now - (this.seenWithout.get(name) ?? now) >= this.leaseMs);
  }

  /** Whatever goes wrong here, this node or another finds the same nodes gone at the next beat. */
  private async sweepAll(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      this.logger.warn(`node ${node} is gone: its connections are closed`);
      // Whoever could come back has had the time of the lease for it.
      await this.sweep(node, 0).catch((error: unknown) => {
        this.logger.debug(`node ${node} not swept yet: ${String(error)}`);
      });
    }
  }

  /** Milliseconds from one renewal to the next: three may fail. */
  get beatMs(): number {
    return this.leaseMs / 4;
  }

  private get leaseMs(): number {
    return this.config.mailbox.leaseSeconds * 1000;
  }

  private async sweep(node: string, graceMs: number): Promise<void> {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      while ((await this.store.sweep(shard, node, graceMs)) > 0);
    }
    await this.store.forgetNode(node);
  }
}
