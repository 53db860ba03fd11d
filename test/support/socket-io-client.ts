import { type Socket, io } from 'socket.io-client';
import type { WebSocket } from 'ws';
import { ChatClient, type ConnectOptions, type Received } from './chat-client.js';

/** The answer to a command. */
export interface Answer {
  readonly ok: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly error?: any;
}

/** Door 1, by the npm package `socket.io-client`. */
export class SocketIoClient extends ChatClient {
  readonly socket: Socket;

  constructor(options: ConnectOptions) {
    super(options);
    this.socket = io(options.url(), {
      auth: (tell) =>
        tell({ token: options.token(), ...(this.cursor !== undefined && { cursor: this.cursor }) }),
      transports: ['websocket'],
      forceNew: true,
      reconnection: options.reconnect ?? false,
      reconnectionDelay: 100,
      reconnectionDelayMax: 300,
    });
    this.socket.on('connect_error', (error) => {
      this.problem = ('data' in error && error.data) || error.message;
    });
    this.socket.on('disconnect', () => {
      this.isClosed = true;
    });
    this.socket.on('connect', () => {
      this.isClosed = false;
      this.problem = undefined;
    });
    this.socket.on('ready', (ready) => this.hearReady(ready));
    this.socket.onAny((name: string, event: Received) => {
      if (name !== 'ready') this.hear(event);
    });
  }

  /** Emits a command; rejects when no acknowledgement comes in time. */
  command(name: string, ...args: unknown[]): Promise<Answer> {
    return this.socket.timeout(25_000).emitWithAck(name, ...args);
  }

  kill(): void {
    this.socket.io.reconnection(false);
    const wire = (this.ws as unknown as { _socket: { destroy(): void } | null } | null)?._socket;
    if (wire) wire.destroy();
    else this.socket.disconnect(); // it is not there yet
  }

  pause(): void {
    this.ws?.pause();
  }

  resume(): void {
    this.ws?.resume();
  }

  close(): void {
    this.socket.disconnect();
  }

  /** What is below Engine.IO. */
  get ws(): WebSocket | null {
    return (this.socket.io.engine.transport as unknown as { ws: WebSocket | null }).ws;
  }
}
