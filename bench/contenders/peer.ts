import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { SocketIoLine } from '../lines/socket-io-line.js';
import { WsLine } from '../lines/ws-line.js';
import type { Hear, Line, Person, ServerProcess, Subject } from '../subject.js';
import { startStores } from './stores.js';

export interface PeerOptions {
  /** Its file in bench/peers. */
  readonly program: string;
  readonly processes: number;
  readonly database: boolean;
  readonly redis: boolean;
  readonly speaks: 'socket.io' | 'ws';
}

const dialect = {
  ready: '40',
  event: 'send',
  message: (to: string, text: string) => `{"to":"${to}","text":"${text}"}`,
};

/** One of bench/peers, in processes of its own. Its users are names, and nobody checks them. */
export async function startPeer(options: PeerOptions): Promise<Subject> {
  const stores = await startStores(options);
  const program = resolve(import.meta.dirname, `../peers/${options.program}.js`);
  const stopping: (() => Promise<void>)[] = [];
  const processes: ServerProcess[] = [];
  const urls: string[] = [];
  for (let i = 0; i < options.processes; i += 1) {
    const child = fork(program, [stores.databaseUrl, stores.redisUrl]);
    const [port] = (await once(child, 'message')) as [number];
    processes.push({ name: 'node', pid: child.pid ?? 0 });
    urls.push(`http://127.0.0.1:${port}`);
    stopping.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
  }
  const groupsOf = new Map<string, string[]>();
  let people = 0;
  let groups = 0;
  let lines = 0;
  const open = (person: Person, hear?: Hear, cursor?: string): Promise<Line> => {
    const url = urls[(lines += 1) % urls.length] ?? '';
    const auth = { name: person.id, groups: groupsOf.get(person.id) ?? [], cursor };
    return options.speaks === 'ws'
      ? WsLine.open(url, auth, hear)
      : SocketIoLine.open(url, auth, dialect, hear);
  };
  const group = (members: readonly Person[]): string => {
    const name = `g${(groups += 1)}`;
    for (const { id } of members) groupsOf.set(id, [...(groupsOf.get(id) ?? []), name]);
    return name;
  };
  return {
    processes: [...processes, ...stores.processes],
    url: urls[0] ?? '',
    people: async (count) => Array.from({ length: count }, () => ({ id: `u${(people += 1)}`, token: '' })),
    pair: async (_from, to) => to.id,
    group: async (members) => group(members),
    announcer: async (everybody) => {
      const name = group(everybody);
      const line = await open({ id: name, token: '' });
      return {
        say: (text) => new Promise((done) => line.send(name, text, done)),
        close: () => line.close(),
      };
    },
    connect: open,
    listen: open,
    stop: async () => {
      await Promise.all(stopping.map((stop) => stop()));
      await stores.stop();
    },
  };
}
