import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { relevanceOf } from '../../../src/search/relevance.js';
import { occurrences, parseQuery } from '../../../src/search/search-query.js';
import { snippetOf } from '../../../src/search/snippet.js';
import { tokensOf } from '../../../src/search/tokens.js';

function shown(text: string, q: string): { snippet: string; marked: string[] } {
  const { snippet, highlights } = snippetOf(text, occurrences(parseQuery(q), tokensOf(text)) ?? []);
  return { snippet, marked: highlights.map(({ start, end }) => snippet.slice(start, end)) };
}

describe('a snippet', () => {
  it('is the whole of a short text, on one line', () => {
    expect(shown('one\ntwo\tthree', 'two')).toEqual({ snippet: 'one two three', marked: ['two'] });
  });

  it('is the part of a long one that holds most words, cut between words', () => {
    const text = `${'filler '.repeat(30)}apple ${'filler '.repeat(30)}apple pear ${'filler '.repeat(30)}`;
    const { snippet, marked } = shown(text, 'pear apple');
    expect(marked).toEqual(['apple', 'pear']);
    expect(snippet).toMatch(/^…filler .* filler…$/);
    expect(snippet.length).toBeLessThan(165);
  });

  it('marks what overlaps once', () => {
    expect(shown('上海上海', '上海上 海上').marked).toEqual(['上海上']);
  });

  it('cuts no character, and marks what was found', () => {
    const filler = fc.string({ unit: fc.constantFrom('👍', 'a', ' ', '海', '\n'), maxLength: 300 });
    fc.assert(
      fc.property(filler, filler, (before, after) => {
        const { snippet, marked } = shown(`${before} needle ${after}`, 'needle');
        expect(snippet.isWellFormed()).toBe(true);
        expect(marked).toEqual(['needle']);
      }),
    );
  });
});

describe('a text is more relevant', () => {
  const score = (text: string, q: string): number => {
    const tokens = tokensOf(text);
    return relevanceOf(tokens, occurrences(parseQuery(q), tokens) ?? []);
  };

  it.each([
    ['the more often it says it', 'red red wine', 'red fine wine', 'red'],
    ['the less it says besides', 'red', `red ${'other '.repeat(50)}`, 'red'],
    ['where the words follow each other', 'some red wine here', 'red here some wine', 'red wine'],
  ])('%s', (_, better, worse, q) => {
    expect(score(better, q)).toBeGreaterThan(score(worse, q));
  });
});
