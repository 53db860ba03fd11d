import { HttpReader } from '../lines/http-reader.js';
import { cpuSeconds } from '../measure/processes.js';
import { percentileOf } from '../measure/summary.js';
import { wordOf } from '../measure/words.js';
import type { Archive, Person, Subject } from '../subject.js';
import type { Case, Figures, Scale, Workload } from '../workload.js';

const CONVERSATIONS = 1_000;
const MESSAGES_EACH = 1_000;
const READERS = 20;
const AT_ONCE = 16;
const SECONDS = 3;
const TICK_MS = 1;
const PAGE = 50;
const CHANGED = 20;

/** The same one in each round. */
const archives = new WeakMap<Subject, Promise<Archive>>();

/** What the nth read of a kind asks of a conversation. */
type Path = (conversationId: string, n: number, archive: Archive) => string;

/** Flat out first: that is the rate, and what a read costs. Then at half that rate, whatever the answers do: that are the times. */
async function measureReads(subject: Subject, scale: Scale, pathOf: Path): Promise<Figures> {
  const archive = await archiveOf(subject, scale);
  const reader = new HttpReader(subject.url);
  let n = 0;
  const readNext = (): Promise<void> => {
    n += 1;
    const turn = n % archive.readers.length;
    const mine = archive.conversationsOf[turn] ?? [];
    // A prime apart: neighbours in time are none in the tables.
    const conversationId = mine[(n * 7_919) % mine.length] ?? '';
    return reader.read(archive.readers[turn] as Person, pathOf(conversationId, n, archive));
  };
  await flatOut(scale.ms(1), readNext);
  const cpuBefore = cpuSeconds(subject.processes);
  const startedAt = performance.now();
  const count = await flatOut(scale.ms(SECONDS), readNext);
  const rate = count / ((performance.now() - startedAt) / 1000);
  const cpu = cpuSeconds(subject.processes) - cpuBefore;
  const times = await atRate(rate / 2, scale.ms(SECONDS), readNext);
  reader.close();
  return { rate, cpu: (cpu / count) * 1000, p50: percentileOf(times, 50), p99: percentileOf(times, 99) };
}

function archiveOf(subject: Subject, scale: Scale): Promise<Archive> {
  if (!subject.archive) throw new Error('It keeps no histories.');
  const size = {
    conversations: scale.of(CONVERSATIONS),
    messages: scale.of(MESSAGES_EACH),
    readers: READERS,
  };
  const archive = archives.get(subject) ?? subject.archive(size);
  archives.set(subject, archive);
  return archive;
}

async function flatOut(ms: number, readNext: () => Promise<void>): Promise<number> {
  const deadline = performance.now() + ms;
  let count = 0;
  const readOn = async (): Promise<void> => {
    while (performance.now() < deadline) {
      await readNext();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readOn));
  return count;
}

/** Milliseconds that each read took, from when it was due. */
async function atRate(rate: number, ms: number, readNext: () => Promise<void>): Promise<number[]> {
  const startedAt = performance.now();
  const total = Math.ceil((rate * ms) / 1000);
  const reads: Promise<number>[] = [];
  while (reads.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate) + 1);
    while (reads.length < due) {
      const at = startedAt + (reads.length / rate) * 1000;
      reads.push(readNext().then(() => performance.now() - at));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return Promise.all(reads);
}

const read = (title: string, pathOf: Path): Case => ({
  title,
  contenders: ['mailroom'],
  columns: {
    rate: { title: 'reads/s', digits: 0 },
    cpu: { title: 'CPU ms a read', digits: 2 },
    p50: { title: 'p50 ms', digits: 1 },
    p99: { title: 'p99 ms', digits: 1 },
  },
  measure: (subject, scale) => measureReads(subject, scale, pathOf),
});

export const w7: Workload = {
  name: 'w7',
  title: 'Reads',
  about:
    '1,000 conversations of 1,000 messages each; 20 users, each a member of 500 of the conversations with up to 20 messages unread in each, read over HTTP: 16 at a time, for 3 s, for the rate and the CPU; then for 3 s at half that rate, for the times. MariaDB has a buffer pool of 256 MiB.',
  rounds: 3,
  cases: [
    read(
      'a page of history, 50 messages',
      (id, n, { lastSeq }) =>
        `/v1/conversations/${id}/messages?limit=${PAGE}&before=${2 + ((n * 7_919) % lastSeq)}`,
    ),
    read('the newest 50 of 500 conversations', () => `/v1/conversations?limit=${PAGE}`),
    read(
      'what changed: the last 20 messages',
      (id, _, { lastSeq }) => `/v1/conversations/${id}/changes?sinceRev=${lastSeq + 1 - CHANGED}`,
    ),
    read('a snapshot, 500 conversations', () => '/v1/sync'),
    read('search in 500 conversations', (_, n) => `/v1/search/messages?q=${wordOf(n)}&limit=${PAGE}`),
    read('search in one conversation', (id, n) => `/v1/search/messages?q=${wordOf(n)}&conversationId=${id}`),
  ],
};
