import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ChatError } from '../platform/errors/chat-error.js';
import { every } from '../platform/jobs/every.js';
import { FilterWordsStore } from './filter-words.store.js';
import { WordMatcher } from './word-matcher.js';
import { toPattern } from './word-pattern.js';
import { type Verdict, judge } from './word-verdict.js';

/** How long a change of the words may take to reach the other nodes, in milliseconds. */
const RELOAD_MS = 2_000;

/** The words that admins do not want said here, compiled, and at hand without asking MySQL: a message costs microseconds. */
@Injectable()
export class WordFilter implements OnModuleInit, OnApplicationShutdown {
  private matcher = new WordMatcher([]);
  private version = -1;
  private stopReloading: (() => void) | undefined;
  private readonly logger = new Logger(WordFilter.name);

  constructor(private readonly store: FilterWordsStore) {}

  async onModuleInit(): Promise<void> {
    await this.reload();
    this.stopReloading = every(RELOAD_MS, this.logger, 'filter words not reloaded', () => this.reload());
  }

  onApplicationShutdown(): void {
    this.stopReloading?.();
  }

  judge(text: string): Verdict {
    return judge(this.matcher, text);
  }

  /** The text with its masked words as `***`. Throws `word_filter.refused`; `path` says which field it was. */
  clean(path: string, text: string): string {
    const verdict = this.judge(text);
    if (verdict.isRefused) throw refusedByFilter(path);
    return verdict.text;
  }

  /** Resolves when this node goes by the words as they are now. */
  async reload(): Promise<void> {
    // Before the words: what is added in between is read now, or found by the next look.
    const version = await this.store.version();
    if (version === this.version) return;
    const words = await this.store.findAll();
    // Another reload, begun later, may have been faster.
    if (version <= this.version) return;
    this.matcher = new WordMatcher(words.flatMap(({ word, action }) => toPattern(word, action) ?? []));
    this.version = version;
  }
}

export const refusedByFilter = (path: string): ChatError =>
  new ChatError('unprocessable', 'word_filter.refused', 'The text holds a word that is not allowed here.', {
    errors: [{ path, message: 'holds a word that is not allowed here' }],
  });
