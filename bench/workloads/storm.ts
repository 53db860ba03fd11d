import { cpuSeconds } from '../measure/processes.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import type { Ear, Line, Person, Subject } from '../subject.js';
import type { Figures, Scale, Workload } from '../workload.js';
import { closePairs, openPairs, talkCalmly } from './pairs.js';

const CONNECTIONS = 5_000;
const MISSED = 10;
const OTHERS = 20;
const CALM_SECONDS = 4;
/** As the browsers of one company come back through one proxy. */
const OPENED_AT_ONCE = 256;

/** All members of a group are cut off at once, miss some messages, and come back with their cursors. */
async function measureStorm(subject: Subject, scale: Scale): Promise<Figures> {
  const members = await subject.people(scale.of(CONNECTIONS));
  const [sender, ...readers] = members;
  const address = await subject.group(members);
  const line = await subject.connect(sender as Person);
  const tally = new Tally();
  const inboxes = readers.map(() => tally.inbox(0));
  const cut = await openAll(subject, readers, inboxes);
  // The one message gives each of them a cursor to come back with.
  await Promise.all([say(line, address, tally), tally.everywhere(1)]);
  const calm = await othersMeanwhile(subject, scale, () => pause(scale.ms(CALM_SECONDS)));

  const cursors = cut.map(({ cursor }) => cursor);
  for (const ear of cut) ear.cut();
  for (let i = 0; i < MISSED; i += 1) await say(line, address, tally);
  let seconds = NaN;
  const cpuBefore = cpuSeconds(subject.processes);
  const storm = await othersMeanwhile(subject, scale, async () => {
    const startedAt = performance.now();
    const current = tally.everywhere(1 + MISSED);
    const back = await openAll(subject, readers, inboxes, cursors);
    await current;
    seconds = (performance.now() - startedAt) / 1000;
    await Promise.all(back.map((ear) => ear.close()));
  });
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await line.close();
  return {
    seconds,
    calm: calm.latency(99),
    storm: storm.latency(99),
    cpu: (cpu / readers.length) * 1000,
    faults: tally.faults + calm.faults + storm.faults,
  };
}

const say = (line: Line, address: string, tally: Tally): Promise<void> =>
  new Promise((done) => line.send(address, textOf(0, tally.next(0)), done));

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The deliveries of pairs who talk while the work goes on. */
async function othersMeanwhile(subject: Subject, scale: Scale, work: () => Promise<void>): Promise<Tally> {
  const tally = new Tally();
  const pairs = await openPairs(subject, scale.of(OTHERS), tally);
  let isOver = false;
  const talking = pairs.map((pair, stream) => talkCalmly(pair, stream, tally, () => isOver));
  await work();
  isOver = true;
  await Promise.all(talking);
  await tally.settled();
  await closePairs(pairs);
  return tally;
}

/** Each reader hears into the inbox that stands beside it, and goes on after its cursor if it has one. */
async function openAll(
  subject: Subject,
  readers: readonly Person[],
  inboxes: readonly ((n: number) => void)[],
  cursors: readonly string[] = [],
): Promise<Ear[]> {
  const ears: Ear[] = [];
  let next = 0;
  const open = async (): Promise<void> => {
    for (let i = next++; i < readers.length; i = next++)
      ears[i] = await subject.listen(readers[i] as Person, (_, n) => inboxes[i]?.(n), cursors[i]);
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
  return ears;
}

export const w5: Workload = {
  name: 'w5',
  title: 'All come back',
  about:
    '5,000 members of one group are cut off at once, miss ten messages, and come back with their cursors, 256 at a time: from the first one until all have all ten. Meanwhile, and for 4 s before, 20 other pairs talk, nine messages a second each.',
  rounds: 1,
  cases: [
    {
      title: '5,000 connections',
      contenders: ['mailroom', 'mailroom-two', 'mailroom-sse'],
      columns: {
        seconds: { title: 'all current after s', digits: 1 },
        calm: { title: 'others’ p99 before, ms', digits: 1 },
        storm: { title: 'others’ p99 meanwhile, ms', digits: 1 },
        cpu: { title: 'CPU s per 1,000', digits: 2 },
        faults: { title: 'lost, doubled, disordered', digits: 0 },
      },
      measure: measureStorm,
    },
  ],
};
