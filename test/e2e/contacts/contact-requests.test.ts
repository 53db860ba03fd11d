import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let ann: TestUser;
let ben: TestUser;

beforeAll(async () => {
  database = await createDatabase('contact_requests');
  const settings = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    CONTACTS: 'ask',
    CONTACTS_PER_USER: '2',
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
const get = ({ token }: TestUser, id: string) => call(there, `GET /v1/contacts/${id}`, { token });
const requests = ({ token }: TestUser, query = '') =>
  call(there, `GET /v1/contact-requests${query}`, { token });
const accept = ({ token }: TestUser, id: string) =>
  call(there, `POST /v1/contact-requests/${id}/accept`, { token });
const decline = ({ token }: TestUser, id: string) =>
  call(there, `POST /v1/contact-requests/${id}/decline`, { token });
const cancel = ({ token }: TestUser, id: string) =>
  call(there, `DELETE /v1/contact-requests/${id}`, { token });
const block = ({ token }: TestUser, id: string) => call(here, `PUT /v1/blocks/${id}`, { token });
const unblock = ({ token }: TestUser, id: string) => call(here, `DELETE /v1/blocks/${id}`, { token });
const codeOf = ({ status, body }: Reply) => [status, body?.code].filter(Boolean).join(' ');
const idsIn = ({ body }: Reply) => body.items.map(({ user }: { user: { id: string } }) => user.id);
/** From whom and to whom requests wait. */
const waiting = async (user: TestUser) => ({
  incoming: idsIn(await requests(user)),
  outgoing: idsIn(await requests(user, '?direction=outgoing')),
});

describe('a request', () => {
  it('waits at both ends, once, until it is accepted; then each has the other', async () => {
    const asked = await put(ann, ben.id, { note: 'From work' });
    expect([asked.status, asked.body.contactRequest]).toMatchObject([
      202,
      { user: { id: ben.id }, direction: 'outgoing' },
    ]);
    expect((await put(ann, ben.id)).body).toEqual(asked.body);
    expect(codeOf(await get(ann, ben.id))).toBe('404 contact.not_found');
    expect(await waiting(ann)).toEqual({ incoming: [], outgoing: [ben.id] });
    expect(await waiting(ben)).toEqual({ incoming: [ann.id], outgoing: [] });
    const accepted = await accept(ben, ann.id);
    expect([accepted.status, accepted.body.contact]).toMatchObject([
      200,
      { user: { id: ann.id }, note: null },
    ]);
    expect((await accept(ben, ann.id)).body).toEqual(accepted.body);
    expect((await get(ann, ben.id)).body.contact.note).toBe('From work');
    for (const user of [ann, ben]) expect(await waiting(user)).toEqual({ incoming: [], outgoing: [] });
    expect(codeOf(await remove(ben, ann.id))).toBe('204');
    expect(codeOf(await get(ann, ben.id))).toBe('404 contact.not_found');
  });

  it.each([
    ['declined', () => decline(ben, ann.id)],
    ['cancelled', () => cancel(ann, ben.id)],
    ['taken back as a contact', () => remove(ann, ben.id)],
  ])('that is %s is over at both ends, also when it is done twice, and can be made again', async (_, end) => {
    await put(ann, ben.id);
    expect([codeOf(await end()), codeOf(await end())]).toEqual(['204', '204']);
    for (const user of [ann, ben]) expect(await waiting(user)).toEqual({ incoming: [], outgoing: [] });
    expect(codeOf(await accept(ben, ann.id))).toBe('404 contact_request.not_found');
    expect(codeOf(await put(ann, ben.id))).toBe('202');
  });

  it('from each to the other makes them contacts, also at the same moment', async () => {
    for (let i = 0; i < 5; i += 1) {
      const [one, two] = [await registerUser(here), await registerUser(here)];
      const codes = (await Promise.all([put(one, two.id), put(two, one.id)])).map(codeOf);
      expect(codes.toSorted()).toEqual(['200', '202']);
      expect([(await get(one, two.id)).status, (await get(two, one.id)).status]).toEqual([200, 200]);
    }
  });

  it('that is accepted and cancelled at the same moment ends in the one or the other', async () => {
    for (let i = 0; i < 5; i += 1) {
      const [one, two] = [await registerUser(here), await registerUser(here)];
      await put(one, two.id);
      const [accepted, cancelled] = await Promise.all([accept(two, one.id), cancel(one, two.id)]);
      expect([200, 404]).toContain(accepted.status);
      expect(cancelled.status).toBe(accepted.status === 200 ? 404 : 204);
      const both = [(await get(one, two.id)).status, (await get(two, one.id)).status];
      expect(both).toEqual([accepted.status, accepted.status]);
    }
  });

  it('is nobody’s to answer but theirs who were asked', async () => {
    const carl = await registerUser(here);
    await put(ann, ben.id);
    for (const user of [ann, carl]) {
      expect(codeOf(await accept(user, ann.id))).toBe('404 contact_request.not_found');
      expect(codeOf(await accept(user, ben.id))).toBe('404 contact_request.not_found');
      expect(codeOf(await decline(user, ben.id))).toBe('404 contact_request.not_found');
    }
    for (const id of ['1', 'x', '99999999999999999999'])
      expect(codeOf(await cancel(ben, id))).toBe('404 contact_request.not_found');
    expect(await waiting(ben)).toEqual({ incoming: [ann.id], outgoing: [] });
  });

  it('takes room from the first moment, and needs room to be accepted', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => registerUser(here)));
    const codes = [];
    for (const { id } of others) codes.push(codeOf(await put(ann, id)));
    expect(codes).toEqual(['202', '202', '409 contact.too_many']);
    await put(ben, ann.id);
    expect(codeOf(await accept(ann, ben.id))).toBe('409 contact.too_many');
    await cancel(ann, others[0]!.id);
    expect(codeOf(await accept(ann, ben.id))).toBe('200');
  });
});

describe('somebody blocked', () => {
  it('asks in vain, and learns nothing of it', async () => {
    const theirs = await connect('socket.io', there, ben);
    await block(ben, ann.id);
    const asked = await put(ann, ben.id);
    expect([asked.status, JSON.stringify(asked.body)]).toEqual([202, expect.not.stringMatching(/block/i)]);
    expect(await waiting(ann)).toEqual({ incoming: [], outgoing: [ben.id] });
    expect(await waiting(ben)).toEqual({ incoming: [], outgoing: [] });
    expect(codeOf(await accept(ben, ann.id))).toBe('404 contact_request.not_found');
    const carl = await registerUser(here);
    await put(carl, ben.id);
    await theirs.until('hears of the next one', () => theirs.count('contact_request.added') > 0);
    expect(theirs.ofType('contact_request.added').map(({ data }) => data.contactRequest.user.id)).toEqual([
      carl.id,
    ]);
    await unblock(ben, ann.id);
    expect((await waiting(ben)).incoming.toSorted()).toEqual([ann.id, carl.id].toSorted());
  });

  it('has no request waiting any more, and gets none', async () => {
    await put(ann, ben.id);
    await block(ben, ann.id);
    expect(await waiting(ben)).toEqual({ incoming: [], outgoing: [] });
    expect(codeOf(await put(ben, ann.id))).toBe('403 contact.not_allowed');
    expect(codeOf(await cancel(ann, ben.id))).toBe('204');
  });
});

describe.each(doorNames)('requests, by %s', (door) => {
  const heard = (client: { events: readonly { type: string }[] }) => client.events.map(({ type }) => type);

  it('are told at both ends, from their beginning to their end', async () => {
    const [hers, his] = [await connect(door, there, ann), await connect(door, there, ben)];
    await put(ann, ben.id);
    for (const client of [hers, his])
      await client.until('hears of it', () => client.count('contact_request.added') === 1);
    expect(hers.events[0]!.data.contactRequest).toMatchObject({
      direction: 'outgoing',
      user: { id: ben.id },
    });
    expect(his.events[0]!.data.contactRequest).toMatchObject({ direction: 'incoming', user: { id: ann.id } });
    await accept(ben, ann.id);
    for (const client of [hers, his])
      await client.until('hears of the answer', () => client.count('contact.added') === 1);
    await remove(ann, ben.id);
    for (const client of [hers, his])
      await client.until('hears of the end', () => client.count('contact.removed') === 1);
    for (const client of [hers, his])
      expect(heard(client).toSorted()).toEqual([
        'contact.added',
        'contact.removed',
        'contact_request.added',
        'contact_request.removed',
      ]);
    expect(his.ofType('contact.added')[0]!.data.contact.user.id).toBe(ann.id);
    expect(hers.ofType('contact_request.removed')[0]!.data).toEqual({ userId: ben.id });
  });

  it('are resumed as they are then, and come from MySQL after a loss of Redis', async () => {
    const carl = await registerUser(here);
    await put(carl, ben.id);
    const before = await connect(door, there, ben);
    const { cursor } = before;
    before.close();
    await put(ann, ben.id);
    await cancel(carl, ben.id);
    const expected = [
      ['contact_request.added', ann.id],
      ['contact_request.removed', carl.id],
    ];
    for (const isLost of [false, true]) {
      if (isLost) await loseRedisData(here);
      const after = await connect(door, here, ben, { cursor });
      await after.until('hears both', () =>
        expected.every(([type, id]) =>
          after.ofType(type!).some(({ data }) => (data.userId ?? data.contactRequest.user.id) === id),
        ),
      );
      expect(after.readies[0]?.resumed).toBe(!isLost);
      after.close();
    }
  });
});
