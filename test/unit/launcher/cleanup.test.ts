import { expect, it, vi } from 'vitest';
import { Cleanup } from '../../../src/launcher/cleanup.js';

it('undoes the last first, one after the other', async () => {
  const cleanup = new Cleanup();
  const order: string[] = [];
  cleanup.add(() => void order.push('database'));
  cleanup.add(async () => {
    await Promise.resolve();
    order.push('application');
  });
  await cleanup.run();
  expect(order).toEqual(['application', 'database']);
});

it('goes on after a step that fails, and says so', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const cleanup = new Cleanup();
  const database = vi.fn<() => void>();
  cleanup.add(database);
  cleanup.add(() => Promise.reject(new Error('stuck')));
  await cleanup.run();
  expect(database).toHaveBeenCalledOnce();
  expect(said).toHaveBeenCalledWith('While stopping:', expect.objectContaining({ message: 'stuck' }));
});

it('undoes each thing once', async () => {
  const cleanup = new Cleanup();
  const step = vi.fn<() => void>();
  cleanup.add(step);
  await cleanup.run();
  await cleanup.run();
  expect(step).toHaveBeenCalledOnce();
});
