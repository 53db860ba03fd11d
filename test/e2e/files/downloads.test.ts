import { rm } from 'node:fs/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import sharp from 'sharp';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, upload } from '../../support/uploads.js';

let database: TestDatabase;
let node: TestNode;
let ada: TestUser;
let directory: string;

beforeAll(async () => {
  database = await createDatabase('downloads');
  directory = temporaryDirectory('downloads');
  node = await startNode({ DATABASE_URL: database.url, FILES_DIR: directory });
  ada = await registerUser(node, 'ada');
});

afterAll(async () => {
  await node.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 11) % 256));

describe('a download', () => {
  it('can be had in parts, and told what of it a client has', async () => {
    const { id } = await upload(node, ada, bytes, 'data.bin');
    const get = (headers = {}, method = 'GET') =>
      download(node, `/v1/files/${id}`, { token: ada.token, headers, method });
    const whole = await get();
    const etag = whole.headers.get('etag') ?? '';
    expect([whole.status, whole.headers.get('accept-ranges'), whole.headers.get('content-length')]).toEqual([
      200,
      'bytes',
      String(bytes.length),
    ]);
    const part = await get({ range: 'bytes=1000-99999', 'if-range': etag });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000-99999/200000']);
    expect(part.bytes.equals(bytes.subarray(1000, 100_000))).toBe(true);
    const rest = await get({ range: 'bytes=-500' });
    expect(rest.bytes.equals(bytes.subarray(-500))).toBe(true);
    const beyond = await get({ range: 'bytes=200000-' });
    expect([beyond.status, beyond.code, beyond.headers.get('content-range')]).toEqual([
      416,
      'file.range_not_satisfiable',
      'bytes */200000',
    ]);
    const known = await get({ 'if-none-match': etag });
    expect([known.status, known.bytes.length]).toEqual([304, 0]);
    const other = await get({ range: 'bytes=0-1', 'if-range': '"other"' });
    expect([other.status, other.bytes.length]).toEqual([200, bytes.length]);
    const head = await get({}, 'HEAD');
    expect([head.status, head.bytes.length, head.headers.get('content-length')]).toEqual([200, 0, '200000']);
    const partOfHead = await get({ range: 'bytes=0-9' }, 'HEAD');
    expect([partOfHead.status, partOfHead.headers.get('content-length')]).toEqual([206, '10']);
  });

  it('of an image may be shown by a browser, with its name', async () => {
    const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { id } = await upload(node, ada, png, '上海.png');
    const { headers } = await download(node, `/v1/files/${id}`, { token: ada.token });
    expect(headers.get('content-disposition')).toBe(
      `inline; filename="__.png"; filename*=UTF-8''%E4%B8%8A%E6%B5%B7.png`,
    );
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const head = await download(node, `/v1/files/${id}/thumbnail`, { token: ada.token, method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), head.bytes.length]).toEqual([
      200,
      'image/webp',
      0,
    ]);
  });

  it('without a token is refused', async () => {
    const { id } = await upload(node, ada, 'x');
    for (const method of ['GET', 'HEAD'])
      expect((await download(node, `/v1/files/${id}`, { method })).status).toBe(401);
  });
});

describe('a signed URL', () => {
  const signed = async (user: TestUser, id: string) =>
    (await call(node, `POST /v1/files/${id}/url`, { token: user.token })).body;

  it('opens its file and its thumbnail without a token, for ten minutes', async () => {
    const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { id } = await upload(node, ada, png, 'a.png');
    const { url, thumbnailUrl, expiresIn } = await signed(ada, id);
    expect(expiresIn).toBe(600);
    expect(url.startsWith(`${node.url}/v1/signed/files/`)).toBe(true);
    const opened = await download(node, url);
    expect([opened.status, opened.bytes.equals(png)]).toEqual([200, true]);
    expect((await download(node, thumbnailUrl)).headers.get('content-type')).toBe('image/webp');
    expect((await download(node, url, { method: 'HEAD' })).status).toBe(200);
    expect((await download(node, url, { headers: { range: 'bytes=0-3' } })).bytes.length).toBe(4);
  });

  it('opens nothing else, and nothing when any of it is changed', async () => {
    const { id } = await upload(node, ada, 'mine');
    const other = await upload(node, ada, 'other');
    const { url, thumbnailUrl } = await signed(ada, id);
    expect(thumbnailUrl).toBe(null);
    const bent = [
      url.replace(`/${id}?`, `/${other.id}?`),
      url.replace(`/${id}?`, `/${id}/thumbnail?`),
      url.replace(/expires=\d+/, 'expires=9999999999'),
      url.replace(/user=\d+/, 'user=1'),
      url.replace(/signature=.{5}/, 'signature=AAAAA'),
      url.split('&signature')[0],
      url.split('?')[0],
      `${url.split('?')[0]}?expires[]=1&user=&signature=`,
    ];
    for (const each of bent) {
      const { status, code } = await download(node, each);
      expect([each, status, code]).toEqual([each, 404, 'file.not_found']);
    }
  });

  it('is for those alone who may see the file', async () => {
    const eve = await registerUser(node, 'eve');
    const { id } = await upload(node, ada, 'mine');
    const { status, body } = await call(node, `POST /v1/files/${id}/url`, { token: eve.token });
    expect([status, body.code]).toEqual([404, 'file.not_found']);
  });

  it('is good on every node, and dies with the key', async () => {
    const { id } = await upload(node, ada, 'mine');
    const { url } = await signed(ada, id);
    const onOther = async () => {
      const other = await startNode({ DATABASE_URL: database.url, FILES_DIR: directory });
      const { status } = await download(other, url.replace(node.url, other.url));
      await other.stop();
      return status;
    };
    expect(await onOther()).toBe(200);
    await node.app.get<DataSource>(getDataSourceToken()).query('DELETE FROM file_url_keys');
    expect(await onOther()).toBe(404);
  });
});
