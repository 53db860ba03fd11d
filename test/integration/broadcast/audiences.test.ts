import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Audience, type Candidate, covers } from '../../../src/broadcast/audience.js';
import { Audiences } from '../../../src/broadcast/audiences.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { UserGroupsService } from '../../../src/users/groups/user-groups.service.js';
import { roles } from '../../../src/platform/http/principal.js';
import { aBroadcast } from '../../support/builders.js';
import { doInGroup, aGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { fc } from '../../support/property.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let audiences: Audiences;
let userIds: string[];
let conversationIds: string[];
let groupIds: string[];
/** Between the coming of some and that of others, and between joining and joining. */
let halfTime: Date;

beforeAll(async () => {
  database = await createDatabase('audiences');
  node = await startNode({ DATABASE_URL: database.url });
  audiences = node.app.get(Audiences);
  const early: TestUser[] = [];
  for (let i = 0; i < 5; i += 1) early.push(await registerUser(node));
  const [first, second] = [
    await aGroup(node, { memberIds: early.slice(0, 2).map(({ id }) => id) }),
    await aGroup(node, { memberIds: early.slice(1, 4).map(({ id }) => id) }),
  ];
  await doInGroup(node, first, first.people[0], 'DELETE', `members/${early[0]?.id}`);
  const groups = node.app.get(UserGroupsService);
  groupIds = [await groups.create({ name: 'First' }), await groups.create({ name: 'Second' })].map(
    ({ id }) => id,
  );
  const put = (group: number, users: (TestUser | undefined)[]) =>
    groups.addMembers(groupIds[group] ?? '', { userIds: users.map((user) => user?.id ?? '') });
  await put(0, early.slice(0, 3));
  await put(1, early.slice(2, 5));
  await groups.removeMember(groupIds[0] ?? '', early[1]?.id ?? '');
  halfTime = new Date();
  await waitUntil('the clock goes on', () => Date.now() > halfTime.getTime(), { timeoutMs: 5_000 });
  const late = [await registerUser(node), await registerUser(node)];
  const ids = [early[0], early[4], late[0]].map((user) => user?.id ?? '');
  await doInGroup(node, first, first.people[0], 'POST', 'members', { userIds: ids });
  await put(0, [early[0], early[4], late[1]]);
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  const rows: { id: string }[] = await dataSource.query('SELECT id FROM users ORDER BY id');
  userIds = rows.map(({ id }) => id);
  for (const [i, role] of roles.entries())
    await dataSource.query('UPDATE users SET role = ? WHERE id = ?', [role, userIds[i]]);
  conversationIds = [first.conversationId, second.conversationId];
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const { audience: anyAudience } = fc.letrec<{ audience: Audience; leaf: Audience }>((tie) => ({
  leaf: fc.oneof(
    fc.constant<Audience>({ all: true }),
    fc.record({ roles: fc.subarray([...roles], { minLength: 1 }) }),
    fc
      .array(fc.nat(9), { minLength: 1, maxLength: 4 })
      .map((picks): Audience => ({ userIds: picks.map((i) => userIds[i % userIds.length] ?? '') })),
    fc
      .array(fc.nat(1), { minLength: 1, maxLength: 2 })
      .map((picks): Audience => ({ conversationIds: picks.map((i) => conversationIds[i] ?? '') })),
    fc
      .array(fc.nat(1), { minLength: 1, maxLength: 2 })
      .map((picks): Audience => ({ groupIds: picks.map((i) => groupIds[i] ?? '') })),
  ),
  audience: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.record({ and: fc.array(tie('audience'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('audience'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('audience') }),
  ),
}));

it('who belongs to an audience is the same, asked of MySQL and judged for one user, now and as of a time', async () => {
  const candidates = new Map<string, Candidate | undefined>();
  const all = aBroadcast({ audience: { or: [{ conversationIds }, { groupIds }] } });
  for (const id of userIds) candidates.set(id, await audiences.candidate(id, [all]));
  await fc.assert(
    fc.asyncProperty(anyAudience, fc.boolean(), async (audience, isFixed) => {
      const broadcast = aBroadcast({ audience, isFixed, publishedAt: halfTime });
      const asked = await audiences.among(broadcast, userIds, { orHave: false });
      const judged = userIds.filter((id) => {
        const candidate = candidates.get(id);
        return candidate && covers(audience, candidate, isFixed ? halfTime : undefined);
      });
      expect(asked.map(({ id }) => id).toSorted()).toEqual(judged.toSorted());
      expect(await audiences.count(audience, isFixed ? halfTime : undefined)).toBe(judged.length);
    }),
    { numRuns: 150 },
  );
});
