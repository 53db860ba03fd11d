import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PersonalChange } from '../ledger/personal-change.js';
import type { Reference } from '../mailbox/reference.js';
import { Acquaintances } from './acquaintances.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Who hears that a user's profile is another one. */
@Injectable()
export class ProfileNews {
  constructor(
    private readonly users: UsersService,
    private readonly acquaintances: Acquaintances,
  ) {}

  /** The user, and where others see it, those who hear of the user without asking. */
  async of(user: User, isSeenByOthers: boolean, manager: EntityManager): Promise<PersonalChange[]> {
    const reference = updated(user.id);
    const toUser = { reference, recipients: [user.id] };
    if (!isSeenByOthers) return [toUser];
    const hearers = await this.acquaintances.hearersOf([user.id], manager);
    const toOthers = {
      reference,
      recipients: [...(hearers.get(user.id) ?? [])],
      data: { user: this.users.toView(user, { userId: '', role: 'user' }) },
    };
    return [toUser, toOthers];
  }
}

const updated = (subject: string): Reference => ({
  type: 'user.updated',
  conversationId: '',
  rev: 0,
  seq: 0,
  subject,
});
