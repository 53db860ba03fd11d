import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** A request that waits for an answer, seen from one of its ends. */
export interface RequestRow {
  /** The other end. */
  readonly userId: string;
  readonly createdAt: Date;
}

/** Of those between whom is a block, whoever is asked sees nothing. */
const toMe = `
  FROM contacts c WHERE c.contactId = ?
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.userId = c.contactId AND b.blockedId = c.userId)
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.userId = c.userId AND b.blockedId = c.contactId)`;

/** Who waits for whose answer. */
@Injectable()
export class ContactRequestsStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Of those who ask one user, in the order of their ids. */
  findIncoming(userId: string, afterId = '0', limit = 1): Promise<RequestRow[]> {
    return this.dataSource.query(
      `SELECT c.userId, c.since AS createdAt ${toMe} AND c.status = 'asked' AND c.userId > ? ORDER BY c.userId LIMIT ?`,
      [userId, afterId, limit],
    );
  }

  /** Of those whom one user asks, in the order of their ids. */
  findOutgoing(userId: string, afterId = '0', limit = 1): Promise<RequestRow[]> {
    return this.dataSource.query(
      `SELECT contactId AS userId, since AS createdAt FROM contacts
       WHERE userId = ? AND status = 'asked' AND contactId > ? ORDER BY contactId LIMIT ?`,
      [userId, afterId, limit],
    );
  }

  /** Those of some users who ask one. */
  findIncomingFrom(userId: string, ids: readonly string[]): Promise<RequestRow[]> {
    return this.dataSource.query(
      `SELECT c.userId, c.since AS createdAt ${toMe} AND c.status = 'asked' AND c.userId IN (?)`,
      [userId, ids],
    );
  }

  /** Whose requests to one user have come, or ended without becoming contacts, from a time on. */
  async findIncomingSince(userId: string, time: Date): Promise<{ userId: string; isOver: boolean }[]> {
    const rows: { userId: string; status: string }[] = await this.dataSource.query(
      `SELECT c.userId, c.status ${toMe} AND c.changedAt >= ? AND c.status IN ('asked', 'ended')`,
      [userId, time],
    );
    return rows.map((row) => ({ userId: row.userId, isOver: row.status === 'ended' }));
  }
}
