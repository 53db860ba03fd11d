import type { JsonSchema } from './json-schema.js';

/** An instance of a schema, made of the examples that its parts carry. */
export function exampleOf(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.$ref) return exampleOf(resolve(schema.$ref, components), components);
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  const [first] = options;
  if (!first) return ofType(schema, components);
  const isNullable = options.some(({ type }) => type === 'null');
  return isNullable && !isObject(first, components) ? null : exampleOf(first, components);
}

function ofType(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): unknown {
  // What may be null and carries no example is shown as null: most such fields are, most of the time.
  const types = [schema.type].flat();
  if (types.includes('null')) return null;
  switch (types[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, child]) => [name, exampleOf(child, components)]),
      );
    case 'array':
      return schema.items?.type === undefined && !schema.items?.$ref
        ? []
        : [exampleOf(schema.items, components)];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    default:
      return 'text';
  }
}

const isObject = ({ $ref }: JsonSchema, components: Readonly<Record<string, JsonSchema>>): boolean =>
  $ref !== undefined && resolve($ref, components).type === 'object';

function resolve(reference: string, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const schema = components[reference.replace('#/components/schemas/', '')];
  if (!schema) throw new Error(`The document holds no ${reference}.`);
  return schema;
}
