import { describe, expect, it } from 'vitest';
import { fc } from '../../support/property.js';
import { contentDisposition } from '../../../src/files/downloads/content-disposition.js';

describe('the disposition of a download', () => {
  it('lets a browser show images, video and sound, and nothing else', () => {
    for (const type of ['image/png', 'image/jpeg', 'video/mp4', 'audio/mpeg'])
      expect(contentDisposition('a', type)).toMatch(/^inline;/);
    for (const type of ['image/svg+xml', 'text/html', 'text/plain', 'application/xml', 'application/pdf', ''])
      expect(contentDisposition('a', type)).toMatch(/^attachment;/);
  });

  it('names the file for old clients in ASCII, and for others as it is called', () => {
    expect(contentDisposition(`Ada's "plan" (上海) 100%.pdf`, 'application/pdf')).toBe(
      `attachment; filename="Ada's _plan_ (__) 100_.pdf"; filename*=UTF-8''Ada%27s%20%22plan%22%20%28%E4%B8%8A%E6%B5%B7%29%20100%25.pdf`,
    );
  });

  const characters = ['a', '"', '\\', "'", '%', '(', '*', ';', ' ', 'é', '海', '👩', '~', '\u007f'];

  it('is one header of the right form, from which the name comes back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 60 }),
        (name) => {
          const header = contentDisposition(name, 'text/plain');
          const [, encoded = ''] =
            /^attachment; filename="[\x20\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]*)$/.exec(
              header,
            ) ?? [];
          expect(decodeURIComponent(encoded)).toBe(name);
        },
      ),
    );
  });
});
