import { expect, it } from 'vitest';
import { seal, unseal } from '../../../src/platform/crypto/seal.js';

it('opens with the same secret and purpose, and never looks the same twice', () => {
  const sealed = seal('grüße', 'secret', 'test');
  expect(unseal(sealed, 'secret', 'test')).toBe('grüße');
  expect(seal('grüße', 'secret', 'test').equals(sealed)).toBe(false);
  expect(sealed.includes('grüße')).toBe(false);
});

it('does not open with another secret or purpose, nor when it was changed', () => {
  const sealed = seal('text', 'secret', 'test');
  const changed = Buffer.from(sealed);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(() => unseal(sealed, 'other', 'test')).toThrow();
  expect(() => unseal(sealed, 'secret', 'other')).toThrow();
  expect(() => unseal(changed, 'secret', 'test')).toThrow();
});
