import { expect, it } from 'vitest';
import { batched } from '../../../src/platform/jobs/batched.js';

it('asks together what is asked in one turn, each once, and later what is asked later', async () => {
  const asked: (readonly string[])[] = [];
  let now = 0;
  const ask = batched(async (keys: readonly string[]) => {
    asked.push(keys);
    return new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `${key}${now}`]));
  });
  const first = ['a', 'b', 'a', 'nobody'].map(ask);
  now = 1;
  expect(await Promise.all(first)).toEqual(['a1', 'b1', 'a1', undefined]);
  now = 2;
  expect(await ask('a')).toBe('a2');
  expect(asked).toEqual([['a', 'b', 'nobody'], ['a']]);
});

it('lets nobody wait for an answer that does not come, and fails those alone who asked for it', async () => {
  const ask = batched(async (keys: readonly string[]) => {
    if (keys.includes('never')) await new Promise(() => undefined);
    if (keys.includes('fails')) throw new Error('down');
    return new Map(keys.map((key) => [key, key]));
  });
  const never = ask('never');
  await new Promise((resolve) => setImmediate(resolve));
  const failing = Promise.allSettled([ask('fails'), ask('beside')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ask('later')).toBe('later');
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.race([never, 'still waiting'])).toBe('still waiting');
});
