// A message that was read once is shown so for ever.
import { MessageStore } from '../../../../dist/ledger/message.store.js';
import { replace } from './replace.mjs';

const known = new Map();
const remembering = (original) =>
  async function find(...args) {
    const messages = await original.apply(this, args);
    return messages.map((message) => {
      const key = `${message.conversationId} ${message.seq}`;
      if (!known.has(key)) known.set(key, message);
      return known.get(key);
    });
  };
for (const name of ['findAt', 'findBetween']) replace(MessageStore, name, remembering);
