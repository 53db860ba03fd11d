/** Where a message is: its number, and the conversation that it is of. */
export interface MessageKey {
  readonly conversationId: string;
  readonly seq: number;
}

export const keyOf = ({ conversationId, seq }: MessageKey): string => `${conversationId} ${seq}`;

interface Referring {
  readonly conversationId: string;
  readonly replyTo: number | null;
  readonly threadOf: number | null;
}

/** The message that this one answers, if any. */
export const quotedBy = ({ conversationId, replyTo }: Referring): MessageKey[] =>
  replyTo === null ? [] : [{ conversationId, seq: replyTo }];

/** Likewise with the one whose thread it is in. */
export const referredBy = (message: Referring): MessageKey[] => {
  const { conversationId, threadOf } = message;
  return threadOf === null ? quotedBy(message) : [...quotedBy(message), { conversationId, seq: threadOf }];
};
