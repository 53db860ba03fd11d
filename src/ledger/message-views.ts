import { Injectable } from '@nestjs/common';
import type { MemberList } from './member-list.js';
import { type MessageView, toMessageView } from './message.dto.js';
import { type MessageKey, keyOf, quotedBy } from './message-key.js';
import { MessageStore } from './message.store.js';
import type { StoredMessage } from './stored-message.js';

/** Whether a reader's history holds a message. */
export type Sees = (key: MessageKey) => boolean;

/** Of a member from whom a conversation is hidden up to a seq. */
export const seesAfter =
  (visibleAfterSeq: number): Sees =>
  ({ seq }) =>
    seq > visibleAfterSeq;

/** What one and the same event may show to all members; undefined where some of them don't see what it answers. */
export function viewForAll(
  message: StoredMessage,
  quoted: StoredMessage | undefined,
  members: MemberList,
): MessageView | undefined {
  if (message.replyTo === null) return toMessageView(message);
  return quoted && members.allSee(quoted.seq) ? toMessageView(message, quoted) : undefined;
}

/** Shows messages to one reader, each with what it answers. A quote is never stored: it can't outlive an edit or a deletion. */
@Injectable()
export class MessageViews {
  constructor(private readonly messages: MessageStore) {}

  /** In their order. Costs one question where any of them answers a message that is not among them, else none. */
  async of(messages: readonly StoredMessage[], sees: Sees): Promise<MessageView[]> {
    const quotes = messages.flatMap(quotedBy).filter(sees);
    if (quotes.length === 0) return messages.map((message) => toMessageView(message));
    const known = new Map(messages.map((message) => [keyOf(message), message]));
    for (const message of await this.messages.findAt(quotes.filter((key) => !known.has(keyOf(key)))))
      known.set(keyOf(message), message);
    const seen = new Set(quotes.map(keyOf));
    return messages.map((message) => {
      const [key] = quotedBy(message).map(keyOf);
      return toMessageView(message, key !== undefined && seen.has(key) ? known.get(key) : undefined);
    });
  }

  async one(message: StoredMessage, sees: Sees): Promise<MessageView> {
    const [view] = await this.of([message], sees);
    return view ?? toMessageView(message);
  }
}
