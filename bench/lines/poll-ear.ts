import { Agent, type ClientRequest, get } from 'node:http';
import { eachText } from '../measure/text.js';
import type { Ear, Hear } from '../subject.js';

const WAIT_SECONDS = 25;

/** A reader by long poll: each answer's cursor asks the next question. */
export class PollEar implements Ear {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private request: ClientRequest | undefined;
  private isClosed = false;

  private constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly hear: Hear | undefined,
    public cursor: string,
  ) {}

  static async open(url: string, token: string, hear?: Hear, cursor = ''): Promise<PollEar> {
    const ear = new PollEar(url, token, hear, cursor);
    await ear.poll();
    void ear.goOn();
    return ear;
  }

  async close(): Promise<void> {
    this.cut();
  }

  cut(): void {
    this.isClosed = true;
    this.request?.destroy();
    this.agent.destroy();
  }

  private async goOn(): Promise<void> {
    while (!this.isClosed) {
      await this.poll().catch((error: unknown) => {
        if (!this.isClosed) throw error;
      });
    }
  }

  private async poll(): Promise<void> {
    const after = this.cursor && `&cursor=${this.cursor}`;
    const body = await this.ask(`/v1/events/poll?wait=${WAIT_SECONDS}&limit=1000${after}`);
    if (this.hear) eachText(body, this.hear);
    this.cursor = (JSON.parse(body.toString()) as { cursor: string }).cursor;
  }

  private ask(path: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${this.token}` };
      this.request = get(this.url + path, { headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`poll: ${response.statusCode} ${Buffer.concat(chunks).toString()}`));
        });
      });
      this.request.on('error', reject);
    });
  }
}
