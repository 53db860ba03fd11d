import type { Redis } from 'ioredis';
import { gather } from '../net/gathered-writes.js';

/** The client, for commands that go out with all others of this turn of the event loop. */
export function gathered(redis: Redis): Redis {
  // Types say that it is always there: it is not before the first connection stands.
  if (redis.stream as unknown) gather(redis.stream);
  return redis;
}
