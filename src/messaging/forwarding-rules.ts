import type { MessageContent, StoredMessage } from '../ledger/stored-message.js';
import { invalid } from '../platform/errors/chat-error.js';
import { requireUndeleted } from './message-rules.js';

/**
 * What a message says, and who said it first and when: not where, which its new readers may have no right to know.
 * Throws `message.deleted`, and `request.invalid` for what nobody has written.
 */
export function forwardedContent(
  message: StoredMessage,
): Pick<MessageContent, 'text' | 'attachments' | 'forwarded'> {
  if (message.type !== 'text')
    throw invalid('Only what somebody wrote can be forwarded.', [
      { path: 'forward', message: 'is a system message' },
    ]);
  requireUndeleted(message);
  const { text, attachments, senderId, createdAt } = message;
  return {
    text,
    attachments,
    forwarded: message.forwarded ?? { senderId, createdAt: createdAt.toISOString() },
  };
}
