// A clientId that was stored before is not looked for, and nothing else forbids it.
import { LedgerStore } from '../../../../dist/ledger/ledger.store.js';
import { WriterLanes } from '../../../../dist/ledger/writer-lanes.js';
import { replace } from './replace.mjs';

replace(LedgerStore, 'findBySendKeys', () => async () => []);
replace(
  WriterLanes,
  'onApplicationBootstrap',
  (original) =>
    async function onApplicationBootstrap() {
      // The other node may have been here before.
      await this.dataSource.query('ALTER TABLE messages DROP INDEX messages_send_key').catch(() => undefined);
      original.call(this);
    },
);
