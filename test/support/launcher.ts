import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram } from '../../src/launcher/find-binaries.js';
import { commandLine } from '../../src/launcher/leftover.js';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { environment } from '../../src/platform/config/environment.js';

const root = resolve(import.meta.dirname, '../..');
const WITHIN_MS = 25_000;

export interface LauncherOptions {
  dataDirectory: string;
  env?: NodeJS.ProcessEnv;
}

/** The built launcher in a process of its own, with a stand-in for the application. */
export class RunningLauncher {
  output = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(private readonly options: LauncherOptions) {
    const { DATABASE_URL: _1, REDIS_URL: _2, PORT: _3, HOST: _4, ...inherited } = environment;
    const application = join(root, 'test/support/stand-in-application.mjs');
    const main = join(root, 'dist/launcher/main.js');
    // Where a killed test run can take it along, it does.
    const tied = findProgram('setpriv') ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];
    const command = [...tied, process.execPath, main, '--data', options.dataDirectory, '--app', application];
    this.#child = spawn(command[0]!, command.slice(1), {
      env: { ...inherited, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (data: Buffer) => (this.output += data.toString()));
    this.#exited = new Promise((done) => this.#child.once('close', (code) => done(code)));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves with the exit code, null after a signal, once all who hold the output have gone too. */
  exit(): Promise<number | null> {
    return this.#exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async prints(text: string): Promise<void> {
    await waitUntil(`The launcher prints "${text}"`, () => this.output.includes(text), {
      timeoutMs: WITHIN_MS,
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it printed:\n${this.output}`);
    });
  }

  async isReady(): Promise<void> {
    await this.prints('API docs');
    await this.prints('"text":"Hello"');
  }

  /** What the stand-in said under that name, the last time. */
  fact<T>(name: string): T {
    const lines = this.output.split('\n').filter((line) => line.startsWith(`{"${name}"`));
    const facts = JSON.parse(lines.at(-1) ?? '{}') as Record<string, T>;
    return facts[name]!;
  }

  /** The pids of the three children, as the launcher keeps them. */
  pids(): { mariadb: number; redis: number; application: number } {
    const read = (file: string) => Number(readFileSync(join(this.options.dataDirectory, file), 'utf8'));
    return { mariadb: read('mariadb/pid'), redis: read('redis/pid'), application: read('application.pid') };
  }
}

export function isAlive(pid: number): boolean {
  return commandLine(pid) !== '';
}

export async function allGone(pids: object): Promise<void> {
  const noneLeft = () => !Object.values(pids).some((pid) => isAlive(pid as number));
  await waitUntil('No child is left', noneLeft, { timeoutMs: WITHIN_MS });
}
