// `npm run test:faults -- --seed 1 --minutes 10 --seeds 3 --nodes 3`: histories as long and as many as asked.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';

const { values } = parseArgs({
  options: {
    /** The first seed; the same one gives the same people, faults and order again. */
    seed: { type: 'string', default: String(randomInt(1, 1_000_000_000)) },
    /** How long each history lasts, about. */
    minutes: { type: 'string', default: '10' },
    /** How many histories, each with the next seed. */
    seeds: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '3' },
    /** Names of faults, comma-separated, instead of all. */
    faults: { type: 'string', default: '' },
    /** A checkout of another version, built: the first node runs from there, for rolling upgrades. */
    previous: { type: 'string', default: '' },
  },
});

const vitest = await createVitest('test', {
  config: false,
  watch: false,
  include: ['test/faults/history/endurance.ts'],
  reporters: ['default'],
  testTimeout: 0,
  hookTimeout: 0,
  // A history is judged as a whole: an hour has some millions of records.
  execArgv: ['--max-old-space-size=12288'],
});
vitest.provide('endurance', {
  seed: Number(values.seed),
  minutes: Number(values.minutes),
  seeds: Number(values.seeds),
  nodes: Number(values.nodes),
  faults: values.faults.split(',').filter((kind) => kind !== ''),
  previous: values.previous,
});
await vitest.start();
await vitest.close();
