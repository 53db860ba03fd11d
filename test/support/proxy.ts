import { type ProxiedPair, TcpProxy } from './tcp-proxy.js';

/** What happens to a statement: it does not arrive, or it does but its answer is lost, with the connection or without. */
export type Mishap = 'lost' | 'answer lost' | 'answer swallowed';

interface Trap {
  readonly statement: string;
  readonly mishap: Mishap;
  readonly sprung: () => void;
}

const HEADER_BYTES = 4;
const COM_QUERY = 3;

/** Stands between a node and its database, and loses what it is told to lose. */
export class DatabaseProxy extends TcpProxy {
  #traps: Trap[] = [];
  readonly #awaited = new WeakMap<ProxiedPair, Trap>();

  private constructor(
    socketPath: string,
    private readonly database: URL,
  ) {
    super({ path: socketPath });
  }

  /** For a database on a Unix socket. */
  static async before(databaseUrl: string): Promise<DatabaseProxy> {
    const database = new URL(databaseUrl);
    const socketPath = database.searchParams.get('socketPath');
    if (!socketPath) throw new Error('the database is not on a Unix socket');
    return new DatabaseProxy(socketPath, database).listen();
  }

  get url(): string {
    return `mysql://${this.database.username}@127.0.0.1:${this.port}${this.database.pathname}`;
  }

  /** The next statement that begins so, on whichever connection. Resolves once it has happened. */
  next(statement: string, mishap: Mishap): Promise<void> {
    return new Promise((sprung) => this.#traps.push({ statement, mishap, sprung }));
  }

  /** Traps that nothing has stepped into are taken away. */
  disarm(): void {
    this.#traps = [];
  }

  protected override passesUp(pair: ProxiedPair, data: Buffer): boolean {
    const trap = this.#spring(data);
    if (trap?.mishap === 'lost') {
      pair.client.resetAndDestroy();
      pair.server.destroy();
      trap.sprung();
      return false;
    }
    if (trap) this.#awaited.set(pair, trap);
    else this.#awaited.delete(pair);
    return true;
  }

  protected override passesDown(pair: ProxiedPair): boolean {
    const trap = this.#awaited.get(pair);
    if (!trap) return true;
    trap.sprung();
    if (trap.mishap === 'answer lost') pair.client.resetAndDestroy();
    return false;
  }

  #spring(data: Buffer): Trap | undefined {
    if (data[HEADER_BYTES] !== COM_QUERY) return undefined;
    const statement = data.subarray(HEADER_BYTES + 1).toString();
    const trap = this.#traps.find((one) => statement.startsWith(one.statement));
    this.#traps = this.#traps.filter((one) => one !== trap);
    return trap;
  }
}
