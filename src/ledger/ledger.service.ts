import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { notFound } from '../platform/errors/chat-error.js';
import { LedgerStore } from './ledger.store.js';
import { MemberList } from './member-list.js';
import { MemberLists } from './member-lists.js';
import { OpenChange } from './open-change.js';
import { OutboxStore } from './outbox.store.js';
import { RecordChanges, type Recorded } from './record-changes.js';
import type { MessageDraft, StoredMessage } from './stored-message.js';
import { WriterLanes } from './writer-lanes.js';

/** A conversation's log: gives out its numbers, stores its changes, and brings them to the members' mailboxes. */
@Injectable()
export class LedgerService {
  constructor(
    private readonly store: LedgerStore,
    private readonly outbox: OutboxStore,
    private readonly memberLists: MemberLists,
    private readonly lanes: WriterLanes,
    private readonly changes: RecordChanges,
  ) {}

  /**
   * Stores a message and resolves when it is durable; it reaches the members' mailboxes afterwards. A draft whose key
   * is stored already gets that message, as it is now. Throws `conversation.not_found` when the sender is no member,
   * `conversation.muted`; `message.not_found`, `message.deleted` and `member.not_found` for what it refers to and does
   * not find; `message.client_id_conflict`, `service.unavailable` (surely not stored) or `service.outcome_unknown`.
   */
  post(draft: MessageDraft): Promise<{ message: StoredMessage; isNew: boolean }> {
    return this.lanes.post(draft);
  }

  /** Whether a message is stored under the key. */
  holds(key: Pick<MessageDraft, 'senderId' | 'sendKey'>): Promise<boolean> {
    return this.store.holds(key);
  }

  /**
   * Stores changes that are no messages, with their outbox row, in one transaction of the caller's making, and brings
   * them to the mailboxes. The work must take its revs under the heads' locks.
   */
  record<T>(work: (manager: EntityManager) => Promise<Recorded<T>>): Promise<T> {
    return this.changes.of(work);
  }

  /**
   * Makes a change to a conversation under its head's lock, and brings it to the members. A change that takes no rev
   * tells nobody. Throws `conversation.not_found` for conversations that do not exist, and what the work throws.
   */
  async change<T>(conversationId: string, work: (change: OpenChange) => Promise<T>): Promise<T> {
    return this.record(async (manager) => {
      const { heads, now } = await this.store.lockHeads(manager, [conversationId]);
      const head = heads.get(conversationId);
      const members = (await this.memberLists.at([...heads.values()], manager)).get(conversationId);
      if (!head || !members) throw notFound('conversation');
      return this.carryOut(new OpenChange(manager, head, members, now), work);
    });
  }

  /** Likewise the first change to a conversation: its log begins with it. */
  async begin<T>(conversationId: string, work: (change: OpenChange) => Promise<T>): Promise<T> {
    return this.record(async (manager) => {
      const now = await this.now(manager);
      const head = { conversationId, rev: 0, lastSeq: 0, membersRev: 0, changedAt: now };
      return this.carryOut(new OpenChange(manager, head, new MemberList(0, []), now), work);
    });
  }

  /** Who is in a conversation now; undefined when there is none. */
  async membersOf(conversationId: string): Promise<MemberList | undefined> {
    return (await this.memberLists.at(await this.store.findHeads([conversationId]))).get(conversationId);
  }

  /** The clock by which all changes are stamped: MySQL's, in UTC. */
  now(manager: EntityManager): Promise<Date> {
    return this.outbox.databaseTime(manager);
  }

  /** Finishes what is under way and takes no more; what could not be delivered stays in the outbox. */
  async close(): Promise<void> {
    await this.lanes.close();
    await this.changes.close();
  }

  private async carryOut<T>(
    change: OpenChange,
    work: (change: OpenChange) => Promise<T>,
  ): Promise<Recorded<T>> {
    const { rev } = change.moved;
    const result = await work(change);
    if (change.posted.length > 0) await this.store.insertMessages(change.manager, change.posted);
    if (change.moved.rev > rev) await this.store.moveHeads(change.manager, [change.moved]);
    return {
      result,
      changes: change.references,
      personal: change.personal,
      render: (reference, at) => change.render(reference, at),
      isAnsweredAfterDelivery: change.isAnsweredAfterDelivery,
    };
  }
}
