import { beforeEach, expect, it } from 'vitest';
import { Patience } from '../../../src/transport/patience.js';

let rests: number[];
let sentAway: string[];
let patience: Patience;

beforeEach(() => {
  [rests, sentAway] = [[], []];
  patience = new Patience({ rest: (ms) => rests.push(ms), sendAway: ({ code }) => sentAway.push(code) });
});

const refuse = (times: number): void => {
  for (let i = 0; i < times; i += 1) patience.refused();
};

it('does nothing for a socket for a fifth of a second after each twenty refusals', () => {
  refuse(19);
  expect(rests).toEqual([]);
  refuse(1);
  expect(rests).toEqual([200]);
  refuse(25);
  expect(rests).toEqual([200, 200]);
});

it('begins anew with each command that is not refused for its rate', () => {
  for (let i = 0; i < 60; i += 1) {
    refuse(19);
    patience.heeded();
  }
  expect([rests, sentAway]).toEqual([[], []]);
});

it('sends away, once, who was refused five hundred times in a row', () => {
  refuse(499);
  expect(sentAway).toEqual([]);
  refuse(200);
  expect(sentAway).toEqual(['rate_limited']);
});
