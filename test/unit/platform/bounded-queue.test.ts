import { expect, it } from 'vitest';
import { BoundedQueue } from '../../../src/platform/jobs/bounded-queue.js';

const aTask = () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { end, run: () => ended };
};

it('runs no more at a time than it may, and the next one as soon as one ends', async () => {
  const queue = new BoundedQueue(1, 5);
  const started: number[] = [];
  const first = aTask();
  const one = queue.run(() => (started.push(1), first.run()));
  const two = queue.run(async () => void started.push(2));
  await Promise.resolve();
  expect(started).toEqual([1]);
  first.end();
  await Promise.all([one, two]);
  expect(started).toEqual([1, 2]);
});

it('refuses at once what finds the line full, and takes more when it is shorter', async () => {
  const queue = new BoundedQueue(1, 1);
  const first = aTask();
  const running = [queue.run(first.run), queue.run(async () => undefined)];
  await expect(queue.run(async () => undefined)).rejects.toMatchObject({ code: 'service.unavailable' });
  first.end();
  await Promise.all(running);
  await expect(queue.run(async () => 'done')).resolves.toBe('done');
});

it('goes on after a task that failed', async () => {
  const queue = new BoundedQueue(1, 0);
  await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(queue.run(async () => 'done')).resolves.toBe('done');
});
