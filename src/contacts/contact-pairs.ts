import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import { BlocksService } from '../users/blocks/blocks.service.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';
import { ContactsStore } from '../users/contacts/contacts.store.js';
import { UsersService } from '../users/users.service.js';
import { type Pair, stands } from './contact-rules.js';

/** What two users have to do with each other, within the transaction that changes it. */
@Injectable()
export class ContactPairs {
  constructor(
    private readonly store: ContactsStore,
    private readonly users: UsersService,
    private readonly blocks: BlocksService,
    private readonly config: Config,
  ) {}

  /** What is locked stays as it is until the transaction ends, but for what this transaction makes of it. */
  async open(
    manager: EntityManager,
    userId: string,
    otherId: string,
    locks: 'own' | 'both',
  ): Promise<Omit<Pair, 'now'>> {
    await this.users.lockAll(locks === 'both' ? [userId, otherId] : [userId], manager);
    return {
      userId,
      otherId,
      mine: await this.store.find(userId, otherId, manager),
      theirs: await this.store.find(otherId, userId, manager),
      ...(await this.blocks.between(userId, otherId, manager)),
    };
  }

  /** Throws `contact.too_many` where the owner has no room for one more. */
  async save(manager: EntityManager, before: ContactRow | null, contact: ContactRow): Promise<void> {
    if (stands(contact) && !stands(before)) await this.requireRoom(contact.userId, manager);
    await this.store.save(contact, manager);
  }

  private async requireRoom(userId: string, manager: EntityManager): Promise<void> {
    const { perUser } = this.config.contacts;
    if ((await this.store.countStanding(userId, manager)) >= perUser)
      throw new ChatError('conflict', 'contact.too_many', `A user has at most ${perUser} contacts.`);
  }
}
