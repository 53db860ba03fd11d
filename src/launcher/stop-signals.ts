import type { EventEmitter } from 'node:events';

// npm passes on to its child the Ctrl-C that the terminal already gave it: two signals, one wish.
const SAME_WISH_MS = 1_000;

export interface StopSignals {
  /** Aborted by the first Ctrl-C, SIGTERM or closed terminal. */
  requested: AbortSignal;
  /** Aborted when that is repeated: the application gets no more time. */
  hurried: AbortSignal;
}

/** From here on, signals end the process only by way of these two. */
export function listenForStop(source: EventEmitter = process, now: () => number = Date.now): StopSignals {
  const requested = new AbortController();
  const hurried = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (!requested.signal.aborted) {
      first = now();
      requested.abort();
    } else if (now() - first > SAME_WISH_MS) {
      hurried.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) source.on(signal, onSignal);
  return { requested: requested.signal, hurried: hurried.signal };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
