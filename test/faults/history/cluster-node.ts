import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lastingPort } from '../../support/lasting-port.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { DatabaseProxy } from '../../support/proxy.js';
import { SpawnedNode } from '../../support/spawned-node.js';
import { type Target, TcpProxy } from '../../support/tcp-proxy.js';

const memoryProbe = pathToFileURL(resolve(import.meta.dirname, '../../support/memory-probe.mjs')).href;
const START_WITHIN_MS = 100_000;
/** Whoever kills a node that takes long to start on a busy machine makes it busier. */
const READY_WITHIN_MS = 60_000;

export interface Build {
  /** Another version's checkout, built; else this one. */
  readonly checkout?: string | undefined;
  /** Loaded into the process before anything else. */
  readonly preload?: string | undefined;
}

export interface Links {
  /** Between the clients and the node. */
  readonly clients: TcpProxy;
  readonly mysql: DatabaseProxy;
  readonly redis: TcpProxy;
}

/** A node in a process of its own, each of whose links can be tampered with. */
export class ClusterNode {
  private process: SpawnedNode | undefined;
  /** The process that was told to go. */
  private leaving: SpawnedNode | undefined;
  /** Called when the process ends although nobody has told it to, with what it printed last. */
  whenItDies: (output: string) => void = () => {};

  private constructor(
    readonly name: string,
    readonly links: Links,
    private readonly port: number,
    private readonly settings: Record<string, string>,
    private readonly build: Build,
  ) {}

  static async create(
    name: string,
    stores: { readonly databaseUrl: string; readonly redis: Target },
    settings: Record<string, string>,
    build: Build,
  ): Promise<ClusterNode> {
    const port = await lastingPort();
    const links = {
      clients: await new TcpProxy({ host: '127.0.0.1', port }).listen(),
      mysql: await DatabaseProxy.before(stores.databaseUrl),
      redis: await new TcpProxy(stores.redis).listen(),
    };
    return new ClusterNode(name, links, port, settings, build);
  }

  /** Where clients find it, whether it lives or not. */
  get url(): string {
    return `http://127.0.0.1:${this.links.clients.port}`;
  }

  get isRunning(): boolean {
    return this.process !== undefined && !this.process.hasEnded;
  }

  /** Starts the process again and again until it is ready, as a supervisor does. */
  async start(overrides: { readonly preload?: string } = {}): Promise<void> {
    const preloads = [memoryProbe, overrides.preload ?? this.build.preload].flatMap((one) => one ?? []);
    await waitUntil(
      `${this.name} starts`,
      async () => {
        this.process = await SpawnedNode.start(
          {
            ...this.settings,
            PORT: String(this.port),
            DATABASE_URL: this.links.mysql.url,
            REDIS_URL: `redis://127.0.0.1:${this.links.redis.port}`,
          },
          {
            readyWithinMs: READY_WITHIN_MS,
            nodeOptions: ['--expose-gc', ...preloads.flatMap((one) => ['--import', one])],
            ...(this.build.checkout !== undefined && { checkout: this.build.checkout }),
          },
        );
        return true;
      },
      { timeoutMs: START_WITHIN_MS, intervalMs: 200 },
    );
    void this.watch();
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.leaving = this.process;
    this.process?.kill(signal);
  }

  private async watch(): Promise<void> {
    const watched = this.process;
    await watched?.exit();
    if (watched && watched !== this.leaving) this.whenItDies(watched.output.slice(-2_000));
  }

  /** The exit code; null after a signal. */
  async exit(): Promise<number | null> {
    return (await this.process?.exit()) ?? null;
  }

  get output(): string {
    return this.process?.output ?? '';
  }

  async usage(): Promise<{ memoryBytes: number; handles: number }> {
    if (!this.process) throw new Error(`${this.name} does not run`);
    const memoryBytes = await this.process.memory();
    return { memoryBytes, handles: readdirSync(`/proc/${this.process.pid}/fd`).length };
  }

  async close(): Promise<void> {
    this.leaving = this.process;
    this.process?.kill('SIGCONT');
    await this.process?.stop();
    await Promise.all(Object.values(this.links).map((link) => link.close()));
  }
}
