import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type Dialect, type JsonSchema, toJsonSchema } from './json-schema.js';

/** The named schemas of one document. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  constructor(private readonly dialect: Dialect) {}

  /** A schema whose named parts are references to these components. Throws when one name stands for two forms. */
  convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const converted = toJsonSchema(schema, io, this.dialect);
    for (const [name, component] of Object.entries(converted.components)) {
      if (this.schemas[name] && !isDeepStrictEqual(this.schemas[name], component))
        throw new Error(`Two schemas are called ${name}.`);
      this.schemas[name] = component;
    }
    return converted.schema;
  }
}
