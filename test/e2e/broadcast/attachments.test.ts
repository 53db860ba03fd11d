import { rm } from 'node:fs/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { aPublisher, change, publish, published, recall } from '../../support/broadcasts.js';
import { openDirect, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, filesIn, upload } from '../../support/uploads.js';

let database: TestDatabase;
let directory: string;
let node: TestNode;
let admin: TestUser;
let ada: TestUser;
let bob: TestUser;

beforeAll(async () => {
  database = await createDatabase('broadcast_files');
  directory = temporaryDirectory('broadcast-files');
  node = await startNode({ DATABASE_URL: database.url, FILES_DIR: directory });
  admin = await aPublisher(node);
  ada = await registerUser(node);
  bob = await registerUser(node);
});

afterAll(async () => {
  await node.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

closeClientsAfterEach();

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const toAda = () => ({ audience: { userIds: [ada.id] } });
const aFile = (name = 'plan.txt') => upload(node, admin, `what ${name} says`, name);

const statusFor = async ({ token }: TestUser, id: string): Promise<number> =>
  (await download(node, `/v1/files/${id}`, { token })).status;

const untilGone = (id: string) =>
  waitUntil(
    `the bytes of ${id} are gone`,
    async () => !(await filesIn(directory)).some((path) => path.includes(id)),
    {
      timeoutMs: 10_000,
    },
  );

describe.each(doorNames)('a broadcast with files, over %s', (door) => {
  it('shows them to those it is for, live and afterwards, who then get their bytes', async () => {
    const [first, second] = [await aFile('first.txt'), await aFile('second.txt')];
    expect(await statusFor(ada, first.id)).toBe(404);
    const client = await connect(door, node, ada);
    const { id, attachments } = await published(node, admin, {
      ...toAda(),
      attachments: [second.id, first.id, second.id],
    });
    expect(attachments).toEqual([second, first]);
    const shown = () =>
      client.ofType('broadcast.published').find(({ data }) => data.broadcast.id === id)?.data.broadcast;
    await client.until('has it', () => shown() !== undefined);
    expect(shown().attachments).toEqual([second, first]);
    expect([await statusFor(ada, first.id), await statusFor(bob, first.id)]).toEqual([200, 404]);
    const { body } = await call(node, `GET /v1/broadcasts/${id}`, { token: ada.token });
    expect(body.broadcast.attachments).toEqual([second, first]);
    const { body: signed } = await call(node, `POST /v1/files/${first.id}/url`, { token: ada.token });
    expect((await download(node, signed.url)).bytes.toString()).toBe('what first.txt says');
  });
});

describe('what can’t be attached is refused, and nothing is sent', () => {
  it('others’ uploads, unknown ones and more than ten', async () => {
    const [mine, others] = [await aFile(), await upload(node, ada, 'hers')];
    const before = (await call(node, 'GET /v1/broadcasts?scope=all', { token: admin.token })).body.items
      .length;
    for (const id of [others.id, '1', 'nonsense', '9'.repeat(19)]) {
      const { status, body } = await publish(node, admin, {
        body: 'x',
        ...toAda(),
        attachments: [mine.id, id],
      });
      expect([id, status, body.code]).toEqual([id, 404, 'file.not_found']);
    }
    const many = await publish(node, admin, {
      body: 'x',
      ...toAda(),
      attachments: Array.from({ length: 11 }, () => mine.id),
    });
    expect([many.status, many.body.code]).toEqual([400, 'request.invalid']);
    const after = (await call(node, 'GET /v1/broadcasts?scope=all', { token: admin.token })).body.items
      .length;
    expect(after).toBe(before);
    expect(await statusFor(ada, mine.id)).toBe(404);
  });
});

describe('a file of a broadcast', () => {
  it('has no end while the broadcast waits, and is for its readers from the start on', async () => {
    const file = await aFile();
    const { id } = await published(node, admin, {
      ...toAda(),
      attachments: [file.id],
      startsAt: inAnHour(),
    });
    const dataSource = node.app.get<DataSource>(getDataSourceToken());
    expect(await dataSource.query('SELECT expiresAt FROM files WHERE id = ?', [file.id])).toEqual([
      { expiresAt: null },
    ]);
    expect(await statusFor(ada, file.id)).toBe(404);
    expect((await change(node, admin, id, { startsAt: null })).status).toBe(200);
    expect(await statusFor(ada, file.id)).toBe(200);
  });

  it('is opened by others who may publish', async () => {
    const [file, other] = [await aFile(), await aPublisher(node)];
    expect(await statusFor(other, file.id)).toBe(404);
    await published(node, admin, { ...toAda(), attachments: [file.id] });
    expect(await statusFor(other, file.id)).toBe(200);
  });

  it('is gone for everybody when the broadcast is recalled, its bytes too; its name stays on record', async () => {
    const file = await aFile();
    const client = await connect('socket.io', node, ada);
    const { id } = await published(node, admin, { ...toAda(), attachments: [file.id] });
    await recall(node, admin, id);
    const recalled = () =>
      client.ofType('broadcast.recalled').find(({ data }) => data.broadcast.id === id)?.data.broadcast;
    await client.until('is told', () => recalled() !== undefined);
    expect(recalled().attachments).toEqual([]);
    for (const each of [ada, admin]) expect(await statusFor(each, file.id)).toBe(404);
    await untilGone(file.id);
    const { body } = await call(node, `GET /v1/broadcasts/${id}`, { token: admin.token });
    expect(body.broadcast.attachments).toEqual([file]);
  });

  it('goes and stays as the broadcast is changed, by whomever', async () => {
    const [kept, dropped, other] = [
      await aFile('kept.txt'),
      await aFile('dropped.txt'),
      await aPublisher(node),
    ];
    const { id } = await published(node, admin, { ...toAda(), attachments: [kept.id, dropped.id] });
    const added = await upload(node, other, 'added', 'added.txt');
    const said = await change(node, other, id, { body: 'Only the text' });
    expect(said.body.broadcast.attachments).toEqual([kept, dropped]);
    const { status, body } = await change(node, other, id, { attachments: [added.id, kept.id] });
    expect([status, body.broadcast.attachments]).toEqual([200, [added, kept]]);
    await untilGone(dropped.id);
    const back = await change(node, other, id, { attachments: [dropped.id] });
    expect([back.status, back.body.code]).toEqual([404, 'file.not_found']);
    expect([await statusFor(ada, added.id), await statusFor(ada, kept.id)]).toEqual([200, 200]);
    expect((await change(node, admin, id, { attachments: [] })).body.broadcast.attachments).toEqual([]);
    for (const file of [added, kept]) await untilGone(file.id);
  });

  it('stays as long as a message holds it, and in a message as long as a broadcast does', async () => {
    const [first, second] = [await aFile(), await aFile()];
    const conversationId = await openDirect(node, admin, bob);
    const sent = await trySend(node, admin, conversationId, { attachments: [first.id, second.id] });
    const broadcasts = [
      await published(node, admin, { ...toAda(), attachments: [first.id] }),
      await published(node, admin, { ...toAda(), attachments: [second.id] }),
    ];
    await recall(node, admin, broadcasts[0].id);
    expect([await statusFor(ada, first.id), await statusFor(bob, first.id)]).toEqual([404, 200]);
    const route = `DELETE /v1/conversations/${conversationId}/messages/${sent.body.message.seq}` as const;
    expect((await call(node, route, { token: admin.token })).status).toBe(204);
    await untilGone(first.id);
    expect([await statusFor(ada, second.id), await statusFor(bob, second.id)]).toEqual([200, 404]);
  });
});
