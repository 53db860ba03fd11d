import { setTimeout as delay } from 'node:timers/promises';

export interface Waiting {
  timeoutMs: number;
  intervalMs?: number;
  /** Ends the waiting early, by throwing the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Resolves as soon as the condition is true, and throws `what` once the time is over.
 * A condition that throws counts as "not yet"; the last error becomes the cause.
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 25, signal }: Waiting,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (await condition()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause });
    await delay(intervalMs);
  }
}
