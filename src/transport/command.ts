import { z } from 'zod';
import type { Principal } from '../platform/http/principal.js';
import type { OpenConnection } from './connections.js';
import type { Following } from './following.js';

/** Who commands, over which connection. */
export interface Commander {
  readonly principal: Principal;
  readonly connection: OpenConnection;
  readonly following: Following;
}

export interface Command<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly description: string;
  readonly input: I;
  /** What the acknowledgement's `data` holds. */
  readonly output: O;
  readonly run: (commander: Commander, input: z.output<I>) => Promise<z.output<O>>;
}

export const command = <I extends z.ZodType, O extends z.ZodType>(definition: Command<I, O>): Command =>
  definition;

/** What is acknowledged where there is nothing to say. */
export const nothing = z.strictObject({});
