import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Memberships } from '../conversations/memberships.js';
import type { Sees } from '../ledger/message-views.js';
import { MissedMessages } from '../messaging/missed-messages.js';
import { encodeCursor, readCursor } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type Candidate, CandidateScan, type Searched, newestFirst } from './candidate-scan.js';
import { CandidateStore } from './candidate.store.js';
import { type Hit, type Hits, collectHits } from './hits.js';
import { lookupTerms } from './index-terms.js';
import { relevanceOf } from './relevance.js';
import { type SearchQuery, parseQuery } from './search-query.js';
import type { SearchHit, SearchInput, SearchPage } from './search.dto.js';
import { snippetOf } from './snippet.js';

/** Hits among which the best are found. */
const RANKED = 300;

const timeCursor = z.string().regex(/^\d{1,15}\.\d{1,19}\.\d{1,10}$/);
const rankCursor = z.string().regex(/^\d{1,15}\+\d{1,3}$/);

/** Full text over exactly the messages that the caller may read now. */
@Injectable()
export class SearchService {
  constructor(
    private readonly memberships: Memberships,
    private readonly messages: MissedMessages,
    private readonly candidates: CandidateStore,
  ) {}

  /**
   * A page may be shorter than wanted, or empty, and yet not the last: each reads a bounded number of rows. Throws
   * `request.invalid` where there is nothing to look for, and for a conversation what every read of it throws.
   */
  async search(caller: Principal, input: SearchInput): Promise<SearchPage> {
    const query = parseQuery(input.q);
    const searched = await this.searched(caller, input.conversationId);
    return input.sort === 'relevance'
      ? this.byRelevance(query, searched, input)
      : this.byTime(query, searched, input);
  }

  private async byTime(
    query: SearchQuery,
    searched: readonly Searched[],
    { cursor, limit, ...input }: SearchInput,
  ): Promise<SearchPage> {
    const key = readCursor(cursor, timeCursor)?.split('.');
    const from = key && { at: Number(key[0]), conversationId: key[1] ?? '', seq: Number(key[2]) };
    const { hits, end } = await this.find(query, searched, { ...input, from }, limit);
    return {
      items: await this.show(hits, searched),
      nextCursor: end ? encodeCursor(`${end.at}.${end.conversationId}.${end.seq}`) : null,
    };
  }

  /** The cursor holds from when on messages are left out, so that new ones do not move the pages, and a place in the ranking. */
  private async byRelevance(
    query: SearchQuery,
    searched: readonly Searched[],
    { cursor, limit, ...input }: SearchInput,
  ): Promise<SearchPage> {
    const key = readCursor(cursor, rankCursor)?.split('+').map(Number);
    const [newest = Date.now(), start = 0] = key ?? [];
    const from = { at: newest + 1, conversationId: '0', seq: 0 };
    const { hits } = await this.find(query, searched, key ? { ...input, from } : input, RANKED);
    const ranked = hits
      .map((hit) => ({ hit, score: relevanceOf(hit.tokens, hit.occurrences) }))
      .toSorted((a, b) => b.score - a.score || newestFirst(a.hit, b.hit))
      .map(({ hit }) => hit);
    const end = start + limit;
    const anchor = key ? newest : (hits[0]?.at ?? newest);
    return {
      items: await this.show(ranked.slice(start, end), searched),
      nextCursor: ranked.length > end ? encodeCursor(`${anchor}+${end}`) : null,
    };
  }

  private find(
    query: SearchQuery,
    searched: readonly Searched[],
    {
      before,
      after,
      senderId,
      from,
    }: Pick<SearchInput, 'before' | 'after' | 'senderId'> & { readonly from?: Candidate | undefined },
    limit: number,
  ): Promise<Hits> {
    const scan = new CandidateScan(this.candidates, searched, {
      terms: lookupTerms(query, senderId),
      before: Math.min(before?.getTime() ?? Infinity, from ? from.at + 1 : Infinity),
      after: after?.getTime() ?? -Infinity,
    });
    return collectHits(scan, this.messages, { query, senderId, from }, limit);
  }

  private async show(hits: readonly Hit[], searched: readonly Searched[]): Promise<SearchHit[]> {
    const hiddenUpTo = new Map(searched.map((one) => [one.conversationId, one.visibleAfterSeq]));
    const sees: Sees = ({ conversationId, seq }) => seq > (hiddenUpTo.get(conversationId) ?? Infinity);
    const views = await this.messages.shown(
      hits.map(({ message }) => message),
      sees,
    );
    return hits.flatMap(({ text, occurrences }, i) => {
      const message = views[i];
      return message ? [{ message, ...snippetOf(text, occurrences) }] : [];
    });
  }

  private async searched(caller: Principal, conversationId: string | undefined): Promise<Searched[]> {
    if (conversationId !== undefined) {
      const member = await this.memberships.require(caller, conversationId);
      return [{ ...pick(member), newestAt: Infinity }];
    }
    const all = await this.memberships.all(caller.userId);
    return all.map((member) => ({ ...pick(member), newestAt: member.changedAt.getTime() }));
  }
}

const pick = ({
  conversationId,
  visibleAfterSeq,
}: Omit<Searched, 'newestAt'>): Omit<Searched, 'newestAt'> => ({
  conversationId,
  visibleAfterSeq,
});
