import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, sendMany, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { type Group, aGroup, briefly, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { inHours } from '../../support/moderation.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('sanctions');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const mute = (group: Group, by: TestUser, user: TestUser, until = inHours(1)) =>
  inGroup(here, group, by, 'PUT', `members/${user.id}/mute`, { until });

const ban = (group: Group, by: TestUser, user: TestUser, body: object = {}) =>
  inGroup(here, group, by, 'PUT', `bans/${user.id}`, body);

const saying = (detail: string, code: string) => ({
  status: 403,
  body: { code, detail: expect.stringContaining(detail) },
});

describe('a muted member', () => {
  it('reads, and is not heard on any node until the mute is lifted', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    await send(there, bob, group.conversationId, 'Before');
    const { seq } = (await doInGroup(there, group, bob, 'GET')).conversation.lastMessage;
    const until = inHours(1);
    const { body } = await mute(group, owner, bob, until);
    expect(body.member).toMatchObject({ userId: bob.id, role: 'member', mutedUntil: until });
    const refused = saying(until, 'conversation.muted');
    const emoji = encodeURIComponent('👍');
    for (const node of [here, there]) {
      expect(await trySend(node, bob, group.conversationId, { text: 'Hello?' })).toMatchObject(refused);
      for (const [method, path, input] of [
        ['PATCH', `messages/${seq}`, { text: 'After' }],
        ['PUT', `messages/${seq}/reactions/${emoji}`],
        ['PUT', `messages/${seq}/pin`],
      ] as const)
        expect(await inGroup(node, group, bob, method, path, input)).toMatchObject(refused);
      const socket = await connectSocket(node, bob);
      const { conversationId } = group;
      const answer = await socket.command('message.send', { conversationId, text: 'Hello?' });
      expect(answer.error).toMatchObject(refused.body);
    }
    expect((await doInGroup(there, group, bob, 'GET', 'messages')).items.at(-1).text).toBe('Before');
    expect((await inGroup(there, group, bob, 'PUT', 'read', { seq })).status).toBe(204);
    expect((await inGroup(there, group, bob, 'DELETE', `messages/${seq}`)).status).toBe(204);
    const lifted = await doInGroup(there, group, owner, 'DELETE', `members/${bob.id}/mute`);
    expect(lifted.member.mutedUntil).toBeNull();
    await send(here, bob, group.conversationId, 'Again');
  });

  it('is heard again by themselves when the time is over', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    const until = new Date(Date.now() + 1_500).toISOString();
    expect((await mute(group, owner, bob, until)).status).toBe(200);
    expect((await trySend(there, bob, group.conversationId, { text: 'too early' })).body.code).toBe(
      'conversation.muted',
    );
    const attempt = async () => (await trySend(there, bob, group.conversationId, { text: 'in time' })).status;
    await expect.poll(attempt, { timeout: 10_000, interval: 50 }).toBe(201);
    const { message } = (await trySend(there, bob, group.conversationId, { text: 'later' })).body;
    expect(message.createdAt > until).toBe(true);
    const { items } = await doInGroup(here, group, owner, 'GET', 'messages');
    const first = items.find(({ text }: { text: string }) => text === 'in time');
    expect(first.createdAt >= until).toBe(true);
  });

  it('gets no send in amid a flood from two nodes, once the mute is answered', async () => {
    const group = await aGroup(here);
    const [owner, ada, bob] = group.people;
    const stream = await connectSocket(here, bob);
    const { conversationId } = group;
    const flood = Promise.all([
      sendMany(there, ada, conversationId, 200),
      Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          stream.command('message.send', { conversationId, text: `b${i}` }),
        ),
      ),
      Promise.all(
        Array.from({ length: 50 }, (_, i) => trySend(there, bob, conversationId, { text: `c${i}` })),
      ),
    ]);
    await stream.untilMessages(10);
    expect((await mute(group, owner, bob)).status).toBe(200);
    expect((await trySend(there, bob, conversationId, { text: 'never' })).body.code).toBe(
      'conversation.muted',
    );
    const [, commanded, posted] = await flood;
    const codes = [...commanded.map(({ error }) => error?.code), ...posted.map(({ body }) => body.code)];
    expect([undefined, 'conversation.muted']).toEqual(expect.arrayContaining(codes));
    const saidBy = ({ id }: TestUser) => stream.messages().filter(({ senderId }) => senderId === id).length;
    await stream.until('hears of the mute and of what Ada said', () => saidBy(ada) === 200);
    const mutedAt = stream.events.findIndex(({ type }) => type === 'member.updated');
    const later = stream.events.slice(mutedAt).filter(({ data }) => data.message?.senderId === bob.id);
    expect([mutedAt > 0, later]).toEqual([true, []]);
  });

  it('stays muted when they leave a channel and join it again', async () => {
    const channel = await aGroup(here, { type: 'channel' });
    const [owner, , bob] = channel.people;
    await mute(channel, owner, bob);
    await doInGroup(there, channel, bob, 'POST', 'leave');
    await doInGroup(there, channel, bob, 'POST', 'join');
    expect((await trySend(there, bob, channel.conversationId, { text: 'Me again' })).body.code).toBe(
      'conversation.muted',
    );
  });

  it('is muted once: again with the same end changes nothing', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    const until = inHours(2);
    await mute(group, owner, bob, until);
    const { rev } = (await doInGroup(here, group, owner, 'GET')).conversation;
    expect((await mute(group, owner, bob, until)).status).toBe(200);
    expect((await doInGroup(here, group, owner, 'GET')).conversation.rev).toBe(rev);
    await mute(group, owner, bob, inHours(3));
    expect((await doInGroup(here, group, owner, 'GET')).conversation.rev).toBe(rev + 1);
  });
});

describe.each(doorNames)('%s', (door) => {
  it('tells of a mute and of a ban; whoever is banned hears nothing later', async () => {
    const group = await aGroup(here);
    const [owner, ada, bob] = group.people;
    const [hers, his] = [await connect(door, there, ada), await connect(door, there, bob)];
    await mute(group, owner, bob);
    // What is read back later would show the member as they are by then.
    await hers.until('hears of the mute', () => hers.count('member.updated') === 1);
    await ban(group, owner, bob, { reason: 'Advertising' });
    await send(here, owner, group.conversationId, 'Without him');
    await hers.until('hears what came later', () => hers.messages().at(-1)?.text === 'Without him');
    await his.until('hears of the removal', () => his.count('member.removed') === 1);
    const about = (client: typeof hers) => briefly(changesTo(client)).slice(-4);
    expect(about(hers)).toEqual([
      `member.updated 3 ${bob.id}`,
      `member.removed 4 ${bob.id}`,
      'message.created 5 member_removed',
      'message.created 6 Without him',
    ]);
    expect(briefly(changesTo(his)).at(-1)).toBe(`member.removed 4 ${bob.id}`);
  });
});

describe('a banned user', () => {
  it('is out, joins nothing and is added by nobody, until the ban is lifted', async () => {
    const channel = await aGroup(here, { type: 'channel' });
    const [owner, ada, bob] = channel.people;
    await doInGroup(here, channel, owner, 'PATCH', `members/${ada.id}`, { role: 'admin' });
    const until = inHours(5);
    const { body } = await ban(channel, ada, bob, { until, reason: 'Advertising' });
    expect(body.ban).toEqual({
      userId: bob.id,
      until,
      reason: 'Advertising',
      bannedBy: ada.id,
      bannedAt: expect.any(String),
    });
    expect((await inGroup(there, channel, bob, 'GET', 'messages')).body.code).toBe('conversation.not_member');
    const refused = saying(until, 'conversation.banned');
    for (const node of [here, there]) {
      expect(await inGroup(node, channel, bob, 'POST', 'join')).toMatchObject(refused);
      expect(await inGroup(node, channel, owner, 'POST', 'members', { userIds: [bob.id] })).toMatchObject(
        refused,
      );
    }
    const stranger = await registerUser(here);
    const both = { userIds: [stranger.id, bob.id] };
    expect(await inGroup(here, channel, owner, 'POST', 'members', both)).toMatchObject(refused);
    expect((await doInGroup(here, channel, owner, 'GET', 'members')).items).toHaveLength(2);
    expect((await doInGroup(there, channel, ada, 'GET', 'bans')).items).toEqual([body.ban]);
    for (const _ of ['lifted', 'again'])
      expect((await inGroup(there, channel, owner, 'DELETE', `bans/${bob.id}`)).status).toBe(204);
    expect((await doInGroup(here, channel, bob, 'POST', 'join')).conversation.role).toBe('member');
    expect((await doInGroup(there, channel, ada, 'GET', 'bans')).items).toEqual([]);
  });

  it('comes in again when the time is over', async () => {
    const channel = await aGroup(here, { type: 'channel' });
    const [owner, , bob] = channel.people;
    await ban(channel, owner, bob, { until: new Date(Date.now() + 1_000).toISOString() });
    expect((await inGroup(there, channel, bob, 'POST', 'join')).body.code).toBe('conversation.banned');
    const attempt = async () => (await inGroup(there, channel, bob, 'POST', 'join')).status;
    await expect.poll(attempt, { timeout: 10_000, interval: 50 }).toBe(200);
    expect((await doInGroup(there, channel, owner, 'GET', 'bans')).items).toEqual([]);
  });

  it('may be banned before they come, and without an end', async () => {
    const channel = await aGroup(here, { type: 'channel' });
    const [owner] = channel.people;
    const stranger = await registerUser(here);
    const { rev } = (await doInGroup(here, channel, owner, 'GET')).conversation;
    expect((await ban(channel, owner, stranger)).body.ban).toMatchObject({ until: null, reason: null });
    expect((await inGroup(there, channel, stranger, 'POST', 'join')).body).toMatchObject({
      code: 'conversation.banned',
      detail: 'You are banned from this conversation.',
    });
    expect((await doInGroup(here, channel, owner, 'GET')).conversation.rev).toBe(rev);
  });

  it('never is a member when banning and joining race', async () => {
    const channel = await aGroup(here, { type: 'channel', memberIds: [] });
    const [owner] = channel.people;
    for (let round = 0; round < 8; round += 1) {
      const user = await registerUser(here);
      const joining = [here, there].map((node) => inGroup(node, channel, user, 'POST', 'join'));
      const [banned] = await Promise.all([ban(channel, owner, user), ...joining]);
      expect(banned.status).toBe(200);
      const { items } = await doInGroup(there, channel, owner, 'GET', 'members');
      expect(items.map(({ userId }: { userId: string }) => userId)).toEqual([owner.id]);
    }
  });
});
