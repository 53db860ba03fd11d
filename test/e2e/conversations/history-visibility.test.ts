import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { range, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type Group, aGroup, briefly, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('history_visibility');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

/** A group with messages 2 to 4, of which 3 is pinned; then carol is added, by message 5; then message 6. */
async function aGroupWithPast(
  historyVisibility: 'all' | 'joined',
): Promise<{ group: Group; carol: TestUser }> {
  const group = await aGroup(node, { historyVisibility });
  const [owner] = group.people;
  const carol = await registerUser(node);
  for (const n of range(2, 4)) await send(node, owner, group.conversationId, `past ${n}`);
  await doInGroup(node, group, owner, 'PUT', 'messages/3/pin');
  await doInGroup(node, group, owner, 'POST', 'members', { userIds: [carol.id] });
  await send(node, owner, group.conversationId, 'present');
  return { group, carol };
}

const seqs = ({ items }: { items: { seq: number }[] }) => items.map(({ seq }) => seq);

describe('whoever is added sees', () => {
  it.each([
    ['all', [1, 2, 3, 4, 5, 6]],
    ['joined', [5, 6]],
  ] as const)('the history as the group is set: %s', async (historyVisibility, visible) => {
    const { group, carol } = await aGroupWithPast(historyVisibility);
    const get = (path: string) => doInGroup(node, group, carol, 'GET', path);
    const from = visible[0];
    expect(seqs(await get('messages'))).toEqual(visible);
    expect(seqs(await get('messages?after=0&limit=200'))).toEqual(visible);
    expect(seqs(await get('messages?before=6'))).toEqual(visible.slice(0, -1));
    expect(seqs(await get('messages?around=3'))).toEqual(visible);
    expect(seqs(await get('messages?after=1&before=4'))).toEqual(visible.filter((seq) => seq > 1 && seq < 4));
    for (const seq of range(1, 6)) {
      const status = seq >= from ? 200 : 404;
      for (const path of [`messages/${seq}`, `messages/${seq}/edits`])
        expect([path, (await inGroup(node, group, carol, 'GET', path)).status]).toEqual([path, status]);
    }
    expect(seqs(await get('pins'))).toEqual(from <= 3 ? [3] : []);
    const { messages } = await get('changes?sinceRev=0');
    expect(seqs({ items: messages }).toSorted((a, b) => a - b)).toEqual(visible);
    expect((await get('')).conversation).toMatchObject({ lastMessage: { seq: 6 }, unread: 1, lastSeq: 6 });
  });

  it('of the founding group everything, whatever is set', async () => {
    const { group } = await aGroupWithPast('joined');
    expect(seqs(await doInGroup(node, group, group.people[2], 'GET', 'messages'))).toEqual(range(1, 6));
  });
});

it('nobody changes what they do not see', async () => {
  const { group, carol } = await aGroupWithPast('joined');
  for (const path of ['messages/2/pin', `messages/2/reactions/${encodeURIComponent('👍')}`])
    expect(await inGroup(node, group, carol, 'PUT', path)).toMatchObject({
      status: 404,
      body: { code: 'message.not_found' },
    });
});

describe.each(doorNames)('%s', (door) => {
  it('brings no change of a message that is hidden, live or replayed, and all of the others', async () => {
    const { group, carol } = await aGroupWithPast('joined');
    const [owner, ada] = group.people;
    const live = await connect(door, node, carol);
    await live.untilMessages(2);
    const { cursor } = live;
    for (const seq of [2, 6])
      await doInGroup(node, group, owner, 'PATCH', `messages/${seq}`, { text: `edited ${seq}` });
    await doInGroup(node, group, ada, 'PUT', `messages/3/reactions/${encodeURIComponent('🎉')}`);
    await doInGroup(node, group, ada, 'PUT', `messages/6/reactions/${encodeURIComponent('🎉')}`);
    const expected = ['message.updated', 'reaction.added'];
    for (const client of [live, await connect(door, node, carol, { cursor })]) {
      await client.until('hears of the reaction', () => client.count('reaction.added') > 0);
      const heard = changesTo(client).filter(({ type }) => expected.includes(type));
      expect(heard.map(({ type, data }) => [type, data.seq ?? data.message.seq])).toEqual([
        ['message.updated', 6],
        ['reaction.added', 6],
      ]);
    }
  });

  it('replays beyond the mailbox only what whoever was added may see', async () => {
    const { group, carol } = await aGroupWithPast('joined');
    await doInGroup(node, group, group.people[0], 'PATCH', 'messages/2', { text: 'edited' });
    const client = await connect(door, node, carol, { cursor: `${Date.now() - 3_600_000}-0` });
    await client.until('is synced', () => client.count('conversation.synced') === 1);
    expect(briefly(changesTo(client))).toEqual([
      'conversation.created Compilers',
      'message.created 8 members_added',
      'message.created 9 present',
      'conversation.synced 10',
    ]);
  });
});

it('who was a member before and comes back does not see what was said in between', async () => {
  const group = await aGroup(node, { historyVisibility: 'joined' });
  const [owner, ada] = group.people;
  await send(node, owner, group.conversationId, 'before');
  const before = await connect('sse', node, ada);
  await before.untilMessages(2);
  const { cursor } = before;
  before.close();
  await send(node, owner, group.conversationId, 'missed');
  await doInGroup(node, group, owner, 'DELETE', `members/${ada.id}`);
  await send(node, owner, group.conversationId, 'in between');
  await doInGroup(node, group, owner, 'POST', 'members', { userIds: [ada.id] });
  expect(seqs(await doInGroup(node, group, ada, 'GET', 'messages'))).toEqual([6]);
  const client = await connect('sse', node, ada, { cursor });
  await client.untilMessages(1);
  expect(client.seqs()).toEqual([6]);
});
