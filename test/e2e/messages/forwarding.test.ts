import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, aPair, openDirect, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { everythingStored } from '../../support/everything-stored.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const redisPrefix = uniquePrefix();
let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('forwarding');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: redisPrefix });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

/** Alice wrote to bob, who also talks with carol, who knows nothing of alice. */
async function aSecret(text = 'Keep this'): Promise<{
  pair: Pair;
  source: { conversationId: string; seq: number };
  carol: Awaited<ReturnType<typeof registerUser>>;
  target: string;
}> {
  const pair = await aPair(node);
  const carol = await registerUser(node);
  const { seq } = await send(node, pair.alice, pair.conversationId, text);
  const target = await openDirect(node, pair.bob, carol);
  return { pair, source: { conversationId: pair.conversationId, seq }, carol, target };
}

describe.each(doorNames)('%s', (door) => {
  it('brings a forwarded message with who said it and when, and not where', async () => {
    const { pair, source, carol, target } = await aSecret();
    const { message } = await doInGroup(node, pair, pair.bob, 'GET', 'messages/1');
    const live = await connect(door, node, carol);
    expect((await trySend(node, pair.bob, target, { forward: source })).status).toBe(201);
    await live.untilMessages(1);
    expect(live.messages()[0]).toMatchObject({
      text: 'Keep this',
      senderId: pair.bob.id,
      forwarded: { senderId: pair.alice.id, createdAt: message.createdAt },
    });
    expect(JSON.stringify(live.events)).not.toContain(pair.conversationId);
  });
});

describe('a forwarded message', () => {
  it('is given again to a retry, also when its source has gone, and is a conflict with another source', async () => {
    const { pair, source, target } = await aSecret();
    await send(node, pair.alice, pair.conversationId, 'other');
    const body = { forward: source, clientId: 'forwarded' };
    const first = await trySend(node, pair.bob, target, body);
    await doInGroup(node, pair, pair.alice, 'DELETE', 'messages/1');
    const again = await trySend(node, pair.bob, target, body);
    expect([again.status, again.body]).toEqual([200, first.body]);
    for (const other of [{ forward: { ...source, seq: 2 } }, { text: 'Keep this' }])
      expect(await trySend(node, pair.bob, target, { clientId: 'forwarded', ...other })).toMatchObject({
        status: 409,
        body: { code: 'message.client_id_conflict' },
      });
    expect(await trySend(node, pair.bob, target, { forward: source })).toMatchObject({
      status: 409,
      body: { code: 'message.deleted' },
    });
  });

  it('leaves nothing behind when it is deleted itself, with its source', async () => {
    const { pair, source, target } = await aSecret('xyzzy-forwarded');
    const { body } = await trySend(node, pair.bob, target, { forward: source });
    const conversation = { conversationId: target };
    await doInGroup(node, pair, pair.alice, 'DELETE', 'messages/1');
    await doInGroup(node, conversation, pair.bob, 'DELETE', `messages/${body.message.seq}`);
    const { message } = await doInGroup(node, conversation, pair.bob, 'GET', 'messages/1');
    expect(message).toMatchObject({ text: null, forwarded: null });
    expect(await everythingStored(database.url, redisPrefix)).not.toContain('xyzzy-forwarded');
  });

  it('is not edited by who forwards it, and forwarded on as what was said first', async () => {
    const { pair, source, carol, target } = await aSecret();
    await trySend(node, pair.bob, target, { forward: source });
    expect(
      await inGroup(node, { conversationId: target }, pair.bob, 'PATCH', 'messages/1', { text: 'Told so' }),
    ).toMatchObject({ status: 403, body: { code: 'message.not_allowed' } });
    const dave = await registerUser(node);
    const { body } = await call(node, 'POST /v1/messages', {
      token: carol.token,
      body: { to: dave.username, forward: { conversationId: target, seq: 1 } },
    });
    expect(body.message).toMatchObject({ senderId: carol.id, forwarded: { senderId: pair.alice.id } });
  });

  it('is sent by command, with mentions and as an answer', async () => {
    const { pair, source, carol, target } = await aSecret();
    await send(node, carol, target, 'Well?');
    const socket = await connectSocket(node, pair.bob);
    const input = {
      conversationId: target,
      clientId: 'f',
      forward: source,
      replyTo: 1,
      mentions: [carol.id],
    };
    expect(await socket.command('message.send', input)).toMatchObject({
      ok: true,
      data: { message: { text: 'Keep this', quoted: { text: 'Well?' }, mentions: [carol.id] } },
    });
  });
});

describe('forwarding is refused, and nothing is stored, where', () => {
  it('the message is not there, or not the sender’s to see', async () => {
    const { pair, source, carol } = await aSecret();
    const elsewhere = await openDirect(node, carol, await registerUser(node));
    for (const forward of [
      source,
      { ...source, conversationId: '1' },
      { ...source, conversationId: 'x' },
      { conversationId: elsewhere, seq: 9 },
    ])
      expect(await trySend(node, carol, elsewhere, { forward })).toMatchObject({
        status: 404,
        body: { code: 'message.not_found' },
      });
    const stranger = await registerUser(node);
    const body = { to: stranger.username, forward: { ...source, seq: 9 } };
    expect((await call(node, 'POST /v1/messages', { token: pair.bob.token, body })).status).toBe(404);
    const { body: mine } = await call(node, 'GET /v1/conversations', { token: stranger.token });
    expect(mine.items).toEqual([]);
  });

  it('it was said before the sender joined, or after they left', async () => {
    const group = await aGroup(node, { historyVisibility: 'joined' });
    const [owner, ada, bea] = group.people;
    await send(node, owner, group.conversationId, 'before');
    const carol = await registerUser(node);
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [carol.id] });
    await doInGroup(node, group, ada, 'POST', 'leave');
    const forward = { conversationId: group.conversationId, seq: 2 };
    for (const sender of [carol, ada])
      expect(await trySend(node, sender, await openDirect(node, sender, bea), { forward })).toMatchObject({
        status: 404,
        body: { code: 'message.not_found' },
      });
  });

  it('nobody wrote it, or there is a text beside it', async () => {
    const group = await aGroup(node);
    const [owner] = group.people;
    const forward = { conversationId: group.conversationId, seq: 1 };
    for (const body of [{ forward }, { forward: { ...forward, seq: 2 }, text: 'x' }, {}])
      expect(await trySend(node, owner, group.conversationId, body)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    expect((await doInGroup(node, group, owner, 'GET', '')).conversation.lastSeq).toBe(1);
  });
});
