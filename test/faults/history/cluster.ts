import { PASSWORD } from '../../support/rest.js';
import { ClusterNode } from './cluster-node.js';
import { Stores } from './stores.js';
import { ADMIN } from './world.js';

export interface ClusterOptions {
  readonly nodes: number;
  readonly settings?: Record<string, string>;
  /** A module that each node loads first. */
  readonly preload?: string;
  /** The checkout of another version, from which the first node runs. */
  readonly previous?: string;
  /** The stores keep their data on a disk that can be filled up. */
  readonly onSmallDisk?: boolean;
}

/** Several nodes on stores of their own, each link through a proxy of its own. */
export class Cluster {
  private constructor(
    readonly stores: Stores,
    readonly nodes: readonly ClusterNode[],
  ) {}

  static async start({
    nodes,
    settings = {},
    preload,
    previous,
    onSmallDisk = false,
  }: ClusterOptions): Promise<Cluster> {
    const stores = await Stores.start({ onSmallDisk });
    const all = {
      NODE_LEASE_SECONDS: '4',
      DRAIN_SECONDS: '1',
      ACCESS_TOKEN_SECONDS: '3600',
      CONNECTIONS_PER_USER: '1000',
      ADMIN_USERNAME: ADMIN,
      ADMIN_PASSWORD: PASSWORD,
      ...settings,
    };
    const created = await Promise.all(
      Array.from({ length: nodes }, (_, i) =>
        ClusterNode.create(`n${i + 1}`, { databaseUrl: stores.databaseUrl, redis: stores.redisTarget }, all, {
          preload,
          checkout: i === 0 ? previous : undefined,
        }),
      ),
    );
    const cluster = new Cluster(stores, created);
    try {
      await Promise.all(created.map((node) => node.start()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.stores.dispose();
  }
}
