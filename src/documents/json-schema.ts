import { z } from 'zod';

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  examples?: unknown[];
}

/** OpenAPI 3.1 speaks the newer one, AsyncAPI 3.0 the older. */
export type Dialect = 'draft-2020-12' | 'draft-7';

export interface Converted {
  readonly schema: JsonSchema;
  /** Every schema with an id that it refers to, by that id. */
  readonly components: Record<string, JsonSchema>;
}

/** A zod schema as JSON Schema; what has an id becomes a component. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', target: Dialect): Converted {
  const converted = z.toJSONSchema(schema, { io, target, override: ({ jsonSchema }) => plain(jsonSchema) });
  const text = JSON.stringify(converted).replaceAll(
    /"#\/(?:\$defs|definitions)\//g,
    '"#/components/schemas/',
  );
  const { $schema: _, $defs, definitions, ...root } = JSON.parse(text) as JsonSchema & Definitions;
  return { schema: root, components: $defs ?? definitions ?? {} };
}

interface Definitions {
  readonly $schema: string;
  readonly $defs?: Record<string, JsonSchema>;
  readonly definitions?: Record<string, JsonSchema>;
}

/** Says nothing of the bounds that every JavaScript integer has. */
function plain(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
