// Every run of Redis passes for the same one, and nothing else tells what it has lost.
import { MailboxStore } from '../../../../dist/mailbox/mailbox.store.js';
import { replace } from './replace.mjs';

replace(MailboxStore, 'runId', () => async () => 'same');
replace(
  MailboxStore,
  'establish',
  (original) =>
    function establish(shard, runId, _word, nowMs, cast) {
      return original.call(this, shard, runId, 'same', nowMs, cast);
    },
);
replace(
  MailboxStore,
  'read',
  (original) =>
    async function read(...args) {
      const page = await original.apply(this, args);
      return page.kind === 'gap' ? { ...page, kind: 'page', entries: [] } : page;
    },
);
