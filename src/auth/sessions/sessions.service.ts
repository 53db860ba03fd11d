import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../../platform/http/schemas.js';
import { every } from '../../platform/jobs/every.js';
import { sessionRequired } from '../auth-errors.js';
import type { RevocationReason, Session } from './session.entity.js';
import { SessionRevocations } from './session-revocations.js';
import type { SessionPage, SessionView } from './sessions.dto.js';
import { SessionsStore } from './sessions.store.js';

const PURGE_MS = 600_000;
/** Ended sessions stay for a week, so that their tokens are told why they are refused. */
const KEPT_MS = 7 * 86_400_000;

/** A user's logins. Each revocation is in MySQL before any node hears of it. */
@Injectable()
export class SessionsService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(SessionsService.name);
  private stopPurging: (() => void) | undefined;

  constructor(
    private readonly store: SessionsStore,
    private readonly revocations: SessionRevocations,
  ) {}

  onModuleInit(): void {
    this.stopPurging = every(PURGE_MS, this.logger, 'ended sessions not purged', () =>
      this.store.purgeEnded(new Date(Date.now() - KEPT_MS)),
    );
  }

  onApplicationShutdown(): void {
    this.stopPurging?.();
  }

  async list(caller: Principal, { limit, cursor }: PageQuery): Promise<SessionPage> {
    const rows = await this.store.findLive(caller.userId, readCursor(cursor, idSchema), limit + 1);
    return toPage(
      rows,
      limit,
      (session) => session.id,
      (session) => toView(session, caller.sessionId),
    );
  }

  /** One of the caller's own; repeated, it changes nothing. Throws `session.not_found`. */
  async revoke(caller: Principal, id: string): Promise<void> {
    if (!(await this.store.isOf(caller.userId, parseId('session', id)))) throw notFound('session');
    await this.end(id, 'revoked');
  }

  async logout(caller: Principal): Promise<void> {
    if (caller.via === 'apiKey') throw sessionRequired();
    await this.end(caller.sessionId, 'logout');
  }

  /** Within the caller's transaction; `announce` follows once it is committed. */
  async revokeOthers(
    { userId, sessionId }: Principal,
    reason: RevocationReason,
    manager: EntityManager,
  ): Promise<string[]> {
    const live = await this.store.lockLive(userId, manager);
    const ids = live.filter((id) => id !== sessionId);
    await this.store.revoke(ids, reason, manager);
    return ids;
  }

  /** Likewise all of a user. */
  async revokeAll(userId: string, reason: RevocationReason, manager: EntityManager): Promise<string[]> {
    const ids = await this.store.lockLive(userId, manager);
    await this.store.revoke(ids, reason, manager);
    return ids;
  }

  announce(ids: readonly string[], reason: RevocationReason): void {
    for (const sessionId of ids) this.revocations.announce({ sessionId, reason });
  }

  private async end(id: string, reason: RevocationReason): Promise<void> {
    if (await this.store.revoke([id], reason)) this.announce([id], reason);
  }
}

const toView = (session: Session, currentId: string): SessionView => ({
  id: session.id,
  deviceName: session.deviceName,
  address: session.address,
  current: session.id === currentId,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
});
