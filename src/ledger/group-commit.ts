import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationDelivery, OutgoingEvent } from '../mailbox/delivery.js';
import { envelopeBody } from '../mailbox/event.js';
import type { Reference } from '../mailbox/reference.js';
import { audienceOf } from './audience.js';
import { type CommitPlan, identity, planCommit } from './commit-plan.js';
import type { CommittedBatch } from './dispatcher.js';
import { LedgerStore } from './ledger.store.js';
import type { MemberList } from './member-list.js';
import { MemberLists } from './member-lists.js';
import { keyOf, quotedBy } from './message-key.js';
import { viewForAll } from './message-views.js';
import { OutboxStore } from './outbox.store.js';
import { MessageStore } from './message.store.js';
import { type MessageDraft, type StoredMessage, creation } from './stored-message.js';
import { ThreadStore } from './thread.store.js';

/** A batch of sends, stored. */
export interface Committed {
  readonly plan: CommitPlan;
  readonly members: ReadonlyMap<string, MemberList>;
  readonly referred: ReadonlyMap<string, StoredMessage>;
  /** Undefined when nothing was new. */
  readonly outboxId: string | undefined;
  readonly committedAt: Date;
  /** Just before the commit, by this node's steady clock. */
  readonly madeAt: number;
}

/** What one transaction does with a batch of sends, and what the members then hear of it. */
@Injectable()
export class GroupCommit {
  constructor(
    private readonly store: LedgerStore,
    private readonly memberLists: MemberLists,
    private readonly messages: MessageStore,
    private readonly threads: ThreadStore,
    private readonly outbox: OutboxStore,
  ) {}

  /**
   * Stores the batch in the given transaction. Asks and writes about threads, answers and files only where there are
   * some. That a send is new is taken for granted until the unique index says otherwise (`ER_DUP_ENTRY`), or the send
   * would be refused; `mayRepeat` says that some are not.
   */
  async commit(
    manager: EntityManager,
    drafts: readonly MessageDraft[],
    mayRepeat: boolean,
  ): Promise<Committed> {
    const conversationIds = [...new Set(drafts.map(({ conversationId }) => conversationId))];
    const { heads, now } = await this.store.lockHeads(manager, conversationIds);
    const members = await this.memberLists.at([...heads.values()], manager);
    const referred = await this.messages.findReferred(drafts, manager);
    const files = await this.store.lockFiles(manager, drafts);
    const planWith = (stored: ReadonlyMap<string, StoredMessage>): CommitPlan =>
      planCommit(drafts, { heads, members, referred, files, now, stored });
    let plan = planWith(new Map());
    if (mayRepeat || plan.outcomes.some(({ kind }) => kind === 'refused'))
      plan = planWith(await this.storedBefore(manager, drafts));
    const committed = {
      plan,
      members,
      referred,
      outboxId: undefined,
      committedAt: now,
      madeAt: performance.now(),
    };
    if (plan.inserts.length === 0) return committed;
    await this.store.insertMessages(manager, plan.inserts);
    if (plan.roots.length > 0) await this.threads.grow(manager, plan.roots, plan.inserts);
    await this.store.moveHeads(manager, plan.heads);
    const references = [...plan.inserts.map(creation), ...plan.roots.map(growth)];
    return { ...committed, outboxId: await this.outbox.add(manager, now, references) };
  }

  private async storedBefore(
    manager: EntityManager,
    drafts: readonly MessageDraft[],
  ): Promise<Map<string, StoredMessage>> {
    const stored = await this.store.findBySendKeys(manager, drafts);
    return new Map(stored.map((message) => [identity(message), message]));
  }

  /** The events of a batch, encoded once: each conversation's in the order of their revs. Undefined when nothing was new. */
  batchOf({ plan, members, referred, outboxId, committedAt, madeAt }: Committed): CommittedBatch | undefined {
    if (outboxId === undefined) return undefined;
    const quotedIn = (message: StoredMessage): StoredMessage | undefined => {
      const [key] = quotedBy(message).map(keyOf);
      return key === undefined
        ? undefined
        : (referred.get(key) ?? plan.inserts.find((other) => keyOf(other) === key));
    };
    const toEvent = (message: StoredMessage, reference: Reference, at: Date): OutgoingEvent => {
      const list = members.get(message.conversationId);
      const view = list && viewForAll(message, quotedIn(message), list);
      return {
        reference,
        recipients: list ? audienceOf(reference, list) : [],
        body: view ? envelopeBody(reference.type, at, { message: view }) : '',
      };
    };
    const events = [
      ...plan.inserts.map((message) => toEvent(message, creation(message), message.createdAt)),
      ...plan.roots.map((root) => toEvent(root, growth(root), committedAt)),
    ];
    return { outboxId, committedAt, madeAt, deliveries: byConversation(events) };
  }
}

/** What the members hear of a message whose thread has another count. */
const growth = ({ conversationId, rev, seq, senderId }: StoredMessage): Reference => ({
  type: 'message.updated',
  conversationId,
  rev,
  seq,
  subject: senderId,
});

/** The batch's events of one conversation: their revs are neighbours, because the head stayed locked. */
function byConversation(events: readonly OutgoingEvent[]): ConversationDelivery[] {
  const lists = new Map<string, OutgoingEvent[]>();
  for (const event of events) {
    const list = lists.get(event.reference.conversationId);
    if (list) list.push(event);
    else lists.set(event.reference.conversationId, [event]);
  }
  return [...lists].map(([conversationId, list]) => ({
    conversationId,
    firstRev: Math.min(...list.map(({ reference }) => reference.rev)),
    lastRev: Math.max(...list.map(({ reference }) => reference.rev)),
    events: list,
  }));
}
