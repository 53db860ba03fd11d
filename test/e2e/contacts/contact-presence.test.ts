import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { sayPresence, toldOf, untilTold } from '../../support/presence.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let ann: TestUser;
let ben: TestUser;

beforeAll(async () => {
  database = await createDatabase('contact_presence');
  const settings = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = [await startNode(settings), await startNode(settings)];
});

beforeEach(async () => {
  [ann, ben] = [await registerUser(here), await registerUser(here)];
});

closeClientsAfterEach();

afterAll(async () => {
  await Promise.all([here, there].map((node) => node.stop()));
  await database.drop();
});

const put = ({ token }: TestUser, id: string, body?: object) =>
  call(here, `PUT /v1/contacts/${id}`, { token, body });
const presenceIn = async ({ token }: TestUser, { id }: TestUser) =>
  (await call(there, `GET /v1/contacts/${id}`, { token })).body.contact.presence;
/** Who came and went, as a client was reminded. */
const remindersOf = ({ events }: { events: readonly { type: string; data: unknown }[] }) =>
  events.filter(({ type }) => type === 'presence.reminder').map(({ data }) => data);

it.each(doorNames)(
  'whose contact somebody is sees and hears how they are, one-sided, by %s',
  async (door) => {
    await put(ann, ben.id);
    const hers = await connect(door, there, ann);
    const his = await connectSocket(here, ben);
    await untilTold(hers, ben, 'online');
    expect(await presenceIn(ann, ben)).toMatchObject({
      status: 'online',
      devices: [{ door: 'socket.io', idle: false }],
    });
    await sayPresence(here, ben, { status: 'busy', statusText: 'In a meeting' });
    await untilTold(hers, ben, 'busy In a meeting');
    const { body } = await call(there, 'GET /v1/sync', { token: ann.token });
    expect(body.contacts[0].presence).toMatchObject({ status: 'busy', statusText: 'In a meeting' });
    expect(toldOf(his, ann)).toEqual([]);
    await call(here, `PUT /v1/blocks/${ann.id}`, { token: ben.token });
    expect(await presenceIn(ann, ben)).toEqual({
      status: 'offline',
      statusText: null,
      lastSeenAt: null,
      devices: [],
    });
  },
);

it.each(doorNames)(
  'whoever wishes it is reminded of who comes and goes, and of nothing else, by %s',
  async (door) => {
    const [carl, dora, eve] = [await registerUser(here), await registerUser(here), await registerUser(here)];
    await put(ann, ben.id, { remind: true });
    await put(carl, ben.id);
    await put(dora, ben.id, { remind: true });
    await call(here, `PUT /v1/blocks/${dora.id}`, { token: ben.token });
    const hers = await connect(door, there, ann);
    const others = [await connect(door, there, carl), await connect(door, there, dora)];
    const his = await connectSocket(here, ben);
    const [came, gone] = ['online', 'offline'].map((status) => ({ userId: ben.id, status }));
    await hers.until('is reminded', () => remindersOf(hers).length === 1);
    await sayPresence(here, ben, { status: 'busy' });
    await untilTold(hers, ben, 'busy');
    await sayPresence(here, ben, { status: 'invisible' });
    await hers.until('is reminded again', () => remindersOf(hers).length === 2);
    expect(remindersOf(hers)).toEqual([came, gone]);
    his.close();
    await put(ann, ben.id, { remind: false });
    await sayPresence(here, ben, { status: 'online' });
    await connectSocket(here, ben);
    await untilTold(hers, ben, 'online');
    await put(ann, eve.id, { remind: true });
    await connectSocket(here, eve);
    await hers.until('is reminded of the next one', () => remindersOf(hers).length === 3);
    expect(remindersOf(hers)[2]).toEqual({ userId: eve.id, status: 'online' });
    expect(others.map(remindersOf)).toEqual([[], []]);
  },
);
