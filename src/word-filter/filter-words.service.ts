import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { type AddFilterWords, type FilterWordPage, toFilterWordView } from './filter-words.dto.js';
import { FilterWordsStore } from './filter-words.store.js';
import { fold } from './folding.js';
import { WordFilter } from './word-filter.js';

const MAX_WORDS = 10_000;

/** What admins do with the filter's words. This node goes by a change when it is answered, the others within seconds. */
@Injectable()
export class FilterWords {
  constructor(
    private readonly store: FilterWordsStore,
    private readonly filter: WordFilter,
    private readonly ids: IdGenerator,
  ) {}

  /** Oldest first. */
  async list({ limit, cursor }: PageQuery): Promise<FilterWordPage> {
    const rows = await this.store.findPage(readCursor(cursor, idSchema), limit + 1);
    return toPage(rows, limit, ({ id }) => id, toFilterWordView);
  }

  /** Returns those named. Throws `filter_word.too_many`. */
  async add(caller: Principal, { words, action }: AddFilterWords): Promise<FilterWordPage> {
    const wanted = new Map(words.map((word) => [fold(word).trim(), word.trim()]));
    if ((await this.store.count()) + wanted.size > MAX_WORDS) throw tooMany();
    const createdAt = new Date();
    const rows = [...wanted].map(([folded, word]) => ({
      id: this.ids.next(),
      word,
      folded: createHash('sha256').update(folded).digest(),
      action,
      createdBy: caller.userId,
      createdAt,
    }));
    await this.store.save(rows);
    await this.filter.reload();
    const stored = await this.store.findFolded(rows.map(({ folded }) => folded));
    return { items: stored.map(toFilterWordView), nextCursor: null };
  }

  /** Throws `filter_word.not_found`. */
  async remove(id: string): Promise<void> {
    if (!(await this.store.remove(parseId('filter_word', id)))) throw notFound('filter_word');
    await this.filter.reload();
  }
}

const tooMany = (): ChatError =>
  new ChatError('conflict', 'filter_word.too_many', `The filter holds at most ${MAX_WORDS} words.`);
