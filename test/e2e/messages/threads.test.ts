import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { range, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type Group, aGroup, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let other: TestNode;

beforeAll(async () => {
  database = await createDatabase('threads');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [node, other] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([node.stop(), other.stop()]);
  await database.drop();
});

closeClientsAfterEach();

/** The owner's message 2, that a thread shall be about. */
async function aRoot(wanted: Record<string, unknown> = {}): Promise<Group> {
  const group = await aGroup(node, wanted);
  await send(node, group.people[0], group.conversationId, 'root');
  return group;
}

async function reply(group: Group, as: TestUser, threadOf = 2, text = 'reply', on = node) {
  const { status, body } = await trySend(on, as, group.conversationId, { text, threadOf });
  expect([status, body]).toSatisfy(() => status === 201);
  return body.message;
}

const get = (group: Group, path: string, as: TestUser = group.people[0]) =>
  doInGroup(node, group, as, 'GET', path);
const rootOf = async (group: Group) => (await get(group, 'messages/2')).message;
const followedBy = async ({ token }: TestUser, query = '') =>
  (await call(node, `GET /v1/threads${query}`, { token })).body;
const seqs = (items: { seq: number }[]) => items.map(({ seq }) => seq);

describe.each(doorNames)('%s', (door) => {
  it('brings each reply, then its root with another count, in the order of their revs', async () => {
    const group = await aRoot();
    const [, ada, bea] = group.people;
    const live = await connect(door, node, bea);
    await live.untilMessages(2);
    const before = live.events.length;
    const { cursor } = live;
    await reply(group, ada);
    await reply(group, bea);
    await doInGroup(node, group, ada, 'DELETE', 'messages/3');
    await live.until('hears of all', () => live.count('message.updated') === 3);
    expect(live.events.length - before).toBeGreaterThanOrEqual(6);
    const heard = changesTo(live).slice(-6);
    expect(heard.map(({ type, data: { message } }) => [type, message.seq])).toEqual([
      ['message.created', 3],
      ['message.updated', 2],
      ['message.created', 4],
      ['message.updated', 2],
      ['message.deleted', 3],
      ['message.updated', 2],
    ]);
    // What is read back, because the connection was just not at its mailbox's tail, shows its message as it is by then.
    for (const [i, { data }] of heard.entries()) expect(data.message.rev).toBeGreaterThanOrEqual(4 + i);
    const roots = heard.map(({ data }) => data.message).filter(({ seq }) => seq === 2);
    const counts: Record<number, number> = { 5: 1, 7: 2, 9: 1 };
    for (const { rev, threadCount } of roots) expect(threadCount).toBe(counts[rev]);
    const revs = roots.map(({ rev }) => rev);
    expect(revs).toEqual(revs.toSorted((one, other) => one - other));
    expect(roots.at(-1)).toMatchObject({ rev: 9, threadCount: 1 });
    const replayed = await connect(door, node, bea, { cursor });
    await replayed.until('hears of all', () => replayed.count('message.updated') === 3);
    for (const { data } of replayed.ofType('message.updated'))
      expect(data.message).toMatchObject({ seq: 2, rev: 9, threadCount: 1 });
  });
});

describe('a thread', () => {
  it('counts every reply of many that come at once, by two nodes, with revs that have no hole', async () => {
    const group = await aRoot();
    const live = await connect('socket.io', node, group.people[0]);
    await Promise.all(
      range(1, 60).map((n) => reply(group, group.people[n % 3]!, 2, `reply ${n}`, n % 2 ? node : other)),
    );
    expect(await rootOf(group)).toMatchObject({ threadCount: 60 });
    const { conversation, messages } = await get(group, 'changes?limit=200');
    expect(Math.max(...messages.map(({ rev }: { rev: number }) => rev))).toBe(conversation.rev);
    const since = () => changesTo(live).filter(({ data }) => (data.message?.rev ?? 0) >= 4);
    await live.until('has all', () => since().length >= conversation.rev - 3);
    const heard = since();
    expect(heard).toHaveLength(conversation.rev - 3);
    // The root may be shown as it is by then, a reply never changes.
    for (const [i, { type, data }] of heard.entries())
      if (type === 'message.created') expect(data.message.rev).toBe(4 + i);
      else expect(data.message).toMatchObject({ seq: 2, rev: expect.toSatisfy((rev) => rev >= 4 + i) });
    expect(seqs((await get(group, 'messages/2/thread?limit=200')).items)).toEqual(range(3, 62));
  });

  it('takes a retried reply once', async () => {
    const group = await aRoot();
    const body = { text: 'once', threadOf: 2, clientId: 'once' };
    const replies = await Promise.all(
      range(1, 6).map((n) => trySend(n % 2 ? node : other, group.people[1], group.conversationId, body)),
    );
    expect(new Set(replies.map(({ body: answer }) => answer.message.seq)).size).toBe(1);
    expect(await rootOf(group)).toMatchObject({ threadCount: 1, rev: 5 });
  });

  it('is listed ascending, in pages, deleted replies as tombstones; of a reply it is that of its root', async () => {
    const group = await aRoot();
    for (const n of range(1, 5)) await reply(group, group.people[1], 2, `reply ${n}`);
    await doInGroup(node, group, group.people[1], 'DELETE', 'messages/4');
    const first = await get(group, 'messages/2/thread?limit=3');
    expect(first.items).toMatchObject([
      { seq: 3, text: 'reply 1', threadOf: 2 },
      { seq: 4, text: null, threadOf: 2, deletedAt: expect.any(String) },
      { seq: 5, text: 'reply 3', threadOf: 2 },
    ]);
    const rest = await get(group, `messages/5/thread?limit=3&cursor=${first.nextCursor}`);
    expect([seqs(rest.items), rest.nextCursor]).toEqual([[6, 7], null]);
    expect((await get(group, 'messages/1/thread')).items).toEqual([]);
  });

  it('has no threads in it: a reply to a reply is in the same one', async () => {
    const group = await aRoot();
    const { seq } = await reply(group, group.people[1]);
    expect(await reply(group, group.people[2], seq)).toMatchObject({ threadOf: 2 });
    expect(await rootOf(group)).toMatchObject({ threadCount: 2 });
  });

  it('of a tombstone takes no more, and still loses what is deleted', async () => {
    const group = await aRoot();
    const [owner, ada] = group.people;
    const { seq } = await reply(group, ada);
    await doInGroup(node, group, owner, 'DELETE', 'messages/2');
    for (const threadOf of [2, seq])
      expect(await trySend(node, ada, group.conversationId, { text: 'late', threadOf })).toMatchObject({
        status: 409,
        body: { code: 'message.deleted' },
      });
    expect(await rootOf(group)).toMatchObject({ text: null, threadCount: 1 });
    for (const _ of range(1, 2)) await doInGroup(node, group, ada, 'DELETE', `messages/${seq}`);
    expect(await rootOf(group)).toMatchObject({ text: null, threadCount: 0 });
  });

  it('that is not there, or from before one’s joining, is refused, and nothing is stored', async () => {
    const group = await aRoot({ historyVisibility: 'joined' });
    const [owner, ada] = group.people;
    await reply(group, ada);
    const carol = await registerUser(node);
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [carol.id] });
    await reply(group, ada, 2, 'seen by carol');
    const missing = { status: 404, body: { code: 'message.not_found' } };
    for (const threadOf of [2, 5, 99])
      expect(await trySend(node, carol, group.conversationId, { text: 'no', threadOf })).toMatchObject(
        missing,
      );
    for (const path of ['messages/2/thread', 'messages/5/thread', 'messages/99/thread', 'messages/x/thread'])
      expect(await inGroup(node, group, carol, 'GET', path)).toMatchObject(missing);
    expect(await inGroup(node, group, carol, 'PUT', 'messages/2/thread/follow')).toMatchObject(missing);
    expect((await get(group, '')).conversation.lastSeq).toBe(5);
    expect(await rootOf(group)).toMatchObject({ threadCount: 2 });
  });
});

describe('who follows a thread', () => {
  const roots = ({ items }: { items: { root: { seq: number; conversationId: string } }[] }) =>
    items.map(({ root }) => [root.conversationId, root.seq]);

  it('is its author and whoever replies, with what is unread', async () => {
    const group = await aRoot();
    const [owner, ada, bea] = group.people;
    await reply(group, ada, 2, 'first');
    await reply(group, ada, 2, 'second');
    expect((await followedBy(owner)).items).toMatchObject([
      { root: { seq: 2, threadCount: 2 }, lastReply: { seq: 4, text: 'second' }, unread: 2 },
    ]);
    expect((await followedBy(ada)).items).toMatchObject([{ root: { seq: 2 }, unread: 0 }]);
    expect((await followedBy(bea)).items).toEqual([]);
    await doInGroup(node, group, ada, 'DELETE', 'messages/3');
    expect((await followedBy(owner)).items).toMatchObject([{ root: { threadCount: 1 }, unread: 1 }]);
    await doInGroup(node, group, owner, 'PUT', 'read', { seq: 4 });
    expect((await followedBy(owner)).items).toMatchObject([{ unread: 0 }]);
  });

  it('is whoever wants to, and nobody who does not, until they reply', async () => {
    const group = await aRoot();
    const [owner, ada, bea] = group.people;
    for (const _ of range(1, 2)) await doInGroup(node, group, bea, 'PUT', 'messages/2/thread/follow');
    expect((await followedBy(bea)).items).toEqual([]);
    for (const _ of range(1, 2)) await doInGroup(node, group, owner, 'DELETE', 'messages/2/thread/follow');
    await reply(group, ada);
    expect(roots(await followedBy(bea))).toEqual([[group.conversationId, 2]]);
    expect((await followedBy(owner)).items).toEqual([]);
    await reply(group, owner);
    expect(roots(await followedBy(owner))).toEqual([[group.conversationId, 2]]);
  });

  it('sees the newest first, in pages, and none of a conversation that they left', async () => {
    const [one, two] = [await aRoot(), await aRoot()];
    const follower = await registerUser(node);
    for (const group of [one, two]) {
      await doInGroup(node, group, group.people[0], 'POST', 'members', { userIds: [follower.id] });
      await reply(group, follower);
    }
    await reply(one, one.people[1]);
    const first = await followedBy(follower, '?limit=1');
    expect(roots(first)).toEqual([[one.conversationId, 2]]);
    const second = await followedBy(follower, `?limit=1&cursor=${first.nextCursor}`);
    expect([roots(second), second.nextCursor]).toEqual([[[two.conversationId, 2]], null]);
    await doInGroup(node, one, follower, 'POST', 'leave');
    expect(roots(await followedBy(follower))).toEqual([[two.conversationId, 2]]);
  });
});
