import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, MoreThan, MoreThanOrEqual, Repository } from 'typeorm';
import { Contact, type ContactRow } from './contact.entity.js';

/** One user who has another in their list. */
export interface Holder {
  readonly userId: string;
  readonly contactId: string;
  readonly remind: 0 | 1;
}

/** Who has whom in their list. */
@Injectable()
export class ContactsStore {
  constructor(@InjectRepository(Contact) private readonly contacts: Repository<Contact>) {}

  /** Whatever there is, and was, from one user to another. */
  find(
    userId: string,
    contactId: string,
    manager: EntityManager = this.contacts.manager,
  ): Promise<Contact | null> {
    return manager.findOneBy(Contact, { userId, contactId });
  }

  findAmong(userId: string, ids: readonly string[]): Promise<Contact[]> {
    return this.contacts.findBy({ userId, contactId: In([...ids]) });
  }

  /** One user's list, in the order of ids, after one. */
  findList(userId: string, afterId: string | undefined, limit?: number): Promise<Contact[]> {
    return this.contacts.find({
      where: { userId, status: 'contact', ...(afterId && { contactId: MoreThan(afterId) }) },
      order: { contactId: 'ASC' },
      ...(limit !== undefined && { take: limit }),
    });
  }

  /** All of one user's that have changed from a time on, whatever has become of them. */
  findChangedSince(userId: string, time: Date): Promise<Contact[]> {
    return this.contacts.find({ where: { userId, changedAt: MoreThanOrEqual(time) } });
  }

  /** Who has some of these users in their list. */
  async findHolders(
    userIds: readonly string[],
    manager: EntityManager = this.contacts.manager,
  ): Promise<Holder[]> {
    if (userIds.length === 0) return [];
    return manager.query(
      `SELECT userId, contactId, remind FROM contacts WHERE contactId IN (?) AND status = 'contact'`,
      [userIds],
    );
  }

  async findHeldBy(userId: string): Promise<string[]> {
    const rows: { contactId: string }[] = await this.contacts.manager.query(
      `SELECT contactId FROM contacts WHERE userId = ? AND status = 'contact'`,
      [userId],
    );
    return rows.map(({ contactId }) => contactId);
  }

  /** How many contacts one user has or has asked. */
  countStanding(userId: string, manager: EntityManager): Promise<number> {
    return manager.countBy(Contact, { userId, status: In(['contact', 'asked']) });
  }

  async save(contact: ContactRow, manager: EntityManager): Promise<void> {
    const { userId, contactId, status, note, favourite, remind, since, changedAt } = contact;
    await manager.query(
      `INSERT INTO contacts (userId, contactId, status, note, favourite, remind, since, changedAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE status = VALUES(status), note = VALUES(note), favourite = VALUES(favourite),
         remind = VALUES(remind), since = VALUES(since), changedAt = VALUES(changedAt)`,
      [userId, contactId, status, note, favourite, remind, since, changedAt],
    );
  }
}
