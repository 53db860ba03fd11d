import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { aPair, openDirect, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { aGroup, aGuest, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, filesIn, upload } from '../../support/uploads.js';

let database: TestDatabase;
let directory: string;
let settings: Record<string, string>;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('attachments');
  directory = temporaryDirectory('attachments');
  settings = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    FILES_DIR: directory,
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  node = await startNode(settings);
});

afterAll(async () => {
  await node.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

closeClientsAfterEach();

const statusFor = async (user: TestUser, id: string) =>
  (await download(node, `/v1/files/${id}`, { token: user.token })).status;

const isStored = async (id: string) => (await filesIn(directory)).some((path) => path.includes(id));

const untilGone = (id: string) =>
  waitUntil(`the bytes of ${id} are gone`, async () => !(await isStored(id)), { timeoutMs: 10_000 });

const sendFiles = async (user: TestUser, conversationId: string, ids: string[], more = {}) => {
  const { status, body } = await trySend(node, user, conversationId, { attachments: ids, ...more });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body.message;
};

const remove = async (user: TestUser, conversationId: string, seq: number, on = node) => {
  const route = `DELETE /v1/conversations/${conversationId}/messages/${seq}` as const;
  expect((await call(on, route, { token: user.token })).status).toBe(204);
};

describe.each(doorNames)('a message with files, over %s', (door) => {
  it('shows them to its members, who then get their bytes', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    const client = await connect(door, node, bob);
    const first = await upload(node, alice, 'one', 'one.txt');
    const second = await upload(node, alice, 'two', 'two.txt');
    expect(await statusFor(bob, first.id)).toBe(404);
    const message = await sendFiles(alice, conversationId, [second.id, first.id, second.id]);
    expect(message).toMatchObject({ text: null, attachments: [second, first] });
    await client.until('has the message', () => client.seqs(conversationId).includes(message.seq));
    const heard = client.events.find(({ type }) => type === 'message.created');
    expect(heard?.data.message.attachments).toEqual([second, first]);
    expect(await statusFor(bob, first.id)).toBe(200);
  });
});

describe('a send with files', () => {
  it('goes by Socket.IO too, and needs a text or a file', async () => {
    const { alice, conversationId } = await aPair(node);
    const socket = await connectSocket(node, alice);
    const file = await upload(node, alice, 'x');
    const sent = await socket.command('message.send', {
      conversationId,
      attachments: [file.id],
      text: 'See',
    });
    expect(sent.data.message).toMatchObject({ text: 'See', attachments: [file] });
    for (const nothing of [{}, { attachments: [] }, { text: ' ' }, { text: ' ', attachments: [file.id] }]) {
      const refused = await trySend(node, alice, conversationId, nothing);
      expect([refused.status, refused.body.code]).toEqual([400, 'request.invalid']);
    }
    const many = Array.from({ length: 11 }, () => file.id);
    expect((await trySend(node, alice, conversationId, { attachments: many })).status).toBe(400);
  });

  it('that are unknown, or others’, is refused whole, and tells nothing', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    const mine = await upload(node, alice, 'mine');
    const shown = await upload(node, bob, 'shown');
    await sendFiles(bob, conversationId, [shown.id]);
    const unseen = await upload(node, bob, 'unseen');
    for (const id of [unseen.id, shown.id, '1', 'nonsense', '9'.repeat(19)]) {
      const { status, body } = await trySend(node, alice, conversationId, {
        text: 'x',
        attachments: [mine.id, id],
      });
      expect([id, status, body.code]).toEqual([id, 404, 'file.not_found']);
    }
    const { body } = await call(node, `GET /v1/conversations/${conversationId}/messages`, {
      token: alice.token,
    });
    expect(body.items).toHaveLength(1);
  });

  it('again with its clientId is the same message, also when its files are gone; with other files it is another', async () => {
    const { alice, conversationId } = await aPair(node);
    const [file, other] = [await upload(node, alice, 'x'), await upload(node, alice, 'y')];
    const clientId = randomUUID();
    const { seq } = await sendFiles(alice, conversationId, [file.id], { clientId });
    const again = await trySend(node, alice, conversationId, { attachments: [file.id], clientId });
    expect([again.status, again.body.message.attachments]).toEqual([200, [file]]);
    const conflict = await trySend(node, alice, conversationId, { attachments: [other.id], clientId });
    expect([conflict.status, conflict.body.code]).toEqual([409, 'message.client_id_conflict']);
    await remove(alice, conversationId, seq);
    await untilGone(file.id);
    const later = await trySend(node, alice, conversationId, { attachments: [file.id], clientId });
    expect([later.status, later.body.message.attachments]).toEqual([200, []]);
  });
});

describe('a file', () => {
  it('is seen by present members who see the message, and by nobody else', async () => {
    const group = await aGroup(node, { historyVisibility: 'joined' });
    const [owner, member, leaver] = group.people;
    const [stranger, guest, admin] = [
      await registerUser(node),
      await aGuest(node),
      await logIn(node, 'root'),
    ];
    const file = await upload(node, owner, 'secret');
    await sendFiles(owner, group.conversationId, [file.id]);
    const { body: signed } = await call(node, `POST /v1/files/${file.id}/url`, { token: leaver.token });
    expect((await download(node, signed.url)).status).toBe(200);
    for (const each of [owner, member, leaver]) expect(await statusFor(each, file.id)).toBe(200);
    for (const each of [stranger, guest, admin]) expect(await statusFor(each, file.id)).toBe(404);
    await doInGroup(node, group, leaver, 'POST', 'leave');
    expect(await statusFor(leaver, file.id)).toBe(404);
    expect((await download(node, signed.url)).code).toBe('file.not_found');
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [stranger.id, leaver.id] });
    for (const each of [stranger, leaver]) expect(await statusFor(each, file.id)).toBe(404);
    await sendFiles(owner, group.conversationId, [file.id]);
    for (const each of [stranger, leaver]) expect(await statusFor(each, file.id)).toBe(200);
  });

  it('is gone when the message that held it is deleted, by whomever, its bytes too', async () => {
    const group = await aGroup(node);
    const [owner, member] = group.people;
    const file = await upload(node, member, 'to be deleted');
    const { seq } = await sendFiles(member, group.conversationId, [file.id]);
    await remove(owner, group.conversationId, seq);
    for (const each of [owner, member]) expect(await statusFor(each, file.id)).toBe(404);
    const { status, body } = await trySend(node, member, group.conversationId, { attachments: [file.id] });
    expect([status, body.code]).toEqual([404, 'file.not_found']);
    await untilGone(file.id);
  });

  it('stays as long as any message holds it', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    const carol = await registerUser(node);
    const other = await openDirect(node, alice, carol);
    const file = await upload(node, alice, 'shared');
    const first = await sendFiles(alice, conversationId, [file.id]);
    const second = await sendFiles(alice, other, [file.id]);
    await remove(alice, conversationId, first.seq);
    expect([await statusFor(bob, file.id), await statusFor(carol, file.id)]).toEqual([404, 200]);
    await remove(alice, other, second.seq);
    await untilGone(file.id);
  });

  it('is gone with the conversation whose messages held it, unless another one holds it too', async () => {
    const group = await aGroup(node);
    const [owner, member] = group.people;
    const [gone, kept] = [await upload(node, member, 'gone'), await upload(node, member, 'kept')];
    await sendFiles(member, group.conversationId, [gone.id, kept.id]);
    const elsewhere = await aPair(node);
    const { body } = await call(node, 'POST /v1/messages', {
      token: member.token,
      body: { to: elsewhere.bob.id, attachments: [kept.id] },
    });
    expect(body.message.attachments).toEqual([kept]);
    await doInGroup(node, group, owner, 'DELETE');
    await untilGone(gone.id);
    expect(await statusFor(member, gone.id)).toBe(404);
    expect(await statusFor(elsewhere.bob, kept.id)).toBe(200);
  });

  it('goes with a forwarded message, to those who get that one, and stays when the first is deleted', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    const carol = await registerUser(node);
    const target = await openDirect(node, bob, carol);
    const file = await upload(node, alice, 'passed on', 'passed-on.txt');
    const { seq } = await sendFiles(alice, conversationId, [file.id]);
    const forward = { conversationId, seq };
    const both = await trySend(node, bob, target, { forward, attachments: [file.id] });
    expect(both).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(await statusFor(carol, file.id)).toBe(404);
    const { status, body } = await trySend(node, bob, target, { forward });
    expect([status, body.message.attachments]).toEqual([201, [file]]);
    await remove(alice, conversationId, seq);
    expect(await statusFor(carol, file.id)).toBe(200);
    await remove(bob, target, body.message.seq);
    expect(await statusFor(carol, file.id)).toBe(404);
    await untilGone(file.id);
  });

  it('is removed by another node when the one that deleted its message has died', async () => {
    const { alice, conversationId } = await aPair(node);
    const file = await upload(node, alice, 'orphan of a node');
    const { seq } = await sendFiles(alice, conversationId, [file.id]);
    const other = await startNode(settings);
    await remove(alice, conversationId, seq, other);
    await other.stop();
    await untilGone(file.id);
  });

  it('that no message took in time is gone', async () => {
    const { alice, conversationId } = await aPair(node);
    const [late, held] = [await upload(node, alice, 'late'), await upload(node, alice, 'held')];
    await sendFiles(alice, conversationId, [held.id]);
    const dataSource = node.app.get<DataSource>(getDataSourceToken());
    const [row] = await dataSource.query(
      'SELECT TIMESTAMPDIFF(MINUTE, createdAt, expiresAt) AS minutes FROM files WHERE id = ?',
      [late.id],
    );
    expect(Number(row.minutes)).toBe(24 * 60);
    await dataSource.query(
      'UPDATE files SET expiresAt = UTC_TIMESTAMP(3) WHERE id IN (?) AND expiresAt IS NOT NULL',
      [[late.id, held.id]],
    );
    expect(await statusFor(alice, late.id)).toBe(404);
    await untilGone(late.id);
    expect(await statusFor(alice, held.id)).toBe(200);
  });

  it('is never lost to a message that was stored with it while its last one was deleted', async () => {
    const { alice, conversationId } = await aPair(node);
    for (let round = 0; round < 15; round += 1) {
      const file = await upload(node, alice, `round ${round}`);
      const { seq } = await sendFiles(alice, conversationId, [file.id]);
      const other = node;
      const [sent] = await Promise.all([
        trySend(other, alice, conversationId, { attachments: [file.id] }),
        remove(alice, conversationId, seq),
      ]);
      if (sent.status === 201) {
        expect(await statusFor(alice, file.id)).toBe(200);
        await remove(alice, conversationId, sent.body.message.seq);
      } else {
        expect([sent.status, sent.body.code]).toEqual([404, 'file.not_found']);
      }
      await untilGone(file.id);
    }
  });
});
