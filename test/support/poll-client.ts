import { setTimeout as delay } from 'node:timers/promises';
import { ChatClient, type ConnectOptions } from './chat-client.js';

/** Door 3, by `fetch`: each answer's cursor goes into the next poll. */
export class PollClient extends ChatClient {
  private isStopped = false;
  private poll = new AbortController();
  private gate: Promise<void> | undefined;
  private openGate: (() => void) | undefined;
  private isFirst = true;

  constructor(options: ConnectOptions) {
    super(options);
    void this.run();
  }

  kill(): void {
    this.isStopped = true;
    this.poll.abort();
    this.isClosed = true;
  }

  pause(): void {
    this.gate = new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  resume(): void {
    this.gate = undefined;
    this.openGate?.();
  }

  close(): void {
    this.kill();
  }

  private async run(): Promise<void> {
    while (!this.isStopped && !this.isClosed) {
      await this.gate;
      try {
        await this.ask();
      } catch (error) {
        if (this.isStopped) return;
        if (!this.options.reconnect) {
          this.problem ??= String(error);
          this.isClosed = true;
        }
        await delay(100);
      }
    }
  }

  /** A signal for each: what waits for one of them is remembered as long as the signal is. */
  private async ask(): Promise<void> {
    this.poll = new AbortController();
    const query = new URLSearchParams({ wait: '25', limit: String(this.options.limit ?? 500) });
    if (this.cursor !== undefined) query.set('cursor', this.cursor);
    const response = await fetch(`${this.options.url()}/v1/events/poll?${query}`, {
      headers: { authorization: `Bearer ${this.options.token()}` },
      signal: this.poll.signal,
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const body = (await response.json()) as any;
    if (this.isStopped) return;
    if (response.status !== 200) {
      this.problem = body;
      throw new Error(body.code);
    }
    // A continued poll says resumed true each time; only a beginning, first or new, is news.
    if (this.isFirst || !body.resumed) this.hearReady(body);
    this.isFirst = false;
    for (const event of body.events) this.hear(event);
    this.cursor = body.cursor;
  }
}
