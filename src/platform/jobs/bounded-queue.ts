import { unavailable } from '../errors/chat-error.js';

/** Runs at most `running` tasks at a time and lets at most `waiting` more wait; what comes beyond is refused at once. */
export class BoundedQueue {
  private free: number;
  private readonly line: (() => void)[] = [];

  constructor(
    running: number,
    private readonly waiting: number,
  ) {
    this.free = running;
  }

  /** Throws `service.unavailable` when the line is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await task();
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.free += 1;
    }
  }

  private async enter(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    if (this.line.length >= this.waiting) throw unavailable('Too many at once; try again.');
    await new Promise<void>((resolve) => this.line.push(resolve));
  }
}
