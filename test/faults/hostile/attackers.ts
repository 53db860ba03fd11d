import { type Socket, connect } from 'node:net';

/** What a raw connection has got: so many bytes, and whether the server has ended it. */
export class RawConnection {
  bytes = 0;
  text = '';
  isClosed = false;
  readonly socket: Socket;

  constructor(url: string, opening: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.on('error', () => {}); // shows in the close
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    this.socket.on('data', (data) => {
      this.bytes += data.length;
      if (this.text.length < 4_096) this.text += data.toString('latin1');
    });
    this.socket.write(opening);
  }

  /** Reads nothing more, whatever comes. */
  stopReading(): void {
    this.socket.pause();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export const streamRequest = (token: string): string =>
  `GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

/** A WebSocket handshake that never comes to its end. */
export const halfAHandshake =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Up';
