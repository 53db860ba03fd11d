import type { Cluster } from '../cluster.js';
import type { ClusterNode } from '../cluster-node.js';
import type { Random } from '../random.js';

export interface Strike {
  readonly cluster: Cluster;
  /** The node that it hits, where it hits one. */
  readonly node: ClusterNode;
  readonly random: Random;
  /** Milliseconds for which it lasts, where it lasts. */
  readonly holdMs: number;
}

export interface Fault {
  /** Whether one node is hit, or a store and so all of them. */
  readonly hits: 'node' | 'all';
  /** Breaks something, and resolves when it is mended again. */
  strike(strike: Strike): Promise<void>;
}

export const onNode = (strike: Fault['strike']): Fault => ({ hits: 'node', strike });
export const onAll = (strike: Fault['strike']): Fault => ({ hits: 'all', strike });
