import type { EntityManager } from 'typeorm';
import { envelopeBody } from '../mailbox/event.js';
import type { Reference } from '../mailbox/reference.js';
import { type LockedHead, advance, number } from './commit-plan.js';
import type { MemberList } from './member-list.js';
import { toMessageView } from './message.dto.js';
import type { SystemNote } from './message.entity.js';
import type { PersonalChange } from './personal-change.js';
import { type StoredMessage, creation, noContent, sendKeyOf } from './stored-message.js';

/** Nobody repeats a system message by itself: there is nothing to compare. */
const NO_DIGEST = Buffer.alloc(16);

/** A change that is no sent message, under way: the conversation's head stays locked until it is committed. */
export class OpenChange {
  private readonly told = new Map<Reference, unknown>();
  private readonly messages: StoredMessage[] = [];
  private readonly personalChanges: PersonalChange[] = [];
  private mustBeDelivered = false;

  /** @param members as they were before the change */
  constructor(
    readonly manager: EntityManager,
    private head: LockedHead,
    readonly members: MemberList,
    private readonly clock: Date,
  ) {}

  get conversationId(): string {
    return this.head.conversationId;
  }

  /** When the change is made; never goes back within a conversation. */
  get at(): Date {
    return this.clock > this.head.changedAt ? this.clock : this.head.changedAt;
  }

  /** The rev of this change: to be stored with what has changed, and told to the members. */
  takeRev(): number {
    this.head = { ...this.head, rev: this.head.rev + 1, changedAt: this.at };
    return this.head.rev;
  }

  /** Likewise, of a change of membership: from this rev on, another member list counts. */
  takeMembersRev(): number {
    const rev = this.takeRev();
    this.head = { ...this.head, membersRev: rev };
    return rev;
  }

  /** Likewise, where the conversation shows nothing of the change: it does not count as activity. */
  takeSilentRev(): number {
    const rev = this.head.rev + 1;
    this.head = { ...this.head, rev, membersRev: rev };
    return rev;
  }

  /** What the members shall hear, in rev order; without data, each of them reads the event as they may see it. */
  tell(reference: Reference, data?: unknown): void {
    this.told.set(reference, data);
  }

  /** What somebody shall hear besides, whether or not they are members. */
  tellPersonally(change: PersonalChange): void {
    this.personalChanges.push(change);
  }

  /** Numbers a system message and tells the members of it; it is stored with the change. */
  post({ id, senderId, system }: Pick<StoredMessage, 'id' | 'senderId'> & { system: SystemNote }): void {
    this.head = advance(this.head, this.clock);
    const draft = {
      conversationId: this.conversationId,
      id,
      type: 'system' as const,
      senderId,
      sendKey: sendKeyOf(undefined, id),
      digest: NO_DIGEST,
      ...noContent,
    };
    const message = { ...number(draft, this.head), system };
    this.messages.push(message);
    this.tell(creation(message), { message: toMessageView(message) });
  }

  /** The caller shall not be answered before the change is in the mailboxes: nothing older may come to them later. */
  answerAfterDelivery(): void {
    this.mustBeDelivered = true;
  }

  get isAnsweredAfterDelivery(): boolean {
    return this.mustBeDelivered;
  }

  get references(): readonly Reference[] {
    return [...this.told.keys()];
  }

  get personal(): readonly PersonalChange[] {
    return this.personalChanges;
  }

  /** The envelope of something told; empty when there is none that fits all. */
  render(reference: Reference, at: Date): string {
    const data = this.told.get(reference);
    return data === undefined ? '' : envelopeBody(reference.type, at, data);
  }

  get posted(): readonly StoredMessage[] {
    return this.messages;
  }

  /** The head as the change leaves it. */
  get moved(): LockedHead {
    return this.head;
  }
}
