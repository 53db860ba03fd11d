import { Agent, get } from 'node:http';
import type { Person } from '../subject.js';

/** Reads resources over connections that stay open. */
export class HttpReader {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly url: string) {}

  /** Resolves when the whole answer is there. */
  read({ token }: Person, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${token}` };
      const request = get(this.url + path, { headers, agent: this.agent }, (response) => {
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${path}: ${response.statusCode}`));
        });
        response.resume();
      });
      request.on('error', reject);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
