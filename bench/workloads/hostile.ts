import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Attack, Target } from '../attackers/main.js';
import { Tally } from '../measure/tally.js';
import type { Subject } from '../subject.js';
import type { Case, Figures, Scale, Workload } from '../workload.js';
import { closePairs, openPairs, talkCalmly } from './pairs.js';

const ATTACKERS = 50;
const OTHERS = 20;
const SECONDS = 6;

const program = resolve(import.meta.dirname, '../attackers/main.js');

async function measureAttack(subject: Subject, scale: Scale, attack: Attack): Promise<Figures> {
  const people = await subject.people(ATTACKERS);
  const calm = await others(subject, scale);
  const attacker = fork(program);
  attacker.send({ attack, url: subject.url, people } satisfies Target);
  await once(attacker, 'message');
  const attacked = await others(subject, scale);
  attacker.kill('SIGKILL');
  await once(attacker, 'exit');
  return {
    calm: calm.latency(99),
    attacked: attacked.latency(99),
    ratio: attacked.latency(99) / calm.latency(99),
    faults: calm.faults + attacked.faults,
  };
}

/** Pairs who talk, none of them faster than it may. */
async function others(subject: Subject, scale: Scale): Promise<Tally> {
  const tally = new Tally();
  const pairs = await openPairs(subject, OTHERS, tally);
  const deadline = performance.now() + scale.ms(SECONDS);
  const isOver = (): boolean => performance.now() >= deadline;
  await Promise.all(pairs.map((pair, stream) => talkCalmly(pair, stream, tally, isOver)));
  await tally.settled();
  await closePairs(pairs);
  return tally;
}

const under = (attack: Attack, title: string): Case => ({
  title,
  contenders: ['mailroom-limited'],
  columns: {
    calm: { title: 'others’ p99 before, ms', digits: 1 },
    attacked: { title: 'others’ p99 meanwhile, ms', digits: 1 },
    ratio: { title: 'times', digits: 1 },
    faults: { title: 'lost, doubled, disordered', digits: 0 },
  },
  measure: (subject, scale) => measureAttack(subject, scale, attack),
});

export const hostile: Workload = {
  name: 'hostile',
  title: 'Others under attack',
  about:
    '20 pairs talk, nine messages a second each, for 6 s before and 6 s during an attack by a process of its own, which has its share of the two cores too. Rate limits are on, as they are unless somebody switches them off.',
  rounds: 3,
  cases: [
    under('silent streams', '1,000 streams that never read, of 50 users who are sent 12 KB each a second'),
    under('half handshakes', '1,000 handshakes that never come to their end'),
    under('commands', 'One user’s socket with commands, as many as it takes'),
    under('connections', 'One user who connects and leaves, ten at a time'),
    under('large frames', 'One user who sends frames of 1 MiB, ten at a time'),
  ],
};
