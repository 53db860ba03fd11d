import { expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { CommandQueue } from '../../../src/transport/command-queue.js';

const soon = (what: string, condition: () => boolean) =>
  waitUntil(what, condition, { timeoutMs: 5_000, intervalMs: 1 });

/** A door that the test blocks and drains. */
function aDoor() {
  let drain: (() => void)[] = [];
  const door = {
    isBlocked: false,
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
  const door = { isBlocked: true, drained: async () => void (waits += 1) };
  const queue = new CommandQueue(door, () => undefined);
  let done = 0;
  queue.close();
  for (let i = 0; i < 10; i += 1) queue.add(async () => void (done += 1));
  await soon('the event loop turns', () => true);
  expect([done, waits]).toEqual([0, 0]);
});
