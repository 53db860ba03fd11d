// Every run of Redis passes for the same one, and nothing else tells what it has lost.
import { EpochStore } from '../../../../dist/mailbox/epoch.store.js';
import { MailboxStore } from '../../../../dist/mailbox/mailbox.store.js';
import { replace } from './replace.mjs';

replace(MailboxStore, 'runId', () => async () => 'same');
replace(
  EpochStore,
  'announce',
  (original) =>
    function announce(shard, runId) {
      return original.call(this, shard, runId, 'same');
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
