import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { aGuest, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type CallerName, type Places, type Rights, callers, rights } from './route-rights.js';

let database: TestDatabase;
let node: TestNode;
/** The callers, and those to whom things are done. */
let people: Record<CallerName | 'author' | 'first' | 'second' | 'third' | 'newcomer', TestUser>;

beforeAll(async () => {
  database = await createDatabase('route_rights');
  node = await startNode({ DATABASE_URL: database.url, ADMIN_USERNAME: 'root', ADMIN_PASSWORD: PASSWORD });
  const names = [
    'stranger',
    'former',
    'member',
    'admin',
    'owner',
    'author',
    'first',
    'second',
    'third',
    'newcomer',
  ] as const;
  const users = await Promise.all(names.map(async (name) => [name, await registerUser(node)] as const));
  people = {
    ...(Object.fromEntries(users) as Omit<typeof people, 'guest' | 'root'>),
    guest: await aGuest(node),
    root: await logIn(node, 'root'),
  };
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** A conversation around the same people, in which nothing has been tried yet. */
async function aPlace(type: 'group' | 'channel'): Promise<Places & { readonly conversationId: string }> {
  const { owner, admin, member, former, author, first, second, third, newcomer } = people;
  const memberIds = [admin, member, former, author, first, second, third].map(({ id }) => id);
  const created = await call(node, 'POST /v1/conversations', {
    token: owner.token,
    body: { type, name: 'Rights', memberIds },
  });
  const place = { conversationId: created.body.conversation.id as string };
  await doInGroup(node, place, owner, 'PATCH', `members/${admin.id}`, { role: 'admin' });
  await doInGroup(node, place, former, 'POST', 'leave');
  const { seq: ownSeq } = await send(node, member, place.conversationId, 'Mine');
  const { seq: othersSeq } = await send(node, author, place.conversationId, 'Theirs');
  const targets = { member: first.id, admin: second.id, owner: third.id };
  return { ...place, targets, newcomer: newcomer.id, ownSeq, othersSeq };
}

type Method = Parameters<typeof inGroup>[3];

async function attempt(
  route: string,
  place: Awaited<ReturnType<typeof aPlace>>,
  caller: CallerName,
): Promise<string> {
  const { path, body }: Rights = rights[route] ?? {};
  const [method = '', pattern = ''] = route.split(' ');
  const values = path?.(place, caller) ?? {};
  const filled = pattern.slice(1).replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const reply = await inGroup(node, place, people[caller], method as Method, filled, body?.(place));
  return reply.status < 300 ? 'ok' : reply.body.code;
}

function expected({ inside = {}, isOpen, inGroup: unlike }: Rights, type: 'group' | 'channel'): string[] {
  return callers.map((caller) => {
    if (caller === 'member' || caller === 'admin' || caller === 'owner')
      return (type === 'group' && unlike) || (inside[caller] ?? 'ok');
    if (type === 'group' || caller === 'guest') return 'conversation.not_found';
    return isOpen ? 'ok' : 'conversation.not_member';
  });
}

const table = Object.entries(rights).flatMap(([route, entry]) =>
  (['group', 'channel'] as const).map((type) => ({ route, type, entry })),
);

it('every route of one conversation is in the table, and no other', () => {
  const documented = [...node.answers.judge.operations.keys()]
    .filter((route) => / \/v1\/conversations\/\{id\}/.test(route))
    .map((route) => route.replace('/v1/conversations/{id}', ''));
  expect(Object.keys(rights).toSorted()).toEqual(documented.toSorted());
});

describe('guests, strangers, admins of the installation, former members, members, admins and owners', () => {
  it.each(table)('are answered what is theirs to know: $route of a $type', async ({ route, type, entry }) => {
    const place = await aPlace(type);
    const given: string[] = [];
    for (const caller of callers) given.push(await attempt(route, place, caller));
    expect(given).toEqual(expected(entry, type));
  });
});

it('of a direct conversation, or of one that has ended, nobody else learns anything', async () => {
  const pair = await aPair(node);
  const ended = await aPlace('channel');
  await doInGroup(node, ended, people.owner, 'DELETE');
  for (const route of Object.keys(rights)) {
    const of = (conversationId: string, caller: CallerName) =>
      attempt(route, { ...ended, conversationId }, caller).then((code) => `${route} ${caller} ${code}`);
    for (const caller of ['guest', 'stranger', 'root'] as const)
      expect(await of(pair.conversationId, caller)).toBe(`${route} ${caller} conversation.not_found`);
    for (const caller of callers)
      expect(await of(ended.conversationId, caller)).toBe(`${route} ${caller} conversation.not_found`);
  }
});
