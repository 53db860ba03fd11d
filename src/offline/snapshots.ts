import { Injectable } from '@nestjs/common';
import { ContactsService } from '../contacts/contacts.service.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { formatPosition } from '../mailbox/cursor.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import type { Principal } from '../platform/http/principal.js';
import { UsersService } from '../users/users.service.js';
import { Announcements } from './announcements.js';
import { newReplayId } from './replay-plans.js';
import type { Snapshot } from './sync.dto.js';

@Injectable()
export class Snapshots {
  constructor(
    private readonly mailbox: MailboxService,
    private readonly users: UsersService,
    private readonly conversations: ConversationsService,
    private readonly contacts: ContactsService,
    private readonly announcements: Announcements,
  ) {}

  /** All that a device starts with, and the cursor from which the stream goes on without a gap. */
  async of(caller: Principal): Promise<Snapshot> {
    // The mailbox is opened before MySQL is read: the other order loses what is committed in between.
    const tail = await this.mailbox.open(caller.userId);
    const [user, conversations, contacts, broadcasts] = await Promise.all([
      this.users.get(caller, caller.userId),
      this.conversations.listAll(caller.userId),
      this.contacts.listAll(caller),
      this.announcements.current(caller.userId, newReplayId(), tail),
    ]);
    return { cursor: formatPosition(tail), user, conversations, contacts, broadcasts };
  }
}
