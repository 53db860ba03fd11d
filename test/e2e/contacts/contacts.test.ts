import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDirect, send } from '../../support/chat.js';
import { begin, closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { aGroup, aGuest } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
/** Lists are changed at the first, and heard of at the second. */
let here: TestNode;
let there: TestNode;
let ann: TestUser;
let ben: TestUser;

beforeAll(async () => {
  database = await createDatabase('contacts');
  const settings = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    CONTACTS_PER_USER: '3',
  };
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
const remove = ({ token }: TestUser, id: string) => call(here, `DELETE /v1/contacts/${id}`, { token });
const get = ({ token }: TestUser, path = '') => call(there, `GET /v1/contacts${path}`, { token });
const block = ({ token }: TestUser, id: string) => call(here, `PUT /v1/blocks/${id}`, { token });
const codeOf = ({ status, body }: Reply) => [status, body?.code].filter(Boolean).join(' ');
const idsIn = ({ body }: Reply) => body.items.map(({ user }: { user: { id: string } }) => user.id);

describe('my contacts', () => {
  it('are in my list at once, with what I note of them, and nobody else learns of it', async () => {
    const added = await put(ann, ben.id);
    expect(added.status).toBe(200);
    const nothing = { note: null, favourite: false, remind: false };
    expect(added.body.contact).toMatchObject({ user: { id: ben.id, username: ben.username }, ...nothing });
    expect(added.body.contact.presence).toMatchObject({ status: 'offline' });
    const noted = await put(ann, ben.id, { note: 'From work', favourite: true });
    expect(noted.body.contact).toMatchObject({ note: 'From work', favourite: true, remind: false });
    expect((await put(ann, ben.id, {})).body).toEqual(noted.body);
    expect((await get(ann, `/${ben.id}`)).body).toEqual(noted.body);
    expect((await get(ann)).body).toEqual({ items: [noted.body.contact], nextCursor: null });
    const sync = await call(there, 'GET /v1/sync', { token: ann.token });
    expect(sync.body.contacts).toEqual([noted.body.contact]);
    expect(codeOf(await get(ben, `/${ann.id}`))).toBe('404 contact.not_found');
    expect(idsIn(await get(ben))).toEqual([]);
  });

  it('leave it again, and nothing that was noted comes back with them', async () => {
    await put(ann, ben.id, { note: 'secret', favourite: true, remind: true });
    expect([codeOf(await remove(ann, ben.id)), codeOf(await remove(ann, ben.id))]).toEqual(['204', '204']);
    expect(codeOf(await get(ann, `/${ben.id}`))).toBe('404 contact.not_found');
    expect(idsIn(await get(ann))).toEqual([]);
    const again = await put(ann, ben.id);
    expect(again.body.contact).toMatchObject({ note: null, favourite: false, remind: false });
  });

  it('come in pages, in the order of their ids', async () => {
    const others = [ben, await registerUser(here), await registerUser(here)];
    for (const { id } of others.toReversed()) await put(ann, id);
    const first = await get(ann, '?limit=2');
    const second = await get(ann, `?limit=2&cursor=${first.body.nextCursor}`);
    expect([idsIn(first), idsIn(second)]).toEqual([
      others.slice(0, 2).map(({ id }) => id),
      others.slice(2).map(({ id }) => id),
    ]);
    expect(second.body.nextCursor).toBeNull();
  });

  it('are not more than allowed, however many are added at once', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => registerUser(here)));
    const codes = (await Promise.all(others.map(({ id }) => put(ann, id)))).map(codeOf);
    expect(codes.toSorted()).toEqual(['200', '200', '200', '409 contact.too_many', '409 contact.too_many']);
    const [first = ''] = idsIn(await get(ann)) as string[];
    expect(codeOf(await put(ann, first, { note: 'still possible' }))).toBe('200');
    await remove(ann, first);
    expect(codeOf(await put(ann, ben.id))).toBe('200');
  });

  it('are neither I, nor unknown, nor disabled, nor guests', async () => {
    const guest = await aGuest(here);
    const disabled = await registerUser(here);
    const before = await registerUser(here);
    await put(ann, before.id);
    const dataSource = here.app.get<DataSource>(getDataSourceToken());
    await dataSource.query('UPDATE users SET disabledAt = UTC_TIMESTAMP(3) WHERE id IN (?)', [
      [disabled.id, before.id],
    ]);
    expect(codeOf(await put(ann, ann.id))).toBe('400 request.invalid');
    for (const id of ['1', 'x', '99999999999999999999']) {
      expect(codeOf(await put(ann, id))).toBe('404 user.not_found');
      expect(codeOf(await remove(ann, id))).toBe('404 user.not_found');
      expect(codeOf(await get(ann, `/${id}`))).toBe('404 contact.not_found');
    }
    expect(codeOf(await put(ann, disabled.id))).toBe('404 user.not_found');
    // Whoever is disabled later stays, and can be noted of and removed.
    expect(codeOf(await put(ann, before.id, { note: 'gone' }))).toBe('200');
    expect(codeOf(await remove(ann, before.id))).toBe('204');
    expect(codeOf(await put(ann, guest.id))).toBe('403 contact.not_allowed');
    expect(codeOf(await put(guest, ann.id))).toBe('404 user.not_found');
    expect(codeOf(await get(guest))).toBe('200');
    await aGroup(here, { memberIds: [guest.id, ann.id] });
    expect(codeOf(await put(guest, ann.id))).toBe('403 contact.not_allowed');
  });

  it.each([
    { note: 'x'.repeat(501) },
    { note: 1 },
    { favourite: 'yes' },
    { remind: null },
    { unknown: 1 },
    '{"note":"\\u0000"}',
    'null',
    '[]',
  ])('take no %j', async (body) => {
    const { token } = ann;
    expect(codeOf(await call(here, `PUT /v1/contacts/${ben.id}`, { token, body }))).toBe(
      '400 request.invalid',
    );
    expect(idsIn(await get(ann))).toEqual([]);
  });
});

describe('a block', () => {
  it('keeps its author from adding the other one; the blocked one learns nothing', async () => {
    await block(ann, ben.id);
    const refused = await put(ann, ben.id);
    expect([codeOf(refused), /unblock/.test(refused.body.detail)]).toEqual(['403 contact.not_allowed', true]);
    const added = await put(ben, ann.id);
    expect([added.status, JSON.stringify(added.body)]).toEqual([200, expect.not.stringMatching(/block/i)]);
    expect(added.body.contact.presence.status).toBe('offline');
  });

  it('leaves lists as they are', async () => {
    await put(ann, ben.id, { note: 'x' });
    await block(ann, ben.id);
    expect(idsIn(await get(ann))).toEqual([ben.id]);
    expect(codeOf(await put(ann, ben.id, { note: 'y' }))).toBe('200');
  });
});

describe.each(doorNames)('changes of my list, by %s', (door) => {
  it('come to all my devices, in order, and to nobody else', async () => {
    const mine = await connect(door, there, ann);
    const theirs = await connect(door, there, ben);
    const { body: added } = await put(ann, ben.id, { note: 'one' });
    await put(ann, ben.id, { note: 'one' });
    await mine.until('hears of the first', () => mine.count('contact.added') === 1);
    const { body: noted } = await put(ann, ben.id, { remind: true });
    await mine.until('hears of the second', () => mine.count('contact.updated') === 1);
    await remove(ann, ben.id);
    await remove(ann, ben.id);
    await mine.until('hears of the end', () => mine.count('contact.removed') === 1);
    // Perhaps reminded too: ben has just come.
    const changes = mine.events.filter(({ type }) => type.startsWith('contact.'));
    expect(changes.map(({ type }) => type)).toEqual(['contact.added', 'contact.updated', 'contact.removed']);
    expect(changes.slice(0, 2).map(({ data }) => data)).toEqual([added, noted]);
    expect(changes[2]!.data).toMatchObject({ userId: ben.id });
    await openDirect(here, ben, ann);
    await theirs.until('hears of the conversation', () => theirs.count('conversation.created') === 1);
    expect(theirs.events.filter(({ type }) => type.startsWith('contact'))).toEqual([]);
  });

  it('are resumed as they are then, each once', async () => {
    const [carl, dora] = [await registerUser(here), await registerUser(here)];
    await put(ann, dora.id);
    const before = await connect(door, there, ann);
    const { cursor } = before;
    before.close();
    await put(ann, ben.id);
    await put(ann, ben.id, { note: 'last' });
    await put(ann, carl.id);
    await remove(ann, carl.id);
    await remove(ann, dora.id);
    const after = await connect(door, here, ann, { cursor });
    await after.until('hears the last', () => after.ofType('contact.removed').length === 2);
    expect(after.readies[0]?.resumed).toBe(true);
    expect(after.events.map(({ type, data }) => [type, data.userId ?? data.contact.user.id])).toEqual([
      ['contact.added', ben.id],
      ['contact.updated', ben.id],
      ['contact.removed', carl.id],
      ['contact.removed', dora.id],
    ]);
    expect(after.events[0]!.data.contact.note).toBe('last');
  });

  it('come from MySQL where Redis does not know them any more', async () => {
    const carl = await registerUser(here);
    await put(ann, carl.id);
    const before = await connect(door, there, ann);
    const { cursor } = before;
    before.close();
    await put(ann, ben.id, { favourite: true });
    await remove(ann, carl.id);
    await loseRedisData(here);
    const after = await connect(door, there, ann, { cursor });
    await after.until('hears both', () => after.count('contact.removed') + after.count('contact.added') >= 2);
    expect(after.readies[0]?.resumed).toBe(false);
    const added = after.ofType('contact.added').at(-1)!.data.contact;
    expect([added.user.id, added.favourite]).toEqual([ben.id, true]);
    expect(after.ofType('contact.removed').at(-1)!.data.userId).toBe(carl.id);
    const again = begin(door, here, ann, { cursor: after.cursor });
    const conversationId = await openDirect(here, ben, ann);
    await send(here, ben, conversationId, 'last');
    await again.untilMessages(1);
    expect(again.events.filter(({ type }) => type.startsWith('contact'))).toEqual([]);
  });
});

it('whose contact somebody is hears of a changed profile, also afterwards, without a word between them', async () => {
  const blocking = await registerUser(here);
  await put(ann, ben.id);
  await put(blocking, ben.id);
  await block(ben, blocking.id);
  const [watching, blocked] = [
    await connect('socket.io', there, ann),
    await connect('socket.io', there, blocking),
  ];
  const cursors = [watching.cursor, blocked.cursor];
  const body = { displayName: 'Benjamin' };
  await call(here, 'PATCH /v1/users/me', { token: ben.token, body });
  await watching.until('hears it', () => watching.count('user.updated') === 1);
  for (const isLost of [false, true]) {
    if (isLost) await loseRedisData(here);
    const [again, still] = [
      await connect('socket.io', there, ann, { cursor: cursors[0] }),
      await connect('socket.io', there, blocking, { cursor: cursors[1] }),
    ];
    await again.until('hears it', () => again.count('user.updated') === 1);
    expect(again.ofType('user.updated')[0]!.data.user).toMatchObject({ id: ben.id, ...body });
    await put(blocking, ann.id, { note: String(isLost) });
    await still.until('hears of the next', () =>
      still.events.some(({ data }) => data.contact?.note === String(isLost)),
    );
    expect([blocked.count('user.updated'), still.count('user.updated')]).toEqual([0, 0]);
  }
});
