import { expect, it } from 'vitest';
import { type Grant, isValid, sign } from '../../../src/files/downloads/url-signature.js';

const secret = Buffer.alloc(32, 1);
const grant: Grant = { fileId: '7', form: 'whole', userId: '9', expires: 1000 };
const before = 999_999;

it('a signature is good for its grant alone, with its key alone, until its end', () => {
  const signature = sign(grant, secret);
  expect(isValid(grant, signature, secret, before)).toBe(true);
  expect(isValid(grant, signature, secret, 1_000_000)).toBe(false);
  for (const other of [{ fileId: '8' }, { form: 'thumbnail' as const }, { userId: '8' }, { expires: 1001 }])
    expect(isValid({ ...grant, ...other }, signature, secret, before)).toBe(false);
  expect(isValid(grant, signature, Buffer.alloc(32, 2), before)).toBe(false);
  for (const text of ['', 'x', signature.slice(1), `${signature}x`, signature.toLowerCase()])
    expect(isValid(grant, text, secret, before)).toBe(false);
});
