import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
import { aGroup, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

interface Change {
  readonly rev: number;
}

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('changed_members');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

it.each([1, 2, 3, 50])(
  'pages of %i bring each changed message and membership once, whole revs at a time',
  async (limit) => {
    const group = await aGroup(node);
    const [owner, ada, bob] = group.people;
    const added = await Promise.all(Array.from({ length: 4 }, () => registerUser(node)));
    const seqs = [(await send(node, owner, group.conversationId, 'before')).seq];
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: added.map(({ id }) => id) });
    await doInGroup(node, group, owner, 'PATCH', `members/${ada.id}`, { role: 'admin' });
    seqs.push((await send(node, ada, group.conversationId, 'between')).seq);
    await doInGroup(node, group, owner, 'DELETE', `members/${bob.id}`);
    seqs.push((await send(node, ada, group.conversationId, 'after')).seq);

    const messages: (Change & { seq: number })[] = [];
    const members: (Change & { userId: string })[] = [];
    for (let rev = 0, more = true; more;) {
      const path = `changes?sinceRev=${rev}&limit=${limit}`;
      const page = await doInGroup(node, group, owner, 'GET', path);
      expect(page.messages.length).toBeLessThanOrEqual(limit);
      const memberRevs = new Set(page.members.map((member: { userId: string }) => revOf(member.userId)));
      expect(page.members.length <= limit || memberRevs.size === 1).toBe(true);
      messages.push(...page.messages);
      members.push(...page.members);
      expect(page.rev).toBeGreaterThan(rev);
      ({ rev, more } = page);
    }
    expect(seqs.every((seq) => messages.some((message) => message.seq === seq))).toBe(true);
    expect(messages.map(({ rev }) => rev)).toEqual(messages.map(({ rev }) => rev).toSorted((a, b) => a - b));
    expect(new Set(messages.map(({ seq }) => seq)).size).toBe(messages.length);
    const everybody = [owner, ada, bob, ...added].map(({ id }) => id);
    expect(members.map(({ userId }) => userId).toSorted()).toEqual(everybody.toSorted());

    /** Who was changed by the same call shares a rev. */
    function revOf(userId: string): string {
      if (userId === ada.id) return 'promoted';
      if (userId === bob.id) return 'removed';
      return userId === owner.id ? 'founded' : 'added';
    }
  },
);
