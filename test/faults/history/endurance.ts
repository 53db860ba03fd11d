import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { churnKinds } from './churn.js';
import { Random } from './random.js';
import { explain, numbersOf } from './report.js';
import { run } from './run.js';
import { DISK_FULL } from './faults/stores.js';
import { allKinds, deal, schedule } from './schedule.js';
import { SmallDisk } from './small-disk.js';
import { judge } from './verdict.js';

interface Endurance {
  readonly seed: number;
  readonly minutes: number;
  readonly seeds: number;
  readonly nodes: number;
  readonly faults: readonly string[];
  readonly previous: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    endurance: Endurance;
  }
}

/** What a fault, the way back and the sends after it take together, about. */
const SECONDS_EACH = 15;

const { seed: first, minutes, seeds, nodes, faults, previous } = inject('endurance');
const diskObstacle = SmallDisk.obstacle;
const wanted = faults.length > 0 ? faults : allKinds();
const possible = wanted.filter((kind) => kind !== DISK_FULL || diskObstacle === undefined);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

it.each(Array.from({ length: seeds }, (_, i) => first + i))('seed %i', async (seed) => {
  const random = new Random(seed);
  const settings = {
    MAILBOX_LENGTH: random.pick(['100', '400', '1000']),
    REPLAY_MESSAGES: random.pick(['200', '2000', '10000']),
    WRITER_LANES: random.pick(['1', '2', '4']),
  };
  const kinds = deal(random, Math.ceil((minutes * 60) / SECONDS_EACH), possible);
  const path = join(tmpdir(), `mailroom-faults-${seed}.jsonl`);
  if (diskObstacle !== undefined) say(`left out: ${DISK_FULL}, because ${diskObstacle}`);
  say(`seed ${seed}: ${kinds.length} faults on ${nodes} nodes, ${JSON.stringify(settings)}`);
  const { records } = await run({
    cluster: {
      nodes,
      settings,
      onSmallDisk: kinds.includes(DISK_FULL),
      ...(previous && { previous }),
    },
    random,
    faults: schedule(kinds, random, { nodes, holdMs: [1_000, 8_000], frozenMs: [5_000, 40_000] }),
    people: 6,
    devices: 9,
    senders: 10,
    paceMs: 50,
    sendsBetween: 800,
    churn: { kinds: churnKinds, paceMs: 400, rounds: 1 },
    path,
    left: diskObstacle === undefined ? {} : { [DISK_FULL]: diskObstacle },
    say,
  });
  const verdict = judge(records);
  say(`seed ${seed}: ${verdict.verdict}; ${numbersOf(records)}`);
  expect(verdict.verdict, explain(verdict, path)).toBe('passed');
  rmSync(path);
});
