import type { AppendConversation, AppendEvent, AppendHeader } from './mailbox.store.js';
import { type Reference, encodeReference } from './reference.js';
import { groupByShard } from './shards.js';

/** An event on its way to mailboxes. */
export interface OutgoingEvent {
  readonly reference: Reference;
  /** Users by id. The same list object for many events costs its grouping once. */
  readonly recipients: readonly string[];
  /** From `envelopeBody`; empty when followers shall read the event for themselves, each as they may see it. */
  readonly body: string;
  /** Whether not all recipients may be shown it: then it must have no body. */
  readonly mustBeRead?: boolean;
}

/** Neighbouring changes of one conversation, in rev order; or, with revs of 0, events that are not numbered. */
export interface ConversationDelivery {
  readonly conversationId: string;
  readonly firstRev: number;
  readonly lastRev: number;
  /** All changes up to this rev are known to be delivered; undefined when that is not known. */
  readonly settledRev?: number;
  readonly events: readonly OutgoingEvent[];
}

export interface ShardBatch {
  readonly header: AppendHeader;
  readonly bodies: readonly string[];
}

interface Draft {
  audiences: (readonly string[])[];
  audienceOf: Map<readonly string[], number>;
  bodies: string[];
  conversations: AppendConversation[];
}

/** Cuts a delivery by shard: each shard gets its own users, the conversations they are in, and each body once. */
export function cutByShard(deliveries: readonly ConversationDelivery[]): Map<number, ShardBatch> {
  const drafts = new Map<number, Draft>();
  for (const delivery of deliveries) {
    const events = new Map<number, AppendEvent[]>();
    for (const event of delivery.events) addEvent(event, drafts, events);
    for (const [shard, own] of events) {
      drafts
        .get(shard)
        ?.conversations.push([
          delivery.conversationId,
          delivery.firstRev,
          delivery.lastRev,
          settledBefore(delivery),
          own,
        ]);
    }
  }
  return new Map(
    [...drafts].map(([shard, { audiences, bodies, conversations }]) => [
      shard,
      { header: { a: audiences, c: conversations }, bodies },
    ]),
  );
}

function addEvent(
  event: OutgoingEvent,
  drafts: Map<number, Draft>,
  events: Map<number, AppendEvent[]>,
): void {
  const encoded = encodeReference(event.reference);
  for (const [shard, users] of groupByShard(event.recipients)) {
    const draft = drafts.get(shard) ?? emptyDraft();
    drafts.set(shard, draft);
    let audience = draft.audienceOf.get(users);
    if (audience === undefined) {
      audience = draft.audiences.push(users);
      draft.audienceOf.set(users, audience);
    }
    const body = event.body === '' ? 0 : draft.bodies.push(event.body);
    const own = events.get(shard) ?? [];
    events.set(shard, own);
    own.push([event.reference.rev, encoded, audience, body]);
  }
}

/** Nothing comes before the first change of all. */
const settledBefore = ({ settledRev, firstRev }: ConversationDelivery): number =>
  settledRev ?? (firstRev === 1 ? 0 : -1);

const emptyDraft = (): Draft => ({ audiences: [], audienceOf: new Map(), bodies: [], conversations: [] });
