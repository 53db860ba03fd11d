import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { aGroup, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import {
  HOUR_MS,
  PATH,
  inMs,
  schedule,
  scheduled,
  stateOf,
  texts,
  untilStatus,
} from '../../support/scheduled.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { upload } from '../../support/uploads.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('scheduled');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const listOf = async (user: TestUser, query = ''): Promise<Reply['body'][]> =>
  (await call(there, `GET ${PATH}${query}`, { token: user.token })).body.items;

describe('a scheduled message', () => {
  it('is sent when it is due, once, with all that it holds, and is then no more in the list', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const client = await connect('sse', there, bob);
    const sendAt = inMs(3_000);
    const { id, ...waiting } = await scheduled(here, alice, conversationId, sendAt, {
      text: 'Later',
      metadata: { orderId: 'A-17' },
    });
    expect(waiting).toMatchObject({ conversationId, status: 'pending', sendAt, seq: null, problem: null });
    expect((await listOf(alice)).map((one) => one.id)).toEqual([id]);
    await client.untilMessages(1);
    const [message] = client.messages();
    expect(message).toMatchObject({ senderId: alice.id, text: 'Later', metadata: { orderId: 'A-17' } });
    const late = Date.parse(message.createdAt) - Date.parse(sendAt);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(5_000);
    expect(await untilStatus(there, alice, id, 'sent')).toMatchObject({ seq: message.seq, message: null });
    expect(await listOf(alice)).toEqual([]);
    await send(here, alice, conversationId, 'The end');
    await client.untilMessages(2);
    expect(await texts(there, bob, conversationId)).toEqual(['Later', 'The end']);
  });

  it('is sent once among many that are due at a time, planned on both nodes', async () => {
    const { alice, conversationId } = await aPair(here);
    const sendAt = inMs(6_000);
    const ids: string[] = [];
    for (let i = 0; i < 20; i += 1)
      ids.push((await scheduled(i % 2 ? here : there, alice, conversationId, sendAt, { text: `${i}` })).id);
    for (const id of ids) await untilStatus(there, alice, id, 'sent');
    const sent = await texts(there, alice, conversationId);
    expect(sent.toSorted()).toEqual(ids.map((_, i) => `${i}`).toSorted());
  });

  it('can be changed and cancelled until then', async () => {
    const { alice, conversationId } = await aPair(here);
    const { token } = alice;
    const [first, second] = [
      await scheduled(here, alice, conversationId, inMs(HOUR_MS)),
      await scheduled(here, alice, conversationId, inMs(4_000), { text: 'Never' }),
    ];
    const change = { sendAt: inMs(2_500), message: { text: 'Changed' } };
    const changed = await call(there, `PATCH ${PATH}/${first.id}`, { token, body: change });
    expect(changed.body.scheduledMessage).toMatchObject({
      id: first.id,
      sendAt: change.sendAt,
      message: { text: 'Changed' },
    });
    for (let i = 0; i < 2; i += 1)
      expect((await call(there, `DELETE ${PATH}/${second.id}`, { token })).status).toBe(204);
    expect(await stateOf(there, alice, second.id)).toMatchObject({ status: 'cancelled', message: null });
    await untilStatus(there, alice, first.id, 'sent');
    const third = await scheduled(here, alice, conversationId, inMs(2_500), { text: 'The end' });
    await untilStatus(there, alice, third.id, 'sent');
    expect(await texts(there, alice, conversationId)).toEqual(['Changed', 'The end']);
    for (const method of ['PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { sendAt: inMs(HOUR_MS) } : undefined;
      const reply = await call(here, `${method} ${PATH}/${first.id}`, { token, body });
      expect([reply.status, reply.body.code]).toEqual([409, 'scheduled_message.not_pending']);
    }
  });

  it('that is moved away is not sent at its former time', async () => {
    const { alice, conversationId } = await aPair(here);
    const { id } = await scheduled(here, alice, conversationId, inMs(2_500), { text: 'Moved' });
    await call(here, `PATCH ${PATH}/${id}`, { token: alice.token, body: { sendAt: inMs(HOUR_MS) } });
    const other = await scheduled(here, alice, conversationId, inMs(3_500), { text: 'In between' });
    await untilStatus(there, alice, other.id, 'sent');
    expect(await texts(there, alice, conversationId)).toEqual(['In between']);
    expect(await stateOf(there, alice, id)).toMatchObject({ status: 'pending' });
  });

  it('is refused, and kept for its owner, when the sender is no member any more; then it may be sent anew', async () => {
    const group = await aGroup(here);
    const { conversationId } = group;
    const [owner, bob] = group.people;
    const { id } = await scheduled(here, bob, conversationId, inMs(3_000), { text: 'Am I still here?' });
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    expect(await untilStatus(there, bob, id, 'failed')).toMatchObject({
      problem: 'conversation.not_found',
      message: { text: 'Am I still here?' },
    });
    expect((await listOf(bob)).map((one) => one.id)).toEqual([id]);
    expect(await texts(there, owner, conversationId)).not.toContain('Am I still here?');
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [bob.id] });
    await call(here, `PATCH ${PATH}/${id}`, { token: bob.token, body: { sendAt: inMs(2_000) } });
    expect(await untilStatus(there, bob, id, 'sent')).toMatchObject({ problem: null });
    expect(await texts(there, owner, conversationId)).toContain('Am I still here?');
  });

  it('keeps its attachments until then, and holds them from then on', async () => {
    const { alice, conversationId } = await aPair(here);
    const file = await upload(here, alice, 'Minutes', 'minutes.txt');
    const { id } = await scheduled(here, alice, conversationId, inMs(72 * HOUR_MS), {
      attachments: [file.id],
    });
    const ends = async (): Promise<Date | null> => {
      const dataSource = here.app.get<DataSource>(getDataSourceToken());
      return (await dataSource.query('SELECT expiresAt FROM files WHERE id = ?', [file.id]))[0].expiresAt;
    };
    expect((await ends())!.getTime()).toBeGreaterThan(Date.now() + 95 * HOUR_MS);
    await call(here, `PATCH ${PATH}/${id}`, { token: alice.token, body: { sendAt: inMs(2_000) } });
    const { seq } = await untilStatus(there, alice, id, 'sent');
    const { body } = await call(there, `GET /v1/conversations/${conversationId}/messages/${seq}`, {
      token: alice.token,
    });
    expect(body.message.attachments).toMatchObject([{ id: file.id, name: 'minutes.txt' }]);
    expect(await ends()).toBeNull();
    const stranger = await schedule(here, alice, conversationId, inMs(HOUR_MS), { attachments: ['1'] });
    expect([stranger.status, stranger.body.code]).toEqual([404, 'file.not_found']);
  });

  it('is its owner’s alone', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const stranger = await registerUser(here);
    const { id } = await scheduled(here, alice, conversationId, inMs(HOUR_MS));
    const { token } = bob;
    const replies = [
      await call(here, `GET ${PATH}/${id}`, { token }),
      await call(here, `PATCH ${PATH}/${id}`, { token, body: { message: { text: 'Mine' } } }),
      await call(here, `DELETE ${PATH}/${id}`, { token }),
      await call(here, `GET ${PATH}/nonsense`, { token }),
      await schedule(here, stranger, conversationId, inMs(HOUR_MS)),
    ];
    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      ...Array.from({ length: 4 }, () => '404 scheduled_message.not_found'),
      '404 conversation.not_found',
    ]);
    expect(await listOf(bob)).toEqual([]);
    expect(await stateOf(there, alice, id)).toMatchObject({ message: { text: 'Later' } });
  });

  it('is listed with the others, soonest first, in pages and by conversation', async () => {
    const { alice, conversationId } = await aPair(here);
    const group = await aGroup(here, { memberIds: [alice.id] });
    const [owner] = group.people;
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [alice.id] });
    const late = await scheduled(here, alice, conversationId, inMs(3 * HOUR_MS));
    const soon = await scheduled(here, alice, group.conversationId, inMs(HOUR_MS));
    const middle = await scheduled(here, alice, conversationId, inMs(2 * HOUR_MS));
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = cursor === '' ? '?limit=1' : `?limit=1&cursor=${cursor}`;
      const { body } = await call(there, `GET ${PATH}${query}`, { token: alice.token });
      pages.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(pages).toEqual([soon.id, middle.id, late.id]);
    const ofPair = await listOf(alice, `?conversationId=${conversationId}`);
    expect(ofPair.map(({ id }) => id)).toEqual([middle.id, late.id]);
  });

  it('asked for again under the same key is the same', async () => {
    const { alice, conversationId } = await aPair(here);
    const body = { conversationId, sendAt: inMs(3_000), message: { text: 'Once' } };
    const request = { token: alice.token, body, headers: { 'idempotency-key': 'once' } };
    const replies = await Promise.all([
      call(here, `POST ${PATH}`, request),
      call(there, `POST ${PATH}`, request),
    ]);
    const [id] = new Set(replies.map((reply) => reply.body.scheduledMessage.id));
    await untilStatus(there, alice, id, 'sent');
    const again = await call(here, `POST ${PATH}`, request);
    expect([again.status, again.body.scheduledMessage.id, again.body.scheduledMessage.status]).toEqual([
      201,
      id,
      'sent',
    ]);
    expect(await texts(there, alice, conversationId)).toEqual(['Once']);
  });
});
