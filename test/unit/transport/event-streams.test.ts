import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { Cursor, Position } from '../../../src/mailbox/cursor.js';
import type { Door } from '../../../src/transport/door.js';
import { EventStreams } from '../../../src/transport/event-streams.js';

/** A stream whose client takes what it is sent, or does not. */
class Response extends EventEmitter {
  writableEnded = false;
  writableLength = 0;
  destroyed = false;
  writeHead(): void {}
  flushHeaders(): void {}
  write(): void {}
}

it('a stream that acknowledges by itself counts nothing as delivered that its client has not taken', async () => {
  const acknowledged: number[] = [];
  let door: Door | undefined;
  let answer: (() => void) | undefined;
  const following = { writtenUpTo: { ms: 0, n: 0 } as Position, start: () => undefined };
  const followings = {
    sendBufferBytes: 1_000,
    create: (_principal: unknown, _id: string, _cursor: unknown, made: Door) => {
      door = made;
      return following;
    },
    attach: () => Promise.resolve(),
    acknowledge: async (_userId: string, cursor: Cursor) => {
      if (cursor.kind === 'mailbox') acknowledged.push(cursor.at.ms);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    },
  };
  const response = new Response();
  const reply = { raw: response, hijack: () => undefined, getHeaders: () => ({}) };
  const streams = new EventStreams(
    { of: () => Promise.resolve({ userId: '1', sessionId: '2' }) } as never,
    followings as never,
    { add: () => ({}), remove: () => undefined } as never,
    { isDraining: false } as never,
  );
  await streams.open({} as never, reply as never, { ack: 'auto' } as never);

  const write = (ms: number, isTaken: boolean): void => {
    response.writableLength = isTaken ? 0 : 100;
    following.writtenUpTo = { ms, n: 0 };
    door?.caughtUp(following.writtenUpTo);
  };
  write(1, true);
  write(2, true);
  write(3, false);
  answer?.();
  await expect.poll(() => acknowledged.length).toBe(2);
  expect(acknowledged).toEqual([1, 2]);
});
