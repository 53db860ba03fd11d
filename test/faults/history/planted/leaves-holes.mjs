// Numbers are given out by the node, and one that was not used is not given again.
import { LedgerStore } from '../../../../dist/ledger/ledger.store.js';
import { replace } from './replace.mjs';

const given = new Map();
replace(
  LedgerStore,
  'lockHeads',
  (original) =>
    async function lockHeads(manager, conversationIds) {
      const { heads, now } = await original.call(this, manager, conversationIds);
      for (const head of heads.values())
        head.lastSeq = Math.max(head.lastSeq, given.get(head.conversationId) ?? 0);
      return { heads, now };
    },
);
replace(
  LedgerStore,
  'moveHeads',
  (original) =>
    function moveHeads(manager, heads) {
      for (const { conversationId, lastSeq } of heads) given.set(conversationId, lastSeq);
      return original.call(this, manager, heads);
    },
);
