import { QueryFailedError } from 'typeorm';

/** Whether a unique key refused the row: somebody else was faster. */
export function isDuplicate(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return (error.driverError as { code?: string }).code === 'ER_DUP_ENTRY';
}
