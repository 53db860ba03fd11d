import type { Door } from './door.js';

/** Commands of one connection that are carried out at a time. */
const AT_ONCE = 64;
/** Commands that may wait besides; whoever sends more is no chat client. */
const WAITING = 10_000;

/**
 * Carries out the commands of one connection: begins them in the order in which they came, a bounded number at a time,
 * and none while the client does not take what it is sent. One client's flood is its own queue.
 */
export class CommandQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;
  private isPausing = false;
  private isClosed = false;

  constructor(
    private readonly door: Pick<Door, 'isBlocked' | 'drained'>,
    private readonly overflow: () => void,
  ) {}

  /** The command must not throw. */
  add(command: () => Promise<void>): void {
    if (this.isClosed) return;
    if (this.waiting.length >= WAITING) return this.overflow();
    this.waiting.push(command);
    this.begin();
  }

  /** Forgets what has not begun, and takes no more: a door that is gone may stay blocked for ever. */
  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private begin(): void {
    while (this.running < AT_ONCE && this.waiting.length > 0 && !this.isPausing) {
      if (this.door.isBlocked) return void this.pause();
      const command = this.waiting.shift();
      if (command) void this.run(command);
    }
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
