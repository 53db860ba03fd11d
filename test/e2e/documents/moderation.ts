import { expect, it } from 'vitest';
import { call, logIn, registerUser } from '../../support/rest.js';
import { type Route, type World, answers } from './world.js';

/** All that reporting and moderating answers. */
export function moderation(world: World): void {
  it('of reports and moderators', async () => {
    const { node, ada, admin } = world;
    const [bob, ned] = [await logIn(node, 'bob'), await registerUser(node, 'ned')];
    const create = { type: 'channel', name: 'Reported', memberIds: [bob.id, ned.id] };
    const { body } = await world.asAda('POST /v1/conversations', create);
    const id = body.conversation.id;
    const channel = `/v1/conversations/${id}`;
    const moderated = `/v1/moderation/conversations/${id}`;
    for (const text of ['One', 'Two', 'Three'])
      await call(node, `POST ${channel}/messages` as Route, { token: bob.token, body: { text } });
    const key = { 'idempotency-key': 'report' };
    const report = async (seq: number) =>
      (await world.asAda(`POST ${channel}/messages/${seq}/report` as Route, { reason: 'spam' }, key)).body
        .report.id;
    const first = await report(2);
    const until = '2036-01-01T00:00:00Z';
    const stranger = await registerUser(node, 'oona');
    const steps: [
      answer: string,
      who: { token: string },
      route: string,
      body?: object,
      headers?: typeof key,
    ][] = [
      ['200', ada, `POST ${channel}/messages/2/report`, { reason: 'hate' }],
      ['422 idempotency.conflict', ada, `POST ${channel}/messages/3/report`, { reason: 'spam' }, key],
      ['403 message.not_allowed', bob, `POST ${channel}/messages/2/report`, { reason: 'spam' }],
      ['403 conversation.not_member', stranger, `POST ${channel}/messages/2/report`, { reason: 'spam' }],
      ['200', admin, 'GET /v1/moderation/reports'],
      ['200', admin, `GET /v1/moderation/reports/${first}`],
      ['200', admin, 'GET /v1/moderation/actions'],
      ...['GET /v1/moderation/reports', 'GET /v1/moderation/reports/1', 'GET /v1/moderation/actions'].map(
        (route): (typeof steps)[number] => ['403 auth.not_allowed', ada, route],
      ),
      ['403 auth.not_allowed', ada, `POST /v1/moderation/reports/${first}/close`, { action: 'resolve' }],
      ['200', admin, `POST /v1/moderation/reports/${first}/close`, { action: 'mute', until }],
      ['409 report.closed', admin, `POST /v1/moderation/reports/${first}/close`, { action: 'resolve' }],
      ['200', admin, `PUT ${moderated}/members/${bob.id}/mute`, { until }],
      ['200', admin, `DELETE ${moderated}/members/${bob.id}/mute`],
      ['409 conversation.last_owner', admin, `PUT ${moderated}/bans/${ada.id}`, {}],
      ['200', admin, `PUT ${moderated}/bans/${ned.id}`, {}],
      ['200', admin, `GET ${moderated}/bans`],
      ['204', admin, `DELETE ${moderated}/bans/${ned.id}`],
      ['204', admin, `DELETE ${moderated}/messages/3`],
      ['403 message.not_allowed', admin, `DELETE ${moderated}/messages/1`],
      ['409 message.deleted', ada, `POST ${channel}/messages/3/report`, { reason: 'spam' }],
      ...[
        `DELETE ${moderated}/messages/3`,
        `GET ${moderated}/bans`,
        `DELETE ${moderated}/bans/${ned.id}`,
      ].map((route): (typeof steps)[number] => ['403 auth.not_allowed', ada, route]),
      ['403 auth.not_allowed', ada, `PUT ${moderated}/bans/${ned.id}`, {}],
      ['403 auth.not_allowed', ada, `PUT ${moderated}/members/${bob.id}/mute`, { until }],
      ['403 auth.not_allowed', ada, `DELETE ${moderated}/members/${bob.id}/mute`],
    ];
    for (const [answer, { token }, route, input, headers] of steps) {
      const given = await answers(call(node, route as Route, { token, body: input, headers }));
      expect([route, ...given]).toEqual([route, answer]);
    }
  });
}
