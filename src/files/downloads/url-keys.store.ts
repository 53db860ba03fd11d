import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** Milliseconds after which a node looks whether the key is still the one that it knows. */
const KNOWN_MS = 60_000;

/** The key that signs URLs: in MySQL, one for all nodes. Without its row a new one is made, and all URLs so far are dead within a minute. */
@Injectable()
export class UrlKeysStore {
  private known: { readonly secret: Buffer; readonly readAt: number } | undefined;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async current(): Promise<Buffer> {
    if (!this.known || performance.now() - this.known.readAt > KNOWN_MS)
      this.known = { secret: await this.readOrMake(), readAt: performance.now() };
    return this.known.secret;
  }

  private async readOrMake(): Promise<Buffer> {
    const found = await this.read();
    if (found) return found;
    // Of several nodes that make one, the first counts for all.
    await this.dataSource.query(
      'INSERT IGNORE INTO file_url_keys (id, secret, createdAt) VALUES (1, ?, UTC_TIMESTAMP(3))',
      [randomBytes(32)],
    );
    const made = await this.read();
    if (!made) throw new Error('The key that signs URLs was removed while it was made.');
    return made;
  }

  private async read(): Promise<Buffer | undefined> {
    const [row]: { secret: Buffer }[] = await this.dataSource.query(
      'SELECT secret FROM file_url_keys WHERE id = 1',
    );
    return row?.secret;
  }
}
