import { expect, it, vi } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { CommandQueue } from '../../../src/transport/command-queue.js';

const soon = (what: string, condition: () => boolean) =>
  waitUntil(what, condition, { timeoutMs: 5_000, intervalMs: 1 });

/** A door that the test blocks and drains. */
function aDoor() {
  let drain: (() => void)[] = [];
  const door = {
    isBlocked: false,
    isRead: true,
    stopReading: () => {
      door.isRead = false;
      return () => {
        door.isRead = true;
      };
    },
    drained: () => (door.isBlocked ? new Promise<void>((resolve) => drain.push(resolve)) : Promise.resolve()),
    unblock: () => {
      door.isBlocked = false;
      for (const resolve of drain) resolve();
      drain = [];
    },
  };
  return door;
}

it('begins commands in their order, and no more than 64 at a time', async () => {
  const queue = new CommandQueue(aDoor(), () => undefined);
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  for (let i = 0; i < 200; i += 1) {
    queue.add(() => {
      begun.push(i);
      return new Promise((resolve) => finish.push(resolve));
    });
  }
  expect(begun).toHaveLength(64);
  for (let i = 0; i < 200; i += 1) {
    await soon('begun', () => finish.length > i);
    finish[i]?.();
  }
  expect(begun).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

it('begins nothing while the client does not take what it is sent', async () => {
  const door = aDoor();
  const queue = new CommandQueue(door, () => undefined);
  let done = 0;
  const command = async (): Promise<void> => void (done += 1);
  door.isBlocked = true;
  queue.add(command);
  expect(done).toBe(0);
  door.unblock();
  await soon('done', () => done === 1);
});

it('begins nothing while it rests, and goes on in order when all rests are over', () => {
  vi.useFakeTimers();
  const queue = new CommandQueue(aDoor(), () => undefined);
  const begun: number[] = [];
  const command = (n: number) => async (): Promise<void> => {
    begun.push(n);
    if (n === 1) {
      queue.rest(20);
      queue.rest(50);
    }
  };
  for (let n = 0; n < 4; n += 1) queue.add(command(n));
  expect(begun).toEqual([0, 1]);
  vi.advanceTimersByTime(49);
  expect(begun).toEqual([0, 1]);
  vi.advanceTimersByTime(1);
  expect(begun).toEqual([0, 1, 2, 3]);
  vi.useRealTimers();
});

it('has no more read while a thousand wait, until half of them have begun', async () => {
  const door = aDoor();
  const queue = new CommandQueue(door, () => undefined);
  const finish: (() => void)[] = [];
  const begun = (count: number) => soon(`${count} have begun`, () => finish.length >= count);
  for (let i = 0; i < 64 + 999; i += 1) queue.add(() => new Promise((resolve) => finish.push(resolve)));
  expect(door.isRead).toBe(true);
  queue.add(() => Promise.resolve());
  expect(door.isRead).toBe(false);
  for (let i = 0; i < 499; i += 1) {
    await begun(i + 1);
    finish[i]?.();
  }
  await begun(64 + 499);
  expect(door.isRead).toBe(false);
  finish[499]?.();
  await soon('it is read again', () => door.isRead);
});

it('tells of a flood instead of keeping it', () => {
  const door = aDoor();
  door.isBlocked = true;
  let overflows = 0;
  const queue = new CommandQueue(door, () => void (overflows += 1));
  for (let i = 0; i < 10_002; i += 1) queue.add(() => Promise.resolve());
  expect(overflows).toBe(2);
});

it('takes nothing more once it is closed, also where its door stays blocked and waits for nothing', async () => {
  // As that of a socket that was cut off in the middle of a flood.
  let waits = 0;
  const door = { ...aDoor(), isBlocked: true, drained: async () => void (waits += 1) };
  const queue = new CommandQueue(door, () => undefined);
  let done = 0;
  queue.close();
  for (let i = 0; i < 10; i += 1) queue.add(async () => void (done += 1));
  await soon('the event loop turns', () => true);
  expect([done, waits]).toEqual([0, 0]);
});
