import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { call, logIn, registerUser } from '../../support/rest.js';
import { type World, answers } from './world.js';

/** All that the operations around conversations and messages answer. */
export function messages(world: World): void {
  it('of conversations and messages', async () => {
    const { id: danId } = await registerUser(world.node, 'dan');
    const open = { type: 'direct', userId: danId };
    const key = { 'idempotency-key': 'two' };
    expect(await answers(world.asAda('POST /v1/conversations', open, key))).toEqual(['201']);
    const messages = `/v1/conversations/${world.conversationId}/messages`;
    const message = { clientId: 'c-1', text: 'Hello' };
    expect(await answers(world.asAda(`POST ${messages}`, message))).toEqual(['201']);
    const { body: page } = await world.asAda(`GET ${messages}?limit=1`);
    expect(page.items).toHaveLength(1);
    expect(
      await answers(
        world.asAda('POST /v1/conversations', open, key),
        world.asAda('POST /v1/conversations', open),
        world.asAda('POST /v1/conversations', { ...open, userId: world.ada.id }, key),
        world.asAda('POST /v1/conversations', { ...open, userId: '1' }),
        world.asAda('GET /v1/conversations'),
        world.asAda(`GET /v1/conversations/${world.conversationId}`),
        world.asAda(`GET /v1/conversations/${world.conversationId}/members`),
        world.asAda(`GET /v1/conversations/${world.conversationId}/changes`),
        world.asAda(`PUT /v1/conversations/${world.conversationId}/read`, { seq: 1 }),
        world.asAda(`GET ${messages}/1`),
        world.asAda(`GET ${messages}/1/receipts`),
        world.asAda(`POST ${messages}`, message),
        world.asAda(`POST ${messages}`, { ...message, text: 'Other' }),
        world.asAda(`POST ${messages}`, { text: 'Other' }, key),
        world.asAda(`POST ${messages}`, { text: 'x'.repeat(17_000) }),
        world.asAda('POST /v1/messages', { to: 'bob', ...message }),
        world.asAda('POST /v1/messages', { to: 'dan', ...message }),
        world.asAda('POST /v1/messages', { to: 'nobody', text: 'Hi' }),
        world.asAda('POST /v1/messages', { to: 'bob', text: 'Hi' }, key),
      ),
    ).toEqual([
      '201',
      '200',
      '422 idempotency.conflict',
      '404 user.not_found',
      '200',
      '200',
      '200',
      '200',
      '204',
      '200',
      '200',
      '200',
      '409 message.client_id_conflict',
      '422 idempotency.conflict',
      '413 message.too_long',
      '200',
      '409 message.client_id_conflict',
      '404 user.not_found',
      '422 idempotency.conflict',
    ]);
  });

  it('of messages for later', async () => {
    const { conversationId } = world;
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const later = { conversationId, sendAt, message: { text: 'Later' } };
    const key = { 'idempotency-key': 'later' };
    const path = '/v1/scheduled-messages';
    const first = await world.asAda(`POST ${path}`, later, key);
    const again = await world.asAda(`POST ${path}`, later, key);
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    const mine = `${path}/${first.body.scheduledMessage.id}` as const;
    expect(
      await answers(
        world.asAda(`POST ${path}`, { ...later, sendAt: '2001-01-01T00:00:00Z' }),
        world.asAda(`POST ${path}`, { ...later, message: { text: 'Other' } }, key),
        world.asAda(`POST ${path}`, { ...later, message: { text: 'x'.repeat(17_000) } }),
        world.asAda(`POST ${path}`, { ...later, conversationId: '1' }),
        world.asAda(`GET ${path}?conversationId=${conversationId}`),
        world.asAda(`GET ${mine}`),
        world.asAda(`PATCH ${mine}`, { message: { text: 'Later still' } }),
        world.asAda(`PATCH ${mine}`, { message: { text: 'x'.repeat(17_000) } }),
        world.asAda(`GET ${path}?conversationId=nonsense`),
        world.asAdmin(`GET ${mine}`),
      ),
    ).toEqual([
      '400 request.invalid',
      '422 idempotency.conflict',
      '413 message.too_long',
      '404 conversation.not_found',
      '200',
      '200',
      '200',
      '413 message.too_long',
      '404 conversation.not_found',
      '404 scheduled_message.not_found',
    ]);
    const status = (to: string) =>
      world.node.app
        .get<DataSource>(getDataSourceToken())
        .query('UPDATE scheduled_messages SET status = ? WHERE id = ?', [to, first.body.scheduledMessage.id]);
    await status('sending');
    expect(await answers(world.asAda(`PATCH ${mine}`, {}), world.asAda(`DELETE ${mine}`))).toEqual([
      '409 scheduled_message.not_pending',
      '409 scheduled_message.not_pending',
    ]);
    await status('pending');
    expect(await answers(world.asAda(`DELETE ${mine}`))).toEqual(['204']);
    const { token } = await logIn(world.node, 'bob');
    const asBob = () => call(world.node, `POST ${path}`, { token, body: later });
    const full = await Promise.all(Array.from({ length: 100 }, asBob));
    expect(new Set(full.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(await answers(asBob())).toEqual(['409 scheduled_message.too_many']);
  });

  it('of drafts', async () => {
    const draft = `/v1/conversations/${world.conversationId}/draft` as const;
    expect(await answers(world.asAda(`PUT ${draft}`, { text: 'Dear' }))).toEqual(['200']);
    expect(await answers(world.asAda(`GET ${draft}`))).toEqual(['200']);
    expect(await answers(world.asAda(`DELETE ${draft}`))).toEqual(['204']);
    expect(
      await answers(
        world.asAda(`GET ${draft}`),
        world.asAda(`PUT ${draft}`, { text: 'x'.repeat(17_000) }),
        world.asAda('GET /v1/drafts'),
      ),
    ).toEqual(['404 draft.not_found', '413 message.too_long', '200']);
  });

  it('of typing', async () => {
    const typing = `/v1/conversations/${world.conversationId}/typing` as const;
    expect(await answers(world.asAda(`PUT ${typing}`), world.asAda(`DELETE ${typing}`))).toEqual([
      '204',
      '204',
    ]);
  });

  it('of replies, threads and mentions', async () => {
    const messages = `/v1/conversations/${world.conversationId}/messages`;
    const { body } = await world.asAda(`POST ${messages}`, { text: 'Who brings cake?', mentionAll: true });
    const { seq, senderId } = body.message;
    const thread = `${messages}/${seq}/thread`;
    const send = (input: object) => world.asAda(`POST ${messages}`, { text: 'Me', ...input });
    expect(await answers(send({ replyTo: seq, threadOf: seq, mentions: [senderId] }))).toEqual(['201']);
    expect(
      await answers(
        send({ replyTo: 4_000_000_000 }),
        send({ mentions: ['1'] }),
        send({ text: undefined, forward: { conversationId: world.conversationId, seq } }),
        send({ text: undefined, forward: { conversationId: '1', seq } }),
        world.asAda('POST /v1/messages', { to: 'bob', text: 'Hi', threadOf: 4_000_000_000 }),
        world.asAda('POST /v1/messages', { to: 'bob', text: 'Hi', mentions: ['1'] }),
        world.asAda(`PATCH ${messages}/${seq}`, { text: 'Me', mentions: ['1'] }),
        world.asAda(`GET ${thread}`),
        world.asAda(`GET ${thread}?cursor=!`),
        world.asAda(`GET ${messages}/4000000000/thread`),
        world.asAda(`PUT ${thread}/follow`),
        world.asAda(`DELETE ${thread}/follow`),
        world.asAda('GET /v1/threads'),
        world.asAda('GET /v1/threads?cursor=!'),
      ),
    ).toEqual([
      '404 message.not_found',
      '404 member.not_found',
      '201',
      '404 message.not_found',
      '404 message.not_found',
      '404 member.not_found',
      '404 member.not_found',
      '200',
      '400 request.invalid',
      '404 message.not_found',
      '204',
      '204',
      '200',
      '400 request.invalid',
    ]);
    expect(await answers(world.asAda(`DELETE ${messages}/${seq}`))).toEqual(['204']);
    expect(
      await answers(
        send({ threadOf: seq }),
        world.asAda('POST /v1/messages', { to: 'bob', text: 'Hi', threadOf: seq }),
      ),
    ).toEqual(['409 message.deleted', '409 message.deleted']);
  });

  it('that changes a message', async () => {
    const messages = `/v1/conversations/${world.conversationId}/messages`;
    const { body } = await world.asAda(`POST ${messages}`, { text: 'Helo' });
    const mine = `${messages}/${body.message.seq}`;
    const thumb = encodeURIComponent('👍');
    const { token } = await logIn(world.node, 'bob');
    expect(await answers(world.asAda(`PATCH ${mine}`, { text: 'Hello' }))).toEqual(['200']);
    expect(
      await answers(
        world.asAda(`GET ${mine}/edits`),
        world.asAda(`PUT ${mine}/reactions/${thumb}`),
        world.asAda(`PUT ${mine}/reactions/x`),
        world.asAda(`DELETE ${mine}/reactions/${thumb}`),
        world.asAda(`PUT ${mine}/pin`),
        world.asAda(`GET /v1/conversations/${world.conversationId}/pins`),
        world.asAda(`DELETE ${mine}/pin`),
        call(world.node, `PATCH ${mine}`, { token, body: { text: 'Mine now' } }),
        call(world.node, `DELETE ${mine}`, { token }),
      ),
    ).toEqual([
      '200',
      '204',
      '400 request.invalid',
      '204',
      '204',
      '200',
      '204',
      '403 message.not_allowed',
      '403 message.not_allowed',
    ]);
    expect(await answers(world.asAda(`DELETE ${mine}`))).toEqual(['204']);
    expect(
      await answers(
        world.asAda(`PATCH ${mine}`, { text: 'Again' }),
        world.asAda(`PUT ${mine}/reactions/${thumb}`),
        world.asAda(`PUT ${mine}/pin`),
      ),
    ).toEqual(['409 message.deleted', '409 message.deleted', '409 message.deleted']);
  });
}
