import { openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Child, endChild, startChild } from '../../src/launcher/child-process.js';
import { anyFreePort } from '../../src/launcher/free-port.js';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { environment } from '../../src/platform/config/environment.js';
import { PollEar } from '../lines/poll-ear.js';
import { SocketIoLine } from '../lines/socket-io-line.js';
import { SseEar } from '../lines/sse-ear.js';
import { wordOf } from '../measure/words.js';
import type { Announcer, Ear, Hear, Person, Subject } from '../subject.js';
import { seedArchive } from './seeded-archive.js';
import { SeededUsers } from './seeded-users.js';
import { type Stores, startStores } from './stores.js';

export interface MailroomOptions {
  readonly nodes: number;
  /** The door of those who only read. Whoever sends does it by Socket.IO. */
  readonly door: 'socket.io' | 'sse' | 'poll';
  /** Whether everybody may do but so much: else rates are off, and the load is what it is. */
  readonly isLimited?: boolean;
}

const root = resolve(import.meta.dirname, '../../../..');
const MEMBERS_AT_ONCE = 500;

/** How Mailroom speaks over Socket.IO. */
export const dialect = {
  ready: '42["ready"',
  event: 'message.send',
  message: (to: string, text: string) => `{"conversationId":"${to}","text":"${text}"}`,
};

/** The built application as `npm run start:prod` runs it, with its defaults, on stores of its own. */
export async function startMailroom({ nodes, door, isLimited = false }: MailroomOptions): Promise<Subject> {
  const stores = await startStores({ database: true, redis: true });
  const running = await Promise.all(Array.from({ length: nodes }, () => startNode(stores, isLimited)));
  const urls = running.map(({ url }) => url);
  const url = urls[0] ?? '';
  const users = await SeededUsers.from(url, stores.databaseUrl);
  let lines = 0;
  const nextUrl = (): string => urls[(lines += 1) % urls.length] ?? '';
  const connect = ({ token }: Person, hear?: Hear, cursor?: string): Promise<SocketIoLine> =>
    SocketIoLine.open(nextUrl(), { token, ...(cursor && { cursor }) }, dialect, hear);
  const doors: Record<
    MailroomOptions['door'],
    (person: Person, hear?: Hear, cursor?: string) => Promise<Ear>
  > = {
    'socket.io': connect,
    sse: ({ token }, hear, cursor) => SseEar.open(nextUrl(), token, hear, cursor),
    poll: ({ token }, hear, cursor) => PollEar.open(nextUrl(), token, hear, cursor),
  };
  return {
    processes: [...running.map(({ child }) => ({ name: 'node', pid: child.pid })), ...stores.processes],
    url,
    people: (count) => users.make(count),
    pair: (from, to) => begin(url, from, { type: 'direct', userId: to.id }),
    group: (members) => beginGroup(url, members),
    announcer: async () => announcerOf(url, await users.admin()),
    connect,
    listen: doors[door],
    archive: async ({ conversations, messages, readers: count }) => {
      const readers = await users.make(count);
      const say = async (person: Person, conversationId: string, text = wordOf(0)): Promise<void> => {
        await post(`${url}/v1/conversations/${conversationId}/messages`, person, { text });
      };
      const begin = async (): Promise<string> => {
        const id = await beginGroup(url, readers);
        await say(readers[0] as Person, id);
        return id;
      };
      return seedArchive({ databaseUrl: stores.databaseUrl, conversations, messages, readers, begin, say });
    },
    stop: async () => {
      await users.close();
      await Promise.all(running.map(({ child }) => endChild(child, 20_000)));
      await stores.stop();
    },
  };
}

async function startNode(stores: Stores, isLimited: boolean): Promise<{ url: string; child: Child }> {
  const port = await anyFreePort('127.0.0.1');
  const errors = openSync('/dev/null', 'w');
  const child = await startChild({
    file: process.execPath,
    args: nodeArguments(),
    cwd: root,
    env: {
      PATH: environment.PATH,
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
      RATE_LIMITS: isLimited ? 'on' : 'off',
    },
    stdio: ['ignore', errors, 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil('The node is ready', async () => (await fetch(`${url}/health/ready`)).ok, {
    timeoutMs: 30_000,
  });
  return { url, child };
}

/** What follows `node` in `npm run start:prod`. */
function nodeArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
    scripts: { 'start:prod': string };
  };
  return scripts['start:prod'].split(' node ')[1]?.split(' ') ?? [];
}

/** What was said is recalled in the end: whoever connects in the next round gets nothing of it. */
function announcerOf(url: string, admin: Person): Announcer {
  const said: string[] = [];
  return {
    say: async (text) => {
      const body = { body: text, audience: { all: true } };
      const { broadcast } = (await post(`${url}/v1/broadcasts`, admin, body)) as {
        broadcast: { id: string };
      };
      said.push(broadcast.id);
    },
    close: async () => {
      for (const id of said.splice(0)) await call('DELETE', `${url}/v1/broadcasts/${id}`, admin);
    },
  };
}

async function beginGroup(url: string, members: readonly Person[]): Promise<string> {
  const [owner, ...others] = members;
  if (!owner) throw new Error('a group without members');
  const ids = others.map(({ id }) => id);
  const id = await begin(url, owner, {
    type: 'group',
    name: 'Bench',
    memberIds: ids.slice(0, MEMBERS_AT_ONCE - 1),
  });
  for (let i = MEMBERS_AT_ONCE - 1; i < ids.length; i += MEMBERS_AT_ONCE) {
    const userIds = ids.slice(i, i + MEMBERS_AT_ONCE);
    await post(`${url}/v1/conversations/${id}/members`, owner, { userIds });
  }
  return id;
}

async function begin(url: string, owner: Person, conversation: object): Promise<string> {
  const body = (await post(`${url}/v1/conversations`, owner, conversation)) as {
    conversation: { id: string };
  };
  return body.conversation.id;
}

async function post(address: string, person: Person, body: object): Promise<unknown> {
  return (await call('POST', address, person, body)).json();
}

async function call(method: string, address: string, { token }: Person, body?: object): Promise<Response> {
  const response = await fetch(address, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return response;
}
