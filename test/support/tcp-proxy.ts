import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down';

/** What a proxy does to all that passes, from the moment it is told. */
export interface Tricks {
  /** Each chunk comes this much later, in its order. */
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** Chunks are cut into pieces of 1 to so many bytes, each written by itself. */
  readonly pieces?: number;
  /** What goes this way, or either way, vanishes; neither side is told. */
  readonly drops?: Direction | 'both';
}

export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

interface Chunk {
  readonly data: Buffer;
  readonly dueMs: number;
}

/** Bytes that wait on their way before their sender is held back. */
const HELD_BYTES = 1024 * 1024;

/** One direction of one connection. */
class Flow {
  private readonly waiting: Chunk[] = [];
  private waitingBytes = 0;
  private isPumping = false;
  private hasEnded = false;
  hasLost = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly tricks: () => Tricks,
    private readonly direction: Direction,
  ) {
    from.on('end', () => {
      this.hasEnded = true;
      if (!this.isPumping) to.end();
    });
  }

  take(data: Buffer): void {
    const { drops, delayMs = 0 } = this.tricks();
    if (drops === this.direction || drops === 'both') {
      this.hasLost = true;
      return;
    }
    this.waiting.push({ data, dueMs: performance.now() + delayMs });
    this.waitingBytes += data.length;
    if (this.waitingBytes > HELD_BYTES) this.from.pause();
    if (!this.isPumping) void this.pump();
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    for (let chunk = this.waiting.shift(); chunk; chunk = this.waiting.shift()) {
      const early = chunk.dueMs - performance.now();
      if (early > 0) await delay(early);
      await this.write(chunk.data);
      this.waitingBytes -= chunk.data.length;
      if (this.waitingBytes <= HELD_BYTES) this.from.resume();
    }
    this.isPumping = false;
    if (this.hasEnded) this.to.end();
  }

  private async write(data: Buffer): Promise<void> {
    const { pieces, bytesPerSecond } = this.tricks();
    if (pieces === undefined && bytesPerSecond === undefined) return this.put(data);
    const size = pieces ?? Math.ceil((bytesPerSecond ?? 0) / 20);
    for (let i = 0, n = 1; i < data.length && !this.to.destroyed; i += n) {
      n = pieces === undefined ? size : 1 + (i % size);
      await this.put(data.subarray(i, i + n));
      if (bytesPerSecond !== undefined) await delay((n / bytesPerSecond) * 1000);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async put(data: Buffer): Promise<void> {
    if (this.to.destroyed || !this.to.writable || this.to.write(data)) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.to.off('drain', go).off('close', go);
        resolve();
      };
      this.to.on('drain', go).on('close', go);
    });
  }
}

export interface ProxiedPair {
  readonly client: Socket;
  readonly server: Socket;
  readonly up: Flow;
  readonly down: Flow;
}

/** Stands between a client and a server, and treats what passes as badly as it is told to. */
export class TcpProxy {
  protected readonly pairs = new Set<ProxiedPair>();
  readonly #listener: Server;
  #tricks: Tricks = {};

  constructor(private target: Target) {
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#serve(client));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#listener.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.pairs.size;
  }

  play(tricks: Tricks): void {
    this.#tricks = tricks;
  }

  /** No more tricks. Connections that lost something on the way are reset: nobody could go on with them. */
  heal(): void {
    this.#tricks = {};
    for (const pair of this.pairs) if (pair.up.hasLost || pair.down.hasLost) this.#reset(pair);
  }

  /** Ends all connections, both ways, without a goodbye. */
  reset(): void {
    for (const pair of this.pairs) this.#reset(pair);
  }

  /** Tells one side of each connection that the other will say no more; the way back stays open. */
  halfClose(direction: Direction): void {
    for (const { client, server } of this.pairs) (direction === 'up' ? server : client).end();
  }

  /** Another server from now on; what is connected to the former one is reset. */
  retarget(target: Target): void {
    this.target = target;
    this.reset();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  /** Whether a chunk goes on; for those who look inside. */
  protected passesUp(_pair: ProxiedPair, _data: Buffer): boolean {
    return true;
  }

  protected passesDown(_pair: ProxiedPair, _data: Buffer): boolean {
    return true;
  }

  #reset({ client, server }: ProxiedPair): void {
    client.resetAndDestroy();
    server.destroy(); // may be a Unix socket, which knows no reset
  }

  #serve(client: Socket): void {
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    const tricks = (): Tricks => this.#tricks;
    const pair: ProxiedPair = {
      client,
      server,
      up: new Flow(client, server, tricks, 'up'),
      down: new Flow(server, client, tricks, 'down'),
    };
    this.pairs.add(pair);
    client.on('data', (data) => this.passesUp(pair, data) && pair.up.take(data));
    server.on('data', (data) => this.passesDown(pair, data) && pair.down.take(data));
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}
