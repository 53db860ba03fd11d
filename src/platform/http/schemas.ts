import { z } from 'zod';
import { ChatError, type FieldError, invalid, notFound } from '../errors/chat-error.js';
import { isClean } from './clean-json.js';

const ID = /^[1-9]\d{0,18}$/;

/** A 64-bit id as decimal text. */
export const idSchema = z
  .string()
  .regex(ID, 'must be an id')
  .meta({
    id: 'Id',
    description: 'A 64-bit id, time-ordered, as decimal text.',
    examples: ['7387205550080000001'],
  });

/** An id as clients give it in a body: a malformed one passes here, and is then answered like an unknown one. */
export const idInputSchema = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'An id.', examples: ['7387205550080000001'] });

export const timestampSchema = z.iso.datetime({ precision: 3 }).meta({
  id: 'Timestamp',
  description: 'ISO 8601 in UTC with milliseconds.',
  examples: ['2026-11-21T08:15:30.123Z'],
});

/** A position in a conversation; numbers its messages or its changes without holes. */
export const seqSchema = z.int().min(1).max(4_294_967_295);

/** `?limit=` and `?cursor=` of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: 'Items a page; over 200 is refused.' }),
  cursor: z.string().max(200).optional().meta({ description: 'Where the last page ended: its nextCursor.' }),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** The form of every list. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Text of a bounded number of characters, without NUL and lone surrogates also where it came in a query. */
export const text = (min: number, max: number) =>
  z.string().min(min).max(max).refine(isClean, 'holds NUL or a lone surrogate');

/** The body of calls that take none: absent, or `{}`. */
export const emptyBodySchema = z.strictObject({}).optional();

/** Whether the text could be an id. */
export const isId = (text: string): boolean =>
  ID.test(text) && (text.length < 19 || BigInt(text) <= 9_223_372_036_854_775_807n);

/** Malformed ids are answered like unknown ones: nothing can be learnt from the difference. */
export function parseId(kind: string, id: string): string {
  if (!isId(id)) throw notFound(kind);
  return id;
}

/** Likewise for numbers within a conversation. */
export function parseSeq(kind: string, seq: string): number {
  const number = /^[1-9]\d{0,9}$/.test(seq) ? Number(seq) : 0;
  if (!seqSchema.safeParse(number).success) throw notFound(kind);
  return number;
}

/** Validates what comes in by any door: a wrong type or an unknown field throws `request.invalid` with its path. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error.issues);
}

interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
  /** Where the value could have one of several forms: what each of them found wrong. */
  readonly errors?: readonly (readonly Issue[])[] | undefined;
}

/** Of several forms that were possible, what is wrong by the one that fits best. */
function nearest(issue: Issue): readonly Issue[] {
  const [best] = (issue.errors ?? []).toSorted((a, b) => a.length - b.length);
  return best
    ? best.map((inner) => ({ ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] }))
    : [issue];
}

/** At most 20 of the things that are wrong, each where it is. */
export function invalidInput(issues: readonly Issue[]): ChatError {
  const errors: FieldError[] = issues
    .flatMap(nearest)
    .slice(0, 20)
    .map((issue) => ({
      path: (issue.path ?? [])
        .map((part) =>
          typeof part === 'object' && part !== null && 'key' in part ? String(part.key) : String(part),
        )
        .join('.'),
      message: issue.message,
    }));
  return invalid('The request does not have the right form.', errors);
}
