import { expect } from 'vitest';
import type { ChatClient } from './chat-client.js';
import { type Reply, type TestUser, call } from './rest.js';

type Node = { readonly url: string };
type Subject = { readonly id: string };

/** What a client was told of a user: the statuses, with the text where there is one. */
export const toldOf = ({ presences }: ChatClient, { id }: Subject): string[] =>
  presences
    .filter(({ data }) => data.userId === id)
    .map(({ data }) => [data.status, data.statusText].filter(Boolean).join(' '));

/** Resolves when the client was told this of the user last. */
export const untilTold = (
  client: ChatClient,
  user: Subject,
  last: string,
  timeoutMs = 15_000,
): Promise<void> =>
  client
    .until(`is told ${last}`, () => toldOf(client, user).at(-1) === last, timeoutMs)
    .catch((error: Error) => {
      throw new Error(`${error.message}; of this user: ${toldOf(client, user).join(', ')}`);
    });

export const setPresence = (node: Node, { token }: TestUser, body: object): Promise<Reply> =>
  call(node, 'PUT /v1/presence', { token, body });

/** Likewise, and it must succeed. */
export async function sayPresence(node: Node, user: TestUser, body: object): Promise<Reply['body']> {
  const { status, body: answer } = await setPresence(node, user, body);
  expect([status, answer]).toEqual([200, expect.anything()]);
  return answer.presence;
}

/** The presences of these users, as a viewer sees them. */
export async function presencesOf(
  node: Node,
  { token }: { readonly token: string },
  ...users: Subject[]
): Promise<Reply['body'][]> {
  const ids = users.map(({ id }) => id).join();
  const { status, body } = await call(node, `GET /v1/presence?userIds=${ids}`, { token });
  expect([status, body]).toEqual([200, expect.anything()]);
  return body.items;
}

export const presenceOf = async (
  node: Node,
  viewer: { readonly token: string },
  user: Subject,
): Promise<Reply['body']> => (await presencesOf(node, viewer, user))[0];
