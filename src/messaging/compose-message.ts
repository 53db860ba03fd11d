import { Injectable } from '@nestjs/common';
import { FileAccess } from '../files/file-access.js';
import { type MessageContent, type MessageDraft, noContent } from '../ledger/stored-message.js';
import type { Principal } from '../platform/http/principal.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { WordFilter } from '../word-filter/word-filter.js';
import { Forwarding } from './forwarding.js';
import { mentionsOf } from './mention-rules.js';
import { requireShortText, requireSmallMetadata } from './message-sizes.js';
import type { SendMessage } from './messages.dto.js';
import { repeatable } from './send-key.js';

/** What is sent, and by whom. */
export interface Outgoing {
  readonly caller: Principal;
  readonly input: SendMessage;
}

/** What a send is known by. */
export type Identity = Pick<MessageDraft, 'id' | 'senderId' | 'sendKey' | 'digest'>;

/** A message's content while it is being made. */
type Content = { -readonly [K in keyof MessageContent]: MessageContent[K] };

/** Writes into the content what the send says of one thing; refuses by throwing. */
type Step = (content: Content, outgoing: Outgoing) => void | Promise<void>;

/** Throws `message.too_long`. */
const takeText: Step = (content, { input: { text } }) => {
  if (text === undefined) return;
  requireShortText(text);
  content.text = text;
};

/** Throws `message.not_found`, `message.deleted`. */
const takeForwarded =
  (forwarding: Forwarding): Step =>
  (content, { caller, input: { forward } }) =>
    forward && forwarding.contentOf(caller, forward).then((said) => void Object.assign(content, said));

/** Whoever wrote the text first. Throws `word_filter.refused`. */
const filterWords =
  (filter: WordFilter): Step =>
  (content) => {
    if (content.text !== null) content.text = filter.clean('text', content.text);
  };

/** Throws `file.not_found`. */
const takeFiles =
  (files: FileAccess): Step =>
  (content, { caller, input: { attachments = [] } }) =>
    attachments.length === 0
      ? undefined
      : files
          .requireOwn(caller.userId, attachments)
          .then((owned) => void Object.assign(content, { attachments: owned }));

/** Throws `message.metadata_too_large`. */
const takeMetadata: Step = (content, { input: { metadata = null } }) => {
  requireSmallMetadata(metadata);
  content.metadata = metadata;
};

const takeReferences: Step = (content, { input: { replyTo = null, threadOf = null } }) => {
  content.replyTo = replyTo;
  content.threadOf = threadOf;
};

const takeMentions: Step = (content, { input }) => {
  const { mentions, mentionAll } = mentionsOf(input);
  content.mentions = mentions;
  content.mentionAll = mentionAll;
};

/**
 * Makes what is stored out of what is sent, before the conversation is looked at: each thing that a message can hold is
 * one step. What depends on the conversation (membership, what the message refers to) the commit judges, under its lock.
 */
@Injectable()
export class ComposeMessage {
  private readonly steps: readonly Step[];

  constructor(
    private readonly ids: IdGenerator,
    filter: WordFilter,
    forwarding: Forwarding,
    files: FileAccess,
  ) {
    this.steps = [
      takeText,
      takeFiles(files),
      takeForwarded(forwarding),
      filterWords(filter),
      takeMetadata,
      takeReferences,
      takeMentions,
    ];
  }

  /** @param retryKey tells retries of a send without a clientId, as by an Idempotency-Key */
  identity({ caller, input }: Outgoing, retryKey: string | undefined): Identity {
    const id = this.ids.next();
    return { id, senderId: caller.userId, ...repeatable(input, id, retryKey) };
  }

  /** Throws what a step throws; then nothing was done. */
  async content(outgoing: Outgoing): Promise<MessageContent> {
    const content = { ...noContent };
    for (const step of this.steps) {
      const done = step(content, outgoing);
      // Most steps have nothing to wait for, and each wait of a send is one of thousands a second.
      if (done) await done;
    }
    return content;
  }
}
