import { expect } from 'vitest';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { type Reply, type TestUser, call } from './rest.js';

export const PATH = '/v1/scheduled-messages';
export const HOUR_MS = 3_600_000;

type Node = { readonly url: string };
type User = Pick<TestUser, 'token'>;

export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

export const schedule = (
  node: Node,
  { token }: User,
  conversationId: string,
  sendAt: string,
  message: object = { text: 'Later' },
): Promise<Reply> => call(node, `POST ${PATH}`, { token, body: { conversationId, sendAt, message } });

/** Likewise one that must succeed. */
export async function scheduled(...args: Parameters<typeof schedule>): Promise<Reply['body']> {
  const { status, body } = await schedule(...args);
  expect([status, body]).toEqual([201, expect.anything()]);
  return body.scheduledMessage;
}

export const stateOf = async (node: Node, { token }: User, id: string): Promise<Reply['body']> =>
  (await call(node, `GET ${PATH}/${id}`, { token })).body.scheduledMessage;

/** Resolves with it when it has come to a status. */
export async function untilStatus(
  node: Node,
  user: User,
  id: string,
  status: string,
): Promise<Reply['body']> {
  const is = async () => (await stateOf(node, user, id)).status === status;
  await waitUntil(`${id} is ${status}`, is, { timeoutMs: 15_000, intervalMs: 50 });
  return stateOf(node, user, id);
}

/** What a conversation's members have said, oldest first. */
export async function texts(node: Node, { token }: User, conversationId: string): Promise<string[]> {
  const { body } = await call(node, `GET /v1/conversations/${conversationId}/messages`, { token });
  return body.items.map(({ text }: { text: string }) => text);
}
