import { type WriteStream, createWriteStream } from 'node:fs';
import type { HistoryRecord } from './record.js';

type Untimed<R> = R extends HistoryRecord ? Omit<R, 'at' | 'process'> : never;

/** Written at a time. */
const LINES = 1_000;
const PROCESS = `clients-${process.pid}`;

/** Milliseconds since this process began; never goes back. */
export const now = (): number => Math.round(performance.now() * 1000) / 1000;

/** Keeps the history in memory for the checker, and as JSON lines for whoever reads after it. */
export class Recorder {
  readonly records: HistoryRecord[] = [];
  private readonly file: WriteStream;
  private lines: string[] = [];

  constructor(readonly path: string) {
    this.file = createWriteStream(path);
  }

  note(record: Untimed<HistoryRecord>): void {
    const timed = { at: now(), process: PROCESS, ...record } as HistoryRecord;
    this.records.push(timed);
    this.lines.push(JSON.stringify(timed));
    if (this.lines.length >= LINES) this.flush();
  }

  async close(): Promise<void> {
    this.flush();
    await new Promise<void>((resolve) => this.file.end(resolve));
  }

  private flush(): void {
    this.file.write(this.lines.map((line) => `${line}\n`).join(''));
    this.lines = [];
  }
}
