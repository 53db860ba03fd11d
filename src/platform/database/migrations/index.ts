import { UsersAndAuth1763700000001 } from './1763700000001-users-and-auth.js';
import { Ledger1763700000002 } from './1763700000002-ledger.js';
import { Conversations1763700000003 } from './1763700000003-conversations.js';
import { MessageChanges1763700000020 } from './1763700000020-message-changes.js';
import { Groups1763700000030 } from './1763700000030-groups.js';
import { Files1763700000110 } from './1763700000110-files.js';
import { Idempotency1763700000010 } from './1763700000010-idempotency.js';
import { MessageContent1763700000100 } from './1763700000100-message-content.js';
import { Threads1763700000101 } from './1763700000101-threads.js';
import { Search1763700000120 } from './1763700000120-search.js';
import { Receipts1763700000130 } from './1763700000130-receipts.js';
import { ScheduledMessages1763700000131 } from './1763700000131-scheduled-messages.js';
import { Drafts1763700000132 } from './1763700000132-drafts.js';
import { WordFilter1763700000140 } from './1763700000140-word-filter.js';
import { Sanctions1763700000141 } from './1763700000141-sanctions.js';
import { Moderation1763700000142 } from './1763700000142-moderation.js';
import { MemberCount1763700000143 } from './1763700000143-member-count.js';
import { ChangedMembers1763700000150 } from './1763700000150-changed-members.js';
import { Blocks1763700000160 } from './1763700000160-blocks.js';
import { Contacts1763700000161 } from './1763700000161-contacts.js';
import { ChangedProfiles1763700000162 } from './1763700000162-changed-profiles.js';
import { BlockChanges1763700000163 } from './1763700000163-block-changes.js';
import { Presence1763700000180 } from './1763700000180-presence.js';
import { UserRoles1763700000200 } from './1763700000200-user-roles.js';
import { Support1763700000201 } from './1763700000201-support.js';
import { Broadcasts1763700000230 } from './1763700000230-broadcasts.js';
import { BroadcastVariants1763700000231 } from './1763700000231-broadcast-variants.js';
import { UserGroups1763700000300 } from './1763700000300-user-groups.js';
import { BroadcastProgress1763700000301 } from './1763700000301-broadcast-progress.js';
import { BroadcastFiles1763700000302 } from './1763700000302-broadcast-files.js';

/** In the order in which they run; a migration that was released is never edited. */
export const migrations = [
  UsersAndAuth1763700000001,
  Ledger1763700000002,
  Conversations1763700000003,
  Idempotency1763700000010,
  MessageChanges1763700000020,
  Groups1763700000030,
  MessageContent1763700000100,
  Threads1763700000101,
  Files1763700000110,
  Search1763700000120,
  Receipts1763700000130,
  ScheduledMessages1763700000131,
  Drafts1763700000132,
  WordFilter1763700000140,
  Sanctions1763700000141,
  Moderation1763700000142,
  MemberCount1763700000143,
  ChangedMembers1763700000150,
  Blocks1763700000160,
  Contacts1763700000161,
  ChangedProfiles1763700000162,
  BlockChanges1763700000163,
  Presence1763700000180,
  UserRoles1763700000200,
  Support1763700000201,
  Broadcasts1763700000230,
  BroadcastVariants1763700000231,
  UserGroups1763700000300,
  BroadcastProgress1763700000301,
  BroadcastFiles1763700000302,
];
