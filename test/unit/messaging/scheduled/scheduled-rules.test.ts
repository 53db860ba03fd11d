import { describe, expect, it } from 'vitest';
import {
  failureOf,
  requireRoom,
  requireSendAt,
} from '../../../../src/messaging/scheduled/scheduled-rules.js';
import { notFound, outcomeUnknown, unavailable } from '../../../../src/platform/errors/chat-error.js';

const now = new Date('2026-11-21T08:15:30.123Z');
const ahead = (ms: number) => () => requireSendAt(new Date(now.getTime() + ms), now);
const DAY_MS = 86_400_000;

it('a message is scheduled for the future, a year ahead at most', () => {
  expect(ahead(1)).not.toThrow();
  expect(ahead(365 * DAY_MS)).not.toThrow();
  for (const ms of [0, -1, -DAY_MS, 367 * DAY_MS]) expect(ahead(ms)).toThrow('request.invalid');
});

it('a user has a bounded number of them', () => {
  expect(() => requireRoom(99)).not.toThrow();
  expect(() => requireRoom(100)).toThrow('scheduled_message.too_many');
});

describe('a send that failed', () => {
  it('is over when it was refused', () => {
    expect(failureOf(notFound('conversation'), 1)).toEqual({
      kind: 'refused',
      problem: 'conversation.not_found',
    });
  });

  it('is tried again while a store is away, however often, later each time and within a minute', () => {
    for (const error of [unavailable('away'), outcomeUnknown(), new Error('Connection is closed')]) {
      expect(failureOf(error, 1)).toEqual({ kind: 'retry', afterMs: 1_000 });
      expect(failureOf(error, 4)).toEqual({ kind: 'retry', afterMs: 8_000 });
      expect(failureOf(error, 4_000)).toEqual({ kind: 'retry', afterMs: 60_000 });
    }
  });

  it('is tried a few times when nobody foresaw why', () => {
    const kinds = [1, 2, 3, 4, 5].map((attempts) => failureOf(new TypeError('no'), attempts).kind);
    expect(kinds).toEqual(['retry', 'retry', 'retry', 'retry', 'refused']);
  });
});
