import { setTimeout as delay } from 'node:timers/promises';
import { LauncherError } from './launcher-error.js';
import type { PrivateServer } from './private-server.js';

const DEATHS_ALLOWED = 3;
const WITHIN_MS = 60_000;

/**
 * Starts a server again whenever it ends by itself: the application outlives either store, and what was
 * acknowledged is on disk. A server that ends too often is broken, and then this throws.
 * Resolves, with no start under way, after `stopping` was aborted.
 */
export async function keepRunning(server: PrivateServer, stopping: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve()));
  let deaths: number[] = [];
  while (!stopping.aborted) {
    const exit = await Promise.race([server.exited, stopped]);
    if (!exit || stopping.aborted) return;
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < WITHIN_MS), now];
    const how = exit.signal ?? `code ${exit.code}`;
    if (deaths.length > DEATHS_ALLOWED)
      throw new LauncherError(`${server.name} ends again and again (${how}). Its log: ${server.logFile}`);
    console.error(`${server.name} ended by itself (${how}); starting it again.`);
    await server.start(stopping).catch(async (error: unknown) => {
      if (stopping.aborted) return;
      console.error(error instanceof Error ? error.message : error);
      await delay(1_000, undefined, { signal: stopping }).catch(() => {});
    });
  }
}
