import { expect, it } from 'vitest';
import { batched } from '../../../src/platform/jobs/batched.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

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

it('has two questions on their way at most, and asks with the next whatever came meanwhile', async () => {
  const asked: (readonly string[])[] = [];
  const answer: (() => void)[] = [];
  const ask = batched(async (keys: readonly string[]) => {
    asked.push(keys);
    await new Promise<void>((resolve) => answer.push(resolve));
    return new Map(keys.map((key) => [key, key]));
  });
  const answers: Promise<string | undefined>[] = [];
  for (const key of ['a', 'b', 'c', 'd']) {
    answers.push(ask(key));
    await turn();
  }
  expect(asked).toEqual([['a'], ['b']]);
  answer[0]?.();
  await answers[0];
  await turn();
  expect(asked).toEqual([['a'], ['b'], ['c', 'd']]);
  for (const resolve of answer) resolve();
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
});

it('lets nobody wait long for an answer that does not come, and fails those alone who asked for it', async () => {
  const ask = batched(async (keys: readonly string[]) => {
    if (keys.includes('never')) await new Promise(() => undefined);
    if (keys.includes('fails')) throw new Error('down');
    return new Map(keys.map((key) => [key, key]));
  });
  const never = [ask('never')];
  await turn();
  const failing = Promise.allSettled([ask('fails'), ask('beside')]);
  await turn();
  expect(await ask('later')).toBe('later');
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  never.push(ask('never'));
  await turn();
  expect(await ask('after two that never come')).toBe('after two that never come');
  expect(await Promise.race([...never, 'still waiting'])).toBe('still waiting');
});
