import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { findProgram } from '../../src/launcher/find-binaries.js';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { environment } from '../../src/platform/config/environment.js';
import { lastingPort } from './lasting-port.js';

const root = resolve(import.meta.dirname, '../..');

interface SpawnOptions {
  readonly nodeOptions?: string[];
  readonly preload?: string;
  /** Whose build runs: this one's, or another version's. */
  readonly checkout?: string;
  /** Milliseconds within which it must be ready. */
  readonly readyWithinMs?: number;
}

/** A built node in a process of its own, as `npm run start:prod` starts it. */
export class SpawnedNode {
  output = '';

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.output += data.toString()));
  }

  /** Resolves when it is ready. */
  static async start(
    overrides: Record<string, string>,
    { nodeOptions = [], preload = '', checkout = root, readyWithinMs = 20_000 }: SpawnOptions = {},
  ): Promise<SpawnedNode> {
    const port = overrides.PORT ?? String(await lastingPort());
    const tied = findProgram('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
    const imports = preload === '' ? [] : ['--import', preload];
    const command = [...tied, process.execPath, ...nodeOptions, ...imports, 'dist/main.js'];
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: checkout,
      env: {
        ...environment,
        DATABASE_URL: inject('databaseUrl'),
        REDIS_URL: inject('redisUrl'),
        LOG_LEVEL: 'warn',
        FILES_DIR: join(tmpdir(), 'mailroom-spawned-files'),
        RATE_LIMITS: 'off',
        HOST: '127.0.0.1',
        ...overrides,
        PORT: port,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const node = new SpawnedNode(`http://127.0.0.1:${port}`, child);
    const isReady = async (): Promise<boolean> =>
      node.hasEnded || (await fetch(`${node.url}/health/ready`)).ok;
    await waitUntil('The node is ready', isReady, { timeoutMs: readyWithinMs }).catch((error: Error) => {
      child.kill('SIGKILL');
      throw new Error(`${error.message}; it printed:\n${node.output}`);
    });
    if (node.hasEnded) throw new Error(`The node ended as it started; it printed:\n${node.output}`);
    return node;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The exit code; null after a signal. */
  async exit(): Promise<number | null> {
    if (!this.hasEnded) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async stop(): Promise<void> {
    this.kill('SIGKILL');
    await this.exit();
  }

  /** Something that its preload understands. */
  tell(message: string): void {
    this.child.send(message);
  }

  /** Bytes that the process holds after a full collection: heap, external memory, buffers. Needs the memory preload. */
  async memory(): Promise<number> {
    this.tell('memory');
    const [bytes] = (await once(this.child, 'message')) as [number];
    return bytes;
  }
}
