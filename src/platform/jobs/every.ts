import type { Logger } from '@nestjs/common';

/**
 * Runs a task again and again, each time so many milliseconds after the last one has ended. A failure is logged and
 * changes nothing. Keeps no process alive. Returns the way to stop it.
 */
export function every(
  intervalMs: number,
  logger: Logger,
  what: string,
  task: () => Promise<void>,
): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const run = async (): Promise<void> => {
    try {
      await task();
    } catch (error) {
      if (!isStopped) logger.warn(`${what}: ${String(error)}`);
    }
    if (!isStopped) plan();
  };
  const plan = (): void => {
    timer = setTimeout(() => void run(), intervalMs).unref();
  };
  plan();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
