import { expect } from 'vitest';
import type { ChatClient, Received } from './chat-client.js';
import { type Reply, type TestUser, call, registerUser } from './rest.js';

/** A group or a channel, and its first members: the owner is `people[0]`. */
export interface Group {
  readonly conversationId: string;
  readonly people: readonly [TestUser, TestUser, TestUser];
}

type Node = { readonly url: string };

/** Of three: an owner and two members. What is wanted otherwise is given as in the request. */
export async function aGroup(node: Node, wanted: Record<string, unknown> = {}): Promise<Group> {
  const people = [await registerUser(node), await registerUser(node), await registerUser(node)] as const;
  const [owner, ...others] = people;
  const body = { type: 'group', name: 'Compilers', memberIds: others.map(({ id }) => id), ...wanted };
  const created = await call(node, 'POST /v1/conversations', { token: owner.token, body });
  if (created.status !== 201) throw new Error(`create: ${created.status} ${JSON.stringify(created.body)}`);
  return { conversationId: created.body.conversation.id, people: [...people] };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A call about one conversation: `inGroup(node, group, owner, 'POST', 'members', { userIds })`. */
export const inGroup = (
  node: Node,
  { conversationId }: Pick<Group, 'conversationId'>,
  { token }: { readonly token: string },
  method: Method,
  path = '',
  body?: unknown,
): Promise<Reply> =>
  call(node, `${method} /v1/conversations/${conversationId}${path && `/${path}`}`, { token, body });

/** Likewise one that must succeed. */
export async function doInGroup(...args: Parameters<typeof inGroup>): Promise<Reply['body']> {
  const { status, body } = await inGroup(...args);
  expect([status, body], `${args[3]} ${args[4]}`).toSatisfy(() => status < 300);
  return body;
}

/** Without receipts: a poll's next cursor acknowledges. */
export const changesTo = ({ events }: ChatClient): Received[] =>
  events.filter(({ type }) => !type.startsWith('receipt.'));

/** Events in brief: the type, the rev where it has one of its own, and what it says. */
export const briefly = (events: readonly Received[]): string[] =>
  events.map(({ type, data }) => {
    const rev = data.rev ?? data.message?.rev;
    const about =
      data.message?.system?.kind ?? data.message?.text ?? data.member?.userId ?? data.conversation?.name;
    return [type, rev, about].filter((part) => part !== undefined).join(' ');
  });

/** A guest, logged in. */
export async function aGuest(node: Node): Promise<TestUser> {
  const { body } = await call(node, 'POST /v1/auth/guest', { body: { displayName: 'Guest' } });
  return {
    id: body.user.id,
    username: body.user.username,
    token: body.accessToken,
    refreshToken: body.refreshToken,
  };
}
