import type { Redis } from 'ioredis';

/** What is asked of Redis in the call goes out with one system call, and its answers come back with few. */
export function inOneWrite<T>(redis: Redis, ask: () => T): T {
  const { stream } = redis;
  stream?.cork();
  try {
    return ask();
  } finally {
    stream?.uncork();
  }
}
