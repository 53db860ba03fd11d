import { rm } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, filesIn, tryUpload, upload } from '../../support/uploads.js';

const MIB = 1024 * 1024;

let database: TestDatabase;
let node: TestNode;
let directory: string;
let ada: TestUser;

beforeAll(async () => {
  database = await createDatabase('uploads');
  directory = temporaryDirectory('uploads');
  node = await startNode({
    DATABASE_URL: database.url,
    FILES_DIR: directory,
    FILE_MIB: '1',
    FILE_QUOTA_MIB: '4',
    UPLOADS_PER_USER: '2',
  });
  ada = await registerUser(node, 'ada');
});

afterAll(async () => {
  await node.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await untilNothingIsUnderWay();
});

const boundary = 'x'.repeat(30);
const partHead = (name = 'file', filename = 'a.bin') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n`;
const form = (...parts: string[]) => `${parts.map((part) => `${part}\r\n`).join('')}--${boundary}--\r\n`;

/** A request byte by byte, as no library would send it. */
async function begin(
  user: TestUser,
  length: number,
  body: string,
): Promise<{ socket: Socket; heard: () => string }> {
  const { port } = new URL(node.url);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.on('data', (data) => (heard += data.toString()));
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
  return { socket, heard: () => heard };
}

const until = (what: string, condition: () => boolean | Promise<boolean>) =>
  waitUntil(what, condition, { timeoutMs: 10_000 });

const isUnderWay = async () => (await filesIn(directory)).some((path) => path.includes('temporary'));
const untilNothingIsUnderWay = () => until('nothing temporary is left', async () => !(await isUnderWay()));

describe('an upload', () => {
  it('comes back as it was, and belongs to its uploader alone', async () => {
    const eve = await registerUser(node, 'eve');
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256));
    const file = await upload(node, ada, bytes, 'data.bin');
    expect(file).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'data.bin',
      contentType: 'application/octet-stream',
      size: bytes.length,
      width: null,
      height: null,
    });
    const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    expect([served.status, served.bytes.equals(bytes)]).toEqual([200, true]);
    for (const path of [`/v1/files/${file.id}`, `/v1/files/${file.id}/thumbnail`]) {
      const refused = await download(node, path, { token: eve.token });
      expect([refused.status, refused.code]).toEqual([404, 'file.not_found']);
    }
    const thumbnail = await download(node, `/v1/files/${file.id}/thumbnail`, { token: ada.token });
    expect([thumbnail.status, thumbnail.code]).toEqual([404, 'thumbnail.not_found']);
    await untilNothingIsUnderWay();
  });

  it.each([
    ['<html><script>alert(1)</script></html>', 'a.html', 'text/plain'],
    ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'a.svg', 'text/plain'],
    ['<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'a.jpg', 'application/xml'],
    ['%PDF-1.7\n%âãÏÓ', 'a.pdf', 'application/pdf'],
    ['\0\u0001\u0002', 'a.png', 'application/octet-stream'],
    ['', 'a.txt', 'text/plain'],
  ])(
    'of %j called %s is of the type of its bytes, and no browser runs it',
    async (text, name, contentType) => {
      const file = await upload(node, ada, text, name);
      expect(file).toMatchObject({ contentType, name });
      const { headers, bytes } = await download(node, `/v1/files/${file.id}`, { token: ada.token });
      expect(bytes.toString()).toBe(text);
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
      expect(headers.get('content-type')).toMatch(contentType);
    },
  );

  it('of a zip bomb is a file like any other: nobody opens it', async () => {
    const packed = deflateRawSync(Buffer.alloc(100 * MIB));
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(100 * MIB, 22);
    const name = Buffer.from('[Content_Types].xml');
    head.writeUInt16LE(name.length, 26);
    const bomb = Buffer.concat([head, name, packed]);
    const file = await upload(node, ada, bomb, 'bomb.docx');
    expect(file.size).toBe(bomb.length);
  });

  it('keeps the last part of its name, on one line', async () => {
    const name = '../../etc/pass\u202ewd\u0007.txt';
    const file = await upload(node, ada, 'x', name);
    expect(file.name).toBe('passwd.txt');
    const { headers } = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="passwd.txt"; filename*=UTF-8''passwd.txt`,
    );
  });

  it('is stored once for an Idempotency-Key, whatever form it comes in; other bytes are another request', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const first = await tryUpload(node, ada, 'same', { name: 'a.txt', headers });
    const again = await tryUpload(node, ada, 'same', { name: 'a.txt', headers });
    const other = await tryUpload(node, ada, 'other', { name: 'a.txt', headers });
    const elsewhere = await call(node, 'POST /v1/conversations', {
      token: ada.token,
      body: { type: 'group', name: 'G', memberIds: [] },
      headers,
    });
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
    expect(first.headers.get('idempotency-replayed')).toBe(null);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.conflict']);
    expect(elsewhere.body.code).toBe('idempotency.conflict');
    await untilNothingIsUnderWay();
  });
});

describe('what is too much', () => {
  it('is refused when it says so at once, and when it turns out so; nothing is kept', async () => {
    const stored = (await filesIn(directory)).length;
    const largest = await tryUpload(node, ada, new Uint8Array(MIB), { name: 'largest' });
    expect(largest.status).toBe(201);
    const larger = await tryUpload(node, ada, new Uint8Array(MIB + 1), { name: 'larger' });
    expect([larger.status, larger.body.code]).toEqual([413, 'request.too_large']);
    const liar = await begin(ada, 50 * MIB, partHead());
    await until('it is refused by its length', () => liar.heard().includes('request.too_large'));
    await untilNothingIsUnderWay();
    expect((await filesIn(directory)).length).toBe(stored + 1);
  });

  it('without a length is refused as soon as it is, and the rest is not waited for', async () => {
    const { port } = new URL(node.url);
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    let heard = '';
    let isClosed = false;
    socket.on('data', (data) => (heard += data.toString()));
    socket.on('close', () => (isClosed = true));
    socket.on('error', () => undefined);
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    socket.write(
      `POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nTransfer-Encoding: chunked\r\n` +
        `Content-Type: multipart/form-data; boundary=${boundary}\r\n\r\n${chunk(partHead())}`,
    );
    const more = setInterval(() => socket.write(chunk('y'.repeat(64 * 1024))), 5);
    try {
      await until('it is refused', () => heard.includes('request.too_large'));
      expect(heard).toMatch(/^HTTP\/1\.1 413 /);
      await until('the connection is closed', () => isClosed);
    } finally {
      clearInterval(more);
    }
    await untilNothingIsUnderWay();
  });

  it('for one user’s space is refused', async () => {
    const rich = await registerUser(node, 'rich');
    for (let i = 0; i < 4; i += 1) await upload(node, rich, new Uint8Array(MIB - 1), 'part');
    const over = await tryUpload(node, rich, new Uint8Array(100), { name: 'over' });
    expect([over.status, over.body.code]).toEqual([409, 'file.quota_exceeded']);
    await upload(node, rich, 'abcd', 'just fits');
    const none = await tryUpload(node, rich, '', { name: 'none' });
    expect([none.status, none.body.code]).toEqual([409, 'file.quota_exceeded']);
  });

  it('at once is refused, and room is made when one ends', async () => {
    const busy = await registerUser(node, 'busy');
    const slow = [await begin(busy, 1000, `${partHead()}y`), await begin(busy, 1000, `${partHead()}y`)];
    await until('both are under way', async () => {
      const temporary = (await filesIn(directory)).filter((path) => path.includes('temporary'));
      return temporary.length === 2;
    });
    const third = await tryUpload(node, busy, 'x');
    expect([third.status, third.body.code]).toEqual([429, 'file.too_many_uploads']);
    expect(third.headers.get('retry-after')).toBe('1');
    await upload(node, ada, 'x', 'others go on');
    slow[0]?.socket.destroy();
    await until('there is room', async () => (await tryUpload(node, busy, 'x')).status === 201);
  });
});

describe('an upload that breaks off', () => {
  it.each(['in the head of its part', 'in its bytes'])('%s leaves nothing', async (where) => {
    const stored = (await filesIn(directory)).length;
    const body = where === 'in its bytes' ? partHead() + 'y'.repeat(100_000) : partHead().slice(0, 40);
    const { socket } = await begin(ada, 200_000, body);
    if (where === 'in its bytes') await until('it is under way', isUnderWay);
    socket.resetAndDestroy();
    await untilNothingIsUnderWay();
    expect((await filesIn(directory)).length).toBe(stored);
    expect((await call(node, 'GET /v1/users/me', { token: ada.token })).status).toBe(200);
  });
});

describe('a form that is none of ours', () => {
  const file = `${partHead()}x`;
  it.each([
    ['two files', form(file, file)],
    [
      'a field beside the file',
      form(file, `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb`),
    ],
    [
      'a field before the file',
      form(`--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb`, file),
    ],
    ['a file of another name', form(`${partHead('other')}x`)],
    ['a file called like a prototype', form(`${partHead('__proto__')}x`)],
    ['no part', form()],
    ['no end', `${file}\r\n`],
    ['nothing', ''],
    [
      'line breaks in a name',
      form(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename*=utf-8''a%0D%0Ab.txt\r\n\r\nx`,
      ),
    ],
    ['not even a boundary', 'hello'],
  ])('with %s is refused, and nothing is kept', async (_, body) => {
    const stored = (await filesIn(directory)).length;
    const { heard } = await begin(ada, body.length, body);
    await until('it is answered', () => heard().includes('requestId'));
    expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard()).toContain('"code":"request.invalid"');
    await untilNothingIsUnderWay();
    expect((await filesIn(directory)).length).toBe(stored);
  });

  it('but JSON, or without a boundary, is another media type or invalid', async () => {
    const json = await call(node, 'POST /v1/files', { token: ada.token, body: {} });
    expect([json.status, json.body.code]).toEqual([415, 'request.unsupported_media_type']);
    const headers = { 'content-type': 'multipart/form-data' };
    const bare = await call(node, 'POST /v1/files', { token: ada.token, body: 'x', headers });
    expect([bare.status, bare.body.code]).toEqual([400, 'request.invalid']);
    const empty = await call(node, 'POST /v1/files', { token: ada.token });
    expect([empty.status, empty.body.code]).toEqual([415, 'request.unsupported_media_type']);
  });

  it('at a route that takes none is another media type', async () => {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const { status, body } = await call(node, 'POST /v1/messages', {
      token: ada.token,
      body: form(file),
      headers,
    });
    expect([status, body.code]).toEqual([415, 'request.unsupported_media_type']);
  });
});
