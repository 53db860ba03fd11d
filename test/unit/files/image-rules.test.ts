import type { Metadata } from 'sharp';
import { describe, expect, it } from 'vitest';
import { cleaningOf, isReadAsImage, requireFewPixels } from '../../../src/files/uploads/image-rules.js';

const anImage = (overrides: Partial<Metadata> = {}): Metadata =>
  ({ format: 'jpeg', width: 100, height: 100, ...overrides }) as Metadata;

describe('an image', () => {
  it('is drawn anew, but for those of camera phones’ own format, whose texts are overwritten', () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)
      expect(cleaningOf({ format })).toBe('redraw');
    expect(cleaningOf({ format: 'heif' })).toBe('overwrite');
  });

  it('has as many pixels as all of its frames have', () => {
    expect(() => requireFewPixels(anImage({ width: 1000, height: 1000 }), 1)).not.toThrow();
    expect(() => requireFewPixels(anImage({ width: 1000, height: 1001 }), 1)).toThrow('file.image_too_large');
    const moving = anImage({ width: 1000, height: 2000, pageHeight: 200, pages: 10 });
    expect(() => requireFewPixels(moving, 1)).toThrow('file.image_too_large');
    expect(() => requireFewPixels(moving, 2)).not.toThrow();
  });

  it('is none where a browser or a viewer might run it', () => {
    for (const type of ['image/svg+xml', 'application/pdf', 'text/html', 'image/x-icon'])
      expect(isReadAsImage(type)).toBe(false);
  });
});
