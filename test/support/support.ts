import { expect } from 'vitest';
import type { ChatClient } from './chat-client.js';
import { type Reply, type TestUser, call, registerUser } from './rest.js';

type Node = { readonly url: string };
type Route = Parameters<typeof call>[1];

export interface Guest {
  readonly id: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** A call that must succeed. */
export async function done(
  node: Node,
  route: Route,
  { token }: { readonly token: string },
  body?: unknown,
): Promise<Reply['body']> {
  const reply = await call(node, route, { token, body });
  expect([route, reply.status, reply.body]).toSatisfy(() => reply.status < 300);
  return reply.body;
}

export async function aGuest(node: Node, displayName = 'A guest'): Promise<Guest> {
  const { body } = await call(node, 'POST /v1/auth/guest', { body: { displayName } });
  return { id: body.user.id, token: body.accessToken, refreshToken: body.refreshToken };
}

export interface Team {
  readonly id: string;
  readonly agents: readonly [TestUser, TestUser];
}

/** A support team with two agents. */
export async function aTeam(node: Node, admin: TestUser, name = 'Orders'): Promise<Team> {
  const { supportTeam } = await done(node, 'POST /v1/support/teams', admin, { name });
  const agents = [await registerUser(node), await registerUser(node)] as const;
  for (const { id } of agents)
    await done(node, `PUT /v1/support/teams/${supportTeam.id}/agents/${id}`, admin);
  return { id: supportTeam.id, agents: [...agents] };
}

/** The request that somebody opens at a team. */
export const ask = async (
  node: Node,
  who: { readonly token: string },
  team: Pick<Team, 'id'>,
  body: object = {},
): Promise<Reply['body']> =>
  (await done(node, `POST /v1/support/teams/${team.id}/requests`, who, body)).supportRequest;

/** What an agent or a requester does with a request. */
export const act = (
  node: Node,
  who: { readonly token: string },
  { id }: { readonly id: string },
  verb: 'take' | 'transfer' | 'close' | 'reopen',
  body?: object,
): Promise<Reply> => call(node, `POST /v1/support/requests/${id}/${verb}`, { token: who.token, body });

/** Which states of a request a client has heard of, in their order. */
export const statesHeard = (client: ChatClient, requestId: string): string[] =>
  client
    .ofType('support.updated')
    .map(({ data }) => data.supportRequest)
    .filter(({ id }) => id === requestId)
    .map(({ state }) => state);
