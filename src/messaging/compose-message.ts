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

/** Adds to the content what the send says of one thing; refuses by throwing. */
type Step = (content: MessageContent, outgoing: Outgoing) => MessageContent | Promise<MessageContent>;

/** Throws `message.too_long`. */
const takeText: Step = (content, { input: { text } }) => {
  if (text === undefined) return content;
  requireShortText(text);
  return { ...content, text };
};

/** Throws `message.not_found`, `message.deleted`. */
const takeForwarded =
  (forwarding: Forwarding): Step =>
  (content, { caller, input: { forward } }) =>
    forward
      ? forwarding.contentOf(caller, forward).then((forwarded) => ({ ...content, ...forwarded }))
      : content;

/** Whoever wrote the text first. Throws `word_filter.refused`. */
const filterWords =
  (filter: WordFilter): Step =>
  (content) =>
    content.text === null ? content : { ...content, text: filter.clean('text', content.text) };

/** Throws `file.not_found`. */
const takeFiles =
  (files: FileAccess): Step =>
  (content, { caller, input: { attachments = [] } }) =>
    attachments.length === 0
      ? content
      : files.requireOwn(caller.userId, attachments).then((owned) => ({ ...content, attachments: owned }));

/** Throws `message.metadata_too_large`. */
const takeMetadata: Step = (content, { input: { metadata = null } }) => {
  requireSmallMetadata(metadata);
  return { ...content, metadata };
};

const takeReferences: Step = (content, { input: { replyTo = null, threadOf = null } }) => ({
  ...content,
  replyTo,
  threadOf,
});

const takeMentions: Step = (content, { input }) => ({ ...content, ...mentionsOf(input) });

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
    let content = noContent;
    for (const step of this.steps) {
      const next = step(content, outgoing);
      // Most steps have nothing to wait for, and each wait of a send is one of thousands a second.
      content = next instanceof Promise ? await next : next;
    }
    return content;
  }
}
