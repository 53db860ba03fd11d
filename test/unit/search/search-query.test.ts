import { describe, expect, it } from 'vitest';
import { indexTerms, lookupTerms } from '../../../src/search/index-terms.js';
import { occurrences, parseQuery } from '../../../src/search/search-query.js';
import { tokensOf } from '../../../src/search/tokens.js';

const found = (q: string, text: string): string[][] | undefined =>
  occurrences(parseQuery(q), tokensOf(text))?.map((ranges) =>
    ranges.map(({ start, end }) => text.slice(start, end)),
  );

describe('a query finds', () => {
  it.each([
    ['all of its words, each wherever it occurs', 'b a', 'a b a', [['b'], ['a', 'a']]],
    ['what stands together in it only together', 'v2.3', '3 v2 v2:3', [['v2:3']]],
    ['characters only side by side', '上海', '上，海 上海', [['上海']]],
    ['characters that the query parts anywhere', '上,海', '上 海', [['上 海']]],
    ['a word and characters with or without a space', 'iPhone手机', 'iPhone 手机', [['iPhone 手机']]],
    ['a quotation', '"to be" or', 'or to be', [['to be'], ['or']]],
    ['what a lonely quotation mark precedes', '"to be', 'be it to be', [['to be']]],
  ])('%s', (_, q, text, expected) => {
    expect(found(q, text)).toEqual(expected);
  });

  it.each([
    ['less than all words', 'a b c', 'a b'],
    ['parts of words', 'rele', 'release'],
    ['characters in another order', '海上', '上海'],
  ])('not %s', (_, q, text) => {
    expect(found(q, text)).toBeUndefined();
  });
});

it('there must be something to look for', () => {
  for (const q of ['', ' ', '?!', '""', '" - "']) expect(() => parseQuery(q)).toThrow('request.invalid');
});

describe('the terms looked up', () => {
  const holds = (text: string, q: string, sender?: string): boolean => {
    const terms = indexTerms(text, '7');
    return lookupTerms(parseQuery(q), sender).every((term) => terms.includes(term));
  };

  it('are among those of every text that the query finds', () => {
    expect(holds('我家在上海东边, v2.3-rc1', '上海 东 RC1 "v2.3"', '7')).toBe(true);
  });

  it('say more of characters than that all occur, and know the sender', () => {
    expect(holds('上东海', '上海')).toBe(false);
    expect(holds('hello', 'hello', '8')).toBe(false);
  });

  it('are few, however long the query is', () => {
    const terms = lookupTerms(
      parseQuery('我们今天晚上一起去看电影吧 with all the people from the office'),
      '7',
    );
    expect(terms.length).toBeLessThanOrEqual(5);
  });
});
