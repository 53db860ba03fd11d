import { join } from 'node:path';
import { environment } from '../platform/config/environment.js';
import { type Child, endChild, startChild } from './child-process.js';
import { endLeftover } from './leftover.js';
import { aborted } from './stop-signals.js';
import { waitUntil } from './wait-until.js';

/** Longer than the application may take to drain. */
const STOP_WITHIN_MS = 20_000;
const READY_POLL_MS = 100;

export interface Application extends Child {
  /** Resolves when it answers ready; rejects when it ended before. */
  ready(signal: AbortSignal): Promise<void>;
  stop(hurried: AbortSignal): Promise<void>;
}

export interface ApplicationOptions {
  entry: string;
  /** Where clients reach it. */
  address: string;
  env: NodeJS.ProcessEnv;
  /** For the pid; undefined where the launcher keeps nothing. */
  dataDirectory?: string;
}

/** Starts the application on this terminal. One left by a killed launcher is ended first, to free its port. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { entry, address, dataDirectory } = options;
  const pidFile = dataDirectory && join(dataDirectory, 'application.pid');
  if (pidFile) await endLeftover(pidFile, entry);
  const child = await startChild({
    file: process.execPath,
    args: [...process.execArgv, entry],
    env: { ...environment, ...options.env },
    stdio: 'inherit',
    pidFile,
  });
  return Object.assign(child, {
    ready: (signal: AbortSignal) => waitForReady(child, address, signal),
    stop: async (hurried: AbortSignal) => {
      void aborted(hurried).then(() => child.kill('SIGKILL'));
      await endChild(child, STOP_WITHIN_MS);
    },
  });
}

/** Without a bound of its own: whether to go on waiting for a store is the application's decision. */
async function waitForReady(child: Child, address: string, signal: AbortSignal): Promise<void> {
  const isReady = async () => {
    if (!child.isRunning) return true;
    const response = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.status === 200;
  };
  const waiting = { timeoutMs: Number.POSITIVE_INFINITY, intervalMs: READY_POLL_MS, signal };
  await waitUntil('The application is ready', isReady, waiting);
  if (!child.isRunning) throw new Error('The application ended before it was ready.');
}

/** A host to reach a server that listens on `host`: "all addresses" is none to connect to. */
export function addressOf(host: string, port: number): string {
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${reachable}:${port}`;
}
