import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, aPair, send } from '../../support/chat.js';
import {
  type ChatClient,
  closeClientsAfterEach,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { everythingStored } from '../../support/everything-stored.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const redisPrefix = uniquePrefix();
let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('message_changes');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: redisPrefix });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const at = ({ conversationId }: Pair, rest: string) => `/v1/conversations/${conversationId}/messages/${rest}`;
/** Without receipts: a poll's next cursor acknowledges. */
const changes = ({ events }: ChatClient) => events.filter(({ type }) => !type.startsWith('receipt.'));
const thumbsUp = encodeURIComponent('👍');

describe.each(doorNames)('%s', (door) => {
  it('brings edits, reactions, pins and deletions live in rev order, and shows the message as it is now in a replay', async () => {
    const pair = await aPair(node);
    const { alice, bob, conversationId } = pair;
    const live = await connect(door, node, bob);
    const { cursor } = live;
    await send(node, alice, conversationId, 'first');
    await call(node, `PATCH ${at(pair, '1')}`, { token: alice.token, body: { text: 'edited' } });
    await call(node, `PUT ${at(pair, `1/reactions/${thumbsUp}`)}`, { token: bob.token });
    await call(node, `PUT ${at(pair, '1/pin')}`, { token: bob.token });
    await call(node, `DELETE ${at(pair, `1/reactions/${thumbsUp}`)}`, { token: bob.token });
    await call(node, `DELETE ${at(pair, '1')}`, { token: alice.token });
    const types = [
      'message.created',
      'message.updated',
      'reaction.added',
      'message.updated',
      'reaction.removed',
      'message.deleted',
    ];
    await live.until('has heard all', () => live.count('message.deleted') === 1);
    expect(changes(live).map(({ type }) => type)).toEqual(types);
    const revs = changes(live).map(({ data }): number => data.rev ?? data.message.rev);
    // What is read back, because the connection was just not at its mailbox's tail, shows its thing as it is by then.
    for (const [i, rev] of revs.entries()) expect(rev).toBeGreaterThanOrEqual(i + 2);
    expect(revs).toEqual(revs.toSorted((one, other) => one - other));
    expect(revs.at(-1)).toBe(7);
    expect(live.ofType('reaction.added')[0]?.data).toEqual({
      conversationId,
      seq: 1,
      rev: 4,
      emoji: '👍',
      userId: bob.id,
    });

    const replayed = await connect(door, node, bob, { cursor });
    await replayed.until('has heard all', () => replayed.count('message.deleted') === 1);
    expect(changes(replayed).map(({ type }) => type)).toEqual(types);
    for (const { message } of changes(replayed).flatMap(({ data }) => (data.message ? [data] : []))) {
      expect(message).toMatchObject({ seq: 1, rev: 7, text: null, pinned: false, reactions: [] });
    }
  });
});

describe('edits', () => {
  it('keep what the message said before', async () => {
    const pair = await aPair(node);
    await send(node, pair.alice, pair.conversationId, 'one');
    for (const text of ['two', 'three']) {
      const { status, body } = await call(node, `PATCH ${at(pair, '1')}`, {
        token: pair.alice.token,
        body: { text },
      });
      expect([status, body.message.text]).toEqual([200, text]);
    }
    const { body } = await call(node, `GET ${at(pair, '1/edits')}`, { token: pair.bob.token });
    expect(body.items.map(({ text }: { text: string }) => text)).toEqual(['one', 'two']);
  });

  it('take no rev for the same text', async () => {
    const pair = await aPair(node);
    const { rev } = await send(node, pair.alice, pair.conversationId, 'same');
    const { body } = await call(node, `PATCH ${at(pair, '1')}`, {
      token: pair.alice.token,
      body: { text: 'same' },
    });
    expect(body.message).toMatchObject({ rev, editedAt: null });
  });

  it('are the author’s alone, and nobody’s after the deletion', async () => {
    const pair = await aPair(node);
    const stranger = await registerUser(node);
    await send(node, pair.alice, pair.conversationId, 'mine');
    const edit = (token: string, seq = '1') =>
      call(node, `PATCH ${at(pair, seq)}`, { token, body: { text: 'changed' } });
    expect(await edit(pair.bob.token)).toMatchObject({ status: 403, body: { code: 'message.not_allowed' } });
    expect(await edit(stranger.token)).toMatchObject({
      status: 404,
      body: { code: 'conversation.not_found' },
    });
    expect(await edit(pair.alice.token, '2')).toMatchObject({
      status: 404,
      body: { code: 'message.not_found' },
    });
    expect(await edit(pair.alice.token, 'x')).toMatchObject({
      status: 404,
      body: { code: 'message.not_found' },
    });
    await call(node, `DELETE ${at(pair, '1')}`, { token: pair.alice.token });
    expect(await edit(pair.alice.token)).toMatchObject({ status: 409, body: { code: 'message.deleted' } });
  });
});

describe('a deletion', () => {
  it('leaves the text nowhere: no row, no key, no answer, no retry', async () => {
    const pair = await aPair(node);
    const body = { text: 'xyzzy-secret-one', clientId: 'gone', metadata: { note: 'xyzzy-secret-two' } };
    await call(node, `POST /v1/conversations/${pair.conversationId}/messages`, {
      token: pair.alice.token,
      body,
    });
    await call(node, `PATCH ${at(pair, '1')}`, {
      token: pair.alice.token,
      body: { text: 'xyzzy-secret-three' },
    });
    expect(await everythingStored(database.url, redisPrefix)).toContain('xyzzy-secret');
    expect((await call(node, `DELETE ${at(pair, '1')}`, { token: pair.alice.token })).status).toBe(204);
    expect(await everythingStored(database.url, redisPrefix)).not.toContain('xyzzy-secret');
    const retried = await call(node, `POST /v1/conversations/${pair.conversationId}/messages`, {
      token: pair.alice.token,
      body,
    });
    expect(retried).toMatchObject({ status: 200, body: { message: { text: null, metadata: null } } });
    const answers = await Promise.all(
      [
        '/v1/sync',
        '/v1/conversations',
        `/v1/conversations/${pair.conversationId}/changes`,
        at(pair, '1/edits'),
      ].map((path) => call(node, `GET ${path}`, { token: pair.bob.token })),
    );
    expect(JSON.stringify(answers.map((answer) => answer.body))).not.toContain('xyzzy-secret');
  });

  it('is the author’s, answers the same again, and takes the message from the unread', async () => {
    const pair = await aPair(node);
    await send(node, pair.alice, pair.conversationId, 'one');
    const unread = async () => {
      const { body } = await call(node, `GET /v1/conversations/${pair.conversationId}`, {
        token: pair.bob.token,
      });
      return body.conversation.unread;
    };
    expect(await unread()).toBe(1);
    expect((await call(node, `DELETE ${at(pair, '1')}`, { token: pair.bob.token })).status).toBe(403);
    expect((await call(node, `DELETE ${at(pair, '1')}`, { token: pair.alice.token })).status).toBe(204);
    expect((await call(node, `DELETE ${at(pair, '1')}`, { token: pair.alice.token })).status).toBe(204);
    expect(await unread()).toBe(0);
  });
});

describe('reactions and pins', () => {
  it('change nothing when repeated, and nothing on a tombstone', async () => {
    const pair = await aPair(node);
    const token = pair.bob.token;
    await send(node, pair.alice, pair.conversationId, 'one');
    const rev = async () => (await call(node, `GET ${at(pair, '1')}`, { token })).body.message.rev;
    for (const path of [`1/reactions/${thumbsUp}`, '1/pin']) {
      const before = await rev();
      for (const method of ['PUT', 'PUT'] as const)
        expect((await call(node, `${method} ${at(pair, path)}`, { token })).status).toBe(204);
      expect(await rev()).toBe(before + 1);
    }
    const { body } = await call(node, `GET /v1/conversations/${pair.conversationId}/pins`, { token });
    expect(body.items).toMatchObject([
      { seq: 1, pinned: true, reactions: [{ emoji: '👍', count: 1, userIds: [pair.bob.id] }] },
    ]);
    await call(node, `DELETE ${at(pair, '1')}`, { token: pair.alice.token });
    for (const path of [`1/reactions/${thumbsUp}`, '1/pin']) {
      expect(await call(node, `PUT ${at(pair, path)}`, { token })).toMatchObject({
        status: 409,
        body: { code: 'message.deleted' },
      });
    }
    const pins = await call(node, `GET /v1/conversations/${pair.conversationId}/pins`, { token });
    expect(pins.body.items).toEqual([]);
  });

  it('refuse what is no emoji', async () => {
    const pair = await aPair(node);
    await send(node, pair.alice, pair.conversationId, 'one');
    for (const text of ['a', '👍👍', '%20']) {
      const reply = await call(node, `PUT ${at(pair, `1/reactions/${encodeURIComponent(text)}`)}`, {
        token: pair.bob.token,
      });
      expect(reply).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    }
  });
});

it('takes the same changes as commands', async () => {
  const { alice, bob, conversationId } = await aPair(node);
  await send(node, alice, conversationId, 'one');
  const mine = await connectSocket(node, alice);
  const theirs = await connectSocket(node, bob);
  const key = { conversationId, seq: 1 };
  expect(await mine.command('message.edit', { ...key, text: 'two' })).toMatchObject({
    ok: true,
    data: { message: { text: 'two' } },
  });
  expect(await theirs.command('reaction.add', { ...key, emoji: '🎉' })).toEqual({ ok: true, data: {} });
  expect(await theirs.command('reaction.remove', { ...key, emoji: '🎉' })).toEqual({ ok: true, data: {} });
  expect(await theirs.command('message.delete', key)).toMatchObject({
    ok: false,
    error: { code: 'message.not_allowed' },
  });
  expect(await mine.command('message.delete', key)).toEqual({ ok: true, data: {} });
  await theirs.until('hears of the deletion', () => theirs.count('message.deleted') === 1);
});
