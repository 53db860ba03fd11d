import { setTimeout as delay } from 'node:timers/promises';
import type { DisposableServer } from '../../../support/servers.js';
import { type Fault, type Strike, onAll, onNode } from './fault.js';

type ServerOf = (strike: Strike) => DisposableServer;
const mysql: ServerOf = ({ cluster }) => cluster.stores.mariadb;
const redis: ServerOf = ({ cluster }) => cluster.stores.redis;

const killed = (server: ServerOf): Fault =>
  onAll(async (strike) => {
    await server(strike).kill('SIGKILL');
    await delay(strike.holdMs);
    await server(strike).start();
  });

const restarted = (server: ServerOf): Fault => onAll((strike) => server(strike).restart());

const frozen = (server: ServerOf): Fault =>
  onAll(async (strike) => {
    await server(strike).kill('SIGSTOP');
    await delay(strike.holdMs);
    await server(strike).kill('SIGCONT');
  });

/** Shifts what a process takes for the time, by so many milliseconds. Loaded before anything else. */
const shiftedClock = (byMs: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...args) { super(...(args.length === 0 ? [Real.now() + ${byMs}] : args)); }
      static now() { return Real.now() + ${byMs}; }
    };
  `)}`;

const HOUR_MS = 3_600_000;

/** The node runs for a while with a clock that is wrong by this much. */
const clockShifted = (byMs: number): Fault =>
  onNode(async ({ node, holdMs }) => {
    node.kill('SIGKILL');
    await node.exit();
    await node.start({ preload: shiftedClock(byMs) });
    await delay(holdMs);
    node.kill('SIGKILL');
    await node.exit();
    await node.start();
  });

/** Processes that die, stand still, are told to go, or have lost the time. */
export const processFaults = {
  'node killed': onNode(async ({ node, holdMs }) => {
    node.kill('SIGKILL');
    await node.exit();
    await delay(holdMs);
    await node.start();
  }),
  'node frozen': onNode(async ({ node, holdMs }) => {
    node.kill('SIGSTOP');
    await delay(holdMs);
    node.kill('SIGCONT');
  }),
  'node drained': onNode(async ({ node }) => {
    node.kill('SIGTERM');
    const code = await node.exit();
    const { output } = node;
    await node.start();
    if (code !== 0) throw new Error(`it ended with ${code}; it printed:\n${output.slice(-2_000)}`);
  }),
  'node an hour ahead': clockShifted(HOUR_MS),
  'node an hour behind': clockShifted(-HOUR_MS),
  'MySQL killed': killed(mysql),
  'MySQL restarted': restarted(mysql),
  'MySQL frozen': frozen(mysql),
  'Redis killed': killed(redis),
  'Redis restarted': restarted(redis),
  'Redis frozen': frozen(redis),
  'Redis emptied': onAll(({ cluster }) => cluster.stores.redis.restart({ emptied: true })),
} satisfies Record<string, Fault>;
