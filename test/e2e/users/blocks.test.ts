import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, openDirect, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { aGuest, aGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
/** Blocks are made at the first, and must count at the second. */
let nodes: TestNode[];

beforeAll(async () => {
  database = await createDatabase('blocks');
  const settings = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  nodes = [await startNode(settings), await startNode(settings)];
});

closeClientsAfterEach();

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

const put = ({ token }: TestUser, id: string) => call(nodes[0]!, `PUT /v1/blocks/${id}`, { token });
const remove = ({ token }: TestUser, id: string) => call(nodes[0]!, `DELETE /v1/blocks/${id}`, { token });
const codeOf = async (reply: Promise<{ status: number; body: { code?: string } }>) => {
  const { status, body } = await reply;
  return [status, body?.code].filter(Boolean).join(' ');
};

describe('a block', () => {
  it('ends direct messages both ways, on every node, and lets go of them when it ends', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    await send(there, bob, conversationId, 'before');
    expect(await codeOf(put(alice, bob.id))).toBe('204');
    for (const node of [here, there]) {
      const refused = await trySend(node, bob, conversationId, { text: 'after' });
      expect([refused.status, refused.body.code]).toEqual([403, 'conversation.not_allowed']);
      expect(JSON.stringify(refused.body)).not.toMatch(/block/i);
      const direct = { token: bob.token, body: { to: alice.id, text: 'after' } };
      expect(await codeOf(call(node, 'POST /v1/messages', direct))).toBe('403 conversation.not_allowed');
      const own = await trySend(node, alice, conversationId, { text: 'after' });
      expect([own.status, own.body.code]).toEqual([403, 'conversation.not_allowed']);
      expect(own.body.detail).toMatch(/unblock/);
    }
    expect(await codeOf(remove(alice, bob.id))).toBe('204');
    expect((await send(there, bob, conversationId, 'again')).seq).toBe(2);
  });

  it('lets nothing through that is committed later, however many send', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    const listening = await connect('socket.io', here, alice);
    const sending = await connectSocket(there, bob);
    const answers: boolean[] = [];
    let isOver = false;
    const flood = (async () => {
      for (let n = 0; !isOver; n += 1) {
        const { ok } = await sending.command('message.send', {
          conversationId,
          clientId: `flood-${n}`,
          text: `${n}`,
        });
        answers.push(ok);
      }
    })();
    await listening.untilMessages(20);
    await put(alice, bob.id);
    const { length } = answers;
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBeGreaterThan(length + 20);
    isOver = true;
    await flood;
    expect(answers.slice(length + 1)).not.toContain(true);
    // Whatever was acknowledged was committed before the block, and comes.
    const acknowledged = answers.filter(Boolean).length;
    await listening.untilMessages(acknowledged);
    expect(listening.count('message.created')).toBe(acknowledged);
  });

  it.each(doorNames)('tells the other devices of its author, and nobody else, by %s', async (door) => {
    const [here, there] = nodes as [TestNode, TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    const before = await connect(door, there, bob);
    const device = await connect(door, there, alice);
    await put(alice, bob.id);
    await device.until('hears of it', () => device.count('conversation.updated') === 1);
    const [{ data } = { data: undefined }] = device.ofType('conversation.updated');
    expect(data.conversation).toMatchObject({ id: conversationId, blocked: true });
    const seen = await call(here, `GET /v1/conversations/${conversationId}`, { token: bob.token });
    expect(seen.body.conversation).toMatchObject({ blocked: false });
    await remove(alice, bob.id);
    await send(there, bob, conversationId, 'again');
    await before.untilMessages(1);
    expect(before.events.map(({ type }) => type)).not.toContain('conversation.updated');
  });

  it.each(doorNames)(
    'is known to devices of its author that come later, from MySQL too, by %s',
    async (door) => {
      const [here, there] = nodes as [TestNode, TestNode];
      const { alice, bob, conversationId } = await aPair(here);
      await send(here, bob, conversationId, 'long ago');
      const dataSource = here.app.get<DataSource>(getDataSourceToken());
      for (const [table, column] of [
        ['messages', 'createdAt'],
        ['conversation_heads', 'changedAt'],
      ])
        await dataSource.query(
          `UPDATE ${table} SET ${column} = ${column} - INTERVAL 1 HOUR WHERE conversationId = ?`,
          [conversationId],
        );
      const { cursor } = await sync(alice);
      for (const [change, blocked] of [
        [put, true],
        [remove, false],
      ] as const) {
        await change(alice, bob.id);
        await loseRedisData(here);
        const device = await connect(door, there, alice, { cursor });
        await device.until('is brought up', () => device.count('conversation.synced') === 1);
        expect(device.ofType('conversation.updated').map(({ data }) => data.conversation)).toMatchObject([
          { id: conversationId, blocked },
        ]);
        const route = `GET /v1/events/poll?cursor=${cursor}&wait=0` as const;
        const others = await call(there, route, { token: bob.token });
        expect(others.body.events.map(({ type }: { type: string }) => type)).not.toContain(
          'conversation.updated',
        );
      }
    },
  );

  it('lets no edit, reaction, pin or receipt through; what was said can still be taken back', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    const theirs = `/v1/conversations/${conversationId}/messages/1`;
    await send(here, bob, conversationId, 'one');
    await send(here, alice, conversationId, 'two');
    const listening = await connect('socket.io', here, alice, { cursor: (await sync(alice)).cursor });
    await put(alice, bob.id);
    const as = { token: bob.token };
    const verbs = [
      call(there, `PATCH ${theirs}`, { ...as, body: { text: 'changed' } }),
      call(there, `PUT ${theirs}/reactions/${encodeURIComponent('👍')}`, as),
      call(there, `PUT ${theirs}/pin`, as),
    ];
    for (const verb of verbs) expect(await codeOf(verb)).toBe('403 conversation.not_allowed');
    const read = { ...as, body: { seq: 2 } };
    expect(await codeOf(call(there, `PUT /v1/conversations/${conversationId}/read`, read))).toBe('204');
    expect(await codeOf(call(there, `DELETE ${theirs}`, as))).toBe('204');
    await listening.until('hears of the deletion', () => listening.count('message.deleted') === 1);
    expect(listening.ofType('receipt.read').map(({ data }) => data.userId)).not.toContain(bob.id);
  });

  it('ends typing both ways, what is seen of it included', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    const [hers, his] = [await connectSocket(here, alice), await connectSocket(there, bob)];
    await his.command('typing.start', { conversationId });
    await hers.until('sees it', () => hers.count('typing.started') === 1);
    await put(alice, bob.id);
    await hers.until('sees its end', () => hers.count('typing.stopped') === 1);
    await expect
      .poll(async () => (await hers.command('typing.start', { conversationId })).ok, { timeout: 5_000 })
      .toBe(true);
    await his.command('typing.stop', { conversationId });
    await his.command('typing.start', { conversationId });
    await remove(alice, bob.id);
    await send(here, alice, conversationId, 'last');
    await send(there, bob, conversationId, 'last');
    await Promise.all([hers.untilMessages(2), his.untilMessages(2)]);
    expect([hers.count('typing.started'), his.count('typing.started')]).toEqual([1, 0]);
  });

  it('is also between two who have never written: no conversation of theirs begins', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    const [ann, ben] = [await registerUser(here), await registerUser(here)];
    await put(ann, ben.id);
    for (const [from, to] of [[ben, ann] as const, [ann, ben] as const]) {
      const body = { type: 'direct', userId: to.id };
      const opened = call(there, 'POST /v1/conversations', { token: from.token, body });
      expect(await codeOf(opened)).toBe('403 conversation.not_allowed');
    }
    await remove(ann, ben.id);
    expect(await openDirect(there, ben, ann)).toBeTruthy();
  });

  it('and the beginning of a conversation at the same moment: one of them counts', async () => {
    const [here, there] = nodes as [TestNode, TestNode];
    for (let i = 0; i < 5; i += 1) {
      const [ann, ben] = [await registerUser(here), await registerUser(here)];
      const first = { token: ben.token, body: { to: ann.id, text: 'first' } };
      await Promise.all([put(ann, ben.id), call(there, 'POST /v1/messages', first)]);
      const second = { token: ben.token, body: { to: ann.id, text: 'second' } };
      expect(await codeOf(call(there, 'POST /v1/messages', second))).toBe('403 conversation.not_allowed');
    }
  });

  it('by both ends when both have ended it', async () => {
    const [here] = nodes as [TestNode];
    const { alice, bob, conversationId } = await aPair(here);
    await Promise.all([put(alice, bob.id), put(bob, alice.id)]);
    await remove(alice, bob.id);
    const still = await trySend(here, alice, conversationId, { text: 'x' });
    expect([still.status, /unblock/.test(still.body.detail)]).toEqual([403, false]);
    await remove(bob, alice.id);
    expect((await trySend(here, alice, conversationId, { text: 'x' })).status).toBe(201);
  });

  it('is none in a group', async () => {
    const [here] = nodes as [TestNode];
    const group = await aGroup(here);
    const [owner, member] = group.people;
    await put(owner, member.id);
    const listening = await connect('socket.io', here, owner);
    await send(here, member, group.conversationId, 'to all');
    await listening.untilMessages(1);
  });

  it('can be repeated, is listed, and is refused for oneself and for whom there is not', async () => {
    const [here] = nodes as [TestNode];
    const [ann, ben, guest] = [await registerUser(here), await registerUser(here), await aGuest(here)];
    expect([await codeOf(put(ann, ben.id)), await codeOf(put(ann, ben.id))]).toEqual(['204', '204']);
    const listed = await call(here, 'GET /v1/blocks', { token: ann.token });
    expect(listed.body).toMatchObject({
      items: [{ userId: ben.id, user: { id: ben.id } }],
      nextCursor: null,
    });
    expect((await call(here, 'GET /v1/blocks', { token: ben.token })).body.items).toEqual([]);
    expect([await codeOf(remove(ann, ben.id)), await codeOf(remove(ann, ben.id))]).toEqual(['204', '204']);
    expect(await codeOf(put(ann, ann.id))).toBe('400 request.invalid');
    for (const id of ['1', 'x', '99999999999999999999']) {
      expect(await codeOf(put(ann, id))).toBe('404 user.not_found');
      expect(await codeOf(remove(ann, id))).toBe('404 user.not_found');
    }
    expect(await codeOf(put(guest, ann.id))).toBe('404 user.not_found');
  });
});

const sync = async ({ token }: TestUser) => (await call(nodes[0]!, 'GET /v1/sync', { token })).body;
