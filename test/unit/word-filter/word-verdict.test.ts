import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../src/word-filter/folding.js';
import { WordMatcher } from '../../../src/word-filter/word-matcher.js';
import { type FilterAction, toPattern } from '../../../src/word-filter/word-pattern.js';
import { judge } from '../../../src/word-filter/word-verdict.js';

const matcherOf = (action: FilterAction, words: readonly string[]): WordMatcher =>
  new WordMatcher(words.flatMap((word) => toPattern(word, action) ?? []));

const masked = (words: string | readonly string[], text: string): string => {
  const verdict = judge(matcherOf('mask', [words].flat()), text);
  return verdict.isRefused ? 'refused' : verdict.text;
};

describe('a word is masked', () => {
  it.each([
    ['darn', 'Darn, that DARN thing!', '***, that *** thing!'],
    ['darn', 'Ｄａｒｎ ｄａｒｎ', '*** ***'],
    ['darn', 'da\u00ADr\u200Bn it', '*** it'],
    ['café', 'A cafe\u0301 here', 'A *** here'],
    ['ｶﾞｷ', 'このガキめ ｶﾞｷ', 'この***め ***'],
    ['각', 'x 각 \u1100\u1161\u11A8', 'x *** ***'],
    ['e\u0301gal', 'e\u200B\u0301gal it is', '***'],
    ['straße', 'STRASSE straße', 'STRASSE ***'],
    ['ΟΔΟΣ', 'οδος οδοσ', '*** ***'],
    ['傻瓜', '你这傻瓜啊', '你这***啊'],
    ['ばか', 'おまえばかだな', 'おまえ***だな'],
    ['바보', '너는바보야', '너는***야'],
    ['darn', '这darn东西', '这***东西'],
    ['bad luck', 'what BAD\n  luck!', 'what ***!'],
    ['d*n', 'dn dan down den-', '*** *** *** ***-'],
    ['darn*', 'darned darning darn', '*** *** ***'],
    ['*darn', 'goddarn darn', '*** ***'],
    ['*darn*', 'undarned', '***'],
    ['傻*瓜', '你傻大瓜瓜', '你***瓜'],
    ['a.b', 'a.b', '***'],
    ['🖕', 'so 🖕🖕 there', 'so *** there'],
    [['darn', 'darn it'], 'darn it all', '*** all'],
    [['he', 'she', 'hers'], 'she hers he', '*** *** ***'],
  ])('%j in %j', (words, text, result) => {
    expect(masked(words, text)).toBe(result);
  });
});

describe('a word is left alone', () => {
  it.each([
    ['darn', 'undarned darning darn1 1darn darn_'],
    ['d*n', 'd n'],
    ['bad luck', 'bad, luck'],
    ['darn*', 'goddarn'],
    ['*darn', 'darned'],
    ['d*n', 'dandy'],
  ])('%j in %j', (words, text) => {
    expect(masked(words, text)).toBe(text);
  });
});

it('refuses before it masks', () => {
  const words = [toPattern('darn', 'mask'), toPattern('damn', 'refuse')].flatMap((pattern) => pattern ?? []);
  expect(judge(new WordMatcher(words), 'darn and damn')).toEqual({ isRefused: true });
  expect(judge(new WordMatcher(words), 'darn')).toEqual({ isRefused: false, text: '***' });
});

it.each(['*', '***', ' ', '* *', '\u200B'])('%j is no word to look for', (word) => {
  expect(toPattern(word, 'mask')).toBeUndefined();
});

/** The same rules as a regular expression, which may take as long as it likes; for texts of the few letters below. */
function slowly(word: string, text: string): boolean {
  const [letter, spaced] = ['[abcé傻]', '[abcé]'];
  const folded = fold(word).trim();
  const inner = folded
    .replaceAll(/^\*+|\*+$/g, '')
    .split(/\*+/)
    .map((part) => part.replaceAll('.', String.raw`\.`))
    .join(`${letter}*`);
  const before = new RegExp(`^${spaced}`).test(folded) ? `(?<!${spaced})` : '';
  const after = new RegExp(`${spaced}$`).test(folded) ? `(?!${spaced})` : '';
  return new RegExp(before + inner + after).test(fold(text));
}

it('finds what a regular expression finds', () => {
  const letters = fc.constantFrom('a', 'b', 'B', 'c', '傻', ' ', '.');
  const words = fc.string({ unit: fc.oneof(letters, fc.constant('*')), minLength: 1, maxLength: 6 });
  const texts = fc.string({ unit: letters, maxLength: 24 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), texts, (some, text) => {
      const usable = some.filter((word) => toPattern(word, 'refuse') !== undefined);
      expect(judge(matcherOf('refuse', usable), text).isRefused).toBe(
        usable.some((word) => slowly(word, text)),
      );
    }),
    { numRuns: 800 },
  );
});

it('what is masked holds nothing to mask any more, and the rest is as it was', () => {
  const letters = fc.constantFrom('a', 'b', 'Ａ', 'e\u0301', 'É', '傻', ' ', '\n', '😀');
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '傻'), minLength: 2, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 4 }),
      fc.string({ unit: letters, maxLength: 24 }),
      (some, text) => {
        const result = masked(some, text);
        const rest = result.split('***');
        let at = 0;
        for (const part of rest) {
          expect(text.indexOf(part, at)).toBeGreaterThanOrEqual(0);
          at = text.indexOf(part, at) + part.length;
        }
        for (const word of some) expect(slowly(word, result)).toBe(false);
      },
    ),
    { numRuns: 600 },
  );
});

it('is not slowed down by long texts that almost match', () => {
  const matcher = matcherOf('mask', ['a*b', '*a*b', '*a*b*c*d', 'a*', '*a', 'ab', '中a*b', 'a*a*a*a*b']);
  // Quadratic, the longer of these take half a minute: the runner's limit would tell.
  for (const unit of ['a', 'a ', 'a中', 'ab中', 'a b '])
    for (const length of [10, 64_000])
      expect(matcher.find(unit.repeat(length)).length).toBeLessThan(8 * length);
}, 20_000);
