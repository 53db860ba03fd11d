import type { DataSource } from 'typeorm';

/** The row of an upload without its bytes: it stands for a day, and on while a message holds it. */
export async function storeFile(dataSource: DataSource, id: string, uploaderId: string): Promise<void> {
  await dataSource.query(
    `INSERT INTO files (id, uploaderId, name, contentType, size, width, height, thumbnailSize, createdAt, expiresAt)
     VALUES (?, ?, 'a.txt', 'text/plain', 1, NULL, NULL, NULL, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY)`,
    [id, uploaderId],
  );
}
