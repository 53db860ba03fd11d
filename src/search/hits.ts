import type { StoredMessage } from '../ledger/stored-message.js';
import type { MissedMessages } from '../messaging/missed-messages.js';
import { type Candidate, type CandidateScan, newestFirst } from './candidate-scan.js';
import { type Range, type SearchQuery, occurrences } from './search-query.js';
import { type Token, tokensOf } from './tokens.js';

/** Messages that are read together, at least and at most; and messages, and characters of them, after which a page ends as it is. */
const FEWEST = 16;
const MOST = 64;
const MESSAGES = 1_000;
const CHARACTERS = 1_000_000;

/** A message that was asked for. */
export interface Hit extends Candidate {
  readonly message: StoredMessage;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly occurrences: readonly (readonly Range[])[];
}

export interface Hits {
  readonly hits: readonly Hit[];
  /** Where to go on, everything from there on excluded; undefined when there is no more. */
  readonly end: Candidate | undefined;
}

/**
 * Compares what the index found with the messages as they are now, until so many are right: what was deleted or edited
 * meanwhile is no hit, however late the index learns of it.
 */
export async function collectHits(
  scan: CandidateScan,
  messages: Pick<MissedMessages, 'at'>,
  wanted: {
    readonly query: SearchQuery;
    readonly senderId?: string | undefined;
    readonly from?: Candidate | undefined;
  },
  limit: number,
): Promise<Hits> {
  const hits: Hit[] = [];
  let [read, characters] = [0, 0];
  for (let next = await scan.next(); next; next = await scan.next()) {
    const { from } = wanted;
    const candidates = from ? next.filter((candidate) => newestFirst(from, candidate) < 0) : next;
    for (let i = 0, some: Candidate[]; i < candidates.length; i += some.length) {
      some = candidates.slice(i, i + Math.max(FEWEST, Math.min(MOST, limit + 1 - hits.length)));
      const stored = new Map((await messages.at(some)).map((message) => [keyOf(message), message]));
      for (const candidate of some) {
        const hit = judge(candidate, stored.get(keyOf(candidate)), wanted);
        if (hit && hits.length === limit) return { hits, end: hits.at(-1) };
        if (hit) hits.push(hit);
        read += 1;
        characters += stored.get(keyOf(candidate))?.text?.length ?? 0;
        if (read >= MESSAGES || characters >= CHARACTERS) return { hits, end: candidate };
      }
    }
  }
  const { frontier } = scan;
  return { hits, end: frontier > -Infinity ? { at: frontier + 1, conversationId: '0', seq: 0 } : undefined };
}

function judge(
  candidate: Candidate,
  message: StoredMessage | undefined,
  { query, senderId }: { readonly query: SearchQuery; readonly senderId?: string | undefined },
): Hit | undefined {
  if (!message || message.text === null || message.deletedAt !== null || message.type !== 'text')
    return undefined;
  if (senderId !== undefined && message.senderId !== senderId) return undefined;
  const tokens = tokensOf(message.text);
  const found = occurrences(query, tokens);
  return found && { ...candidate, message, text: message.text, tokens, occurrences: found };
}

const keyOf = ({ conversationId, seq }: { readonly conversationId: string; readonly seq: number }): string =>
  `${conversationId} ${seq}`;
