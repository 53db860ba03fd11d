import { Injectable } from '@nestjs/common';
import type { MessageView } from '../ledger/message.dto.js';
import { type MessageKey, keyOf } from '../ledger/message-key.js';
import { MessageStore } from '../ledger/message.store.js';
import { MessageViews, type Sees, seesAfter } from '../ledger/message-views.js';
import { OutboxStore } from '../ledger/outbox.store.js';
import type { StoredMessage } from '../ledger/stored-message.js';
import type { Reference } from '../mailbox/reference.js';
import { batched } from '../platform/jobs/batched.js';
import { type Missed, MissedStore } from './missed.store.js';

/** Batches of the outbox that are looked at: where more are waiting, delivery is behind in any case. */
const PENDING = 100;

/** Messages that one question reads: more of them would keep others waiting while they are taken in. */
const READ_AT_ONCE = 500;

/** Answers, from MySQL, what a user has missed: the source of every replay beyond the mailbox. */
@Injectable()
export class MissedMessages {
  /** Members of one group who come back together ask for the same messages. */
  private readonly stored = batched((keys: readonly string[]) => this.findStored(keys));
  /** Whoever comes in the same moment gets them of one question. */
  private readonly pending = batched(async () => new Map([['all', await this.outbox.oldest(PENDING)]]));

  constructor(
    private readonly missed: MissedStore,
    private readonly messages: MessageStore,
    private readonly outbox: OutboxStore,
    private readonly views: MessageViews,
  ) {}

  /** All that may have been dispatched after a time, in conversations that the user is, or was until then, a member of. In id order. */
  async since(userId: string, time: Date): Promise<Missed[]> {
    return this.missed.findSince(userId, await this.startFor(time));
  }

  /** From when on changes were committed that may have been dispatched after a time. */
  async startFor(time: Date): Promise<Date> {
    const late = await this.outbox.earliestLateFor(time);
    return late && late < time ? late : time;
  }

  /** Whether some change of what is missed has not come to the mailboxes yet, as of after the call. */
  async areOnTheirWay(missed: readonly Missed[]): Promise<boolean> {
    const revs = new Map(missed.map(({ conversationId, rev }) => [conversationId, rev]));
    const pending = (await this.pending('all')) ?? [];
    const isMissed = ({ conversationId, rev }: Reference): boolean =>
      rev > 0 && rev <= (revs.get(conversationId) ?? 0);
    return pending.length === PENDING || pending.some(({ changes }) => changes.some(isMissed));
  }

  /** Others' messages that no device of the user has acknowledged. In id order. */
  async undelivered(userId: string): Promise<Missed[]> {
    return this.missed.findUndelivered(userId);
  }

  /** When the oldest message that no device of the user has acknowledged was sent; undefined when there is none. */
  async oldestUndelivered(userId: string): Promise<Date | undefined> {
    const missed = await this.missed.findUndelivered(userId);
    const first = await this.messages.findAt(
      missed.map(({ conversationId, afterSeq }) => ({ conversationId, seq: afterSeq + 1 })),
    );
    const times = first.map(({ createdAt }) => createdAt.getTime());
    return times.length > 0 ? new Date(Math.min(...times)) : undefined;
  }

  /** Missed messages after a seq, ascending, at most so many. */
  async created(missed: Missed, afterSeq: number, limit: number): Promise<MessageView[]> {
    const { conversationId, toSeq, visibleAfterSeq } = missed;
    const found = await this.messages.findBetween(conversationId, afterSeq, toSeq + 1, limit);
    return this.views.of(found, seesAfter(visibleAfterSeq));
  }

  /** Likewise, without the user's own. */
  async createdByOthers(
    { conversationId, toSeq, visibleAfterSeq }: Missed,
    userId: string,
    afterSeq: number,
    limit: number,
  ): Promise<MessageView[]> {
    const found = await this.messages.findOthersBetween(conversationId, userId, afterSeq, toSeq, limit);
    return this.views.of(found, seesAfter(visibleAfterSeq));
  }

  /** Messages before the missed ones that have changed after a rev, in the order of their changes, at most so many. */
  async changed(
    { conversationId, afterSeq: upToSeq, visibleAfterSeq: afterSeq }: Missed,
    afterRev: number,
    limit: number,
  ): Promise<MessageView[]> {
    const changed = await this.messages.findOlderChangedAfter(
      conversationId,
      afterRev,
      { afterSeq, upToSeq },
      limit,
    );
    return this.views.of(changed, seesAfter(afterSeq));
  }

  /** Messages as they are now; those that don't exist are absent. */
  async at(keys: readonly MessageKey[]): Promise<StoredMessage[]> {
    const found = await Promise.all([...new Set(keys.map(keyOf))].map((key) => this.stored(key)));
    return found.filter((message) => message !== undefined);
  }

  /** As a reader sees them, in their order. */
  async shown(messages: readonly StoredMessage[], sees: Sees): Promise<MessageView[]> {
    return this.views.of(messages, sees);
  }

  private async findStored(keys: readonly string[]): Promise<Map<string, StoredMessage>> {
    const found = new Map<string, StoredMessage>();
    for (let i = 0; i < keys.length; i += READ_AT_ONCE) {
      const some = keys.slice(i, i + READ_AT_ONCE).map((key) => {
        const [conversationId = '', seq] = key.split(' ');
        return { conversationId, seq: Number(seq) };
      });
      for (const message of await this.messages.findAt(some)) found.set(keyOf(message), message);
    }
    return found;
  }
}
