import sharp from 'sharp';
import { expect, it } from 'vitest';
import { call, logIn } from '../../support/rest.js';
import { download, tryUpload, upload } from '../../support/uploads.js';
import { type Route, type World, answers } from './world.js';

const aPng = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

/** All that the operations around files answer. */
export function files(world: World): void {
  const send = (bytes: Uint8Array | string, headers = {}) =>
    tryUpload(world.node, world.ada, bytes, { name: 'a.png', headers });

  /** Wholly, a part, nothing that the reader has already, nothing beyond the end. */
  const readsAll = async (token: string, paths: readonly string[]): Promise<void> => {
    for (const path of paths) {
      const get = (headers = {}) => download(world.node, path, { token, headers });
      const [first, part, beyond] = [
        await get(),
        await get({ range: 'bytes=0-3' }),
        await get({ range: 'bytes=99999-' }),
      ];
      const again = await get({ 'if-none-match': first.headers.get('etag') });
      expect([path, first.status, part.status, again.status, beyond.status]).toEqual([
        path,
        200,
        206,
        304,
        416,
      ]);
    }
  };

  it('of uploads', async () => {
    const headers = { 'idempotency-key': 'upload' };
    expect(await answers(send('once', headers))).toEqual(['201']);
    expect(
      await answers(
        send('once', headers),
        send('twice', headers),
        send(new Uint8Array(1_200_000)),
        send((await aPng(20, 20)).subarray(0, 60)),
        send(await aPng(1001, 1000)),
        world.asAda('POST /v1/files', '--x--\r\n', { 'content-type': 'multipart/form-data; boundary=x' }),
        world.asAda('POST /v1/files', {}),
        world.asNobody('POST /v1/files'),
      ),
    ).toEqual([
      '201',
      '422 idempotency.conflict',
      '413 request.too_large',
      '422 file.image_invalid',
      '413 file.image_too_large',
      '400 request.invalid',
      '415 request.unsupported_media_type',
      '401 auth.token_missing',
    ]);
  });

  it('of downloads', async () => {
    const { id } = await upload(world.node, world.ada, await aPng(20, 20), 'a.png');
    const text = await upload(world.node, world.ada, 'text');
    const { token } = world.ada;
    const { body } = await world.asAda(`POST /v1/files/${id}/url`);
    await readsAll(token, [`/v1/files/${id}`, `/v1/files/${id}/thumbnail`, body.url, body.thumbnailUrl]);
    for (const path of [
      `/v1/files/${text.id}/thumbnail`,
      '/v1/signed/files/1',
      '/v1/signed/files/1/thumbnail',
    ])
      expect((await download(world.node, path, { token })).status).toBe(404);
    const long = `?user=${'1'.repeat(100)}`;
    for (const path of [`/v1/signed/files/${id}${long}`, `/v1/signed/files/${id}/thumbnail${long}`])
      expect((await download(world.node, path)).code).toBe('request.invalid');
  });

  it('of files that a reported message holds', async () => {
    const { node, ada, admin, conversationId } = world;
    const bob = await logIn(node, 'bob');
    const image = await upload(node, ada, await aPng(20, 20), 'a.png');
    const text = await upload(node, ada, 'text');
    const of = `/v1/conversations/${conversationId}/messages`;
    const { body: sent } = await world.asAda(`POST ${of}` as Route, { attachments: [image.id, text.id] });
    const { body } = await call(node, `POST ${of}/${sent.message.seq}/report` as Route, {
      token: bob.token,
      body: { reason: 'spam' },
    });
    const held = `/v1/moderation/reports/${body.report.id}/files`;
    await readsAll(admin.token, [`${held}/${image.id}`, `${held}/${image.id}/thumbnail`]);
    const as = async (token: string, path: string) => (await download(node, path, { token })).code;
    expect(await as(admin.token, `${held}/${text.id}/thumbnail`)).toBe('thumbnail.not_found');
    for (const form of ['', '/thumbnail']) {
      expect(await as(ada.token, `${held}/${image.id}${form}`)).toBe('auth.not_allowed');
      expect(await as(admin.token, `${held}/1${form}`)).toBe('file.not_found');
      expect(await as(admin.token, `/v1/moderation/reports/1/files/${image.id}${form}`)).toBe(
        'report.not_found',
      );
    }
  });

  it('of one who has stored too much', async () => {
    await send(new Uint8Array(700_000));
    expect(await answers(send(new Uint8Array(700_000)))).toEqual(['409 file.quota_exceeded']);
  });
}
