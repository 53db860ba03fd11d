import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds } from '../measure/processes.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import type { Ear, Line, Subject } from '../subject.js';
import type { Case, Figures, Scale, Workload } from '../workload.js';

const PAIRS = 100;
const SECONDS = 4;
/** Milliseconds from one message of a calm sender to the next: within what each may send in a minute. */
const PACE_MS = 110;

export const pairColumns = {
  rate: { title: 'messages/s', digits: 0 },
  p50: { title: 'p50 ms', digits: 1 },
  p99: { title: 'p99 ms', digits: 1 },
  cpu: { title: 'CPU s per 1,000', digits: 3 },
  faults: { title: 'lost, doubled, disordered', digits: 0 },
};

export interface OpenPair {
  readonly from: Line;
  readonly to: Ear;
  readonly address: string;
}

/** So many messages of each sender are on the way: the next one goes when one is acknowledged. */
export async function measurePairs(subject: Subject, scale: Scale, onTheWay: number): Promise<Figures> {
  const tally = new Tally();
  const pairs = await openPairs(subject, scale.of(PAIRS), tally);
  const cpuBefore = cpuSeconds(subject.processes);
  const startedAt = performance.now();
  const deadline = startedAt + scale.ms(SECONDS);
  const isOver = (): boolean => performance.now() >= deadline;
  await Promise.all(pairs.map((pair, stream) => talk(pair, stream, tally, { onTheWay, isOver })));
  const seconds = (performance.now() - startedAt) / 1000;
  await tally.settled();
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await closePairs(pairs);
  return {
    rate: tally.sent / seconds,
    p50: tally.latency(50),
    p99: tally.latency(99),
    cpu: (cpu / tally.sent) * 1000,
    faults: tally.faults,
  };
}

export async function openPairs(subject: Subject, count: number, tally: Tally): Promise<OpenPair[]> {
  const people = await subject.people(2 * count);
  const pairs: OpenPair[] = [];
  for (let stream = 0; stream < count; stream += 1) {
    const [a, b] = people.slice(2 * stream);
    if (!a || !b) break;
    // Before they connect: the news of a conversation shows its last message too.
    const address = await subject.pair(a, b);
    const inbox = tally.inbox(stream);
    const [from, to] = await Promise.all([subject.connect(a), subject.listen(b, (_, n) => inbox(n))]);
    pairs.push({ from, to, address });
  }
  return pairs;
}

export const closePairs = async (pairs: readonly OpenPair[]): Promise<void> => {
  await Promise.all(pairs.flatMap(({ from, to }) => [from.close(), to.close()]));
};

/** One sends until it is over. Resolves when the last message is acknowledged. */
export function talk(
  { from, address }: OpenPair,
  stream: number,
  tally: Tally,
  { onTheWay, isOver }: { onTheWay: number; isOver: () => boolean },
): Promise<void> {
  return new Promise((resolve) => {
    let underWay = 0;
    const send = (): void => {
      underWay += 1;
      from.send(address, textOf(stream, tally.next(stream)), () => {
        underWay -= 1;
        if (!isOver()) send();
        else if (underWay === 0) resolve();
      });
    };
    for (let i = 0; i < onTheWay; i += 1) send();
  });
}

/** One sends at an even pace until it is over, and waits for whatever takes longer. */
export async function talkCalmly(
  { from, address }: OpenPair,
  stream: number,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  await delay(Math.random() * PACE_MS);
  while (!isOver()) {
    const acknowledged = new Promise<void>((done) =>
      from.send(address, textOf(stream, tally.next(stream)), done),
    );
    await Promise.all([acknowledged, delay(PACE_MS)]);
  }
}

export const onTheWay = (count: number, contenders: Case['contenders']): Case => ({
  title: `${count} on the way`,
  contenders,
  columns: pairColumns,
  measure: (subject, scale) => measurePairs(subject, scale, count),
});

const all = [
  'mailroom',
  'mailroom-two',
  'yardstick',
  'ejabberd',
  'socket.io',
  'socket.io-streams',
  'ws',
] as const;

export const w1: Workload = {
  name: 'w1',
  title: 'Pairs',
  about:
    '100 pairs of connected users; one of each sends, 1 or 16 messages on the way at a time, for 4 s. A time is from the sending to the delivery.',
  rounds: 3,
  cases: [onTheWay(1, all), onTheWay(16, all)],
};
