import type { Broadcast } from '../../src/broadcast/broadcast.entity.js';
import type { LockedHead } from '../../src/ledger/commit-plan.js';
import { type ListedMember, MemberList } from '../../src/ledger/member-list.js';
import {
  type MessageDraft,
  type StoredMessage,
  noContent,
  sendKeyOf,
} from '../../src/ledger/stored-message.js';
import type { ConversationDelivery } from '../../src/mailbox/delivery.js';
import type { Reference } from '../../src/mailbox/reference.js';
import type { Principal } from '../../src/platform/http/principal.js';
import { IdGenerator } from '../../src/platform/ids/snowflake.js';

const ids = new IdGenerator(() => 1023);

/** An id that no node gives out: the builders have a node number of their own. */
export const anId = (): string => ids.next();

export const aReference = (overrides: Partial<Reference> = {}): Reference => ({
  type: 'message.created',
  conversationId: '100',
  rev: 1,
  seq: 1,
  subject: '200',
  ...overrides,
});

/** Who calls, by the user's id. */
export const aPrincipal = (userId: string, overrides: Partial<Principal> = {}): Principal => ({
  userId,
  sessionId: '900',
  role: 'user',
  expiresAt: Number.MAX_SAFE_INTEGER,
  via: 'access',
  ...overrides,
});

/** A text message before it has its numbers; `clientId` becomes its key. */
export function aDraft({
  clientId,
  ...overrides
}: Partial<MessageDraft> & { clientId?: string } = {}): MessageDraft {
  const id = overrides.id ?? anId();
  return {
    conversationId: '100',
    id,
    type: 'text',
    senderId: '200',
    sendKey: sendKeyOf(clientId, id),
    digest: Buffer.alloc(16, 1),
    ...noContent,
    text: 'Hello',
    ...overrides,
  };
}

export const aMessage = ({
  clientId,
  ...overrides
}: Partial<StoredMessage> & { clientId?: string } = {}): StoredMessage => ({
  ...aDraft({ clientId }),
  seq: 1,
  createdRev: 1,
  rev: 1,
  threadCount: 0,
  reactions: null,
  pinned: false,
  system: null,
  createdAt: new Date('2026-11-21T08:15:30.123Z'),
  editedAt: null,
  deletedAt: null,
  ...overrides,
});

/** One for everybody, published and without an end. */
export const aBroadcast = (overrides: Partial<Broadcast> = {}): Broadcast => ({
  id: '500',
  authorId: '200',
  title: null,
  body: 'Hello all',
  variants: null,
  level: 'info',
  link: null,
  attachments: null,
  requireAck: false,
  audience: { all: true },
  isFixed: false,
  isForConnected: false,
  startsAt: null,
  expiresAt: null,
  dueAt: null,
  number: 1,
  publishedAt: new Date('2026-11-21T08:15:30.123Z'),
  recalledAt: null,
  remindedAt: null,
  endsAt: new Date('9999-12-31T00:00:00.000Z'),
  deliveredCount: 0,
  acknowledgedCount: 0,
  creationKey: null,
  createdAt: new Date('2026-11-21T08:15:30.123Z'),
  updatedAt: new Date('2026-11-21T08:15:30.123Z'),
  ...overrides,
});

export const aHead = (overrides: Partial<LockedHead> = {}): LockedHead => ({
  conversationId: '100',
  rev: 1,
  lastSeq: 0,
  membersRev: 1,
  changedAt: new Date('2026-11-21T08:00:00.000Z'),
  ...overrides,
});

/** Members since the conversation's first rev, or since the rev given with them. */
export const aMemberList = (
  members: readonly (string | (Partial<ListedMember> & { userId: string }))[],
  membersRev = 1,
): MemberList =>
  new MemberList(
    membersRev,
    members.map((member) => ({
      role: 'member' as const,
      joinedRev: 1,
      visibleAfterSeq: 0,
      mutedUntil: null,
      blocked: 0 as const,
      ...(typeof member === 'string' ? { userId: member } : member),
    })),
  );

/** Messages with neighbouring revs, from one to another, their bodies at hand. */
export function aDelivery(
  conversationId: string,
  [firstRev, lastRev]: readonly [number, number],
  recipients: readonly string[],
  settledRev?: number,
): ConversationDelivery {
  const revs = Array.from({ length: lastRev - firstRev + 1 }, (_, i) => firstRev + i);
  return {
    conversationId,
    firstRev,
    lastRev,
    settledRev,
    events: revs.map((rev) => ({
      reference: aReference({ conversationId, rev, seq: rev }),
      recipients,
      body: `"type":"message.created","at":"2026-11-21T08:15:30.123Z","data":{"rev":${rev}}}`,
    })),
  };
}
