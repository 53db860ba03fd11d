import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, aPair, openDirect, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connectSocket } from '../../support/clients.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let nodes: TestNode[];
let admin: TestUser;
let pair: Pair;

beforeAll(async () => {
  database = await createDatabase('word_filter');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  nodes = [await startNode(shared), await startNode(shared)];
  admin = await logIn(nodes[0]!, 'root');
  pair = await aPair(nodes[0]!);
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

closeClientsAfterEach();

const filter = async (action: 'mask' | 'refuse', ...words: string[]): Promise<string[]> => {
  const { status, body } = await call(nodes[0]!, 'POST /v1/filter-words', {
    token: admin.token,
    body: { words, action },
  });
  expect(status).toBe(201);
  return body.items.map(({ id }: { id: string }) => id);
};

const say = (text: string, more: Record<string, unknown> = {}, node = nodes[0]!) =>
  trySend(node, pair.alice, pair.conversationId, { text, ...more });

describe('the word filter', () => {
  it('masks words before they are stored, by every way in', async () => {
    await filter('mask', 'flippin*', '笨蛋');
    const node = nodes[0]!;
    const sent = await say('What a FLIPPING day, 你这笨蛋啊', { clientId: 'mask-1' });
    expect(sent.body.message.text).toBe('What a *** day, 你这***啊');
    const direct = await call(node, 'POST /v1/messages', {
      token: pair.alice.token,
      body: { to: pair.bob.id, text: 'flippin' },
    });
    expect(direct.body.message.text).toBe('***');
    const socket = await connectSocket(node, pair.alice);
    const { conversationId } = pair;
    const commanded = await socket.command('message.send', { conversationId, text: 'flippin socket' });
    expect(commanded.data.message.text).toBe('*** socket');
    const { seq } = commanded.data.message;
    const edited = await socket.command('message.edit', { conversationId, seq, text: 'still ﬂippin' });
    expect(edited.data.message.text).toBe('still ***');
    const { items } = await doInGroup(node, pair, pair.bob, 'GET', 'messages');
    expect(JSON.stringify(items)).not.toMatch(/flippin|笨蛋/i);
    const { body } = await call(node, `GET /v1/conversations/${conversationId}/messages/${seq}/edits`, {
      token: pair.alice.token,
    });
    expect(JSON.stringify(body)).not.toMatch(/flippin/i);
  });

  it('refuses words in sends and edits, and leaves nothing', async () => {
    const { message } = (await say('Before')).body;
    const before = (await doInGroup(nodes[0]!, pair, pair.alice, 'GET')).conversation;
    await filter('refuse', 'zounds');
    const refused = { status: 422, body: { code: 'word_filter.refused', errors: [{ path: 'text' }] } };
    expect(await say('Oh, zoUNds!')).toMatchObject(refused);
    expect(
      await inGroup(nodes[0]!, pair, pair.alice, 'PATCH', `messages/${message.seq}`, { text: 'zounds' }),
    ).toMatchObject(refused);
    const socket = await connectSocket(nodes[0]!, pair.alice);
    const answer = await socket.command('message.send', { to: pair.bob.username, text: 'zounds' });
    expect(answer).toMatchObject({ ok: false, error: refused.body });
    expect((await doInGroup(nodes[0]!, pair, pair.alice, 'GET')).conversation).toEqual(before);
    const stranger = await registerUser(nodes[0]!);
    expect((await say('zoundsing is a word of its own')).status).toBe(201);
    const first = await call(nodes[0]!, 'POST /v1/messages', {
      token: stranger.token,
      body: { to: pair.bob.id, text: 'zounds' },
    });
    expect(first).toMatchObject(refused);
    // Not even the conversation was made.
    const { body } = await call(nodes[0]!, 'GET /v1/conversations', { token: stranger.token });
    expect(body.items).toEqual([]);
  });

  it('answers a retry with what was stored, also when it would be refused by now', async () => {
    const sent = await say('forsooth', { clientId: 'before-the-filter' });
    await filter('refuse', 'forsooth');
    const again = await say('forsooth', { clientId: 'before-the-filter' });
    expect([again.status, again.body]).toEqual([200, sent.body]);
    expect((await say('forsooth', { clientId: 'after-the-filter' })).status).toBe(422);
  });

  it('a masked message is repeated by what was sent', async () => {
    await filter('mask', 'gadzooks');
    const sent = await say('gadzooks', { clientId: 'masked' });
    const again = await say('gadzooks', { clientId: 'masked' });
    expect([again.status, again.body]).toEqual([200, sent.body]);
    expect((await say('***', { clientId: 'masked' })).body.code).toBe('message.client_id_conflict');
  });

  it('holds for names of conversations and people', async () => {
    await filter('mask', 'heck');
    await filter('refuse', 'blimey');
    const group = await aGroup(nodes[0]!, { type: 'channel', name: 'What the heck', topic: 'Heck!' });
    const [owner] = group.people;
    const shown = (await doInGroup(nodes[0]!, group, owner, 'GET')).conversation;
    expect(shown).toMatchObject({ name: 'What the ***', topic: '***!' });
    const renamed = await inGroup(nodes[0]!, group, owner, 'PATCH', '', { topic: 'blimey' });
    expect(renamed).toMatchObject({ status: 422, body: { errors: [{ path: 'topic' }] } });
    const rename = await doInGroup(nodes[0]!, group, owner, 'PATCH', '', {
      name: 'x heck '.repeat(28).trim(),
    });
    expect(rename.conversation.name).toBe('x *** '.repeat(28).trim());
    const me = (displayName: string) =>
      call(nodes[0]!, 'PATCH /v1/users/me', { token: owner.token, body: { displayName } });
    expect((await me('Heck O. Matic')).body.user.displayName).toBe('*** O. Matic');
    expect((await me('Blimey')).body).toMatchObject({ errors: [{ path: 'displayName' }] });
  });

  it('is what admins make of it: a word once, with its newest action, until it is removed', async () => {
    const [id] = await filter('mask', 'Egad');
    expect(await filter('refuse', 'ＥＧＡＤ', 'egad')).toEqual([id]);
    expect((await say('egad')).status).toBe(422);
    const user = await registerUser(nodes[0]!);
    for (const { token } of [user, pair.alice])
      expect((await call(nodes[0]!, 'GET /v1/filter-words', { token })).status).toBe(403);
    const remove = `DELETE /v1/filter-words/${id}` as const;
    expect((await call(nodes[0]!, remove, { token: admin.token })).status).toBe(204);
    expect((await call(nodes[0]!, remove, { token: admin.token })).status).toBe(404);
    expect((await say('egad')).body.message.text).toBe('egad');
    for (const words of [['*'], [' '], [], ['x'.repeat(101)]])
      expect(
        (
          await call(nodes[0]!, 'POST /v1/filter-words', {
            token: admin.token,
            body: { words, action: 'mask' },
          })
        ).status,
      ).toBe(400);
  });

  it('reaches the other nodes within seconds', async () => {
    const carol = await registerUser(nodes[1]!);
    const conversationId = await openDirect(nodes[1]!, carol, pair.bob);
    const [id] = await filter('refuse', 'crikey');
    const there = () => trySend(nodes[1]!, carol, conversationId, { text: 'crikey' });
    await expect.poll(async () => (await there()).status, { timeout: 8_000, interval: 100 }).toBe(422);
    await call(nodes[0]!, `DELETE /v1/filter-words/${id}`, { token: admin.token });
    await expect.poll(async () => (await there()).status, { timeout: 8_000, interval: 100 }).toBe(201);
  });
});
