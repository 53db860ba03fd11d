import { describe, expect, it } from 'vitest';
import {
  editedMentions,
  isSameMention,
  mentionsOf,
  newlyNamed,
} from '../../../src/messaging/mention-rules.js';
import { aMessage } from '../../support/builders.js';

const before = aMessage({ mentions: ['1', '2'], mentionAll: true });

describe('whom a message names', () => {
  it('is each user once', () => {
    expect(mentionsOf({ mentions: ['2', '1', '2'] })).toEqual({ mentions: ['2', '1'], mentionAll: false });
    expect(mentionsOf({ mentions: [], mentionAll: true })).toEqual({ mentions: null, mentionAll: true });
    expect(mentionsOf({})).toEqual({ mentions: null, mentionAll: false });
  });

  it('stays as it was where an edit does not speak of it', () => {
    expect(editedMentions(before, {})).toEqual({ mentions: ['1', '2'], mentionAll: true });
    expect(editedMentions(before, { mentions: [] })).toEqual({ mentions: null, mentionAll: true });
    expect(editedMentions(before, { mentionAll: false })).toEqual({
      mentions: ['1', '2'],
      mentionAll: false,
    });
  });

  it('is compared in both', () => {
    expect(isSameMention(before, editedMentions(before, { mentions: ['1', '2'] }))).toBe(true);
    expect(isSameMention(before, editedMentions(before, { mentions: ['1'] }))).toBe(false);
    expect(isSameMention(before, editedMentions(before, { mentionAll: false }))).toBe(false);
  });

  it('is judged anew only for those who were not named before', () => {
    expect(newlyNamed(before, mentionsOf({ mentions: ['2', '3'] }))).toEqual(['3']);
    expect(newlyNamed(aMessage(), mentionsOf({ mentions: ['2'] }))).toEqual(['2']);
  });
});
