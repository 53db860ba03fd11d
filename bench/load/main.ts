import { parseArgs } from 'node:util';
import { percentileOf } from '../measure/summary.js';
import { Tally } from '../measure/tally.js';
import { textOf } from '../measure/text.js';
import { Crowd, type LoadPair } from './crowd.js';

const USAGE = `npm run load -- --url http://127.0.0.1:3000 --users 100 --rate 200 [--seconds 30]

  --url      the server, started with RATE_LIMITS=off; a test installation: the users and their messages stay
  --users    how many are connected; half of them send, each to one of the others
  --rate     messages a second, all senders together
  --seconds  how long`;

const TICK_MS = 5;

interface Options {
  readonly url: string;
  readonly pairs: number;
  readonly rate: number;
  readonly seconds: number;
}

/** What came of the sends; times count from when each was due, so that a server that stalls is not spared. */
class Outcome {
  readonly acknowledged: number[] = [];
  readonly refusals = new Map<string, number>();
  sent = 0;

  refused(answer: string): void {
    const code = /"code":"([^"]+)"/.exec(answer)?.[1] ?? 'unknown';
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  get refusedCount(): number {
    return [...this.refusals.values()].reduce((sum, count) => sum + count, 0);
  }
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      users: { type: 'string', default: '100' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '30' },
      help: { type: 'boolean', default: false },
    },
  });
  const [users, rate, seconds] = [values.users, values.rate, values.seconds].map(Number);
  const isUsable = [users, rate, seconds].every((value) => value !== undefined && value > 0);
  if (values.help || !isUsable || !users || !rate || !seconds || !URL.canParse(values.url)) {
    console.error(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  return { url: new URL(values.url).origin, pairs: Math.max(1, Math.floor(users / 2)), rate, seconds };
}

/** Sends what is due, and no sooner, whatever the answers do. */
async function sendAll(
  { rate, seconds }: Options,
  pairs: readonly LoadPair[],
  tally: Tally,
  outcome: Outcome,
): Promise<void> {
  const startedAt = performance.now();
  const total = Math.round(rate * seconds);
  while (outcome.sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate) + 1);
    while (outcome.sent < due) {
      const at = startedAt + (outcome.sent / rate) * 1000;
      sendOne(pairs, outcome.sent % pairs.length, { at, tally, outcome });
      outcome.sent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

function sendOne(
  pairs: readonly LoadPair[],
  stream: number,
  { at, tally, outcome }: { at: number; tally: Tally; outcome: Outcome },
): void {
  const pair = pairs[stream];
  pair?.from.send(
    pair.conversationId,
    textOf(stream, tally.next(stream, at)),
    () => outcome.acknowledged.push(performance.now() - at),
    (answer) => outcome.refused(answer),
  );
}

const line = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
};

const ms = (value: number): string => (Number.isNaN(value) ? '–' : `${value.toFixed(1)} ms`);

/** One line a second: what happened in it. */
function showProgress(tally: Tally, outcome: Outcome): () => void {
  let before = { sent: 0, acknowledged: 0, received: 0 };
  const timer = setInterval(() => {
    const recent = outcome.acknowledged.slice(before.acknowledged);
    line(
      [
        `${outcome.sent - before.sent} sent/s`,
        `${recent.length} acknowledged/s`,
        `${tally.received - before.received} delivered/s`,
        `p50 ${ms(percentileOf(recent, 50))}`,
        `p99 ${ms(percentileOf(recent, 99))}`,
        `${outcome.refusedCount} refused`,
      ].join(' · '),
    );
    before = {
      sent: outcome.sent,
      acknowledged: outcome.acknowledged.length,
      received: tally.received,
    };
  }, 1000);
  return () => clearInterval(timer);
}

function summary(tally: Tally, outcome: Outcome): string {
  const percents = [50, 95, 99, 100];
  const row = (title: string, of: (percent: number) => number): string =>
    `${title.padEnd(14)}${percents.map((percent) => ms(of(percent)).padStart(12)).join('')}`;
  const refusals = [...outcome.refusals].map(([code, count]) => `${code} ${count}`).join(', ');
  const missing = tally.lost - outcome.refusedCount;
  return [
    '',
    `${outcome.sent} sent, ${outcome.acknowledged.length} acknowledged, ${tally.received} delivered`,
    `refused: ${refusals || 'none'}; lost ${missing}, doubled ${tally.doubled}, disordered ${tally.disordered}`,
    `${''.padEnd(14)}${['p50', 'p95', 'p99', 'max'].map((title) => title.padStart(12)).join('')}`,
    row('acknowledged', (percent) => percentileOf(outcome.acknowledged, percent)),
    row('delivered', (percent) => tally.latency(percent)),
  ].join('\n');
}

async function gather({ url, pairs, seconds }: Options, tally: Tally): Promise<LoadPair[]> {
  const crowd = new Crowd(url);
  const gathered = await crowd.pairs(pairs, tally, (done) => process.stdout.isTTY && line(done));
  if (crowd.secondsLeft > seconds) return gathered;
  throw new Error(
    `The tokens end in ${Math.floor(crowd.secondsLeft)} s: give fewer --seconds, or let the server's tokens last longer.`,
  );
}

const options = readOptions();
const tally = new Tally();
const outcome = new Outcome();
const pairs = await gather(options, tally).catch((error: unknown) => {
  const { message, cause } = error as Error;
  console.error(`\n${options.url}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  process.exit(1);
});
const stop = showProgress(tally, outcome);
await sendAll(options, pairs, tally, outcome);
await tally.settled();
stop();
console.log(summary(tally, outcome));
process.exit(tally.lost - outcome.refusedCount + tally.doubled + tally.disordered > 0 ? 1 : 0);
