import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair } from '../../support/chat.js';
import { type Group, aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { inHours } from '../../support/moderation.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('sanction_rights');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const mute = (group: Group, by: TestUser, user: TestUser, until = inHours(1)) =>
  inGroup(node, group, by, 'PUT', `members/${user.id}/mute`, { until });

const ban = (group: Group, by: TestUser, user: TestUser, body: object = {}) =>
  inGroup(node, group, by, 'PUT', `bans/${user.id}`, body);

describe('who sanctions whom', () => {
  it('as for removing: owners anybody but themselves, admins members, members nobody', async () => {
    const group = await aGroup(node);
    const [owner, ada, bob] = group.people;
    const second = await registerUser(node);
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [second.id] });
    for (const { id } of [ada, second])
      await doInGroup(node, group, owner, 'PATCH', `members/${id}`, { role: 'admin' });
    const codes: unknown[] = [];
    for (const [by, target] of [
      [bob, ada],
      [bob, bob],
      [ada, owner],
      [ada, second],
      [ada, ada],
      [owner, owner],
    ] as const) {
      const lifts = [`members/${target.id}/mute`, `bans/${target.id}`].map((path) =>
        inGroup(node, group, by, 'DELETE', path),
      );
      const replies = await Promise.all([mute(group, by, target), ban(group, by, target), ...lifts]);
      codes.push(...replies.map(({ body }) => body.code));
    }
    expect(new Set(codes)).toEqual(new Set(['conversation.not_allowed']));
    expect((await inGroup(node, group, bob, 'GET', 'bans')).body.code).toBe('conversation.not_allowed');
    expect((await mute(group, ada, bob)).status).toBe(200);
    expect((await ban(group, owner, ada)).status).toBe(200);
  });

  it('nobody in a direct conversation; and what is wrong is told apart', async () => {
    const pair = await aPair(node);
    for (const [method, path] of [
      ['PUT', `members/${pair.bob.id}/mute`],
      ['PUT', `bans/${pair.bob.id}`],
      ['GET', 'bans'],
    ] as const) {
      const body = method === 'GET' ? undefined : { until: inHours(1) };
      expect((await inGroup(node, pair, pair.alice, method, path, body)).body.code).toBe(
        'conversation.not_allowed',
      );
    }
    const group = await aGroup(node);
    const [owner, , bob] = group.people;
    const stranger = await registerUser(node);
    const codes = async (...replies: ReturnType<typeof inGroup>[]) =>
      (await Promise.all(replies)).map(({ status, body }) => `${status} ${body.code}`);
    expect(
      await codes(
        mute(group, owner, stranger),
        mute(group, owner, { ...stranger, id: 'nobody' }),
        ban(group, owner, { ...stranger, id: '123' }),
        ban(group, owner, { ...stranger, id: 'nobody' }),
        mute(group, owner, bob, '2001-01-01T00:00:00.000Z'),
        mute(group, owner, bob, 'tomorrow'),
        ban(group, owner, bob, { until: '2001-01-01T00:00:00.000Z' }),
        ban(group, stranger, bob),
        mute(group, stranger, bob),
      ),
    ).toEqual([
      '404 member.not_found',
      '404 member.not_found',
      '404 user.not_found',
      '404 user.not_found',
      '400 request.invalid',
      '400 request.invalid',
      '400 request.invalid',
      '404 conversation.not_found',
      '404 conversation.not_found',
    ]);
  });
});
