import type { Socket as Wire } from 'node:net';
import type { Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { Sender } from './ws-sender.js';
import { MailboxEvent, envelopeBody } from '../mailbox/event.js';
import { type ChatError } from '../platform/errors/chat-error.js';
import { toProblem } from '../platform/errors/problem.js';
import { gather } from '../platform/net/gathered-writes.js';
import type { Door, Ending, Ready } from './door.js';
import type { Connection } from './gathered-writes.js';

/** An event as Socket.IO sends it: the packet, and the whole WebSocket frame around it. */
interface Encoded {
  readonly packet: string;
  readonly frame: Buffer;
}

/** Milliseconds that a client who is sent away has to take the reason. */
const LAST_WORD_MS = 1_000;

const encodedEvents = new WeakMap<MailboxEvent, Encoded>();

/** Made once an event, however many sockets it is written to. 2 is Socket.IO's event, 4 is Engine.IO's message. */
function encode(event: MailboxEvent): Encoded {
  const known = encodedEvents.get(event);
  if (known) return known;
  const packet = `2["${event.type}",${event.json}]`;
  const frame = Sender.frame(Buffer.from(`4${packet}`), {
    readOnly: false,
    mask: false,
    rsv1: false,
    opcode: 1,
    fin: true,
  });
  const encoded = { packet, frame: Buffer.concat(frame) };
  encodedEvents.set(event, encoded);
  return encoded;
}

/** Writes events to one Socket.IO connection, over whichever of its transports. */
export class SocketIoDoor implements Door {
  /** Bytes that wait for the client, roughly: neither Engine.IO's buffer nor the TCP connection's has a bound. */
  private waiting = 0;
  private readonly whenDrained: (() => void)[] = [];
  /** Those for whom nothing is read of the client. */
  private stops = 0;
  private readonly onDrain = (): void => {
    this.waiting = this.connection.transport.socket?._socket?.writableLength ?? 0;
    if (this.whenDrained.length > 0) for (const resolve of this.whenDrained.splice(0)) resolve();
  };

  constructor(
    private readonly socket: Socket,
    private readonly bound: number,
  ) {
    socket.conn.on('drain', this.onDrain);
    socket.conn.on('close', this.onDrain);
  }

  ready(ready: Ready): void {
    this.socket.emit('ready', ready);
  }

  /**
   * A WebSocket gets the frame past Engine.IO, which would spend more on it than all else that is done for an event.
   */
  write(event: MailboxEvent): void {
    if (!this.socket.connected) return;
    const { packet, frame } = encode(event);
    const { wire } = this;
    this.waiting += frame.length;
    if (wire) {
      gather(wire);
      wire.write(frame, this.onDrain);
    } else this.socket.conn.write(packet, { compress: false });
  }

  /** Counts what else was sent to the client. */
  count(characters: number): void {
    this.waiting += characters;
  }

  get isBlocked(): boolean {
    return this.waiting > this.bound;
  }

  async drained(): Promise<void> {
    while (this.isBlocked && this.socket.connected)
      await new Promise<void>((resolve) => this.whenDrained.push(resolve));
  }

  caughtUp(): void {
    // Nothing to do: what is written is on its way.
  }

  refuse(error: ChatError): void {
    this.socket.emit('error', toProblem(error, this.socket.id));
    this.socket.conn.close();
  }

  /** Likewise for one who does not heed it: whatever else they have sent is not read any more. */
  sendAway(error: ChatError): void {
    this.stopReading();
    this.refuse(error);
    setTimeout(() => this.connection.transport.socket?.terminate(), LAST_WORD_MS).unref();
  }

  /**
   * Reads nothing of a WebSocket until all who stopped it have called what they were given: what the client sends waits on
   * its side. Over HTTP polling it goes on: there each request is counted.
   */
  stopReading(): () => void {
    this.stops += 1;
    this.connection.transport.socket?.pause();
    return () => {
      this.stops -= 1;
      if (this.stops === 0) this.connection.transport.socket?.resume();
    };
  }

  /** A client comes back by itself when only its transport closes; it stays away when its namespace is closed. */
  end(ending: Ending): void {
    if (ending.kind === 'draining') {
      this.write(ephemeral('server.draining', { reconnectAfterMs: ending.reconnectAfterMs }));
      this.socket.conn.close();
      return;
    }
    const { sessionId } = this.socket.data as { sessionId: string };
    this.write(ephemeral('session.revoked', { sessionId, reason: ending.reason }));
    this.socket.disconnect(true);
  }

  /** The TCP connection, where it carries an open WebSocket and nothing waits to be written to that before. */
  private get wire(): Wire | undefined {
    const { readyState, writeBuffer, transport } = this.connection;
    if (readyState !== 'open' || writeBuffer.length > 0) return undefined;
    if (transport.socket?.readyState !== WebSocket.OPEN) return undefined;
    return transport.socket._socket ?? undefined;
  }

  private get connection(): Connection {
    return this.socket.conn as unknown as Connection;
  }
}

const ephemeral = (type: 'server.draining' | 'session.revoked', data: unknown): MailboxEvent =>
  new MailboxEvent(null, type, envelopeBody(type, new Date(), data));
