import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, endChild, type Exit, startChild } from './child-process.js';
import { endLeftover } from './leftover.js';
import { waitUntil } from './wait-until.js';

const READY_WITHIN_MS = 120_000; // crash recovery of a large log takes its time
const STOP_WITHIN_MS = 30_000;

/** What tells one kind of server from another. */
export interface ServerKind {
  name: string;
  /** Where everything of this server lives; exists, and is private. */
  directory: string;
  /** What a client connects to; the same after every restart. */
  url: string;
  socketPath: string;
  dataDirectory: string;
  file: string;
  args: string[];
  /** Makes the data directory where it is missing. */
  prepare(): Promise<void>;
  /** Resolves if the server answers a client. */
  ping(): Promise<void>;
}

/** A database server of our own, reachable over its Unix socket alone. */
export class PrivateServer {
  #child: Child | undefined;

  constructor(private readonly kind: ServerKind) {}

  get name(): string {
    return this.kind.name;
  }

  get url(): string {
    return this.kind.url;
  }

  get socketPath(): string {
    return this.kind.socketPath;
  }

  /** The running process; undefined when it was never started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child?.isRunning ?? false;
  }

  /** Settles when the present process is gone, whoever ended it. */
  get exited(): Promise<Exit> {
    return this.#child?.exited ?? Promise.resolve({ code: null, signal: null });
  }

  /** Resolves when the server answers. Recovers what a killed launcher left: processes, sockets, data. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.isRunning) return;
    const { kind } = this;
    const pidFile = join(kind.directory, 'pid');
    await endLeftover(pidFile, kind.dataDirectory);
    rmSync(kind.socketPath, { force: true });
    rmSync(`${kind.socketPath}.lock`, { force: true }); // MySQL believes the pid in it, whoever has that pid now
    await kind.prepare();
    signal?.throwIfAborted();
    const log = openSync(this.logFile, 'a', 0o600);
    try {
      const stdio = ['ignore', log, log] as const;
      this.#child = await startChild({ file: kind.file, args: kind.args, pidFile, stdio: [...stdio] });
    } finally {
      closeSync(log);
    }
    await this.#waitForAnswer(signal);
  }

  /** Resolves when the process is gone, cleanly if it can. Can be repeated. */
  async stop(): Promise<void> {
    if (this.#child) await endChild(this.#child, STOP_WITHIN_MS);
  }

  /** Sends any signal. Resolves when the process is gone, but at once for SIGSTOP and SIGCONT. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited;
  }

  /** Stops what runs and starts again on the same socket, `emptied` of all data where asked. */
  async restart({ emptied = false } = {}): Promise<void> {
    await this.stop();
    if (emptied) rmSync(this.kind.dataDirectory, { recursive: true, force: true });
    await this.start();
  }

  /** What the server itself said. */
  get logFile(): string {
    return join(this.kind.directory, 'server.log');
  }

  async #waitForAnswer(signal?: AbortSignal): Promise<void> {
    const child = this.#child!;
    const answers = async () => {
      if (!child.isRunning) return true;
      await this.kind.ping();
      return true;
    };
    try {
      await waitUntil(`${this.name} answers`, answers, { timeoutMs: READY_WITHIN_MS, signal });
    } catch (error) {
      // Not asked to end: MariaDB hangs for good on a SIGTERM that comes while it starts. Its log makes up for it.
      await this.kill('SIGKILL');
      throw error;
    }
    if (child.isRunning) return;
    throw new Error(`${this.name} did not start. Its log, ${this.logFile}, ends:\n${this.#logTail()}`);
  }

  #logTail(): string {
    if (!existsSync(this.logFile)) return '(nothing)';
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  }
}
