import { describe, expect, it } from 'vitest';
import { isEmoji, withReaction, withoutReaction } from '../../../src/messaging/reaction-rules.js';

describe('isEmoji', () => {
  it.each(['👍', '👍🏽', '❤️', '❤', '👨‍👩‍👧‍👦', '🇨🇳', '1️⃣', '🏳️‍🌈'])('takes %s', (emoji) => {
    expect(isEmoji(emoji)).toBe(true);
  });

  it.each(['', 'a', '1', ':)', '👍👍', '👍 ', 'ok👍', '\u200d', '👍\n'])('refuses %j', (text) => {
    expect(isEmoji(text)).toBe(false);
  });
});

describe('withReaction', () => {
  it('sets the first one', () => {
    expect(withReaction(null, '1', '👍')).toEqual([{ emoji: '👍', userIds: ['1'] }]);
  });

  it('adds a user to an emoji that is there, and a new emoji after it', () => {
    const one = [{ emoji: '👍', userIds: ['1'] }];
    expect(withReaction(one, '2', '👍')).toEqual([{ emoji: '👍', userIds: ['1', '2'] }]);
    expect(withReaction(one, '1', '🎉')).toEqual([...one, { emoji: '🎉', userIds: ['1'] }]);
  });

  it('changes nothing the second time', () => {
    expect(withReaction([{ emoji: '👍', userIds: ['1'] }], '1', '👍')).toBeUndefined();
  });
});

describe('withoutReaction', () => {
  it('takes one user away, and the emoji with the last', () => {
    const two = [{ emoji: '👍', userIds: ['1', '2'] }];
    expect(withoutReaction(two, '1', '👍')).toEqual([{ emoji: '👍', userIds: ['2'] }]);
    expect(withoutReaction([{ emoji: '👍', userIds: ['2'] }], '2', '👍')).toEqual([]);
  });

  it('changes nothing where there is nothing of the user’s', () => {
    expect(withoutReaction(null, '1', '👍')).toBeUndefined();
    expect(withoutReaction([{ emoji: '👍', userIds: ['2'] }], '1', '👍')).toBeUndefined();
    expect(withoutReaction([{ emoji: '🎉', userIds: ['1'] }], '1', '👍')).toBeUndefined();
  });
});
