import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/servers.js';
import { churnKinds } from './churn.js';
import { Random } from './random.js';
import { explain, numbersOf } from './report.js';
import { run } from './run.js';
import { schedule } from './schedule.js';
import { judge } from './verdict.js';

/** The same in every run of the tests; `npm run test:faults` takes others. */
const SEED = 20_261_121;
const KINDS = [
  'answers to commits lost',
  'node killed',
  'Redis flushed',
  'link to MySQL reset',
  'node frozen',
  'Redis emptied',
  'clients’ link lost on the way down',
  'MySQL killed',
  'Redis failed over to a replica that lags',
  'deadlocks',
  'node drained',
  'Redis killed',
  'link to Redis lost on the way down',
  'commits lost',
];

const directory = temporaryDirectory('history');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('nothing is lost, doubled, disordered or leaked, whatever breaks', async () => {
  const random = new Random(SEED);
  const path = join(directory, 'history.jsonl');
  const { records } = await run({
    cluster: { nodes: 2, settings: { MAILBOX_LENGTH: '400', REPLAY_MESSAGES: '300' } },
    random,
    faults: schedule(KINDS, random, { nodes: 2, holdMs: [1_000, 3_000], frozenMs: [5_000, 6_000] }),
    people: 4,
    devices: 6,
    senders: 10,
    paceMs: 40,
    sendsBetween: 1_150,
    churn: { kinds: churnKinds, paceMs: 600, rounds: 1 },
    path,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  const verdict = judge(records);
  process.stdout.write(`${numbersOf(records)}\n`);
  expect(verdict.verdict, explain(verdict, path)).toBe('passed');
}, 600_000);
