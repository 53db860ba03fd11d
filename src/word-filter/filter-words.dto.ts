import { z } from 'zod';
import { idSchema, pageSchema, text, timestampSchema } from '../platform/http/schemas.js';
import type { FilterWord } from './filter-word.entity.js';
import { toPattern } from './word-pattern.js';

const actionSchema = z.enum(['refuse', 'mask']).meta({
  description: 'Text that holds the word is refused, or stored with `***` in its place.',
  examples: ['mask'],
});

const wordSchema = text(1, 100)
  .refine((word) => toPattern(word, 'mask') !== undefined, 'holds nothing to look for')
  .meta({
    description:
      'A word or a phrase; `*` stands for any letters and digits. Upper and lower case and compatibility forms are one.',
    examples: ['darn*'],
  });

export const filterWordSchema = z
  .object({
    id: idSchema,
    word: z.string().meta({ examples: ['darn*'] }),
    action: actionSchema,
    createdBy: idSchema,
    createdAt: timestampSchema,
  })
  .meta({ id: 'FilterWord', description: 'A word that the filter refuses or masks.' });
export type FilterWordView = z.infer<typeof filterWordSchema>;

export const toFilterWordView = ({ id, word, action, createdBy, createdAt }: FilterWord): FilterWordView => ({
  id,
  word,
  action,
  createdBy,
  createdAt: createdAt.toISOString(),
});

export const filterWordPageSchema = pageSchema(filterWordSchema).meta({ id: 'FilterWordPage' });
export type FilterWordPage = z.infer<typeof filterWordPageSchema>;

export const addFilterWordsSchema = z
  .strictObject({ words: z.array(wordSchema).min(1).max(200), action: actionSchema })
  .meta({ id: 'AddFilterWords', description: 'A word that is there already gets this action.' });
export type AddFilterWords = z.infer<typeof addFilterWordsSchema>;
