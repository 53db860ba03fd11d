import { setTimeout as delay } from 'node:timers/promises';
import { type Reply, type TestUser, logIn, registerUser } from '../../support/rest.js';
import type { ClusterNode } from './cluster-node.js';
import type { Random } from './random.js';
import type { Recorder } from './recorder.js';

/** A login: what a device, or a back end, calls with. */
export interface Session {
  readonly id: string;
  readonly token: string;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  /** Ended by nobody; another one before its token is too old. */
  session: Session;
}

export interface Place {
  readonly id: string;
  readonly members: readonly Person[];
}

/** What everybody in a run shares. */
export interface World {
  readonly nodes: readonly ClusterNode[];
  readonly people: readonly Person[];
  /** Publishes broadcasts, and is nowhere a member. */
  readonly publisher: Person;
  /** Conversations whose members stay. */
  readonly places: readonly Place[];
  /** The one whose last member comes and goes; its owner is the first. */
  readonly revolving: Place;
  /** A direct conversation, of which the first sometimes blocks the other. */
  readonly pair: Place;
  readonly recorder: Recorder;
  readonly random: Random;
}

const REQUEST_MS = 25_000;

export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`;
export type Answer = Omit<Reply, 'headers'>;

/** One REST call through the node's proxy. Rejects when no answer comes. */
export async function ask(
  node: ClusterNode,
  route: Route,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method, path] = route.split(' ');
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}

/** Asks one node after another until an answer is as wanted; for what must succeed in the end. */
export async function insist<T>(
  { nodes, random }: Pick<World, 'nodes' | 'random'>,
  what: string,
  question: (node: ClusterNode) => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + 90_000;
  let last: unknown;
  for (;;) {
    try {
      const answer = await question(random.pick(nodes));
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not succeed`, { cause: last });
    await delay(100);
  }
}

const sessionOf = ({ token }: TestUser): Session => {
  const [, claims = ''] = token.split('.');
  return { id: String(JSON.parse(Buffer.from(claims, 'base64url').toString()).sid), token };
};

export const register = async (node: ClusterNode, username: string): Promise<Person> => {
  const user = await registerUser(node, username);
  return { id: user.id, username, session: sessionOf(user) };
};

/** Whom each node of a run knows as its first admin. */
export const ADMIN = 'publisher';

export const logInAdmin = async (node: ClusterNode): Promise<Person> => {
  const user = await logIn(node, ADMIN);
  return { id: user.id, username: ADMIN, session: sessionOf(user) };
};

export const logInAgain = (world: World, { username }: Person): Promise<Session> =>
  insist(world, `log-in of ${username}`, async (node) => sessionOf(await logIn(node, username)));

/** Logs everybody in again, for runs that last longer than a token. */
export async function renewSessions(world: World): Promise<void> {
  for (const person of [...world.people, world.publisher]) person.session = await logInAgain(world, person);
}

export const createGroup = (node: ClusterNode, members: readonly Person[]): Promise<Place> =>
  create(node, members, {
    type: 'group',
    name: 'Compilers',
    memberIds: members.slice(1).map(({ id }) => id),
  });

export const openDirect = (node: ClusterNode, members: readonly [Person, Person]): Promise<Place> =>
  create(node, members, { type: 'direct', userId: members[1].id });

async function create(node: ClusterNode, members: readonly Person[], conversation: object): Promise<Place> {
  const token = members[0]?.session.token ?? '';
  const { status, body } = await ask(node, 'POST /v1/conversations', token, conversation);
  if (status !== 201) throw new Error(`conversation: ${status} ${JSON.stringify(body)}`);
  return { id: body.conversation.id, members };
}
