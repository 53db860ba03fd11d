import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectInOrder, range, send, sendMany, trySend } from '../../support/chat.js';
import { type ChatClient, closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type Group, aGroup, briefly, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('removal');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

/** What came of a conversation after an index, receipts included. */
const ofConversation = ({ events }: ChatClient, { conversationId }: Group) =>
  events.filter(
    ({ data }) =>
      (data.conversationId ?? data.message?.conversationId ?? data.conversation?.id) === conversationId,
  );

const removals = (client: ChatClient, who: TestUser): number =>
  client.ofType('member.removed').filter(({ data }) => data.member.userId === who.id).length;

describe.each(doorNames)('%s', (door) => {
  it.each(['removed', 'leaving'])(
    'a member who is %s amid sends on two nodes hears nothing after their removal; the others miss nothing',
    async (how) => {
      const group = await aGroup(here);
      const [owner, ada, bob] = group.people;
      const gone = await Promise.all([connect(door, here, bob), connect(door, there, bob)]);
      const staying = await Promise.all([connect(door, here, ada), connect(door, there, ada)]);
      const sending = Promise.all([
        sendMany(here, owner, group.conversationId, 400, (n) => `o${n}`),
        sendMany(there, ada, group.conversationId, 400, (n) => `a${n}`),
      ]);
      await gone[0].untilMessages(20);
      if (how === 'removed') await doInGroup(there, group, owner, 'DELETE', `members/${bob.id}`);
      else await doInGroup(there, group, bob, 'POST', 'leave');
      await sending;
      await send(there, owner, group.conversationId, 'The end');
      for (const client of staying) {
        await client.until('has the end', () => client.messages().at(-1)?.text === 'The end');
        expectInOrder(client, group.conversationId);
        expect(client.seqs(group.conversationId).at(-1)).toBe(803);
        expect(removals(client, bob)).toBe(1);
      }
      const other = await aGroup(here, { memberIds: [bob.id] });
      for (const client of gone) {
        await client.until('hears of something later', () =>
          client
            .ofType('conversation.created')
            .some(({ data }) => data.conversation.id === other.conversationId),
        );
        const heard = ofConversation(client, group);
        expect(heard.at(-1)?.type).toBe('member.removed');
        expect(removals(client, bob)).toBe(1);
        expectInOrder(client, group.conversationId);
      }
    },
  );

  it('a removed member gets nothing that they missed, but their removal, by a cursor from before', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    const before = await connect(door, here, bob);
    await before.untilMessages(1);
    const { cursor } = before;
    before.close();
    for (const n of range(1, 3)) await send(here, owner, group.conversationId, `secret ${n}`);
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    await send(here, owner, group.conversationId, 'secret 4');
    const after = await connect(door, there, bob, { cursor });
    await after.until('hears of the removal', () => after.count('member.removed') === 1);
    const other = await aGroup(here, { memberIds: [bob.id] });
    await after.until('hears of something later', () => after.count('conversation.created') > 0);
    expect(other.conversationId).not.toBe(group.conversationId);
    expect(briefly(ofConversation(after, group))).toEqual([`member.removed 6 ${bob.id}`]);
  });

  it('a removal missed beyond the mailbox comes in the replay, and nothing else of the conversation', async () => {
    const group = await aGroup(here);
    const [owner, ada, bob] = group.people;
    await send(here, owner, group.conversationId, 'secret');
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    const old = `${Date.now() - 3_600_000}-0`;
    const gone = await connect(door, here, bob, { cursor: old });
    await gone.until('hears of the removal', () => gone.count('member.removed') === 1);
    expect(briefly(ofConversation(gone, group))).toEqual([`member.removed 4 ${bob.id}`]);

    await doInGroup(here, group, owner, 'PATCH', '', { name: 'After' });
    const stayed = await connect(door, here, ada, { cursor: old });
    await stayed.until('is synced', () => stayed.count('conversation.synced') === 1);
    expect(briefly(changesTo(stayed))).toEqual([
      'conversation.created After',
      'message.created 2 created',
      'message.created 3 secret',
      'message.created 5 member_removed',
      'message.created 7 renamed',
      `member.removed 4 ${bob.id}`,
      'conversation.synced 7',
    ]);
  });
});

describe('one who was removed', () => {
  it('neither reads nor sends, but gets again what they had sent under the same clientId', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    const body = { clientId: 'mine', text: 'Hello' };
    const first = await trySend(here, bob, group.conversationId, body);
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    expect(await trySend(here, bob, group.conversationId, body)).toMatchObject({
      status: 200,
      body: { message: { id: first.body.message.id } },
    });
    for (const node of [here, there]) {
      expect((await trySend(node, bob, group.conversationId, { text: 'More' })).status).toBe(404);
      for (const path of ['', 'messages', 'messages/1', 'members', 'pins', 'changes'])
        expect((await inGroup(node, group, bob, 'GET', path)).status).toBe(404);
      expect((await inGroup(node, group, bob, 'PUT', 'read', { seq: 1 })).status).toBe(404);
      expect((await inGroup(node, group, bob, 'PATCH', 'messages/2', { text: 'Changed' })).status).toBe(404);
    }
  });

  it('is a member like new when they are added again', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    for (const n of range(1, 5)) await send(here, owner, group.conversationId, `${n}`);
    const { items } = await doInGroup(here, group, owner, 'POST', 'members', { userIds: [bob.id] });
    expect(items).toMatchObject([{ userId: bob.id, role: 'member', removedAt: null }]);
    const { conversation } = await doInGroup(there, group, bob, 'GET');
    expect(conversation).toMatchObject({ unread: 0, lastSeq: 8, readSeq: 7, memberCount: 3 });
    await send(here, owner, group.conversationId, 'new');
    expect((await doInGroup(there, group, bob, 'GET')).conversation.unread).toBe(1);
  });

  it('gets from the pool, once back, only what was said since', async () => {
    const group = await aGroup(here);
    const [owner, , bob] = group.people;
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    await send(here, owner, group.conversationId, 'without bob');
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [bob.id] });
    await send(here, owner, group.conversationId, 'with bob');
    const client = await connect('socket.io', here, bob);
    await client.untilMessages(2);
    expect(briefly(client.ofType('message.created'))).toEqual([
      'message.created 7 members_added',
      'message.created 8 with bob',
    ]);
  });
});

it('a user who is added while many send gets every message since, in order', async () => {
  const group = await aGroup(here);
  const [owner, ada] = group.people;
  const carol = await registerUser(here);
  const client = await connect('socket.io', there, carol);
  const sending = Promise.all([
    sendMany(here, owner, group.conversationId, 300),
    sendMany(there, ada, group.conversationId, 300),
  ]);
  await doInGroup(here, group, owner, 'POST', 'members', { userIds: [carol.id] });
  await sending;
  await client.until('has the last one', () => client.seqs(group.conversationId).at(-1) === 602);
  expectInOrder(client, group.conversationId);
  expect(client.messages()[0].system?.kind).toBe('members_added');
});
