import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Patience } from '../../../src/transport/patience.js';

let isRead: boolean;
let sentAway: string[];
let patience: Patience;

beforeEach(() => {
  vi.useFakeTimers();
  [isRead, sentAway] = [true, []];
  patience = new Patience({
    stopReading: () => {
      isRead = false;
      return () => {
        isRead = true;
      };
    },
    sendAway: ({ code }) => sentAway.push(code),
  });
});

afterEach(() => vi.useRealTimers());

const refuse = (times: number): void => {
  for (let i = 0; i < times; i += 1) patience.note('rate_limited');
};

it('leaves a socket unread for a fifth of a second after each twenty refusals', () => {
  refuse(19);
  expect(isRead).toBe(true);
  refuse(1);
  expect(isRead).toBe(false);
  // What had been read already is still refused.
  refuse(25);
  vi.advanceTimersByTime(199);
  expect(isRead).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isRead).toBe(true);
  refuse(20);
  expect(isRead).toBe(false);
});

it('begins anew with each command that is not refused for its rate', () => {
  for (let i = 0; i < 60; i += 1) {
    refuse(19);
    patience.note(i % 2 ? undefined : 'conversation.not_found');
  }
  expect([isRead, sentAway]).toEqual([true, []]);
});

it('sends away, once, who was refused five hundred times in a row', () => {
  refuse(499);
  expect(sentAway).toEqual([]);
  refuse(200);
  expect(sentAway).toEqual(['rate_limited']);
});
