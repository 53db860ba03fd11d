import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Casts } from '../mailbox/casts.js';
import { inTransaction } from '../platform/database/transaction.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { BroadcastAction } from './broadcast-action.entity.js';
import type { ChangeKind } from './broadcast-change.entity.js';
import { BroadcastChangesStore } from './broadcast-changes.store.js';
import { Caster } from './caster.js';

/** What a change of a broadcast leaves behind, in its own transaction. */
export interface OpenPublication {
  readonly manager: EntityManager;
  /** By MySQL's clock. */
  readonly now: Date;
  /** Puts on record who did what. */
  readonly noteAction: (
    broadcastId: string,
    actorId: string,
    action: BroadcastAction['action'],
  ) => Promise<void>;
  /** Has it brought to the mailboxes; returns the number of its cast. To be called last: others wait for their numbers. */
  readonly bring: (broadcastId: string, kind: ChangeKind) => Promise<number>;
}

/** Commits changes of broadcasts, each with what has to come into the mailboxes and with its record. */
@Injectable()
export class Publications {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly changes: BroadcastChangesStore,
    private readonly casts: Casts,
    private readonly caster: Caster,
    private readonly ids: IdGenerator,
  ) {}

  /** Resolves when it is durable: whatever happens to this node then, it comes into the mailboxes. */
  async commit<T>(work: (publication: OpenPublication) => Promise<T>): Promise<T> {
    const result = await inTransaction(this.dataSource, async (manager) => work(await this.open(manager)));
    this.caster.cast();
    return result;
  }

  private async open(manager: EntityManager): Promise<OpenPublication> {
    const rows: { now: Date }[] = await manager.query('SELECT UTC_TIMESTAMP(3) AS now');
    const now = rows[0]?.now;
    if (!now) throw new Error('MySQL does not tell the time');
    return {
      manager,
      now,
      noteAction: async (broadcastId, actorId, action) => {
        const noted = { id: this.ids.next(), broadcastId, actorId, action, createdAt: now };
        await manager.insert(BroadcastAction, noted);
      },
      bring: async (broadcastId, kind) => {
        const number = await this.casts.takeNumber(manager);
        await this.changes.add(manager, { number, broadcastId, kind, committedAt: now });
        return number;
      },
    };
  }
}
