// The reactions of a message that is changed again are those that it had when it was changed first.
import { MessageStore } from '../../../../dist/ledger/message.store.js';
import { replace } from './replace.mjs';

const copies = new Map();
replace(
  MessageStore,
  'find',
  (original) =>
    async function find(manager, conversationId, seq) {
      const message = await original.call(this, manager, conversationId, seq);
      const key = `${conversationId} ${seq}`;
      if (message && !copies.has(key)) copies.set(key, message.reactions);
      return message && { ...message, reactions: copies.get(key) };
    },
);
