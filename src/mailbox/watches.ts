import { Injectable } from '@nestjs/common';
import { Attachments, type LocalConnection, type MailboxListener } from './attachments.js';
import { MailboxEvent } from './event.js';

/** Whose presence this node's connections watch, and how they hear of it. What is forgotten with a connection costs nothing. */
@Injectable()
export class Watches {
  private readonly watched = new Map<LocalConnection, Set<string>>();
  private readonly watchers = new Map<string, Set<LocalConnection>>();
  /** What is still under way for them adds nothing. */
  private readonly forgotten = new WeakSet<LocalConnection>();

  constructor(private readonly attachments: Attachments) {}

  /** How many watches there are. */
  get count(): number {
    return [...this.watched.values()].reduce((sum, users) => sum + users.size, 0);
  }

  /** Whom a connection watches. */
  of(connection: LocalConnection): ReadonlySet<string> {
    return this.watched.get(connection) ?? new Set();
  }

  /** Without effect for a connection that was forgotten. */
  add(connection: LocalConnection, userIds: Iterable<string>): void {
    if (this.forgotten.has(connection)) return;
    for (const userId of userIds) {
      enter(this.watched, connection, userId);
      enter(this.watchers, userId, connection);
    }
  }

  remove(connection: LocalConnection, userIds: Iterable<string>): void {
    for (const userId of userIds) {
      leave(this.watched, connection, userId);
      leave(this.watchers, userId, connection);
    }
  }

  /** For good. */
  forget(connection: LocalConnection): void {
    this.forgotten.add(connection);
    this.remove(connection, [...this.of(connection)]);
  }

  /**
   * Shows news as the nodes publish them, one a line: user, users here who are told, users who must not hear, envelope.
   * Each connection is shown each of them once, whether its user is told or it watches.
   */
  show(publication: string): void {
    for (const line of publication.split('\n')) {
      const [userId = '', hearers = '', apart = ''] = line.split('\t', 3);
      const body = line.slice(userId.length + hearers.length + apart.length + 3);
      const event = new MailboxEvent(null, 'presence.changed', body, userId);
      for (const listener of this.listenersTo(userId, hearers.split(','), new Set(apart.split(','))))
        listener.ephemeral(event);
    }
  }

  private listenersTo(
    userId: string,
    hearers: readonly string[],
    apart: ReadonlySet<string>,
  ): Set<MailboxListener> {
    const listeners = new Set<MailboxListener>();
    for (const hearer of hearers)
      for (const { listener } of this.attachments.of(hearer)) listeners.add(listener);
    for (const { userId: watcher, listener } of this.watchers.get(userId) ?? [])
      if (watcher !== userId && !apart.has(watcher)) listeners.add(listener);
    return listeners;
  }
}

function enter<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function leave<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
