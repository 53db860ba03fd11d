import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../src/broadcast/cast-groups.js';
import { csvLine } from '../../../src/broadcast/csv.js';
import { type Variants, variantFor } from '../../../src/broadcast/variants.js';
import { fc } from '../../support/property.js';

const says = { title: null, body: 'x' };
const variants: Variants = { zh: says, 'zh-Hant': says, 'pt-BR': says };

describe('a reader is shown the variant', () => {
  it.each([
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['ZH-HANT', 'zh-Hant'],
    ['pt-br', 'pt-BR'],
    ['pt', undefined],
    ['zho', undefined],
    ['en', undefined],
    [null, undefined],
  ])('of %s: %s', (locale, expected) => {
    expect(variantFor(variants, locale)).toBe(expected);
  });

  it('that there is: none where there are none', () => {
    expect(variantFor(null, 'zh')).toBeUndefined();
  });
});

describe('of those whom a change is for', () => {
  const people = [
    { id: '1', locale: 'zh-CN', hasAcknowledged: false },
    { id: '2', locale: null, hasAcknowledged: true },
    { id: '3', locale: 'zh', hasAcknowledged: true },
    { id: '4', locale: 'en', hasAcknowledged: false },
  ];
  it.each([
    [
      'published',
      [
        ['zh', ['1', '3']],
        [null, ['2', '4']],
      ],
    ],
    [
      'updated',
      [
        ['zh', ['1']],
        [undefined, ['2', '3']],
        [null, ['4']],
      ],
    ],
    [
      'reminded',
      [
        ['zh', ['1']],
        [null, ['4']],
      ],
    ],
    ['recalled', [[null, ['1', '2', '3', '4']]]],
  ] as const)('%s, those are told the same who read the same', (kind, expected) => {
    const groups = groupsOf({ variants }, kind, people).map(({ locale, userIds }) => [locale, userIds]);
    expect(groups).toEqual(expected);
  });
});

describe('a line of a CSV file', () => {
  it('quotes what would break it, and disarms formulas', () => {
    expect(csvLine(['7', 'a,b', 'say "hi"', 'two\nlines'])).toBe('7,"a,b","say ""hi""","two\nlines"\r\n');
    expect(csvLine(['=1+1', '+1', '-1', '@x'])).toBe("'=1+1,'+1,'-1,'@x\r\n");
  });

  it('gives each cell back, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: cellUnit, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        (cells) => {
          expect(readLine(csvLine(cells))).toEqual(
            cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)),
          );
        },
      ),
    );
  });
});

const cellUnit = fc.constantFrom('"', ',', '\r', '\n', '=', '@', '\t', 'a', '家', ' ');

/** As RFC 4180 has it. */
function readLine(line: string): string[] {
  const cells = [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)];
  return cells.map(([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare);
}
