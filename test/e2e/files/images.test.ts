import { rm } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, filesIn, tryUpload, upload } from '../../support/uploads.js';

let database: TestDatabase;
let node: TestNode;
let directory: string;
let ada: TestUser;

beforeAll(async () => {
  database = await createDatabase('images');
  directory = temporaryDirectory('images');
  node = await startNode({ DATABASE_URL: database.url, FILES_DIR: directory });
  ada = await registerUser(node, 'ada');
});

afterAll(async () => {
  await node.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

/** Left half red, right half blue: whoever turns it is found out. */
const aPicture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: 'blue' } },
      left: width / 2,
      top: 0,
    },
  ]);

/** 51° 30′ 32.30″ N, as a camera writes it. */
const somewhere = {
  IFD0: { Artist: 'Secret Photographer' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
};

const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,30.5N"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

const pixelAt = async (bytes: Buffer, left: number, top: number) => {
  const { data } = await sharp(bytes)
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data].map((value) => (value > 127 ? 1 : 0)).join('');
};

describe('an image that says where it was taken', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)(
    'as %s: says so no more, is stored upright, and looks the same',
    async (format) => {
      const bytes = await aPicture(64, 32).withExif(somewhere).withXmp(xmp).toFormat(format).toBuffer();
      expect((await sharp(bytes).metadata()).xmp?.includes('GPSLatitude')).toBe(true);
      const file = await upload(node, ada, bytes, `where.${format}`);
      expect(file).toMatchObject({ width: 64, height: 32, contentType: `image/${format}` });
      const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
      const told = await sharp(served.bytes).metadata();
      expect(served.bytes.length).toBe(file.size);
      expect(served.bytes.includes('Secret Photographer')).toBe(false);
      expect(served.bytes.includes('GPSLatitude')).toBe(false);
      for (const text of [told.exif, told.xmp, told.iptc])
        expect((text ?? Buffer.alloc(0)).some((byte, i) => i > 6 && byte !== 0)).toBe(false);
      expect(await pixelAt(served.bytes, 5, 5)).toBe('100');
      expect(await pixelAt(served.bytes, 60, 5)).toBe('001');
      const thumbnail = await download(node, `/v1/files/${file.id}/thumbnail`, { token: ada.token });
      expect(thumbnail.bytes.includes('Secret Photographer')).toBe(false);
      expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({
        format: 'webp',
        width: 64,
        height: 32,
      });
    },
  );

  it.each([
    [3, 64, 32],
    [6, 32, 64],
    [8, 32, 64],
  ])('and that orientation %i turns it: is turned for good', async (orientation, width, height) => {
    const bytes = await aPicture(64, 32).jpeg().withMetadata({ orientation }).toBuffer();
    const file = await upload(node, ada, bytes, 'turned.jpg');
    expect(file).toMatchObject({ width, height });
    const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    const told = await sharp(served.bytes).metadata();
    expect([told.width, told.height, told.orientation ?? 1]).toEqual([width, height, 1]);
    const upright = await sharp(bytes).autoOrient().png().toBuffer();
    for (const [x, y] of [
      [3, 3],
      [width - 3, height - 3],
    ] as const)
      expect(await pixelAt(served.bytes, x, y)).toBe(await pixelAt(upright, x, y));
    const thumbnail = await download(node, `/v1/files/${file.id}/thumbnail`, { token: ada.token });
    expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ width, height });
  });
});

describe('an image that hides where it was taken where decoders do not look', () => {
  const secret = Buffer.from('Secret place');

  it.each([
    ['in a text of a PNG behind its pixels', 'png', (png: Buffer) => beforeEnd(png, 'tEXt', secret)],
    ['in EXIF of a PNG behind its pixels', 'png', (png: Buffer) => beforeEnd(png, 'eXIf', secret)],
    ['behind the end of a PNG', 'png', (png: Buffer) => Buffer.concat([png, secret])],
    ['in a comment of a GIF', 'gif', (gif: Buffer) => withComment(gif, secret)],
    ['in a comment of a JPEG', 'jpeg', (jpeg: Buffer) => withSegment(jpeg, secret)],
    [
      'behind the end of a JPEG, as films of moving photographs are',
      'jpeg',
      (jpeg: Buffer) => Buffer.concat([jpeg, secret]),
    ],
  ] as const)('%s: says so no more, and looks the same', async (_, format, hidden) => {
    const bytes = hidden(await aPicture(40, 20).toFormat(format).toBuffer());
    expect(bytes.includes(secret)).toBe(true);
    const file = await upload(node, ada, bytes, `plain.${format}`);
    expect(file).toMatchObject({ width: 40, height: 20, contentType: `image/${format}` });
    const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    expect(served.bytes.length).toBe(file.size);
    expect(served.bytes.includes(secret)).toBe(false);
    expect(await pixelAt(served.bytes, 5, 5)).toBe('100');
    expect(await pixelAt(served.bytes, 35, 5)).toBe('001');
  });
});

describe('an image', () => {
  it('of the HEIF family that says nothing is stored as it came', async () => {
    const bytes = await aPicture(40, 20).avif().toBuffer();
    const file = await upload(node, ada, bytes, 'plain.avif');
    expect(file).toMatchObject({ width: 40, height: 20, size: bytes.length });
    const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    expect(served.bytes.equals(bytes)).toBe(true);
    expect(served.headers.get('content-type')).toBe('image/avif');
  });

  it('that is large gets a thumbnail of at most 512 pixels, and a moving one keeps moving', async () => {
    const large = await upload(node, ada, await aPicture(2000, 1000).png().toBuffer(), 'large.png');
    const thumbnail = await download(node, `/v1/files/${large.id}/thumbnail`, { token: ada.token });
    expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ width: 512, height: 256 });
    const frames = Buffer.alloc(20 * 30 * 3);
    for (let i = 0; i < frames.length; i += 1) frames[i] = i % 251;
    const moving = await sharp(frames, { raw: { width: 20, height: 30, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer();
    const file = await upload(node, ada, moving, 'moving.gif');
    expect(file).toMatchObject({ width: 20, height: 10, contentType: 'image/gif' });
    const served = await download(node, `/v1/files/${file.id}`, { token: ada.token });
    expect((await sharp(served.bytes).metadata()).pages).toBe(3);
  });
});

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** The last chunk of a PNG, its end, has twelve bytes. */
const beforeEnd = (png: Buffer, type: string, data: Buffer): Buffer =>
  Buffer.concat([png.subarray(0, -12), pngChunk(type, data), png.subarray(-12)]);

/** A comment extension before the trailer, which is one byte. */
const withComment = (gif: Buffer, text: Buffer): Buffer =>
  Buffer.concat([
    gif.subarray(0, -1),
    Buffer.from([0x21, 0xfe, text.length]),
    text,
    Buffer.from([0]),
    gif.subarray(-1),
  ]);

/** A COM segment after the two bytes of the beginning. */
function withSegment(jpeg: Buffer, text: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

/** One bit a pixel: a few kilobytes for as many pixels as are wanted. */
function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('an image that is hostile or broken is refused, and nothing of it is kept:', () => {
  const refused = async (bytes: Uint8Array, name: string) => {
    const before = (await filesIn(directory)).length;
    const { status, body } = await tryUpload(node, ada, bytes, { name });
    expect((await filesIn(directory)).length).toBe(before);
    return [status, body.code];
  };

  it('one of 20,000 × 20,000 pixels', async () => {
    const bomb = blackPng(20_000, 20_000);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refused(bomb, 'bomb.png')).toEqual([413, 'file.image_too_large']);
  });

  it('one whose frames together have too many pixels', async () => {
    const frames = Buffer.from(Array.from({ length: 300 * 300 * 12 * 3 }, (_, i) => (i / 1000) % 251));
    const moving = await sharp(frames, { raw: { width: 300, height: 3600, channels: 3, pageHeight: 300 } })
      .gif()
      .toBuffer();
    const strict = await startNode({ DATABASE_URL: database.url, IMAGE_MEGAPIXELS: '1' });
    const { status, body } = await tryUpload(strict, ada, moving, { name: 'moving.gif' });
    await strict.stop();
    expect([status, body.code]).toEqual([413, 'file.image_too_large']);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('half a %s', async (format) => {
    const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
    const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red', noise } })
      .toFormat(format)
      .toBuffer();
    expect(await refused(bytes.subarray(0, bytes.length / 2), `half.${format}`)).toEqual([
      422,
      'file.image_invalid',
    ]);
  });

  it('a head without a body', async () => {
    const head = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(200, 7)]);
    expect(await refused(head, 'head.jpg')).toEqual([422, 'file.image_invalid']);
  });
});
