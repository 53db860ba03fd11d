import type { ServerResponse } from 'node:http';
import { MailboxEvent, envelopeBody } from '../mailbox/event.js';
import type { ChatError } from '../platform/errors/chat-error.js';
import type { Door, Ending, Ready } from './door.js';

/** Milliseconds after which a browser reconnects, unless it is told otherwise. */
const RECONNECT_MS = 2_000;

const encodedEvents = new WeakMap<MailboxEvent, Buffer>();

/**
 * One event in the format of the HTML standard's server-sent events; made once an event, however many streams get it.
 * Without a cursor there is no id line, so that the browser's last id stays as it was.
 */
function encode(event: MailboxEvent): Buffer {
  const known = encodedEvents.get(event);
  if (known) return known;
  const id = event.cursor === null ? '' : `id: ${event.cursor}\n`;
  const encoded = Buffer.from(`${id}event: ${event.type}\ndata: ${event.json}\n\n`);
  encodedEvents.set(event, encoded);
  return encoded;
}

/** Writes events to one `text/event-stream` response. */
export class SseDoor implements Door {
  constructor(
    private readonly response: ServerResponse,
    private readonly bound: number,
    private readonly sessionId: string,
    private readonly whenDrained: () => void,
  ) {}

  ready(ready: Ready): void {
    this.put(`retry: ${RECONNECT_MS}\nevent: ready\ndata: ${JSON.stringify(ready)}\n\n`);
  }

  write(event: MailboxEvent): void {
    this.put(encode(event));
  }

  /** A comment: keeps proxies from closing the stream, and tells a dead peer from a silent one. */
  beat(): void {
    if (!this.isBlocked) this.put(': \n\n');
  }

  get isBlocked(): boolean {
    return this.response.writableLength > this.bound;
  }

  async drained(): Promise<void> {
    while (this.isBlocked && !this.response.destroyed) {
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.response.off('drain', settle);
          this.response.off('close', settle);
          resolve();
        };
        this.response.on('drain', settle);
        this.response.on('close', settle);
      });
    }
  }

  caughtUp(): void {
    if (!this.response.writableEnded) this.whenDrained();
  }

  /** A stream that has begun can carry no status; the client comes back later. */
  refuse(error: ChatError): void {
    this.put(`retry: ${(error.retryAfterSeconds ?? 2) * 1000}\n\n`);
    this.response.end();
  }

  /** Always the end of a good response: another status would stop a browser for good. */
  end(ending: Ending): void {
    if (ending.kind === 'revoked') {
      const data = { sessionId: this.sessionId, reason: ending.reason };
      this.write(
        new MailboxEvent(null, 'session.revoked', envelopeBody('session.revoked', new Date(), data)),
      );
    } else {
      const data = { reconnectAfterMs: ending.reconnectAfterMs };
      this.put(`retry: ${ending.reconnectAfterMs}\n`);
      this.write(
        new MailboxEvent(null, 'server.draining', envelopeBody('server.draining', new Date(), data)),
      );
    }
    this.response.end();
  }

  /** Wake-ups come until the peer has taken the end, which it may put off: what is written then is an error of the stream's. */
  private put(data: string | Buffer): void {
    if (!this.response.writableEnded) this.response.write(data);
  }
}
