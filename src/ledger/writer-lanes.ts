import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { unavailable } from '../platform/errors/chat-error.js';
import { Dispatcher } from './dispatcher.js';
import { type Committed, GroupCommit } from './group-commit.js';
import { LaneAssignments } from './lane-assignments.js';
import type { MessageDraft, StoredMessage } from './stored-message.js';
import { WriterConnection } from './writer-connection.js';
import { WriterLane } from './writer-lane.js';

/** This node's writers: a conversation has one of them at a time. */
@Injectable()
export class WriterLanes implements OnApplicationBootstrap {
  private lanes: WriterLane<Committed>[] = [];
  private assignments = new LaneAssignments<WriterLane<Committed>>([]);
  private isClosed = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly groupCommit: GroupCommit,
    private readonly dispatcher: Dispatcher,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const work = {
      pace: () => this.dispatcher.pace(),
      commit: (manager: EntityManager, drafts: readonly MessageDraft[], mayRepeat: boolean) =>
        this.groupCommit.commit(manager, drafts, mayRepeat),
      committed: (result: Committed) => {
        const batch = this.groupCommit.batchOf(result);
        if (batch) this.dispatcher.dispatch(batch);
      },
    };
    this.lanes = Array.from(
      { length: this.config.mysql.writerLanes },
      () => new WriterLane(new WriterConnection(this.dataSource), work),
    );
    this.assignments = new LaneAssignments(this.lanes);
  }

  /** Stores a message, and has it brought to the mailboxes. Throws what `LedgerService.post` throws. */
  async post(draft: MessageDraft): Promise<{ message: StoredMessage; isNew: boolean }> {
    const lane = this.isClosed ? undefined : this.assignments.take(draft.conversationId);
    if (!lane) throw unavailable('This node is not taking messages.');
    try {
      const posted = await lane.post(draft);
      if (posted.kind === 'refused') throw posted.error;
      return posted;
    } finally {
      this.assignments.giveBack(draft.conversationId);
    }
  }

  /** Finishes what is under way and takes no more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.lanes.map((lane) => lane.drain()));
  }
}
