import { cpuSeconds } from '../measure/processes.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import type { Ear, Line, Person, Subject } from '../subject.js';
import type { Case, Figures, Scale, Workload } from '../workload.js';

const SECONDS = 4;
const ON_THE_WAY = 4;
const OPENED_AT_ONCE = 50;

export const fanOutColumns = {
  rate: { title: 'deliveries/s', digits: 0 },
  p50: { title: 'p50 ms', digits: 1 },
  p99: { title: 'p99 ms', digits: 1 },
  cpu: { title: 'CPU s per 100,000', digits: 2 },
  faults: { title: 'lost, doubled, disordered', digits: 0 },
};

/** One group, all of it connected; one member sends, the others read. */
export async function measureFanOut(subject: Subject, scale: Scale, size: number): Promise<Figures> {
  const tally = new Tally();
  const members = await subject.people(scale.of(size));
  const address = await subject.group(members);
  const [sender, ...readers] = members;
  const line = await subject.connect(sender as Person);
  const ears = await listenAll(subject, readers, tally);
  const cpuBefore = cpuSeconds(subject.processes);
  const startedAt = performance.now();
  await sendUntil(startedAt + scale.ms(SECONDS), line, address, tally);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await Promise.all([line, ...ears].map((ear) => ear.close()));
  return {
    rate: tally.received / seconds,
    p50: tally.latency(50),
    p99: tally.latency(99),
    cpu: (cpu / tally.received) * 100_000,
    faults: tally.faults,
  };
}

/** A connection each, that hears of one stream. */
export async function listenAll(subject: Subject, readers: readonly Person[], tally: Tally): Promise<Ear[]> {
  const ears: Ear[] = [];
  for (let i = 0; i < readers.length; i += OPENED_AT_ONCE) {
    const some = readers.slice(i, i + OPENED_AT_ONCE).map((reader) => {
      const inbox = tally.inbox(0);
      return subject.listen(reader, (_, n) => inbox(n));
    });
    ears.push(...(await Promise.all(some)));
  }
  return ears;
}

/** A message is on the way until it is acknowledged and all readers have it: nothing piles up anywhere. */
async function sendUntil(deadline: number, line: Line, address: string, tally: Tally): Promise<void> {
  const sendOneByOne = async (): Promise<void> => {
    while (performance.now() < deadline) {
      const n = tally.next(0);
      const acknowledged = new Promise<void>((done) => line.send(address, textOf(0, n), done));
      await Promise.all([acknowledged, tally.everywhere(n)]);
    }
  };
  await Promise.all(Array.from({ length: ON_THE_WAY }, sendOneByOne));
}

export const groupOf = (size: number, contenders: Case['contenders']): Case => ({
  title: `${size.toLocaleString('en')} members`,
  contenders,
  columns: fanOutColumns,
  measure: (subject, scale) => measureFanOut(subject, scale, size),
});

const all = ['mailroom', 'yardstick', 'ejabberd', 'socket.io', 'socket.io-streams', 'ws'] as const;

export const w2: Workload = {
  name: 'w2',
  title: 'Fan-out',
  about:
    'One group of 200 and one of 1,000 members, all connected. One of them sends for 4 s, 4 messages on the way: the next one goes when one is acknowledged and all members have it.',
  rounds: 3,
  cases: [groupOf(200, all), groupOf(1_000, all)],
};
