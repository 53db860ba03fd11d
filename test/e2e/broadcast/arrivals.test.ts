import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  aPublisher,
  change,
  currentFor,
  published,
  recall,
  statsOf,
  toldOf,
  untilCast,
} from '../../support/broadcasts.js';
import { send, openDirect } from '../../support/chat.js';
import { type ChatClient, begin, closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let admin: TestUser;

beforeAll(async () => {
  database = await createDatabase('arrivals');
  node = await startNode({ DATABASE_URL: database.url });
  admin = await aPublisher(node);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const to = (...users: TestUser[]) => ({ audience: { userIds: users.map(({ id }) => id) } });
const ack = (user: TestUser, { cursor }: ChatClient) =>
  call(node, 'POST /v1/events/ack', { token: user.token, body: { cursor } });

/** What comes after everything else that a client is told. */
async function untilMarked(client: ChatClient, user: TestUser): Promise<void> {
  const conversationId = await openDirect(node, admin, user);
  const { seq } = await send(node, admin, conversationId, 'mark');
  await client.until('has the mark', () => client.seqs(conversationId).includes(seq));
}

describe.each(doorNames)('somebody who comes by %s', (door) => {
  it('gets once what is current for them, and then no more once they have acknowledged its cursor', async () => {
    const [ada, bob] = [await registerUser(node), await registerUser(node)];
    const first = await published(node, admin, { ...to(ada), title: 'First', level: 'urgent' });
    const second = await published(node, admin, { body: 'Second', ...to(ada) });
    const others = await published(node, admin, to(bob));
    const client = await connect(door, node, ada);
    await client.until('has both', () => client.count('broadcast.published') >= 2);
    const shown = client.ofType('broadcast.published')[0]?.data.broadcast;
    expect(shown).toMatchObject({ id: first.id, title: 'First', level: 'urgent', recalledAt: null });
    expect(shown).not.toHaveProperty('audience');
    expect((await ack(ada, client)).status).toBe(204);
    await untilMarked(client, ada);
    client.close();
    for (const id of [first.id, second.id]) {
      expect(toldOf(client, id)).toEqual(['published']);
      expect(await statsOf(node, admin, id)).toEqual({ audience: 1, delivered: 1, acknowledged: 0 });
    }
    expect(toldOf(client, others.id)).toEqual([]);
    const again = await connect(door, node, ada);
    await untilMarked(again, ada);
    expect(again.count('broadcast.published')).toBe(0);
    expect(await currentFor(node, ada)).toEqual([second.id, first.id]);
  });

  it('gets what must be acknowledged with each start, until it is', async () => {
    const ada = await registerUser(node);
    const { id } = await published(node, admin, { ...to(ada), requireAck: true });
    for (let start = 0; start < 2; start += 1) {
      const client = await connect(door, node, ada);
      await client.until('has it', () => client.count('broadcast.published') > 0);
      await ack(ada, client);
      client.close();
      expect(toldOf(client, id)).toEqual(['published']);
    }
    expect((await acknowledge(node, ada, id)).status).toBe(204);
    expect((await acknowledge(node, ada, id)).status).toBe(204);
    const client = await connect(door, node, ada);
    await untilMarked(client, ada);
    expect(toldOf(client, id)).toEqual([]);
    expect(await statsOf(node, admin, id)).toEqual({ audience: 1, delivered: 1, acknowledged: 1 });
    const { body } = await call(node, 'GET /v1/sync', { token: ada.token });
    expect(body.broadcasts).toMatchObject([{ id, acknowledgedAt: expect.any(String) }]);
  });

  it('does not get what was recalled, has ended or has not begun', async () => {
    const ada = await registerUser(node);
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const recalled = await published(node, admin, to(ada));
    await recall(node, admin, recalled.id);
    const later = await published(node, admin, { ...to(ada), startsAt: inMs(3_600_000) });
    const ended = await published(node, admin, { ...to(ada), expiresAt: inMs(3_600_000) });
    const dueFor = await published(node, admin, { ...to(ada), expiresAt: inMs(300) });
    await expect.poll(() => currentFor(node, ada), { timeout: 10_000 }).toEqual([ended.id]);
    const client = await connect(door, node, ada);
    await untilMarked(client, ada);
    expect(client.ofType('broadcast.published').map(({ data }) => data.broadcast.id)).toEqual([ended.id]);
    for (const { id } of [recalled, later]) {
      expect((await call(node, `GET /v1/broadcasts/${id}`, { token: ada.token })).body.code).toBe(
        'broadcast.not_found',
      );
      expect((await acknowledge(node, ada, id)).body.code).toBe('broadcast.not_found');
    }
    expect(await statsOf(node, admin, dueFor.id)).toMatchObject({ delivered: 0 });
  });

  it('and is there when it is published gets it live, changed and recalled', async () => {
    const [ada, bob] = [await registerUser(node), await registerUser(node)];
    const [client, other] = await Promise.all([connect(door, node, ada), connect(door, node, bob)]);
    const { id } = await published(node, admin, { ...to(ada), body: 'Before' });
    await client.until('has it', () => client.count('broadcast.published') > 0);
    expect((await change(node, admin, id, { body: 'After' })).status).toBe(200);
    await client.until('has the change', () => client.count('broadcast.updated') > 0);
    expect(client.ofType('broadcast.updated')[0]?.data.broadcast).toMatchObject({ body: 'After' });
    await recall(node, admin, id);
    await recall(node, admin, id);
    await client.until('has the recall', () => client.count('broadcast.recalled') > 0);
    const gone = client.ofType('broadcast.recalled')[0]?.data.broadcast;
    expect(gone).toMatchObject({ id, body: '', title: null, recalledAt: expect.any(String) });
    await Promise.all([untilMarked(client, ada), untilMarked(other, bob)]);
    expect(toldOf(client, id)).toEqual(['published', 'updated', 'recalled']);
    expect(toldOf(other, id)).toEqual([]);
    expect(await currentFor(node, ada)).toEqual([]);
  });

  it('with their cursor gets what was published meanwhile, once, and nothing of what was recalled meanwhile', async () => {
    const ada = await registerUser(node);
    const before = await connect(door, node, ada);
    await untilMarked(before, ada);
    before.close();
    const stays = await published(node, admin, to(ada));
    const goes = await published(node, admin, to(ada));
    await recall(node, admin, goes.id);
    await untilCast(node);
    const client = await connect(door, node, ada, { cursor: before.cursor });
    await untilMarked(client, ada);
    expect(client.readies[0]?.resumed).toBe(true);
    expect(toldOf(client, stays.id)).toEqual(['published']);
    expect(toldOf(client, goes.id)).toEqual([]);
    await ack(ada, client);
    expect(await statsOf(node, admin, stays.id)).toMatchObject({ delivered: 1 });
    expect(await statsOf(node, admin, goes.id)).toMatchObject({ delivered: 0 });
    client.close();
    const again = begin(door, node, ada, { cursor: client.cursor });
    await untilMarked(again, ada);
    expect(toldOf(again, stays.id)).toEqual([]);
  });
});
