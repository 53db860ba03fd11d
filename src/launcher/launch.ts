import { constants } from 'node:os';
import { join } from 'node:path';
import { environment } from '../platform/config/environment.js';
import { addressOf, type Application, startApplication } from './application.js';
import type { Exit } from './child-process.js';
import { Cleanup } from './cleanup.js';
import { makeDemoUsers } from './demo-users.js';
import { choosePort } from './free-port.js';
import { greeting } from './greeting.js';
import { takeLock } from './instance-lock.js';
import { LauncherError } from './launcher-error.js';
import { makePrivateDirectory, socketPath } from './socket-path.js';
import { aborted, type StopSignals } from './stop-signals.js';
import { type Places, startStorage, storageNeed } from './storage.js';

export interface LaunchOptions extends Places {
  /** The application's compiled main file. */
  entry: string;
}

/**
 * Runs the application with the storage that it needs, until it ends or a stop is requested. When this settles,
 * everything is down again: first the application, then Redis, then MariaDB.
 * Answers the exit code: 0 for a requested stop, else the application's own.
 */
export async function launch(options: LaunchOptions, stop: StopSignals): Promise<number> {
  const cleanup = new Cleanup();
  try {
    return await run(options, cleanup, stop);
  } catch (error) {
    if (stop.requested.aborted) return 0; // whatever was under way was broken off
    throw error;
  } finally {
    await cleanup.run();
  }
}

async function run(
  options: LaunchOptions,
  cleanup: Cleanup,
  { requested, hurried }: StopSignals,
): Promise<number> {
  const { dataDirectory, entry } = options;
  const need = storageNeed();
  const ownsStorage = need.database || need.redis;
  if (ownsStorage) await lockData(dataDirectory, cleanup);
  const storage = await startStorage(need, options, cleanup, requested);
  const host = environment.HOST || '127.0.0.1';
  const { port, release } = await choosePort(environment.PORT, host);
  cleanup.add(release);
  const address = addressOf(host, port);
  const logFormat = environment.LOG_FORMAT || (process.stdout.isTTY ? 'pretty' : 'json');
  const files = environment.FILES_DIR || join(dataDirectory, 'files');
  const env = { ...storage.urls, HOST: host, PORT: String(port), LOG_FORMAT: logFormat, FILES_DIR: files };
  requested.throwIfAborted();
  const application = await startApplication({ entry, address, env, ...(ownsStorage && { dataDirectory }) });
  cleanup.add(() => application.stop(hurried));
  const ended = Promise.race([application.exited, storage.failed, aborted(requested)]);
  await Promise.race([
    greet(application, address, need.database ? dataDirectory : undefined, requested),
    ended,
  ]);
  const exit = await ended;
  return exit && !requested.aborted ? exitCode(exit) : 0;
}

/** One launcher for one data directory: two would stop each other's servers. */
async function lockData(dataDirectory: string, cleanup: Cleanup): Promise<void> {
  makePrivateDirectory(dataDirectory);
  const lock = await takeLock(socketPath(dataDirectory, 'launcher.sock'));
  if ('heldBy' in lock)
    throw new LauncherError(
      `Mailroom already runs on ${dataDirectory} (process ${lock.heldBy}). Stop it first, or start from another checkout.`,
    );
  cleanup.add(lock.release);
}

/** Demo users are made only in a database of the launcher's own, never in somebody's. */
async function greet(
  application: Application,
  address: string,
  ownDatabase: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    await application.ready(signal);
  } catch {
    return; // it ended, or shall end: whoever waits for that knows
  }
  const demoUsers = ownDatabase ? await makeDemoUsers(address, ownDatabase) : [];
  const isColoured = process.stdout.isTTY && !environment.NO_COLOR;
  console.log(greeting({ address, demoUsers, isColoured }));
}

/** As a shell reports it: 128 and the signal's number for a process ended by one. */
function exitCode({ code, signal }: Exit): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
