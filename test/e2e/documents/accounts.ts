import { expect, it } from 'vitest';
import { startNode } from '../../support/node.js';
import { PASSWORD, call, logIn } from '../../support/rest.js';
import { METRICS_TOKEN, type Route, type World, answers } from './world.js';

/** All that the operations around users, sessions and keys answer. */
export function accounts(world: World): void {
  it('of the accounts', async () => {
    const body = { username: 'carl', password: PASSWORD };
    expect(await answers(world.asNobody('POST /v1/auth/register', body))).toEqual(['201']);
    expect(await answers(world.asNobody('POST /v1/auth/register', body))).toEqual([
      '409 user.username_taken',
    ]);
    const { refreshToken, token } = await logIn(world.node, 'carl');
    const asCarl = (route: Route, sent?: unknown) => call(world.node, route, { token, body: sent });
    expect(
      await answers(
        world.asNobody('POST /v1/auth/login', { username: 'carl', password: 'wrong' }),
        world.asNobody('POST /v1/auth/guest', { displayName: 'Gast' }),
        world.asNobody('POST /v1/auth/refresh', { refreshToken }),
        world.asNobody('POST /v1/auth/refresh', { refreshToken: 'mr_1_2_3' }),
        asCarl('POST /v1/auth/stream-token'),
        asCarl('GET /v1/auth/sessions'),
        asCarl('DELETE /v1/auth/sessions/1'),
        asCarl('POST /v1/auth/password', { currentPassword: 'wrong', newPassword: PASSWORD }),
        asCarl('POST /v1/auth/password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
      ),
    ).toEqual([
      '401 auth.invalid_credentials',
      '201',
      '200',
      '401 auth.token_invalid',
      '201',
      '200',
      '404 session.not_found',
      '403 auth.wrong_password',
      '204',
    ]);
    const { body: sessions } = await asCarl('GET /v1/auth/sessions');
    const other = await logIn(world.node, 'carl', `${PASSWORD}!`);
    expect(sessions.items).toHaveLength(1);
    const { body: all } = await asCarl('GET /v1/auth/sessions');
    const { id } = all.items.find((session: { current: boolean }) => !session.current);
    expect(await answers(asCarl(`DELETE /v1/auth/sessions/${id}`))).toEqual(['204']);
    expect(await answers(call(world.node, 'GET /v1/users/me', { token: other.token }))).toEqual([
      '401 auth.session_revoked',
    ]);
    expect(await answers(asCarl('POST /v1/auth/logout'))).toEqual(['204']);
  });

  it('of the API keys', async () => {
    const body = { name: 'Order alerts', username: 'shop' };
    const key = { 'idempotency-key': 'one' };
    const first = await world.asAdmin('POST /v1/api-keys', body, key);
    const again = await world.asAdmin('POST /v1/api-keys', body, key);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    const asShop = (route: Route, sent?: unknown) =>
      call(world.node, route, { token: first.body.key, body: sent });
    expect(
      await answers(
        world.asAdmin('POST /v1/api-keys', { ...body, name: 'Other' }, key),
        world.asAdmin('POST /v1/api-keys', { ...body, username: 'ada' }),
        world.asAda('POST /v1/api-keys', body),
        world.asAda('GET /v1/api-keys'),
        world.asAda('DELETE /v1/api-keys/1'),
        world.asAdmin('GET /v1/api-keys'),
        asShop('POST /v1/auth/logout'),
        asShop('POST /v1/auth/stream-token'),
        asShop('POST /v1/auth/password', { currentPassword: 'x', newPassword: PASSWORD }),
        asShop('GET /v1/users/me'),
      ),
    ).toEqual([
      '422 idempotency.conflict',
      '409 user.username_taken',
      '403 auth.not_allowed',
      '403 auth.not_allowed',
      '403 auth.not_allowed',
      '200',
      '403 auth.session_required',
      '403 auth.session_required',
      '403 auth.session_required',
      '200',
    ]);
    expect(await answers(world.asAdmin(`DELETE /v1/api-keys/${first.body.apiKey.id}`))).toEqual(['204']);
    const service = `/v1/users/${first.body.apiKey.user.id}` as const;
    expect(
      await answers(
        world.asAda(`PATCH ${service}`, { disabled: true }),
        world.asAdmin(`PATCH ${service}`, { disabled: true }),
        world.asAdmin(`PATCH ${service}`, { role: 'user' }),
        world.asAdmin(`PATCH /v1/users/${world.admin.id}`, { disabled: true }),
        world.asAda('GET /v1/users?disabled=true'),
        world.asAdmin('GET /v1/users?disabled=true'),
      ),
    ).toEqual([
      '403 auth.not_allowed',
      '200',
      '409 user.role_fixed',
      '409 user.last_admin',
      '403 auth.not_allowed',
      '200',
    ]);
    expect(await answers(world.asAdmin('POST /v1/api-keys', body))).toEqual(['409 user.disabled']);
  });

  it('of a guest who becomes a user', async () => {
    const token = (await world.asNobody('POST /v1/auth/guest', { displayName: 'Gast' })).body.accessToken;
    const asGuest = (body: unknown) => call(world.node, 'POST /v1/auth/guest/register', { token, body });
    const identity = { username: 'gast', password: PASSWORD };
    expect(await answers(asGuest({ ...identity, username: 'ada' }))).toEqual(['409 user.username_taken']);
    expect(await answers(asGuest(identity))).toEqual(['201']);
    expect(await answers(world.asAda('POST /v1/auth/guest/register', identity))).toEqual([
      '403 auth.not_allowed',
    ]);
  });

  it('of users, where people may come by themselves and where not', async () => {
    expect(
      await answers(
        world.asAda('GET /v1/users/me'),
        world.asAda('PATCH /v1/users/me', { displayName: 'Ada Lovelace', email: null }),
        world.asAda(`GET /v1/users/${world.ada.id}`),
        world.asAda('GET /v1/users?query=a&limit=1'),
      ),
    ).toEqual(['200', '200', '200', '200']);
    const closed = await startNode({ DATABASE_URL: world.database.url, REGISTRATION: 'off', GUESTS: 'off' });
    expect(
      await answers(
        call(closed, 'POST /v1/auth/register', { body: { username: 'eve', password: PASSWORD } }),
        call(closed, 'POST /v1/auth/guest', { body: { displayName: 'Eve' } }),
        call(closed, 'GET /metrics', { token: METRICS_TOKEN }),
      ),
    ).toEqual(['403 auth.registration_disabled', '403 auth.guests_disabled', '404 route.not_found']);
    for (const answer of closed.answers.seen) world.node.answers.seen.add(answer);
    await closed.stop();
  });
}
