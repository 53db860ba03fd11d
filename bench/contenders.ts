import { findEjabberd } from './contenders/ejabberd-server.js';
import { startEjabberd } from './contenders/ejabberd.js';
import { startMailroom } from './contenders/mailroom.js';
import { startPeer } from './contenders/peer.js';
import type { Subject } from './subject.js';

interface Contender {
  readonly title: string;
  /** What this machine lacks for it to take part; undefined where nothing is lacking. */
  lacks?(): string | undefined;
  start(): Promise<Subject>;
}

/** Everybody who may take part, by the name that the workloads use. */
export const contenders = {
  mailroom: { title: 'Mailroom', start: () => startMailroom({ nodes: 1, door: 'socket.io' }) },
  'mailroom-two': {
    title: 'Mailroom, two nodes',
    start: () => startMailroom({ nodes: 2, door: 'socket.io' }),
  },
  'mailroom-sse': { title: 'Mailroom, read by SSE', start: () => startMailroom({ nodes: 1, door: 'sse' }) },
  'mailroom-poll': {
    title: 'Mailroom, read by long poll',
    start: () => startMailroom({ nodes: 1, door: 'poll' }),
  },
  'mailroom-limited': {
    title: 'Mailroom, with its rate limits',
    start: () => startMailroom({ nodes: 1, door: 'socket.io', isLimited: true }),
  },
  yardstick: {
    title: 'the yardstick (durable)',
    start: () =>
      startPeer({ program: 'yardstick', processes: 1, database: true, redis: true, speaks: 'socket.io' }),
  },
  ejabberd: {
    title: 'ejabberd (durable)',
    lacks: () => (findEjabberd() ? undefined : 'Debian’s packages ejabberd and erlang-p1-mysql'),
    start: startEjabberd,
  },
  'socket.io': {
    title: 'Socket.IO, rooms (stores nothing)',
    start: () =>
      startPeer({ program: 'socket-io', processes: 1, database: false, redis: false, speaks: 'socket.io' }),
  },
  'socket.io-streams': {
    title: 'Socket.IO, Redis streams adapter, two processes (stores nothing)',
    start: () =>
      startPeer({ program: 'socket-io', processes: 2, database: false, redis: true, speaks: 'socket.io' }),
  },
  ws: {
    title: '`ws` (stores nothing)',
    start: () => startPeer({ program: 'ws', processes: 1, database: false, redis: false, speaks: 'ws' }),
  },
} satisfies Record<string, Contender>;

export type ContenderName = keyof typeof contenders;

export const lackingFor = (name: ContenderName): string | undefined => {
  const contender: Contender = contenders[name];
  return contender.lacks?.();
};
