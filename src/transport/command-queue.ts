import type { Door } from './door.js';
import type { SocketIoDoor } from './socket-io-door.js';

/** Commands of one connection that are carried out at a time. */
const AT_ONCE = 64;
/** Commands that wait, from which on nothing more is read of the connection until half of them have begun. */
const CROWD = 1_000;
/** Commands that may wait where reading can't be stopped; whoever sends more is no chat client. */
const WAITING = 10_000;

/**
 * Carries out the commands of one connection: begins them in the order in which they came, a bounded number at a time,
 * and none while the client does not take what it is sent. One client's flood is its own queue.
 */
export class CommandQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;
  private isPausing = false;
  private rests = 0;
  private isClosed = false;
  private readOn: (() => void) | undefined;

  constructor(
    private readonly door: Pick<Door, 'isBlocked' | 'drained'> & Pick<SocketIoDoor, 'stopReading'>,
    private readonly overflow: () => void,
  ) {}

  /** The command must not throw. */
  add(command: () => Promise<void>): void {
    if (this.isClosed) return;
    if (this.waiting.length >= WAITING) return this.overflow();
    this.waiting.push(command);
    this.begin();
    if (this.waiting.length >= CROWD) this.readOn ??= this.door.stopReading();
  }

  /** Begins nothing for so many milliseconds: what comes meanwhile waits, and then on its sender's side. */
  rest(ms: number): void {
    this.rests += 1;
    setTimeout(() => {
      this.rests -= 1;
      this.begin();
    }, ms).unref();
  }

  /** Forgets what has not begun, and takes no more: a door that is gone may stay blocked for ever. */
  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private begin(): void {
    while (this.mayBegin) {
      if (this.door.isBlocked) return void this.pause();
      const command = this.waiting.shift();
      if (command) void this.run(command);
    }
    if (this.readOn && this.waiting.length <= CROWD / 2) {
      this.readOn();
      this.readOn = undefined;
    }
  }

  private get mayBegin(): boolean {
    return this.running < AT_ONCE && this.waiting.length > 0 && !this.isPausing && this.rests === 0;
  }

  private async run(command: () => Promise<void>): Promise<void> {
    this.running += 1;
    await command();
    this.running -= 1;
    this.begin();
  }

  private async pause(): Promise<void> {
    this.isPausing = true;
    await this.door.drained();
    this.isPausing = false;
    this.begin();
  }
}
