import { WebSocket } from 'ws';
import { eachText } from '../measure/text.js';
import type { Address, Hear, Line } from '../subject.js';

export interface Dialect {
  /** The beginning of the frame after which a connection stands. */
  readonly ready: string;
  /** The argument of the event that sends a message. */
  readonly message: (to: Address, text: string) => string;
  readonly event: string;
}

interface Answered {
  readonly acknowledged: () => void;
  readonly refused: ((answer: string) => void) | undefined;
}

const decoder = new TextDecoder('latin1');
const HEAD = 48;

/**
 * A Socket.IO client over a bare WebSocket (Engine.IO 4 and Socket.IO 5 framing): a tenth of the library's cost, so
 * that the server has the machine.
 */
export class SocketIoLine implements Line {
  private readonly acknowledgements = new Map<number, Answered>();
  private calls = 0;
  private lastEvent: Buffer | undefined;

  private constructor(
    private readonly socket: WebSocket,
    private readonly dialect: Dialect,
    private readonly hear: Hear | undefined,
  ) {}

  static open(url: string, auth: object, dialect: Dialect, hear?: Hear): Promise<SocketIoLine> {
    const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true });
    const line = new SocketIoLine(socket, dialect, hear);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('message', (data: Buffer) => {
        if (line.take(data)) resolve(line);
        else if (data[0] === OPEN) socket.send(`40${JSON.stringify(auth)}`);
        else if (data[1] === REFUSED) reject(new Error(`refused: ${decoder.decode(data)}`));
      });
    });
  }

  get cursor(): string {
    return /"cursor":"([^"]+)"/.exec(decoder.decode(this.lastEvent))?.[1] ?? '';
  }

  /** @param refused is told the answer; without it a refusal ends the run */
  send(to: Address, text: string, acknowledged: () => void, refused?: (answer: string) => void): void {
    const id = (this.calls += 1);
    this.acknowledgements.set(id, { acknowledged, refused });
    this.socket.send(`42${id}["${this.dialect.event}",${this.dialect.message(to, text)}]`);
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await closed;
  }

  cut(): void {
    this.socket.terminate();
  }

  /** True for the frame after which the connection stands. */
  private take(data: Buffer): boolean {
    if (data[0] === PING) this.socket.send('3');
    if (data[0] !== MESSAGE) return false;
    if (data[1] === ACKNOWLEDGEMENT) this.acknowledge(data);
    else if (data[1] === EVENT) {
      this.lastEvent = data;
      if (this.hear) eachText(data, this.hear);
    }
    return decoder.decode(data.subarray(0, HEAD)).startsWith(this.dialect.ready);
  }

  private acknowledge(data: Buffer): void {
    const head = decoder.decode(data.subarray(0, HEAD));
    const id = parseInt(head.slice(2), 10);
    const answered = this.acknowledgements.get(id);
    this.acknowledgements.delete(id);
    if (!head.includes('"ok":false')) answered?.acknowledged();
    else if (answered?.refused) answered.refused(decoder.decode(data));
    else throw new Error(`refused: ${decoder.decode(data)}`);
  }
}

const [OPEN, PING, MESSAGE] = ['0', '2', '4'].map((digit) => digit.charCodeAt(0));
const [EVENT, ACKNOWLEDGEMENT, REFUSED] = ['2', '3', '4'].map((digit) => digit.charCodeAt(0));
