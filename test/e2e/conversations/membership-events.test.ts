import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRisingCursors, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { aGroup, briefly, changesTo, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('membership_events');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

describe.each(doorNames)('%s', (door) => {
  it('tells all members of each change in rev order, live and replayed, each with its system message', async () => {
    const group = await aGroup(here, { name: 'Before' });
    const [owner, ada, bob] = group.people;
    const [carol, dan] = [await registerUser(here), await registerUser(here)];
    const live = await connect(door, there, ada);
    await live.untilMessages(1);
    const { cursor } = live;
    // One after the other: what is read back later would show its member as they are by then.
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [carol.id, dan.id] });
    await live.untilMessages(2);
    await doInGroup(there, group, owner, 'PATCH', `members/${dan.id}`, { role: 'admin' });
    await live.until('has heard of the admin', () => live.count('member.updated') === 1);
    await doInGroup(here, group, dan, 'DELETE', `members/${bob.id}`);
    await live.untilMessages(3);
    await doInGroup(there, group, carol, 'POST', 'leave');
    await live.untilMessages(4);
    await doInGroup(here, group, dan, 'PATCH', '', { name: 'After', topic: 'Parsing' });
    const told = [
      `member.added 3 ${carol.id}`,
      `member.added 3 ${dan.id}`,
      'message.created 4 members_added',
      `member.updated 5 ${dan.id}`,
      `member.removed 6 ${bob.id}`,
      'message.created 7 member_removed',
      `member.removed 8 ${carol.id}`,
      'message.created 9 member_left',
      'conversation.updated After',
      'message.created 11 renamed',
    ];
    await live.until('has heard of the renaming', () => live.messages().at(-1)?.system.kind === 'renamed');
    const relevant = changesTo(live).filter(({ type }) => type !== 'conversation.created');
    expect(briefly(relevant).slice(-told.length)).toEqual(told);
    expectRisingCursors(live);
    const [added] = live.ofType('member.added');
    expect(added?.data).toEqual({
      conversationId: group.conversationId,
      rev: 3,
      member: {
        userId: carol.id,
        role: 'member',
        joinedAt: expect.any(String),
        removedAt: null,
        mutedUntil: null,
      },
    });
    const notes = live.messages().filter(({ seq }) => seq > 1);
    expect(notes.map(({ senderId, system }) => [senderId, system])).toEqual([
      [owner.id, { kind: 'members_added', userIds: [carol.id, dan.id], count: 2 }],
      [dan.id, { kind: 'member_removed', userIds: [bob.id], count: 1 }],
      [carol.id, { kind: 'member_left', userIds: [carol.id], count: 1 }],
      [dan.id, { kind: 'renamed', userIds: [], count: 0, name: 'After' }],
    ]);

    const replayed = await connect(door, here, ada, { cursor });
    await replayed.until('has heard all', () => replayed.messages().at(-1)?.system.kind === 'renamed');
    const types = changesTo(replayed).map(({ type }) => type);
    expect(types.slice(-10)).toEqual(
      changesTo(live)
        .map(({ type }) => type)
        .slice(-10),
    );
    expect(replayed.ofType('conversation.updated')[0]?.data.conversation).toMatchObject({
      name: 'After',
      topic: 'Parsing',
      role: 'member',
      memberCount: 3,
    });
  });

  it('shows whoever is added the conversation first, at the rev of their membership', async () => {
    const group = await aGroup(here);
    const [owner] = group.people;
    const carol = await registerUser(here);
    const client = await connect(door, there, carol);
    await send(here, owner, group.conversationId, 'before');
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [carol.id] });
    await send(here, owner, group.conversationId, 'after');
    await client.untilMessages(2);
    expect(briefly(changesTo(client))).toEqual([
      'conversation.created Compilers',
      `member.added 4 ${carol.id}`,
      'message.created 5 members_added',
      'message.created 6 after',
    ]);
    expect(client.events[0]?.data.conversation).toMatchObject({
      id: group.conversationId,
      role: 'member',
      memberCount: 4,
      unread: expect.any(Number),
    });
  });

  it('ends a deleted conversation for every member, who hear nothing else', async () => {
    const group = await aGroup(here);
    const [owner, ada, bob] = group.people;
    const clients = await Promise.all([connect(door, here, ada), connect(door, there, bob)]);
    await doInGroup(here, group, owner, 'DELETE');
    const next = await aGroup(here, { memberIds: [ada.id, bob.id] });
    for (const client of clients) {
      await client.until('hears of the next one', () =>
        client
          .ofType('conversation.created')
          .some(({ data }) => data.conversation.id === next.conversationId),
      );
      expect(client.ofType('conversation.deleted').map(({ data }) => data)).toEqual([
        { conversationId: group.conversationId },
      ]);
      expect(client.count('member.removed')).toBe(0);
    }
    for (const { token } of group.people) {
      const path = `/v1/conversations/${group.conversationId}`;
      expect((await call(here, `GET ${path}`, { token })).status).toBe(404);
      expect((await call(here, `GET ${path}/messages`, { token })).status).toBe(404);
    }
  });
});

describe('a repetition', () => {
  it('of adding, of a role or of a name changes nothing: no rev, no event', async () => {
    const group = await aGroup(here);
    const [owner, ada] = group.people;
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [ada.id, ada.id, owner.id] });
    await doInGroup(here, group, owner, 'PATCH', `members/${ada.id}`, { role: 'member' });
    const { conversation } = await doInGroup(here, group, owner, 'PATCH', '', { name: 'Compilers' });
    expect(conversation).toMatchObject({ rev: 2, lastSeq: 1 });
  });
});
