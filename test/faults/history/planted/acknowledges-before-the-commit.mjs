// The sender is answered when the rows are written; the commit follows a little later, whatever becomes of it.
import { setTimeout as delay } from 'node:timers/promises';
import { WriterConnection } from '../../../../dist/ledger/writer-connection.js';
import { replace } from './replace.mjs';

replace(
  WriterConnection,
  'run',
  () =>
    async function run(attempt, work) {
      await this.lateCommit;
      const runner = await this.begin(attempt);
      const result = await work(runner.manager);
      this.lateCommit = delay(150)
        .then(() => runner.query('COMMIT'))
        .catch(() => undefined);
      return result;
    },
);
