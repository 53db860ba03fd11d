import { Injectable } from '@nestjs/common';
import type { MailboxEvent, WakeUp } from './event.js';
import { shardOf } from './shards.js';

/** Whoever follows a mailbox on this node. Called synchronously; must not throw. */
export interface MailboxListener {
  /** Something was appended; in mailbox order, but only as long as no `refresh` comes in between. */
  wakeUp(wakeUp: WakeUp): void;
  /** From now on wake-ups may come without those before them: none must be written until `release`. */
  hold(): void;
  /** Wake-ups are whole again; what came meanwhile is to be read. */
  release(): void;
  /** Wake-ups may have been missed: read again from your own position. */
  refresh(): void;
  /** The registration was lost, and others have the user's last place: the connection is attached no more. */
  dropped(): void;
  /** Something to show at once and never again; if it is of a conversation, only to one who has not left it. */
  ephemeral(event: MailboxEvent, conversationId?: string): void;
}

/** A connection of this node, registered in Redis under its user. */
export interface LocalConnection {
  readonly userId: string;
  readonly connectionId: string;
  readonly listener: MailboxListener;
  /** Whether nobody is at the connection's device, as far as its client has said. */
  isIdle?: boolean;
}

/** Who is connected to this node: the local end of all wake-ups. */
@Injectable()
export class Attachments {
  private readonly byUser = new Map<string, Set<LocalConnection>>();

  add(connection: LocalConnection): void {
    const connections = this.byUser.get(connection.userId);
    if (connections) connections.add(connection);
    else this.byUser.set(connection.userId, new Set([connection]));
  }

  remove(connection: LocalConnection): void {
    const connections = this.byUser.get(connection.userId);
    connections?.delete(connection);
    if (connections?.size === 0) this.byUser.delete(connection.userId);
  }

  has(connection: LocalConnection): boolean {
    return this.byUser.get(connection.userId)?.has(connection) ?? false;
  }

  /** Whether some connection of the user goes by the same id. */
  hasConnection({ userId, connectionId }: LocalConnection): boolean {
    return [...(this.byUser.get(userId) ?? [])].some((other) => other.connectionId === connectionId);
  }

  of(userId: string): Iterable<LocalConnection> {
    return this.byUser.get(userId) ?? [];
  }

  wake(userId: string, wakeUp: WakeUp): void {
    const connections = this.byUser.get(userId);
    if (connections) for (const { listener } of connections) listener.wakeUp(wakeUp);
  }

  show(userId: string, event: MailboxEvent, conversationId?: string): void {
    const connections = this.byUser.get(userId);
    if (connections) for (const { listener } of connections) listener.ephemeral(event, conversationId);
  }

  /** All connections, or those whose mailbox is in the shard. */
  all(shard?: number): LocalConnection[] {
    const found: LocalConnection[] = [];
    for (const [userId, connections] of this.byUser) {
      if (shard === undefined || shardOf(userId) === shard) found.push(...connections);
    }
    return found;
  }
}
