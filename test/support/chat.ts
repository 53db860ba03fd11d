import { expect } from 'vitest';
import type { ChatClient, Received } from './chat-client.js';
import { SocketIoClient } from './socket-io-client.js';
import { type Reply, type TestUser, call, registerUser } from './rest.js';

export interface Pair {
  readonly alice: TestUser;
  readonly bob: TestUser;
  readonly conversationId: string;
}

let count = 0;
let batches = 0;

/** Two users with a direct conversation that is empty yet. */
export async function aPair(node: { url: string }): Promise<Pair> {
  count += 1;
  const [alice, bob] = await Promise.all([
    registerUser(node, `alice-${count}`),
    registerUser(node, `bob-${count}`),
  ]);
  return { alice, bob, conversationId: await openDirect(node, alice, bob) };
}

export async function openDirect(node: { url: string }, from: TestUser, to: TestUser): Promise<string> {
  const { body } = await call(node, 'POST /v1/conversations', {
    token: from.token,
    body: { type: 'direct', userId: to.id },
  });
  return body.conversation.id;
}

/** One message by REST, whatever the answer. */
export const trySend = (
  node: { url: string },
  from: { readonly token: string },
  conversationId: string,
  body: Record<string, unknown>,
): Promise<Reply> =>
  call(node, `POST /v1/conversations/${conversationId}/messages`, { token: from.token, body });

/** One message by REST, acknowledged. */
export async function send(
  node: { url: string },
  from: { readonly token: string },
  conversationId: string,
  text: string,
): Promise<Reply['body']> {
  const { status, body } = await trySend(node, from, conversationId, { text });
  if (status !== 201) throw new Error(`send: ${status} ${JSON.stringify(body)}`);
  return body.message;
}

/** Many messages over one socket, some hundred under way at a time; resolves when all are acknowledged. */
export async function sendMany(
  node: { url: string },
  from: { readonly token: string },
  conversationId: string,
  amount: number,
  textOf: (i: number) => string = (i) => `message ${i}`,
): Promise<void> {
  const batch = (batches += 1);
  const client = new SocketIoClient({ url: () => node.url, token: () => from.token });
  try {
    await client.untilReady();
    for (let i = 0; i < amount; i += 500) {
      const answers = await Promise.all(
        range(i + 1, Math.min(i + 500, amount)).map((n) =>
          client.command('message.send', { conversationId, clientId: `many-${batch}.${n}`, text: textOf(n) }),
        ),
      );
      const failed = answers.find(({ ok }) => !ok);
      if (failed) throw new Error(`send: ${JSON.stringify(failed.error)}`);
    }
  } finally {
    client.close();
  }
}

/** first, first + 1, … last. */
export const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

/** Cursors of one connection only rise; those of a replay end in the position at which the mailbox goes on. */
export function expectRisingCursors(client: ChatClient): void {
  const cursors = client.events.flatMap(({ cursor }) => cursor ?? []);
  const falls = cursors.flatMap((cursor, i) => {
    const before = cursors[i - 1];
    return before !== undefined && compareCursors(before, cursor) > 0 ? [[before, cursor]] : [];
  });
  expect(falls).toEqual([]);
  for (const cursor of cursors) expect(cursor).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
}

/** By milliseconds, then by counter, then as text: replay cursors are of one width. */
function compareCursors(a: string, b: string): number {
  const [partsA, partsB] = [a, b].map((cursor) => /^(\d+)-(\d+)(.*)$/.exec(cursor)?.slice(1) ?? []);
  return (
    Number(partsA?.[0]) - Number(partsB?.[0]) ||
    Number(partsA?.[1]) - Number(partsB?.[1]) ||
    String(partsA?.[2]).localeCompare(String(partsB?.[2]))
  );
}

/** No `message.created` of the conversation came twice, none out of order, none is missing between the first and the last. */
export function expectInOrder(client: ChatClient, conversationId: string): void {
  const seqs = client.seqs(conversationId);
  expect(seqs).toEqual(range(seqs[0] ?? 1, seqs.at(-1) ?? 0));
}

/** Of several connections of one device, what came over all of them. */
export const together = (...clients: ChatClient[]): Received[] => clients.flatMap(({ events }) => events);
