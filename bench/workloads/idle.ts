import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds, memoryKib } from '../measure/processes.js';
import type { Ear, Subject } from '../subject.js';
import type { Case, Figures, Scale, Workload } from '../workload.js';

const OPENED_AT_ONCE = 64;
const SETTLE_MS = 1_000;
/** In which each of the servers pings each of its connections at least once: Socket.IO does it every 25 s. */
const IDLE_SECONDS = 25;

export const idleColumns = {
  memory: { title: 'KiB a connection', digits: 1 },
  logins: { title: 'log-ins/s', digits: 0 },
  cpu: { title: 'idle, % of a core', digits: 1 },
};

/** So many authenticated connections that say nothing. */
export async function measureIdle(subject: Subject, scale: Scale, connections: number): Promise<Figures> {
  const waiting = [...(await subject.people(scale.of(connections)))];
  const count = waiting.length;
  const memoryBefore = memoryKib(subject.processes);
  const startedAt = performance.now();
  const ears: Ear[] = [];
  const open = async (): Promise<void> => {
    for (let person = waiting.pop(); person; person = waiting.pop()) ears.push(await subject.listen(person));
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
  const seconds = (performance.now() - startedAt) / 1000;
  await delay(scale.ms(SETTLE_MS / 1000));
  const memory = memoryKib(subject.processes) - memoryBefore;
  const cpuBefore = cpuSeconds(subject.processes);
  const idleMs = scale.ms(IDLE_SECONDS);
  await delay(idleMs);
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  await Promise.all(ears.map((ear) => ear.close()));
  return { memory: memory / count, logins: count / seconds, cpu: (cpu / idleMs) * 100_000 };
}

const connections = (count: number): Case => ({
  title: `${count.toLocaleString('en')} connections`,
  contenders: ['mailroom', 'mailroom-sse', 'yardstick', 'ejabberd', 'socket.io', 'ws'],
  columns: idleColumns,
  measure: (subject, scale) => measureIdle(subject, scale, count),
});

export const w3: Workload = {
  name: 'w3',
  title: 'Idle connections',
  about:
    'Authenticated connections that say nothing, opened 64 at a time by users who never connected before; the memory that all server processes gained, and their CPU over 25 s, in which each connection is pinged once or, by Mailroom, twice. One round a size, since memory once taken is not given back: the sizes grow.',
  rounds: 1,
  cases: [connections(2_000), connections(5_000), connections(10_000)],
};
