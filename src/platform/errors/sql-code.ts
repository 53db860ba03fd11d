/** The server's name for an SQL error, such as `ER_DUP_ENTRY`, also behind the error that TypeORM wraps around it. */
export function sqlCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return 'driverError' in thrown ? sqlCode(thrown.driverError) : undefined;
}
