import { WebSocket } from 'ws';
import { eachText } from '../measure/text.js';
import type { Address, Hear, Line } from '../subject.js';

const ACKNOWLEDGEMENT = 'a'.charCodeAt(0);

/** A client of the bare WebSocket peer: its first frame names the user, `a<id>` acknowledges. */
export class WsLine implements Line {
  readonly cursor = '';
  private readonly acknowledgements = new Map<number, () => void>();
  private calls = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly hear: Hear | undefined,
  ) {}

  static open(url: string, auth: object, hear?: Hear): Promise<WsLine> {
    const socket = new WebSocket(url.replace('http', 'ws'), {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    const line = new WsLine(socket, hear);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify(auth)));
      socket.on('message', (data: Buffer) => {
        line.take(data);
        resolve(line);
      });
    });
  }

  send(to: Address, text: string, acknowledged: () => void): void {
    const id = (this.calls += 1);
    this.acknowledgements.set(id, acknowledged);
    this.socket.send(JSON.stringify({ id, to, text }));
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

  private take(data: Buffer): void {
    if (data[0] !== ACKNOWLEDGEMENT) {
      if (this.hear) eachText(data, this.hear);
      return;
    }
    const id = Number(data.subarray(1).toString());
    const acknowledged = this.acknowledgements.get(id);
    this.acknowledgements.delete(id);
    acknowledged?.();
  }
}
