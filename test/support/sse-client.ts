import { type ClientRequest, type IncomingMessage, get } from 'node:http';
import { EventSource, type FetchLike } from 'eventsource';
import { ChatClient, type ConnectOptions, eventTypes } from './chat-client.js';

/** Door 2, by the npm package `eventsource`, over a socket of its own that can be destroyed. */
export class SseClient extends ChatClient {
  private readonly source: EventSource;
  private request: ClientRequest | undefined;
  private gate: Promise<void> | undefined;
  private openGate: (() => void) | undefined;
  /** The status of the last response. */
  status = 0;

  constructor(options: ConnectOptions) {
    super(options);
    this.source = new EventSource(`${options.url()}/v1/events`, { fetch: this.fetch });
    this.source.addEventListener('ready', ({ data }) => this.hearReady(JSON.parse(data)));
    for (const type of eventTypes) {
      this.source.addEventListener(type, ({ data }) => this.hear(JSON.parse(data)));
    }
    this.source.addEventListener('error', () => {
      this.isClosed = true;
      if (!options.reconnect) this.source.close();
    });
    this.source.addEventListener('open', () => {
      this.isClosed = false;
    });
  }

  kill(): void {
    this.request?.socket?.destroy();
    this.source.close();
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
    this.source.close();
    this.request?.destroy();
  }

  private readonly fetch: FetchLike = (_url, init) =>
    new Promise((resolve, reject) => {
      const lastEventId = init?.headers['Last-Event-ID'] ?? this.options.cursor;
      this.request = get(
        `${this.options.url()}/v1/events`,
        {
          agent: false,
          headers: {
            ...init?.headers,
            authorization: `Bearer ${this.options.token()}`,
            ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          },
        },
        (response) => {
          this.status = response.statusCode ?? 0;
          if (this.status !== 200) void this.readProblem(response);
          resolve({
            url: `${this.options.url()}/v1/events`,
            status: this.status,
            redirected: false,
            headers: { get: (name) => String(response.headers[name.toLowerCase()] ?? '') },
            body: ReadableStream.from(this.chunks(response)),
          });
        },
      );
      this.request.on('error', reject);
      init?.signal?.addEventListener('abort', () => this.request?.destroy());
    });

  /** The gate is before the reading: while it is shut nothing is taken from the socket beyond what Node holds. */
  private async *chunks(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response) {
        yield chunk as Buffer;
        await this.gate;
      }
    } catch {
      // A killed connection ends its stream.
    }
  }

  private async readProblem(response: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    await new Promise((resolve) => response.on('close', resolve));
    this.problem = JSON.parse(Buffer.concat(parts).toString() || '{}');
  }
}
