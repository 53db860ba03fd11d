import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Attachments } from '../../../src/mailbox/attachments.js';
import { TYPING_MS, Typists } from '../../../src/mailbox/typists.js';
import { aReference } from '../../support/builders.js';

const CONVERSATION = '100';
let typists: Typists;
/** `user type typist`, in order. */
let shown: string[];

beforeEach(() => {
  vi.useFakeTimers();
  const attachments = new Attachments();
  shown = [];
  vi.spyOn(attachments, 'show').mockImplementation((userId, { json }, conversationId) => {
    const { type, data } = JSON.parse(json);
    expect(data.conversationId).toBe(conversationId);
    shown.push(`${userId} ${type.split('.')[1]} ${data.userId}`);
  });
  typists = new Typists(attachments);
});

afterEach(() => vi.useRealTimers());

const note = (userId: string, isTyping: boolean, tell: readonly string[]) =>
  typists.note({ kind: 'typing', conversationId: CONVERSATION, userId, isTyping }, tell);

describe('somebody who types', () => {
  it('has stopped when nothing more was heard for some seconds, whatever became of them', () => {
    note('1', true, ['2', '3']);
    vi.advanceTimersByTime(TYPING_MS - 1);
    expect(shown).toEqual(['2 started 1', '3 started 1']);
    vi.advanceTimersByTime(1);
    expect(shown.slice(2)).toEqual(['2 stopped 1', '3 stopped 1']);
    vi.advanceTimersByTime(TYPING_MS);
    expect(shown).toHaveLength(4);
  });

  it('is told once, and again only after seconds, however often they start; each start defers the end', () => {
    for (let i = 0; i < 8; i += 1) {
      note('1', true, ['2']);
      vi.advanceTimersByTime(1_000);
    }
    expect(shown).toEqual(['2 started 1', '2 started 1', '2 started 1']);
    vi.advanceTimersByTime(TYPING_MS);
    expect(shown.slice(3)).toEqual(['2 stopped 1']);
  });

  it('is told to all whom several shards name, and ends for all of them at once', () => {
    note('1', true, ['2']);
    note('1', true, ['3']);
    note('1', false, ['2']);
    note('1', false, ['3']);
    expect(shown).toEqual(['2 started 1', '3 started 1', '2 stopped 1', '3 stopped 1']);
  });

  it('has stopped with the message that they sent, and may start again at once', () => {
    note('1', true, ['2']);
    typists.follow(aReference({ conversationId: CONVERSATION, subject: '9' }));
    expect(shown).toEqual(['2 started 1']);
    typists.follow(aReference({ conversationId: CONVERSATION, subject: '1' }));
    note('1', true, ['2']);
    expect(shown.slice(1)).toEqual(['2 stopped 1', '2 started 1']);
  });

  it('who was not shown to have started is not shown to stop', () => {
    note('1', false, ['2']);
    expect(shown).toEqual([]);
  });

  it('is one of a bounded number who are shown in a conversation', () => {
    for (let i = 100; i < 200; i += 1) note(String(i), true, ['2']);
    expect(shown).toHaveLength(20);
    vi.advanceTimersByTime(TYPING_MS);
    expect(shown).toHaveLength(40);
    note('300', true, ['2']);
    expect(shown.at(-1)).toBe('2 started 300');
  });
});

it.each(['member.removed', 'conversation.deleted'] as const)(
  'nobody who has heard of their %s hears how the typing ends',
  (type) => {
    note('1', true, ['2', '3']);
    typists.follow(aReference({ type, conversationId: CONVERSATION, subject: '2' }));
    vi.advanceTimersByTime(TYPING_MS);
    expect(shown).toEqual(['2 started 1', '3 started 1', '3 stopped 1']);
  },
);

it('a removed member has stopped typing', () => {
  note('1', true, ['2']);
  typists.follow(aReference({ type: 'member.removed', conversationId: CONVERSATION, subject: '1' }));
  expect(shown).toEqual(['2 started 1', '2 stopped 1']);
});
