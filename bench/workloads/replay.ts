import { cpuSeconds } from '../measure/processes.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import type { Figures, Scale, Workload } from '../workload.js';
import type { Subject } from '../subject.js';

const MESSAGES = 5_000;
const ON_THE_WAY = 200;

/** Messages for a user who is away and then connects. */
async function measureReplay(subject: Subject, scale: Scale): Promise<Figures> {
  const [from, to] = await subject.people(2);
  if (!from || !to) throw new Error('nobody there');
  const address = await subject.pair(from, to);
  const sender = await subject.connect(from);
  const tally = new Tally();
  const inbox = tally.inbox(0);
  const count = scale.of(MESSAGES);
  const sendNext = (): Promise<void> =>
    new Promise((done) => sender.send(address, textOf(0, tally.next(0)), done));
  await Promise.all(
    Array.from({ length: Math.min(ON_THE_WAY, count) }, async () => {
      while (tally.sent < count) await sendNext();
    }),
  );
  await sender.close();
  const cpuBefore = cpuSeconds(subject.processes);
  const startedAt = performance.now();
  const all = tally.everywhere(count);
  const ear = await subject.listen(to, (_, n) => inbox(n), '');
  await all;
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await ear.close();
  return { rate: count / seconds, cpu: (cpu / count) * 1000, faults: tally.faults };
}

export const w4: Workload = {
  name: 'w4',
  title: 'Coming back',
  about:
    '5,000 messages for a user who is away and then connects for the first time: from the connecting until all are there, in order.',
  rounds: 5,
  cases: [
    {
      title: '5,000 messages',
      contenders: ['mailroom', 'mailroom-sse', 'yardstick', 'ejabberd'],
      columns: {
        rate: { title: 'messages/s', digits: 0 },
        cpu: { title: 'CPU s per 1,000', digits: 3 },
        faults: { title: 'lost, doubled, disordered', digits: 0 },
      },
      measure: measureReplay,
    },
  ],
};
