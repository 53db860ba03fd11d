import type { WordFilter } from '../word-filter/word-filter.js';
import { MAX_NAME, MAX_TOPIC } from './conversations.dto.js';

interface Names {
  readonly name?: string | undefined;
  readonly topic?: string | null | undefined;
}

/** What a conversation shall be called, as the filter lets it be: masked it may be longer, and is cut. Throws `word_filter.refused`. */
export const cleanNames = <T extends Names>(filter: WordFilter, input: T): T => ({
  ...input,
  ...(input.name !== undefined && { name: filter.clean('name', input.name).slice(0, MAX_NAME) }),
  ...(input.topic && { topic: filter.clean('topic', input.topic).slice(0, MAX_TOPIC) }),
});
