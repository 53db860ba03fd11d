import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import type { Role } from '../../platform/http/principal.js';
import { batched } from '../../platform/jobs/batched.js';
import { type RevocationReason, Session } from './session.entity.js';

/** What an authenticated request needs to know about its session. */
export interface SessionState {
  readonly userId: string;
  readonly role: Role;
  readonly isRevoked: boolean;
  readonly isUserDisabled: boolean;
}

/** Times of revocations and refreshes are MySQL's own: nodes' clocks differ. */
@Injectable()
export class SessionsStore {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  async insert(session: Session, manager: EntityManager): Promise<void> {
    await manager.insert(Session, session);
  }

  /** The session and its user, as of after the call: every authenticated request asks it. */
  readonly findState = batched((ids: readonly string[]) => this.findStates(ids));

  /** Locks the session until the transaction ends; with MySQL's time of the question. */
  async lock(id: string, manager: EntityManager): Promise<{ session: Session; now: Date } | undefined> {
    const session = await manager.findOne(Session, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!session) return undefined;
    const [clock] = await manager.query<{ now: Date }[]>('SELECT UTC_TIMESTAMP(3) AS now');
    return { session, now: clock?.now ?? new Date() };
  }

  async update(id: string, change: Partial<Session>, manager: EntityManager): Promise<void> {
    await manager.update(Session, { id }, change);
  }

  /** Live sessions, newest first. */
  findLive(userId: string, beforeId: string | undefined, limit: number): Promise<Session[]> {
    return this.sessions.find({
      where: {
        userId,
        revokedAt: IsNull(),
        expiresAt: MoreThan(new Date()),
        ...(beforeId !== undefined && { id: LessThan(beforeId) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  isOf(userId: string, id: string): Promise<boolean> {
    return this.sessions.existsBy({ id, userId });
  }

  /** The live ones of a user; locked until the transaction ends. */
  async lockLive(userId: string, manager: EntityManager): Promise<string[]> {
    const rows = await manager.find(Session, {
      select: { id: true },
      where: { userId, revokedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
    return rows.map((row) => row.id);
  }

  /** Tells whether any was still live. */
  async revoke(
    ids: readonly string[],
    reason: RevocationReason,
    manager: EntityManager = this.sessions.manager,
  ): Promise<boolean> {
    if (ids.length === 0) return false;
    const { affected } = await manager.update(
      Session,
      { id: In([...ids]), revokedAt: IsNull() },
      { revokedAt: () => 'UTC_TIMESTAMP(3)', revokedReason: reason },
    );
    return (affected ?? 0) > 0;
  }

  /** Sessions and API keys that ended at or after the time, and MySQL's time of the question. */
  async findRevokedSince(since: Date | undefined): Promise<{ revoked: RevokedSession[]; now: Date }> {
    const [clock] = await this.sessions.query<{ now: Date }[]>('SELECT UTC_TIMESTAMP(3) AS now');
    const now = clock?.now ?? new Date();
    if (!since) return { revoked: [], now };
    const revoked = await this.sessions.query<RevokedSession[]>(
      `SELECT id AS sessionId, revokedReason AS reason FROM auth_sessions WHERE revokedAt >= ?
       UNION ALL SELECT id, 'revoked' FROM api_keys WHERE revokedAt >= ?`,
      [since, since],
    );
    return { revoked, now };
  }

  /** In one query by primary keys. */
  private async findStates(ids: readonly string[]): Promise<ReadonlyMap<string, SessionState>> {
    const rows = await this.sessions.query<
      { id: string; userId: string; role: Role; revokedAt: Date | null; disabledAt: Date | null }[]
    >(
      `SELECT s.id, s.userId, u.role, s.revokedAt, u.disabledAt
       FROM auth_sessions s JOIN users u ON u.id = s.userId WHERE s.id IN (?)`,
      [ids],
    );
    return new Map(
      rows.map(({ id, userId, role, revokedAt, disabledAt }) => [
        id,
        { userId, role, isRevoked: revokedAt !== null, isUserDisabled: disabledAt !== null },
      ]),
    );
  }

  /** Those that ended before the time, a bounded number at once. */
  async purgeEnded(before: Date): Promise<void> {
    await this.sessions.query('DELETE FROM auth_sessions WHERE expiresAt < ? LIMIT 1000', [before]);
    await this.sessions.query('DELETE FROM auth_sessions WHERE revokedAt < ? LIMIT 1000', [before]);
  }
}

export interface RevokedSession {
  readonly sessionId: string;
  readonly reason: RevocationReason;
}
