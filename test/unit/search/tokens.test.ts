import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { tokensOf } from '../../../src/search/tokens.js';

const terms = (text: string): string[] => tokensOf(text).map(({ term }) => term);

describe('a text becomes', () => {
  it.each([
    ['words, without case', 'Hello, World!', ['hello', 'world']],
    ['words and numbers', 'v2.3-rc1', ['v2', '3', 'rc1']],
    ['characters where words are not spaced', '我家在上海', ['我', '家', '在', '上', '海']],
    ['characters and words', 'iPhone手机', ['iphone', '手', '机']],
    ['Hangul by syllable, also from single letters', '서울 \u1109\u1165', ['서', '울', '서']],
    ['Kana with their marks, half-width too', 'ガｶﾞか\u3099ー', ['ガ', 'ガ', 'が', 'ー']],
    ['Thai with its vowels and tones', 'ที่', ['ที่']],
    ['full width as ASCII', 'ＡＢＣ１２３', ['abc123']],
    ['letters without accents', 'Ünïcödé Ångström e\u0301', ['unicode', 'angstrom', 'e']],
    [
      'letters that have none as people write them',
      'Straße Œuvre Łódź ı İ',
      ['strasse', 'oeuvre', 'lodz', 'i', 'i'],
    ],
    ['Greek and Cyrillic without case and accents', 'Σίσυφος Ёлка йод', ['σισυφοσ', 'елка', 'йод']],
    ['emoji without shades and variants', '👍🏽❤️👩‍💻1️⃣', ['👍', '❤', '👩', '💻', '1']],
    ['words whole, whatever is hidden in them', 'soft\u00adhyphen می\u200cخواهم', ['softhyphen', 'میخواهم']],
    ['symbols beyond ASCII', '5€ + a=b', ['5', '€', 'a', 'b']],
    ['what a sign stands for', '㍿ ½', ['株', '式', '会', '社', '1', '⁄', '2']],
    ['nothing where there is nothing', ' …!? "-_*` ', []],
  ])('%s', (_, text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it('tokens that know where they stand, and whether something stands before them', () => {
    expect(tokensOf('ein 上海，海')).toEqual([
      { term: 'ein', kind: 'word', start: 0, end: 3, isGlued: false },
      { term: '上', kind: 'character', start: 4, end: 5, isGlued: false },
      { term: '海', kind: 'character', start: 5, end: 6, isGlued: true },
      { term: '海', kind: 'character', start: 7, end: 8, isGlued: false },
    ]);
    expect(tokensOf('👩🏽‍💻').map(({ isGlued }) => isGlued)).toEqual([false, true]);
  });
});

it('tokens stand in the text, in its order, and say the same when they are read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      let last = 0;
      for (const { term, start, end } of tokensOf(text)) {
        expect(start).toBeGreaterThanOrEqual(last > start ? start : last);
        expect(end).toBeGreaterThan(start);
        expect(term).not.toBe('');
        expect(terms(text.slice(start, end)).join('')).toContain(term);
        last = end;
      }
    }),
  );
});
