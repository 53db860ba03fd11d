import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, Logger } from 'typeorm';
import { expect } from 'vitest';

/** Set in all that the work does, and only there. */
const asked = new AsyncLocalStorage<true>();

/** What the work asks and writes, with its parameters. */
export async function queriesOf(
  dataSource: DataSource,
  work: () => Promise<unknown>,
): Promise<[string, unknown[]][]> {
  const queries: [string, unknown[]][] = [];
  const { logger } = dataSource;
  dataSource.logger = {
    // The node asks questions of its own meanwhile.
    logQuery: (query, parameters) =>
      asked.getStore() &&
      !/^(SET|START|COMMIT|ROLLBACK)/.test(query) &&
      queries.push([query, (parameters ?? []) as unknown[]]),
  } as Partial<Logger> as Logger;
  try {
    await asked.run(true, work);
  } finally {
    dataSource.logger = logger;
  }
  expect(queries.length).toBeGreaterThan(0);
  return queries;
}

/** How many rows the server touches for what the work asks, its temporary tables included: counted, not estimated. */
export async function rowsTouched(dataSource: DataSource, work: () => Promise<unknown>): Promise<number> {
  const queries = await queriesOf(dataSource, work);
  const runner = dataSource.createQueryRunner();
  try {
    let touched = 0;
    for (const [query, parameters] of queries) {
      expect(query).toMatch(/^\s*SELECT/);
      await runner.query('FLUSH STATUS');
      await runner.query(query, parameters);
      const counts: { Value: string }[] = await runner.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
      touched += counts.reduce((sum, { Value }) => sum + Number(Value), 0);
    }
    return touched;
  } finally {
    await runner.release();
  }
}
