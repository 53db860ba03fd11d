import { expect, it } from 'vitest';
import { requestHash } from '../../../src/platform/idempotency/request-hash.js';

const hash = (body: unknown, path = '/v1/x') => requestHash('POST', path, body).toString('hex');

it('is the same whatever the order of the members', () => {
  expect(hash({ a: [{ b: 1, c: null }], d: 'x' })).toBe(hash({ d: 'x', a: [{ c: null, b: 1 }] }));
});

it('differs by route, value, type, order in lists, and between none and empty', () => {
  const hashes = [
    hash({ a: 1 }),
    hash({ a: 1 }, '/v1/y'),
    hash({ a: 2 }),
    hash({ a: '1' }),
    hash({ a: [1, 2] }),
    hash({ a: [2, 1] }),
    hash({}),
    hash(undefined),
    hash({ 'a":1,"b': 1 }),
    hash({ a: 1, b: 1 }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('refuses a body that is nested too deep, instead of exhausting the stack', () => {
  expect(() => hash(JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)))).toThrow(/nested/);
});
