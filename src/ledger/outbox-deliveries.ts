import { Injectable } from '@nestjs/common';
import type { ConversationDelivery, OutgoingEvent } from '../mailbox/delivery.js';
import { envelopeBody } from '../mailbox/event.js';
import { type Reference, encodeReference } from '../mailbox/reference.js';
import { audienceOf } from './audience.js';
import { type Leaver, LedgerStore } from './ledger.store.js';
import type { MemberList } from './member-list.js';
import { MemberLists } from './member-lists.js';
import type { PendingBatch } from './outbox.store.js';

/**
 * Turns batches of the outbox back into deliveries. The events themselves are not at hand: the wake-ups carry none,
 * and followers read them for themselves. Whatever lies below the oldest pending rev of a conversation was delivered.
 */
@Injectable()
export class OutboxDeliveries {
  constructor(
    private readonly store: LedgerStore,
    private readonly members: MemberLists,
  ) {}

  /** Each conversation's changes in rev order, with the rev up to which all is settled; then what is of no conversation. */
  async of(batches: readonly PendingBatch[]): Promise<ConversationDelivery[]> {
    const byConversation = new Map<string, Reference[]>();
    for (const reference of batches.flatMap(({ changes }) => changes)) {
      const changes = byConversation.get(reference.conversationId);
      if (changes) changes.push(reference);
      else byConversation.set(reference.conversationId, [reference]);
    }
    const heads = await this.store.findHeads([...byConversation.keys()]);
    const lists = await this.members.at(heads);
    const leavers = await this.leaversSince(byConversation);
    const ofConversations = [...byConversation].flatMap(([conversationId, changes]) => {
      const members = lists.get(conversationId);
      if (!members) return [];
      const toEvent = (reference: Reference): OutgoingEvent => {
        const recipients = audienceOf(reference, members);
        const others = othersToGet(reference, members, leavers);
        if (others.length === 0) return { reference, recipients, body: '' };
        return { reference, recipients: [...recipients, ...others], body: '', mustBeRead: true };
      };
      return asDeliveries(conversationId, changes, toEvent);
    });
    return [...ofConversations, ...batches.flatMap(personalDeliveries)];
  }

  private async leaversSince(changes: ReadonlyMap<string, readonly Reference[]>): Promise<Leaver[]> {
    const firsts = [...changes].flatMap(([conversationId, references]): [string, number][] => {
      const revs = references.filter(({ rev }) => rev > 0).map(({ rev }) => rev);
      return revs.length > 0 ? [[conversationId, Math.min(...revs)]] : [];
    });
    return this.store.findLeavers(new Map(firsts));
  }

  /**
   * The deliveries themselves, each conversation's after whatever the pending batches hold of it below; its settled
   * rev is the one before the oldest pending.
   */
  async upTo(
    batches: readonly PendingBatch[],
    own: readonly ConversationDelivery[],
  ): Promise<ConversationDelivery[]> {
    const wanted = new Set(own.map(({ conversationId }) => conversationId));
    const pending = batches.map((batch) => ({
      ...batch,
      changes: batch.changes.filter(({ conversationId, rev }) => rev > 0 && wanted.has(conversationId)),
      personal: [],
    }));
    const earlier = await this.of(pending);
    const settled = new Map<string, number>();
    for (const { conversationId, firstRev } of [...own, ...earlier]) {
      settled.set(conversationId, Math.min(firstRev - 1, settled.get(conversationId) ?? Infinity));
    }
    return [...wanted].flatMap((id) =>
      merge(
        [...earlier, ...own].filter(({ conversationId }) => conversationId === id),
        settled.get(id),
      ),
    );
  }
}

/**
 * Whoever has left since a message was sent gets its reference, and so does who has joined since, as they may have left
 * before: nothing of it is shown to them. Without it they could be shown a later message, sent before they left too and on
 * its way directly: after a hole.
 */
function othersToGet(
  { type, conversationId, rev, seq }: Reference,
  members: MemberList,
  leavers: readonly Leaver[],
): readonly string[] {
  if (type !== 'message.created') return [];
  const left = leavers.filter(
    (leaver) =>
      leaver.conversationId === conversationId &&
      leaver.joinedRev <= rev &&
      rev < leaver.rev &&
      seq > leaver.visibleAfterSeq &&
      // Who leaves while the members are being read stands among these too: twice in a mailbox under one cursor is an error.
      !members.has(leaver.userId),
  );
  return [...members.since(rev), ...left.map(({ userId }) => userId)];
}

/** Not numbered: delivered again they come again, and are safe to apply twice. */
function personalDeliveries({ personal, committedAt }: PendingBatch): ConversationDelivery[] {
  if (personal.length === 0) return [];
  const events = personal.map(({ reference, recipients, data }) => ({
    reference,
    recipients,
    body: data === undefined ? '' : envelopeBody(reference.type, committedAt, data),
  }));
  return [{ conversationId: '', firstRev: 0, lastRev: 0, events }];
}

function asDeliveries(
  conversationId: string,
  changes: readonly Reference[],
  toEvent: (reference: Reference) => ConversationDelivery['events'][number],
): ConversationDelivery[] {
  const numbered = changes.filter(({ rev }) => rev > 0).toSorted((a, b) => a.rev - b.rev);
  const others = changes.filter(({ rev }) => rev === 0);
  const first = numbered[0]?.rev;
  const last = numbered.at(-1)?.rev;
  const deliveries: ConversationDelivery[] = [];
  if (first !== undefined && last !== undefined) {
    deliveries.push({
      conversationId,
      firstRev: first,
      lastRev: last,
      settledRev: first - 1,
      events: numbered.map(toEvent),
    });
  }
  if (others.length > 0)
    deliveries.push({ conversationId, firstRev: 0, lastRev: 0, events: others.map(toEvent) });
  return deliveries;
}

/** One delivery of all: where the same change stands twice, the one that carries its event is kept. */
function merge(
  deliveries: readonly ConversationDelivery[],
  settledRev: number | undefined,
): ConversationDelivery[] {
  const [some] = deliveries;
  if (!some) return [];
  const kept = new Map<string, OutgoingEvent>();
  for (const event of deliveries.flatMap(({ events }) => events)) {
    const change = encodeReference(event.reference);
    if (!kept.get(change)?.body) kept.set(change, event);
  }
  return [
    {
      conversationId: some.conversationId,
      firstRev: Math.min(...deliveries.map(({ firstRev }) => firstRev)),
      lastRev: Math.max(...deliveries.map(({ lastRev }) => lastRev)),
      settledRev,
      events: [...kept.values()].toSorted((a, b) => a.reference.rev - b.reference.rev),
    },
  ];
}
