import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SessionRevocations } from '../auth/sessions/session-revocations.js';
import type { Principal } from '../platform/http/principal.js';
import type { Door } from './door.js';

/** The longest that one timer can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One open connection of this node. */
export class OpenConnection {
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    readonly sessionId: string,
    readonly door: Door,
  ) {}

  /** Closes the connection when its token ends, unless a newer token comes before. */
  expireAt(ms: number): void {
    clearTimeout(this.expiry);
    const left = ms - Date.now();
    if (left > LONGEST_TIMER_MS) return;
    this.expiry = setTimeout(() => this.door.end({ kind: 'revoked', reason: 'token_expired' }), left);
  }

  forget(): void {
    clearTimeout(this.expiry);
  }
}

/** All open connections of this node, by session: they end with it, with their token, or with the node. */
@Injectable()
export class Connections implements OnModuleInit, OnApplicationShutdown {
  private readonly bySession = new Map<string, Set<OpenConnection>>();
  /** A connection may be opened with a token that was checked just before its session ended. */
  private readonly justRevoked = new LRUCache<string, string>({ max: 100_000, ttl: 60_000 });
  private stopListening: (() => void) | undefined;

  constructor(private readonly revocations: SessionRevocations) {}

  onModuleInit(): void {
    this.stopListening = this.revocations.onRevoked(({ sessionId, reason }) => {
      this.justRevoked.set(sessionId, reason);
      for (const { door } of this.bySession.get(sessionId) ?? []) door.end({ kind: 'revoked', reason });
    });
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  add(principal: Principal, door: Door): OpenConnection {
    const { sessionId } = principal;
    const connection = new OpenConnection(sessionId, door);
    const connections = this.bySession.get(sessionId);
    if (connections) connections.add(connection);
    else this.bySession.set(sessionId, new Set([connection]));
    connection.expireAt(principal.expiresAt);
    const reason = this.justRevoked.get(sessionId);
    if (reason !== undefined) door.end({ kind: 'revoked', reason });
    return connection;
  }

  remove(connection: OpenConnection): void {
    connection.forget();
    const connections = this.bySession.get(connection.sessionId);
    connections?.delete(connection);
    if (connections?.size === 0) this.bySession.delete(connection.sessionId);
  }

  get all(): OpenConnection[] {
    return [...this.bySession.values()].flatMap((connections) => [...connections]);
  }
}
