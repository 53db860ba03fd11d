import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket } from '../../support/clients.js';
import { aGroup, aGuest, briefly, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('channels');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const aChannel = (name: string, wanted: Record<string, unknown> = {}) =>
  aGroup(node, { type: 'channel', name, memberIds: [], ...wanted });

describe('a channel', () => {
  it('is read about by one who has not joined it, without what was said in it', async () => {
    const channel = await aChannel('Open', { topic: 'For all' });
    const [owner, stranger] = channel.people;
    await send(node, owner, channel.conversationId, 'secret');
    const { conversation } = await doInGroup(node, channel, stranger, 'GET');
    expect(conversation).toMatchObject({
      name: 'Open',
      topic: 'For all',
      role: null,
      lastMessage: null,
      readSeq: 0,
      unread: 0,
      memberCount: 1,
    });
    for (const [method, path, body] of [
      ['GET', 'changes', undefined],
      ['GET', 'messages/2', undefined],
      ['GET', 'messages/2/edits', undefined],
      ['GET', 'pins', undefined],
      ['PUT', 'read', { seq: 1 }],
      ['PUT', 'messages/2/pin', undefined],
      ['PATCH', 'messages/2', { text: 'Mine' }],
      ['POST', 'messages', { text: 'Hello' }],
      ['POST', 'leave', undefined],
    ] as const) {
      const reply = await inGroup(node, channel, stranger, method, path, body);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'conversation.not_member']);
    }
    const socket = await connectSocket(node, stranger);
    const { conversationId } = channel;
    expect(await socket.command('message.send', { conversationId, text: 'Hello' })).toMatchObject({
      ok: false,
      error: { code: 'conversation.not_member' },
    });
  });

  it('is joined, once, and tells its members; the history is there, and nothing unread', async () => {
    const channel = await aChannel('Join me');
    const [owner, ada] = channel.people;
    await send(node, owner, channel.conversationId, 'before');
    const [watching, joining] = [await connect('socket.io', node, owner), await connect('poll', node, ada)];
    const { conversation } = await doInGroup(node, channel, ada, 'POST', 'join');
    expect(conversation).toMatchObject({ role: 'member', readSeq: 3, lastSeq: 3, unread: 0, rev: 5 });
    expect((await doInGroup(node, channel, ada, 'POST', 'join')).conversation).toEqual(conversation);
    for (const client of [watching, joining]) {
      await client.until('hears of it', () => client.messages().at(-1)?.system?.kind === 'member_joined');
      expect(briefly(changesTo(client))).toEqual([
        ...(client === joining ? ['conversation.created Join me'] : []),
        `member.added 4 ${ada.id}`,
        'message.created 5 member_joined',
      ]);
    }
    const { items } = await doInGroup(node, channel, ada, 'GET', 'messages');
    expect(items.map(({ text }: { text: string }) => text)).toEqual([null, 'before', null]);
  });

  it('is not for guests, unless somebody adds them', async () => {
    const channel = await aChannel('No guests');
    const guest = await aGuest(node);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', 'join'],
    ] as const)
      expect((await inGroup(node, channel, guest, method, path)).body.code).toBe('conversation.not_found');
    const made = { type: 'channel', name: 'Of a guest', memberIds: [] };
    expect(await call(node, 'POST /v1/conversations', { token: guest.token, body: made })).toMatchObject({
      status: 403,
      body: { code: 'conversation.not_allowed' },
    });
    await doInGroup(node, channel, channel.people[0], 'POST', 'members', { userIds: [guest.id] });
    await send(node, guest, channel.conversationId, 'Hello');
  });
});

describe('the directory', () => {
  const names = ({ body }: { body: { items: { name: string }[] } }) => body.items.map(({ name }) => name);

  it('finds channels by part of name or topic in any case, and neither groups nor what has ended', async () => {
    const first = await aChannel('Zebra crossing');
    await aChannel('Second', { topic: 'all about ZEBRAS' });
    await aGroup(node, { name: 'Zebra group' });
    const ended = await aChannel('Zebra, ended');
    await doInGroup(node, ended, ended.people[0], 'DELETE');
    const { token } = await registerUser(node);
    const find = (query: string) => call(node, `GET /v1/channels?${query}`, { token });
    expect(names(await find('query=zEBRA'))).toEqual(['Zebra crossing', 'Second']);
    expect(names(await find('query=%25'))).toEqual([]);
    const page = await find('query=zebra&limit=1');
    expect(names(page)).toEqual(['Zebra crossing']);
    expect(names(await find(`query=zebra&limit=1&cursor=${page.body.nextCursor}`))).toEqual(['Second']);
    const mine = await call(node, 'GET /v1/channels?query=zebra', { token: first.people[0].token });
    expect(mine.body.items.map(({ role }: { role: string }) => role)).toEqual(['owner', null]);
  });

  it('shows guests only what they are in', async () => {
    const channel = await aChannel('Quagga');
    await aChannel('Quagga, hidden');
    const guest = await aGuest(node);
    const find = () => call(node, 'GET /v1/channels?query=quagga', { token: guest.token });
    expect(names(await find())).toEqual([]);
    await doInGroup(node, channel, channel.people[0], 'POST', 'members', { userIds: [guest.id] });
    expect(names(await find())).toEqual(['Quagga']);
  });
});
