import type { Socket } from 'socket.io';
import { Sender } from './ws-sender.js';
import { MailboxEvent, envelopeBody } from '../mailbox/event.js';
import { type ChatError } from '../platform/errors/chat-error.js';
import { toProblem } from '../platform/errors/problem.js';
import type { Door, Ending, Ready } from './door.js';

/** An event as Socket.IO sends it: the packet, and the whole WebSocket frame around it. */
interface Encoded {
  readonly packet: string;
  readonly wsPreEncodedFrame: readonly Buffer[];
}

const encodedEvents = new WeakMap<MailboxEvent, Encoded>();

/** Made once an event, however many sockets it is written to. 2 is Socket.IO's event, 4 is Engine.IO's message. */
function encode(event: MailboxEvent): Encoded {
  const known = encodedEvents.get(event);
  if (known) return known;
  const packet = `2["${event.type}",${event.json}]`;
  const wsPreEncodedFrame = Sender.frame(Buffer.from(`4${packet}`), {
    readOnly: false,
    mask: false,
    rsv1: false,
    opcode: 1,
    fin: true,
  });
  const encoded = { packet, wsPreEncodedFrame };
  encodedEvents.set(event, encoded);
  return encoded;
}

/** Writes events to one Socket.IO connection, over whichever of its transports. */
export class SocketIoDoor implements Door {
  /** Characters handed to Engine.IO since it last passed on all that it had: its own buffer has no bound. */
  private waiting = 0;
  private readonly onDrain = (): void => {
    this.waiting = 0;
  };

  constructor(
    private readonly socket: Socket,
    private readonly bound: number,
  ) {
    socket.conn.on('drain', this.onDrain);
  }

  ready(ready: Ready): void {
    this.socket.emit('ready', ready);
  }

  write(event: MailboxEvent): void {
    if (!this.socket.connected) return;
    const { packet, wsPreEncodedFrame } = encode(event);
    this.waiting += packet.length;
    // The fourth kind of option is Engine.IO's own, for what its broadcasting adapter does too.
    this.socket.conn.write(packet, { compress: false, wsPreEncodedFrame } as object);
  }

  /** Counts what else was sent to the client. */
  count(characters: number): void {
    this.waiting += characters;
  }

  get isBlocked(): boolean {
    return this.waiting > this.bound;
  }

  async drained(): Promise<void> {
    while (this.isBlocked && this.socket.connected) {
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.socket.conn.off('drain', settle);
          this.socket.conn.off('close', settle);
          resolve();
        };
        this.socket.conn.on('drain', settle);
        this.socket.conn.on('close', settle);
      });
    }
  }

  caughtUp(): void {
    // Nothing to do: what is written is on its way.
  }

  refuse(error: ChatError): void {
    this.socket.emit('error', toProblem(error, this.socket.id));
    this.socket.conn.close();
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
}

const ephemeral = (type: 'server.draining' | 'session.revoked', data: unknown): MailboxEvent =>
  new MailboxEvent(null, type, envelopeBody(type, new Date(), data));
