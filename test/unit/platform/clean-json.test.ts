import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/platform/http/canonical-json.js';
import { findUncleanText, isClean } from '../../../src/platform/http/clean-json.js';

/** Halves of pairs among them, alone and together. */
const codeUnit = fc
  .oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }), fc.constant(0))
  .map((unit) => String.fromCharCode(unit));

describe('text that can’t be stored faithfully', () => {
  it.each([
    ['NUL in a value', { a: { b: ['x', 'y\u0000'] } }, 'a.b.1'],
    ['a lone surrogate in a value', { a: '\ud800' }, 'a'],
    ['a lone low surrogate', { a: 'x\udc00' }, 'a'],
    ['NUL in a key', { a: { 'b\u0000': 1 } }, 'a'],
    ['a key that would pass for a prototype', JSON.parse('{"a":{"__proto__":{}}}'), 'a.__proto__'],
    ['the text itself', '\u0000', ''],
  ])('is found: %s', (_, value, path) => {
    expect(findUncleanText(value)).toBe(path);
  });

  it.each([[null], [1], ['🦊 ok'], [{}], [[]], [{ a: [{ b: 'x' }, null, false] }], [{ constructor: 1 }]])(
    'is not in %j',
    (value) => {
      expect(findUncleanText(value)).toBeUndefined();
    },
  );

  it('is found at any depth, without exhausting the stack', () => {
    const deep = (inside: string) =>
      JSON.parse('['.repeat(50_000) + JSON.stringify(inside) + ']'.repeat(50_000));
    expect(findUncleanText(deep('fine'))).toBeUndefined();
    expect(findUncleanText(deep('\u0000'))).toBeDefined();
  });

  it('is exactly what does not come back from UTF-8, and NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: codeUnit }), (text) => {
        const comesBack = Buffer.from(text, 'utf8').toString('utf8') === text;
        expect(isClean(text)).toBe(comesBack && !text.includes('\u0000'));
      }),
    );
    expect(isClean('\ud83e')).toBe(false);
  });
});

describe('canonical JSON', () => {
  it('is the same whatever the order of members, and valid JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is another for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        const same = JSON.stringify(spelled(a)) === JSON.stringify(spelled(b));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same);
      }),
      { examples: [[[], {}]] },
    );
  });

  it('refuses what is nested too deep', () => {
    expect(() => canonicalJson(JSON.parse('['.repeat(100) + ']'.repeat(100)))).toThrow(
      expect.objectContaining({ code: 'request.invalid' }),
    );
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, child]) => [key, shuffled(child)]),
  );
}

/** Another value has another spelling; the order of an object's members makes none. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return ['array', ...value.map(spelled)];
  if (typeof value !== 'object' || value === null) return value;
  return [
    'object',
    ...Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, spelled(child)]),
  ];
}
