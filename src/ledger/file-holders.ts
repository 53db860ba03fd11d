import type { EntityManager } from 'typeorm';

/**
 * Tables that say which files something holds, each with its own holders. A file has no end while one of them names it; from
 * when none does, it ends. All that is written about it is written while its row is locked.
 */
const tables = ['message_files', 'broadcast_files'] as const;

/**
 * Those of some files that stand. They stand until the transaction ends: whoever removes files passes over locked ones.
 */
export async function lockStanding(
  manager: EntityManager,
  fileIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows: { id: string }[] = await manager.query(
    `SELECT id FROM files WHERE id IN (?) AND (expiresAt IS NULL OR expiresAt > UTC_TIMESTAMP(3))
     ORDER BY id FOR UPDATE`,
    [fileIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Files that something holds from now on; they must be locked. */
export async function keep(manager: EntityManager, fileIds: readonly string[]): Promise<void> {
  await manager.query('UPDATE files SET expiresAt = NULL WHERE id IN (?) AND expiresAt IS NOT NULL', [
    fileIds,
  ]);
}

/** Some files lose a holder, by `remove`. Those that nothing else holds end now. */
export async function letGo(
  manager: EntityManager,
  fileIds: readonly string[],
  remove: () => Promise<void>,
): Promise<void> {
  // Locked before it is asked who else holds them: who is about to hold one has it locked.
  await manager.query('SELECT id FROM files WHERE id IN (?) ORDER BY id FOR UPDATE', [fileIds]);
  await remove();
  const held: { fileId: string }[] = await manager.query(
    tables.map((table) => `SELECT fileId FROM ${table} WHERE fileId IN (?)`).join(' UNION '),
    tables.map(() => fileIds),
  );
  const stillHeld = new Set(held.map(({ fileId }) => fileId));
  const free = fileIds.filter((id) => !stillHeld.has(id));
  if (free.length === 0) return;
  await manager.query('UPDATE files SET expiresAt = UTC_TIMESTAMP(3) WHERE id IN (?)', [free]);
}
