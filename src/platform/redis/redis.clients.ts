import { Redis, type RedisOptions } from 'ioredis';

/**
 * Commands and scripts. They fail at once while Redis is away, instead of queueing without bound: whoever calls
 * knows whether to wait, to drop or to answer that the service is unavailable.
 */
export abstract class CommandsRedis extends Redis {}

/** Subscriptions only: wake-ups and control messages. */
export abstract class SubscriptionsRedis extends Redis {}

/** A client by URL: `redis://`, `rediss://`, or `unix:///path?db=0`. Reconnects for ever, at most a second apart. */
export function connectRedis(url: string, name: string, options: RedisOptions = {}): Redis {
  const common: RedisOptions = {
    connectionName: `mailroom-${name}`,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 5_000,
    // Each node's heartbeat asks on both connections more often: silence for so long is a dead peer.
    socketTimeout: 15_000,
    ...options,
  };
  if (!url.startsWith('unix:')) return new Redis(url, common);
  const parsed = new URL(url);
  return new Redis({
    ...common,
    path: decodeURIComponent(parsed.pathname),
    db: Number(parsed.searchParams.get('db') ?? 0),
    username: decodeURIComponent(parsed.username) || undefined,
    password: decodeURIComponent(parsed.password) || undefined,
  });
}
