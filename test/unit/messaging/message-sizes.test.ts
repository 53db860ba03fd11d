import { expect, it } from 'vitest';
import { requireShortText, requireSmallMetadata } from '../../../src/messaging/message-sizes.js';

const KIB = 1024;

it('a text may have 16 KiB of UTF-8, counted in bytes', () => {
  expect(() => requireShortText('a'.repeat(16 * KIB))).not.toThrow();
  expect(() => requireShortText('🦊'.repeat(4 * KIB))).not.toThrow();
  for (const text of ['a'.repeat(16 * KIB + 1), `${'🦊'.repeat(4 * KIB)}!`])
    expect(() => requireShortText(text)).toThrow(
      expect.objectContaining({ code: 'message.too_long', kind: 'too_large' }),
    );
});

it('metadata may have 8 KiB of JSON, whatever its shape', () => {
  const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  expect(() => requireSmallMetadata(null)).not.toThrow();
  expect(() => requireSmallMetadata(ofBytes(8 * KIB))).not.toThrow();
  expect(() => requireSmallMetadata(ofBytes(8 * KIB + 1))).toThrow(
    expect.objectContaining({ code: 'message.metadata_too_large', kind: 'too_large' }),
  );
});
