import { type ClientRequest, type IncomingMessage, Agent, get } from 'node:http';
import { eachText } from '../measure/text.js';
import type { Ear, Hear } from '../subject.js';

const agent = new Agent({ keepAlive: false });

/** A reader of Mailroom's event stream. A text that is cut between two chunks is put together again. */
export class SseEar implements Ear {
  private rest: Buffer = Buffer.alloc(0);
  private lastEvents: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly request: ClientRequest,
    private readonly response: IncomingMessage,
    hear: Hear | undefined,
  ) {
    response.on('data', (chunk: Buffer) => this.take(chunk, hear));
  }

  static open(url: string, token: string, hear?: Hear, cursor?: string): Promise<SseEar> {
    const headers = { Authorization: `Bearer ${token}`, ...(cursor && { 'Last-Event-ID': cursor }) };
    return new Promise((resolve, reject) => {
      const request = get(`${url}/v1/events`, { headers, agent }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`stream: ${response.statusCode}`));
        const ear = new SseEar(request, response, hear);
        // The head comes before `ready`, which is the first chunk of the body.
        response.once('data', () => resolve(ear));
      });
      request.on('error', reject);
    });
  }

  get cursor(): string {
    return [...this.lastEvents.toString('latin1').matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
  }

  async close(): Promise<void> {
    if (this.response.destroyed) return;
    const closed = new Promise((resolve) => this.response.once('close', resolve));
    this.cut();
    await closed;
  }

  cut(): void {
    this.response.on('error', () => undefined);
    this.request.destroy();
  }

  private take(chunk: Buffer, hear: Hear | undefined): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = bytes.lastIndexOf('\n\n') + 2;
    if (end < 2) {
      this.rest = bytes;
      return;
    }
    const events = bytes.subarray(0, end);
    // Heartbeats have no id, and take away none.
    if (events.includes('id: ')) this.lastEvents = events;
    if (hear) eachText(events, hear);
    this.rest = bytes.subarray(end);
  }
}
