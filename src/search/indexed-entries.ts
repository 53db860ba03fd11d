import { indexTerms } from './index-terms.js';
import type { IndexedMessage } from './position.store.js';
import type { Entry } from './slices.js';

/** Characters after which others get their turn. */
const TURN = 65_536;
const NO_TERMS = new Uint32Array();

/** What the index keeps of a message as it is now. */
export const entryOf = ({ text, senderId, createdAt }: IndexedMessage): Entry => ({
  at: createdAt.getTime(),
  terms: text === null ? NO_TERMS : indexTerms(text, senderId),
});

/** Likewise of many. */
export async function entriesOf(messages: readonly IndexedMessage[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  let characters = 0;
  for (const message of messages) {
    entries.push(entryOf(message));
    characters += message.text?.length ?? 0;
    if (characters < TURN) continue;
    characters = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return entries;
}
