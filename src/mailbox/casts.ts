import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Cast, type CastGroup, CastStore } from './cast.store.js';
import type { Position } from './cursor.js';
import { MailboxLink } from './mailbox-link.js';
import { EpochChanged } from './mailbox.store.js';
import { ShardEpochs } from './shard-epochs.js';
import { SHARDS } from './shards.js';

/** Mailboxes that are taken at a time: one script, one position, one wake-up a node. */
const CHUNK = 1_000;

/** How a cast has ended. */
export interface Reached {
  /** By shard: what the cast has brought stands up to here. */
  readonly tails: readonly Position[];
  /** Mailboxes that got it. */
  readonly count: number;
}

/** Of some open mailboxes, whom the cast is for; or that it is to end without these and all that are left. */
export type Choose = (userIds: readonly string[]) => Promise<readonly CastGroup[] | 'stop'>;

/**
 * Brings one reference to many mailboxes, however many there are: whoever has none costs nothing. Each shard remembers
 * how far a cast has come, so that any number of nodes may carry out the same one, and go on with it when one dies.
 */
@Injectable()
export class Casts {
  constructor(
    private readonly store: CastStore,
    private readonly epochs: ShardEpochs,
    private readonly link: MailboxLink,
  ) {}

  /** The next number. Others wait for theirs until the transaction ends, so that numbers are committed in their order. */
  async takeNumber(manager: EntityManager): Promise<number> {
    const result: { insertId: number | string } = await manager.query(
      'UPDATE mailbox_casts SET number = LAST_INSERT_ID(number + 1)',
    );
    return Number(result.insertId);
  }

  /**
   * Brings a cast to all mailboxes that were open when it began, each once; after that, whoever opens one must read it from
   * MySQL. Casts of smaller numbers must have ended. Throws while Redis is away: the same call goes on where it stopped.
   */
  async bring(cast: Cast, choose: Choose): Promise<Reached> {
    try {
      const ends = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => this.bringTo(shard, cast, choose)),
      );
      return {
        tails: ends.map(({ tail }) => tail),
        count: ends.reduce((sum, { reached }) => sum + reached, 0),
      };
    } catch (error) {
      if (error instanceof EpochChanged) this.link.repair();
      throw error;
    }
  }

  private async bringTo(
    shard: number,
    cast: Cast,
    choose: Choose,
  ): Promise<{ tail: Position; reached: number }> {
    for (;;) {
      const chunk = await this.store.next(shard, this.epochs.of(shard), cast.number, CHUNK);
      if (chunk.kind === 'done') return chunk;
      const chosen = chunk.userIds.length > 0 ? await choose(chunk.userIds) : [];
      await this.store.append(shard, this.epochs.of(shard), cast, chunk, chosen);
    }
  }
}
