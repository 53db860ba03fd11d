import { cpuSeconds } from '../measure/processes.js';
import { percentileOf } from '../measure/summary.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import type { Person, Subject } from '../subject.js';
import type { Figures, Scale, Workload } from '../workload.js';
import { listenAll } from './fan-out.js';

const REGISTERED = 100_000;
const CONNECTED = 5_000;
const WARM_UP = 3;
const BROADCASTS = 20;

/** The same people in each round: who is registered stays so. */
const registered = new WeakMap<Subject, Promise<readonly Person[]>>();

/** One tells everybody something: those who are connected have it soon, the others cost nothing. */
async function measureBroadcast(subject: Subject, scale: Scale): Promise<Figures> {
  const known = registered.get(subject) ?? subject.people(scale.of(REGISTERED));
  registered.set(subject, known);
  const connected = (await known).slice(0, scale.of(CONNECTED));
  const announcer = await subject.announcer(connected);
  const tally = new Tally();
  const ears = await listenAll(subject, connected, tally);
  const [answered, arrived]: [number[], number[]] = [[], []];
  let cpuBefore = 0;
  for (let i = 0; i < WARM_UP + BROADCASTS; i += 1) {
    if (i === WARM_UP) cpuBefore = cpuSeconds(subject.processes);
    const n = tally.next(0);
    const startedAt = performance.now();
    const answer = announcer.say(textOf(0, n)).then(() => performance.now() - startedAt);
    await tally.everywhere(n);
    const ms = performance.now() - startedAt;
    if (i < WARM_UP) await answer;
    else {
      arrived.push(ms);
      answered.push(await answer);
    }
  }
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await Promise.all(ears.map((ear) => ear.close()));
  await announcer.close();
  return {
    answered: percentileOf(answered, 50),
    slowest: Math.max(...answered),
    all: percentileOf(arrived, 50),
    cpu: (cpu / BROADCASTS) * 1000,
    faults: tally.faults,
  };
}

export const broadcast: Workload = {
  name: 'broadcast',
  title: 'Broadcasts',
  about:
    'One announcement to 100,000 registered users, of whom 5,000 are connected; 20 of them, one after the other, when everybody has the last. Bare Socket.IO sends one event to a room with the same 5,000 connections.',
  rounds: 3,
  cases: [
    {
      title: '5,000 connected',
      contenders: ['mailroom-two', 'socket.io'],
      columns: {
        answered: { title: 'answered, ms', digits: 1 },
        slowest: { title: 'slowest answer, ms', digits: 1 },
        all: { title: 'all have it, ms', digits: 1 },
        cpu: { title: 'CPU ms', digits: 0 },
        faults: { title: 'lost, doubled, disordered', digits: 0 },
      },
      measure: measureBroadcast,
    },
  ],
};
