import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Components } from '../../../src/documents/components.js';
import { exampleOf } from '../../../src/documents/examples.js';

const idSchema = z.string().meta({ id: 'Id', examples: ['17'] });

describe('the named schemas of a document', () => {
  it('stand in it once, and are referred to', () => {
    const components = new Components('draft-2020-12');
    const schema = components.convert(z.object({ a: idSchema, b: z.array(idSchema) }), 'output');
    expect(components.schemas).toEqual({ Id: { type: 'string', examples: ['17'] } });
    expect(schema.properties).toEqual({
      a: { $ref: '#/components/schemas/Id' },
      b: { type: 'array', items: { $ref: '#/components/schemas/Id' } },
    });
  });

  it('can’t be two under one name', () => {
    const components = new Components('draft-2020-12');
    const defaulted = z.object({ a: z.int().default(1) }).meta({ id: 'Defaulted' });
    components.convert(defaulted, 'input');
    expect(() => components.convert(defaulted, 'output')).toThrow('Two schemas are called Defaulted.');
  });

  it('say nothing of the bounds that all integers have', () => {
    expect(new Components('draft-7').convert(z.int().min(1), 'output')).toEqual({
      type: 'integer',
      minimum: 1,
    });
  });
});

describe('an example', () => {
  it('is made of the examples of its parts, and is of the schema', () => {
    const components = new Components('draft-2020-12');
    const thing = z
      .object({ id: idSchema, kind: z.enum(['a', 'b']), size: z.int().min(3), note: z.string().nullable() })
      .meta({ id: 'Thing' });
    const whole = z.object({ thing, others: z.array(thing), parent: thing.nullable(), isNew: z.boolean() });
    const example = exampleOf(components.convert(whole, 'output'), components.schemas);
    const one = { id: '17', kind: 'a', size: 3, note: null };
    expect(example).toEqual({ thing: one, others: [one], parent: one, isNew: false });
    expect(whole.parse(example)).toEqual(example);
  });
});
