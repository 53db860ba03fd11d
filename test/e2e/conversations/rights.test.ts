import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { type Group, aGroup, aGuest, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('rights');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

interface Cast extends Group {
  readonly callers: Readonly<Record<'owner' | 'admin' | 'member' | 'stranger' | 'guest', TestUser>>;
  /** A member to whom things are done. */
  readonly target: TestUser;
  readonly newcomer: TestUser;
}

/** One of each, around a group or a channel that is theirs alone. */
async function aCast(type: 'group' | 'channel'): Promise<Cast> {
  const group = await aGroup(node, { type });
  const [owner, admin, member] = group.people;
  const [stranger, target, newcomer] = [
    await registerUser(node),
    await registerUser(node),
    await registerUser(node),
  ];
  await doInGroup(node, group, owner, 'POST', 'members', { userIds: [target.id] });
  await doInGroup(node, group, owner, 'PATCH', `members/${admin.id}`, { role: 'admin' });
  return {
    ...group,
    callers: { owner, admin, member, stranger, guest: await aGuest(node) },
    target,
    newcomer,
  };
}

type Attempt = readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown];

describe('who may', () => {
  it('delete what others wrote: who runs the group', async () => {
    const { callers, ...cast } = await aCast('group');
    for (const _ of ['for the admin', 'for the owner'])
      await send(node, cast.target, cast.conversationId, 'mine');
    const path = (seq: number) => `messages/${seq}`;
    const first = (await doInGroup(node, cast, callers.owner, 'GET')).conversation.lastSeq - 1;
    expect((await inGroup(node, cast, callers.member, 'DELETE', path(first))).body.code).toBe(
      'message.not_allowed',
    );
    expect((await inGroup(node, cast, callers.admin, 'DELETE', path(first))).status).toBe(204);
    expect((await inGroup(node, cast, callers.owner, 'DELETE', path(first + 1))).status).toBe(204);
  });
});

describe('among those who run it', () => {
  it('admins remove neither each other nor the owner; the owner removes admins', async () => {
    const { callers, target, ...cast } = await aCast('group');
    await doInGroup(node, cast, callers.owner, 'PATCH', `members/${target.id}`, { role: 'admin' });
    for (const userId of [target.id, callers.owner.id]) {
      const reply = await inGroup(node, cast, callers.admin, 'DELETE', `members/${userId}`);
      expect(reply).toMatchObject({ status: 403, body: { code: 'conversation.not_allowed' } });
    }
    expect((await inGroup(node, cast, callers.owner, 'DELETE', `members/${target.id}`)).status).toBe(204);
  });

  it('the last owner neither leaves nor steps down while others remain, until another owns it', async () => {
    const { callers, ...cast } = await aCast('group');
    const { owner, admin } = callers;
    const attempts: Attempt[] = [
      ['POST', 'leave'],
      ['DELETE', `members/${owner.id}`],
      ['PATCH', `members/${owner.id}`, { role: 'member' }],
    ];
    for (const [method, path, body] of attempts) {
      const reply = await inGroup(node, cast, owner, method, path, body);
      expect(reply).toMatchObject({ status: 409, body: { code: 'conversation.last_owner' } });
    }
    const { member } = await doInGroup(node, cast, owner, 'PATCH', `members/${admin.id}`, { role: 'owner' });
    expect(member).toMatchObject({ userId: admin.id, role: 'owner' });
    expect((await inGroup(node, cast, owner, 'POST', 'leave')).status).toBe(204);
    expect((await inGroup(node, cast, owner, 'GET')).status).toBe(404);
  });

  it('of two owners who leave at once, one stays; of two who step down, too', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { callers, ...cast } = await aCast('group');
      const { owner, admin, member } = callers;
      await doInGroup(node, cast, owner, 'PATCH', `members/${admin.id}`, { role: 'owner' });
      const stepDown = ({ id }: TestUser) => ['PATCH', `members/${id}`, { role: 'member' }] as const;
      const ways: ((user: TestUser) => Attempt)[] = [() => ['POST', 'leave'], stepDown];
      const attempts = [owner, admin].map((user, i) => {
        const [method, path, body] = ways[(round + i) % 2]!(user);
        return inGroup(node, cast, user, method, path, body);
      });
      const codes = (await Promise.all(attempts)).map(({ status, body }) =>
        status < 300 ? 'done' : body.code,
      );
      expect(codes.toSorted()).toEqual(['conversation.last_owner', 'done']);
      const { items } = await doInGroup(node, cast, member, 'GET', 'members');
      expect(items.filter(({ role }: { role: string }) => role === 'owner')).toHaveLength(1);
    }
  });

  it('the last one to leave ends the conversation', async () => {
    const channel = await aGroup(node, { type: 'channel', memberIds: [] });
    const [owner, stranger] = channel.people;
    expect((await inGroup(node, channel, owner, 'POST', 'leave')).status).toBe(204);
    for (const user of [owner, stranger]) {
      expect((await inGroup(node, channel, user, 'GET')).status).toBe(404);
      expect((await inGroup(node, channel, user, 'POST', 'join')).status).toBe(404);
    }
  });
});

describe('a direct conversation', () => {
  it('keeps its two members and has no name', async () => {
    const pair = await aPair(node);
    const third = await registerUser(node);
    const attempts: Attempt[] = [
      ['POST', 'members', { userIds: [third.id] }],
      ['DELETE', `members/${pair.bob.id}`],
      ['PATCH', `members/${pair.bob.id}`, { role: 'admin' }],
      ['POST', 'join'],
      ['POST', 'leave'],
      ['PATCH', '', { name: 'Ours' }],
      ['DELETE', ''],
    ];
    for (const [method, path, body] of attempts) {
      const reply = await inGroup(node, pair, pair.alice, method, path, body);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'conversation.not_allowed']);
      expect((await inGroup(node, pair, third, method, path, body)).status).toBe(404);
    }
    expect((await doInGroup(node, pair, pair.bob, 'GET')).conversation).toMatchObject({
      rev: 1,
      memberCount: 2,
    });
  });
});

describe('what is not there', () => {
  it('is told apart: no such user, no such member, no such conversation; and nothing is done', async () => {
    const { callers, newcomer, ...cast } = await aCast('group');
    const before = (await doInGroup(node, cast, callers.owner, 'GET')).conversation;
    const attempts: [string, Attempt][] = [
      ['user.not_found', ['POST', 'members', { userIds: [newcomer.id, '123'] }]],
      ['user.not_found', ['POST', 'members', { userIds: ['9999999999999999999'] }]],
      ['member.not_found', ['DELETE', `members/${newcomer.id}`]],
      ['member.not_found', ['DELETE', 'members/nobody']],
      ['member.not_found', ['PATCH', `members/${newcomer.id}`, { role: 'admin' }]],
    ];
    for (const [code, [method, path, body]] of attempts) {
      const reply = await inGroup(node, cast, callers.owner, method, path, body);
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, code]);
    }
    const none = 'conversation.not_found';
    for (const conversationId of ['123', 'none', '99999999999999999999'])
      expect((await inGroup(node, { conversationId }, callers.owner, 'POST', 'join')).body.code).toBe(none);
    expect((await doInGroup(node, cast, callers.owner, 'GET')).conversation).toEqual(before);
  });

  it('is refused where the form is wrong', async () => {
    const { callers, target, ...cast } = await aCast('group');
    const attempts: Attempt[] = [
      ['POST', 'members', { userIds: [] }],
      ['POST', 'members', { userIds: ['bob'] }],
      ['POST', 'members', {}],
      ['PATCH', `members/${target.id}`, { role: 'king' }],
      ['PATCH', '', { name: ' ' }],
      ['PATCH', '', { name: 'x'.repeat(201) }],
      ['PATCH', '', { type: 'channel' }],
      ['PATCH', '', { avatarUrl: 'javascript:alert(1)' }],
      ['PATCH', 'settings', { muted: 'yes' }],
      ['POST', 'leave', { now: true }],
    ];
    for (const [method, path, body] of attempts) {
      const reply = await inGroup(node, cast, callers.owner, method, path, body);
      expect([body, reply.status, reply.body.code]).toEqual([body, 400, 'request.invalid']);
    }
  });
});
