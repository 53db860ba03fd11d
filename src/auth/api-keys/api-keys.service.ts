import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { hasHash, hashSecret, makeSecret } from '../../platform/crypto/secret-hash.js';
import { inTransaction } from '../../platform/database/transaction.js';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../../platform/http/schemas.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { sessionRevoked, tokenInvalid } from '../auth-errors.js';
import { SessionRevocations } from '../sessions/session-revocations.js';
import type { ApiKey } from './api-key.entity.js';
import type { ApiKeyPage, ApiKeyView, CreateApiKey, NewApiKey } from './api-keys.dto.js';
import { ApiKeysStore } from './api-keys.store.js';

const form = /^mk_([1-9]\d{0,18})_([\w-]{43})$/;
const TOUCH_MS = 60_000;

@Injectable()
export class ApiKeys {
  private readonly logger = new Logger(ApiKeys.name);

  constructor(
    private readonly store: ApiKeysStore,
    private readonly users: UsersService,
    private readonly revocations: SessionRevocations,
    private readonly ids: IdGenerator,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Throws `auth.token_invalid`, or `auth.session_revoked` for a deleted key. */
  async authenticate(token: string): Promise<Principal> {
    const [, id, secret] = form.exec(token) ?? [];
    if (!id || !secret) throw tokenInvalid();
    const state = await this.store.findState(id);
    if (!state || !hasHash(secret, state.secretHash)) throw tokenInvalid();
    if (state.revokedAt || state.disabledAt) throw sessionRevoked();
    if (!state.lastUsedAt || Date.now() - state.lastUsedAt.getTime() > TOUCH_MS) this.touch(id);
    const { userId, role } = state;
    return { userId, sessionId: id, role, expiresAt: Number.MAX_SAFE_INTEGER, via: 'apiKey' };
  }

  /** For a service that exists, or a new one of that username. Throws `user.disabled`. The secret is in this answer and nowhere else. */
  async create(caller: Principal, wanted: CreateApiKey): Promise<NewApiKey> {
    const secret = makeSecret(32);
    const found = await this.users.findByUsername(wanted.username);
    if (found && found.role !== 'service')
      throw new ChatError('conflict', 'user.username_taken', 'A person has this username, not a service.');
    const { key, user } = await inTransaction(this.dataSource, async (manager) => {
      // Locked, so that a key is either ended with its service or not made.
      const existing = found && (await this.users.lock(found.id, manager));
      if (existing?.disabledAt) throw new ChatError('conflict', 'user.disabled', 'The service is disabled.');
      const { username, displayName = username } = wanted;
      const service =
        existing ?? (await this.users.create({ username, displayName, role: 'service' }, manager));
      const made: ApiKey = {
        id: this.ids.next(),
        userId: service.id,
        name: wanted.name,
        secretHash: hashSecret(secret),
        createdAt: new Date(),
        lastUsedAt: null,
        revokedAt: null,
      };
      await this.store.insert(made, manager);
      return { key: made, user: service };
    });
    return { apiKey: this.toView(key, user, caller), key: `mk_${key.id}_${secret}` };
  }

  async list(caller: Principal, { limit, cursor }: PageQuery): Promise<ApiKeyPage> {
    const rows = await this.store.findLive(readCursor(cursor, idSchema), limit + 1);
    const users = await this.users.findMany(rows.map((row) => row.userId));
    const withUser = rows.flatMap((key) => {
      const user = users.get(key.userId);
      return user ? [{ key, user }] : [];
    });
    return toPage(
      withUser,
      limit,
      ({ key }) => key.id,
      ({ key, user }) => this.toView(key, user, caller),
    );
  }

  /** Ends the key like a session: its open connections close. Repeated, it changes nothing. */
  async revoke(id: string): Promise<void> {
    if (await this.store.revoke(parseId('api_key', id)))
      this.revocations.announce({ sessionId: id, reason: 'revoked' });
    else if (!(await this.store.exists(id))) throw notFound('api_key');
  }

  private touch(id: string): void {
    this.store.touch(id).catch((error: unknown) => this.logger.debug(`use not noted: ${String(error)}`));
  }

  private toView(key: ApiKey, user: User, caller: Principal): ApiKeyView {
    return {
      id: key.id,
      name: key.name,
      user: this.users.toView(user, caller),
      createdAt: key.createdAt.toISOString(),
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    };
  }
}
