import { afterEach } from 'vitest';
import type { ChatClient, ConnectOptions, DoorName } from './chat-client.js';
import { PollClient } from './poll-client.js';
import { SocketIoClient } from './socket-io-client.js';
import { SseClient } from './sse-client.js';

export { ChatClient, type DoorName, type Received, doorNames } from './chat-client.js';
export { SocketIoClient } from './socket-io-client.js';

/** What stands for each door. */
export const clientOf = { 'socket.io': SocketIoClient, sse: SseClient, poll: PollClient };
const open = new Set<ChatClient>();

type Where = { readonly url: string } | (() => string);
type Who = { readonly token: string } | (() => string);

function options(where: Where, who: Who, rest: Omit<ConnectOptions, 'url' | 'token'>): ConnectOptions {
  return {
    url: typeof where === 'function' ? where : () => where.url,
    token: typeof who === 'function' ? who : () => who.token,
    ...rest,
  };
}

/** A client that begins to connect; `open` waits until it is ready. Closed after the test at the latest. */
export function begin(
  door: DoorName,
  where: Where,
  who: Who,
  rest: Omit<ConnectOptions, 'url' | 'token'> = {},
): ChatClient {
  const client = new clientOf[door](options(where, who, rest));
  open.add(client);
  return client;
}

export function connect(
  door: DoorName,
  where: Where,
  who: Who,
  rest: Omit<ConnectOptions, 'url' | 'token'> = {},
): Promise<ChatClient> {
  return begin(door, where, who, rest).untilReady();
}

/** The Socket.IO door, for its commands. */
export async function connectSocket(
  where: Where,
  who: Who,
  rest: Omit<ConnectOptions, 'url' | 'token'> = {},
): Promise<SocketIoClient> {
  return (await connect('socket.io', where, who, rest)) as SocketIoClient;
}

export function closeClients(): void {
  for (const client of open) client.close();
  open.clear();
}

/** To be called once in each file that connects clients. */
export const closeClientsAfterEach = (): void => afterEach(closeClients);
