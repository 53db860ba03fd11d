import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, aPair, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { everythingStored } from '../../support/everything-stored.js';
import { aGroup, changesTo, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const redisPrefix = uniquePrefix();
let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('replies');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: redisPrefix });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

/** Alice's question, seq 1, and bob's answer to it, seq 2. */
async function anAnswer(question = 'Who brings cake?'): Promise<Pair> {
  const pair = await aPair(node);
  await send(node, pair.alice, pair.conversationId, question);
  const body = { text: 'Me', replyTo: 1, clientId: 'answer' };
  expect((await trySend(node, pair.bob, pair.conversationId, body)).status).toBe(201);
  return pair;
}

/** What each route that shows the answer says of what it answers. */
async function quotesOf(pair: Pair, as: TestUser) {
  const get = (path: string) => doInGroup(node, pair, as, 'GET', path);
  const sync = await call(node, 'GET /v1/sync', { token: as.token });
  const retry = await trySend(node, pair.bob, pair.conversationId, {
    text: 'Me',
    replyTo: 1,
    clientId: 'answer',
  });
  const changes = await get('changes');
  const messages = [
    (await get('messages/2')).message,
    (await get('messages')).items.at(-1),
    (await get('messages?after=1')).items.at(-1),
    changes.messages.find(({ seq }: { seq: number }) => seq === 2),
    (await get('')).conversation.lastMessage,
    sync.body.conversations[0].lastMessage,
    retry.body.message,
  ];
  for (const { seq, replyTo } of messages) expect([seq, replyTo]).toEqual([2, 1]);
  return messages.map(({ quoted }) => quoted);
}

describe('an answer', () => {
  it('shows what it answers, on every route, in the first characters', async () => {
    const question = `${'x'.repeat(199)}🦊 and a lot more`;
    const pair = await anAnswer(question);
    for (const quoted of await quotesOf(pair, pair.bob))
      expect(quoted).toEqual({
        seq: 1,
        type: 'text',
        senderId: pair.alice.id,
        text: `${'x'.repeat(199)}…`,
        attachmentCount: 0,
        createdAt: expect.any(String),
        editedAt: null,
        deletedAt: null,
      });
  });

  it('shows it as it is now, after an edit and after the deletion', async () => {
    const pair = await anAnswer('xyzzy-former');
    await doInGroup(node, pair, pair.alice, 'PATCH', 'messages/1', { text: 'xyzzy-edited' });
    for (const quoted of await quotesOf(pair, pair.alice))
      expect(quoted).toMatchObject({ text: 'xyzzy-edited', editedAt: expect.any(String) });
    await doInGroup(node, pair, pair.alice, 'DELETE', 'messages/1');
    for (const quoted of await quotesOf(pair, pair.alice))
      expect(quoted).toMatchObject({ text: null, deletedAt: expect.any(String) });
    expect(await everythingStored(database.url, redisPrefix)).not.toContain('xyzzy');
  });

  it('shows nothing of it once it is deleted itself', async () => {
    const pair = await anAnswer();
    await doInGroup(node, pair, pair.bob, 'DELETE', 'messages/2');
    const { message } = await doInGroup(node, pair, pair.bob, 'GET', 'messages/2');
    expect(message).toMatchObject({ text: null, replyTo: null, quoted: null });
  });

  it('to what is not there, or not the sender’s to see, is refused, and nothing is stored', async () => {
    const pair = await aPair(node);
    await send(node, pair.alice, pair.conversationId, 'first');
    for (const replyTo of [2, 4_294_967_295])
      expect(await trySend(node, pair.bob, pair.conversationId, { text: 'no', replyTo })).toMatchObject({
        status: 404,
        body: { code: 'message.not_found' },
      });
    for (const replyTo of [0, -1, 1.5, '1', 4_294_967_296])
      expect(await trySend(node, pair.bob, pair.conversationId, { text: 'no', replyTo })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    expect((await doInGroup(node, pair, pair.bob, 'GET', '')).conversation.lastSeq).toBe(1);
  });

  it('under the same clientId to another message is a conflict', async () => {
    const { bob, conversationId } = await anAnswer();
    for (const other of [{}, { replyTo: 2 }, { replyTo: 1, threadOf: 1 }, { replyTo: 1, mentionAll: true }])
      expect(
        await trySend(node, bob, conversationId, { text: 'Me', clientId: 'answer', ...other }),
      ).toMatchObject({ status: 409, body: { code: 'message.client_id_conflict' } });
  });

  it('is taken as a command as well', async () => {
    const pair = await anAnswer();
    const socket = await connectSocket(node, pair.alice);
    const { conversationId } = pair;
    expect(
      await socket.command('message.send', {
        conversationId,
        clientId: 'by-socket',
        text: 'No, me',
        replyTo: 2,
      }),
    ).toMatchObject({ ok: true, data: { message: { replyTo: 2, quoted: { seq: 2, text: 'Me' } } } });
  });
});

describe('who joined later', () => {
  /** A group whose newcomers see nothing of before; carol is added after message 2. */
  async function withNewcomer() {
    const group = await aGroup(node, { historyVisibility: 'joined' });
    const [owner, ada] = group.people;
    await send(node, owner, group.conversationId, 'xyzzy-secret');
    const carol = await registerUser(node);
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [carol.id] });
    return { group, owner, ada, carol };
  }

  it('answers nothing from before', async () => {
    const { group, carol } = await withNewcomer();
    expect(await trySend(node, carol, group.conversationId, { text: 'What?', replyTo: 2 })).toMatchObject({
      status: 404,
      body: { code: 'message.not_found' },
    });
  });

  describe.each(doorNames)('%s', (door) => {
    it('hears the answer without what it answers, live, edited and replayed; the others hear it with that', async () => {
      const { group, owner, ada, carol } = await withNewcomer();
      const [newcomer, old] = [await connect(door, node, carol), await connect(door, node, ada)];
      await newcomer.untilMessages(1);
      await old.untilMessages(3);
      const { cursor } = newcomer;
      const body = { text: 'Secret indeed', replyTo: 2, mentions: [carol.id] };
      expect((await trySend(node, owner, group.conversationId, body)).status).toBe(201);
      await doInGroup(node, group, owner, 'PATCH', 'messages/4', { text: 'Indeed' });
      const replayed = await connect(door, node, carol, { cursor });
      for (const client of [newcomer, old, replayed])
        await client.until('hears of the edit', () => client.count('message.updated') === 1);
      for (const client of [newcomer, replayed]) {
        const heard = changesTo(client).filter(({ data }) => data.message?.seq === 4);
        expect(heard.map(({ data }) => [data.message.replyTo, data.message.quoted])).toEqual([
          [2, null],
          [2, null],
        ]);
        expect(JSON.stringify(client.events)).not.toContain('xyzzy');
      }
      const heard = changesTo(old).filter(({ data }) => data.message?.seq === 4);
      expect(heard.map(({ data }) => data.message.quoted?.text)).toEqual(['xyzzy-secret', 'xyzzy-secret']);
    });
  });

  it('reads it without that on every route', async () => {
    const { group, owner, carol } = await withNewcomer();
    await trySend(node, owner, group.conversationId, { text: 'Indeed', replyTo: 2 });
    for (const path of ['messages', 'messages/4', 'changes', '', 'members'])
      expect(JSON.stringify((await inGroup(node, group, carol, 'GET', path)).body)).not.toContain('xyzzy');
    const sync = await call(node, 'GET /v1/sync', { token: carol.token });
    expect(JSON.stringify(sync.body)).not.toContain('xyzzy');
  });
});

it('a retry by one who was removed meanwhile shows nothing of what the message answers', async () => {
  const group = await aGroup(node);
  const [owner, ada] = group.people;
  await send(node, owner, group.conversationId, 'xyzzy');
  const body = { text: 'Mine', replyTo: 2, clientId: 'mine' };
  expect((await trySend(node, ada, group.conversationId, body)).body.message.quoted.text).toBe('xyzzy');
  await doInGroup(node, group, owner, 'DELETE', `members/${ada.id}`);
  expect(await trySend(node, ada, group.conversationId, body)).toMatchObject({
    status: 200,
    body: { message: { text: 'Mine', quoted: null } },
  });
});

describe.each(doorNames)('%s', (door) => {
  it('brings an answer live and replayed with what it answers, as that is then', async () => {
    const pair = await aPair(node);
    const { alice, bob, conversationId } = pair;
    const live = await connect(door, node, alice);
    const { cursor } = live;
    await send(node, alice, conversationId, 'before');
    await trySend(node, bob, conversationId, { text: 'Me', replyTo: 1 });
    await live.untilMessages(2);
    expect(live.messages()[1]).toMatchObject({ replyTo: 1, quoted: { seq: 1, text: 'before' } });
    await doInGroup(node, pair, alice, 'PATCH', 'messages/1', { text: 'after' });
    for (const from of [cursor, `${Date.now() - 3_600_000}-0`]) {
      const replayed = await connect(door, node, alice, { cursor: from });
      await replayed.untilMessages(2);
      expect(replayed.messages()[1]).toMatchObject({ replyTo: 1, quoted: { seq: 1, text: 'after' } });
    }
  });
});
