import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type Guest, type Team, aGuest, aTeam, act, ask, done } from '../../support/support.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let admin: TestUser;
let team: Team;
let count = 0;

beforeAll(async () => {
  database = await createDatabase('take_over');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
  admin = await logIn(here, 'root');
  team = await aTeam(here, admin);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

/** A guest whose request an agent has, and who has asked something. */
async function aTalk(): Promise<{ guest: Guest; agent: TestUser; id: string }> {
  const guest = await aGuest(here, 'Gwen');
  const { id } = await ask(here, guest, team);
  await send(here, guest, id, 'Where is it?');
  await act(there, team.agents[0], { id }, 'take');
  return { guest, agent: team.agents[0], id };
}

const identity = () => ({ username: `gwen-${(count += 1)}`, password: PASSWORD });
const register = (guest: { token: string }, body: object) =>
  call(here, 'POST /v1/auth/guest/register', { token: guest.token, body });
const claim = (who: { token: string }, guestToken: string, node = here) =>
  call(node, 'POST /v1/support/requests/claim', { token: who.token, body: { guestToken } });
const textsOf = async (who: { token: string }, id: string): Promise<string[]> =>
  (await done(here, `GET /v1/conversations/${id}/messages`, who)).items.flatMap(
    ({ text }: { text: string | null }) => text ?? [],
  );

async function expectEnded({ token, refreshToken }: Guest): Promise<void> {
  expect((await call(there, 'GET /v1/users/me', { token })).body.code).toBe('auth.session_revoked');
  const { body } = await call(there, 'POST /v1/auth/refresh', { body: { refreshToken } });
  expect(body.code).toBe('auth.session_revoked');
}

describe('a guest who becomes a user', () => {
  it.each(doorNames)('goes on by %s where the guest was, with the same history', async (door) => {
    const { guest, agent, id } = await aTalk();
    const before = await connect(door, there, guest);
    const { cursor } = before;
    const wanted = { ...identity(), displayName: 'Gwendolen', email: 'gwen@example.org' };
    const { status, body } = await register(guest, wanted);
    expect([status, body.user]).toEqual([
      201,
      expect.objectContaining({
        id: guest.id,
        username: wanted.username,
        displayName: 'Gwendolen',
        email: 'gwen@example.org',
        role: 'user',
      }),
    ]);
    await before.until('is closed', () => before.isClosed);
    await expectEnded(guest);
    await send(here, agent, id, 'On its way.');
    const after = await connect(door, here, { token: body.accessToken }, { cursor });
    await after.until('has it', () => after.messages(id).some(({ text }) => text === 'On its way.'));
    const again = await logIn(there, wanted.username);
    expect(await textsOf(again, id)).toEqual(['Where is it?', 'On its way.']);
    const { supportRequest } = await done(here, `GET /v1/support/requests/${id}`, agent);
    expect(supportRequest.requester).toMatchObject({ id: guest.id, displayName: 'Gwendolen', role: 'user' });
  });

  it('is one, once, under a free name; users and admins are none', async () => {
    const guest = await aGuest(here);
    const wanted = identity();
    const taken = await register(guest, { ...wanted, username: 'root' });
    expect([taken.status, taken.body.code]).toEqual([409, 'user.username_taken']);
    expect((await call(here, 'GET /v1/users/me', { token: guest.token })).status).toBe(200);
    const replies = await Promise.all([register(guest, wanted), register(guest, identity())]);
    expect(replies.map(({ status }) => status).toSorted()[0]).toBe(201);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = await register(await registerUser(here), identity());
    expect([refused.status, refused.body.code]).toEqual([403, 'auth.not_allowed']);
  });
});

describe('a user who claims what they asked as a guest', () => {
  it('is in the guest’s place, sees all that was said, and the guest is out', async () => {
    const { guest, agent, id } = await aTalk();
    const user = await registerUser(here);
    const [guests, users] = await Promise.all([
      connect('socket.io', there, guest),
      connect('socket.io', there, user),
    ]);
    const { status, body } = await claim(user, guest.token);
    expect([status, body.items.map((item: { id: string }) => item.id)]).toEqual([200, [id]]);
    expect(body.items[0].requester.id).toBe(user.id);
    await guests.until('is closed', () => guests.isClosed);
    await expectEnded(guest);
    await send(here, agent, id, 'On its way.');
    await users.until('has it', () => users.messages(id).some(({ text }) => text === 'On its way.'));
    expect(await textsOf(user, id)).toEqual(['Where is it?', 'On its way.']);
    const { items } = await done(here, `GET /v1/conversations/${id}/members`, agent);
    expect(items.map(({ userId }: { userId: string }) => userId).toSorted()).toEqual(
      [user.id, agent.id].toSorted(),
    );
    expect(guests.messages(id).map(({ text }) => text)).not.toContain('On its way.');
    expect(await act(here, user, { id }, 'close').then((reply) => reply.status)).toBe(200);
    expect((await ask(here, user, team)).id).toBe(id);
  });

  it('gets it once, of several at once', async () => {
    const { guest, id } = await aTalk();
    const users = [await registerUser(here), await registerUser(here)] as const;
    const replies = await Promise.all([claim(users[0], guest.token), claim(users[1], guest.token, there)]);
    // The slower one is told of nothing, or that there is no such guest any more.
    const claimed = replies.flatMap(({ status, body }) => (status === 200 ? body.items : []));
    expect(claimed.map((item: { id: string }) => item.id)).toEqual([id]);
    const owners = await Promise.all(
      users.map(async (user) => (await done(here, 'GET /v1/support/requests', user)).items),
    );
    expect(owners.flat().map((item: { id: string }) => item.id)).toEqual([id]);
  });

  it('needs the token of a guest who is here', async () => {
    const user = await registerUser(here);
    const { guest } = await aTalk();
    await done(here, 'POST /v1/auth/logout', guest);
    for (const token of ['nonsense', '', user.token, admin.token, guest.token, guest.refreshToken]) {
      const { status, body } = await claim(user, token);
      expect([status, body.code]).toEqual([404, 'guest.not_found']);
    }
    const other = await aGuest(here);
    expect((await claim(other, other.token)).body.code).toBe('auth.not_allowed');
  });
});
