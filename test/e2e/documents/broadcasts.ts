import { expect, it } from 'vitest';
import { call } from '../../support/rest.js';
import { type Route, type World, answers } from './world.js';

/** All that announcing something answers. */
export function broadcasts(world: World): void {
  it('of broadcasts', async () => {
    const { node, ada, admin } = world;
    const path = '/v1/broadcasts';
    const post = { body: 'Hello', audience: { userIds: [ada.id] } };
    const made = async (body: object) => (await world.asAdmin(`POST ${path}`, body)).body.broadcast.id;
    const [one, gone] = [await made(post), await made(post)];
    const urgent = await made({ ...post, requireAck: true });
    const key = { 'idempotency-key': 'broadcast' };
    const stranger = { userIds: ['1'] };
    const noGroup = { groupIds: ['1'] };
    const nowhere = { conversationIds: ['1'] };
    const tooLong = 'x'.repeat(16_385);
    const steps: [answer: string, who: { token: string }, route: string, body?: object, headers?: object][] =
      [
        ['201', admin, `POST ${path}`, post, key],
        ['201', admin, `POST ${path}`, post, key],
        ['422 idempotency.conflict', admin, `POST ${path}`, { ...post, body: 'Other' }, key],
        ['403 auth.not_allowed', ada, `POST ${path}`, post],
        ['404 user.not_found', admin, `POST ${path}`, { ...post, audience: stranger }],
        ['404 user_group.not_found', admin, `POST ${path}`, { ...post, audience: noGroup }],
        ['404 conversation.not_found', admin, `POST ${path}`, { ...post, audience: nowhere }],
        ['413 broadcast.too_long', admin, `POST ${path}`, { ...post, body: tooLong }],
        ['200', admin, `POST ${path}/preview`, { audience: { all: true } }],
        ['404 user.not_found', admin, `POST ${path}/preview`, { audience: stranger }],
        ['404 user_group.not_found', admin, `POST ${path}/preview`, { audience: noGroup }],
        ['404 conversation.not_found', admin, `POST ${path}/preview`, { audience: nowhere }],
        ['403 auth.not_allowed', ada, `POST ${path}/preview`, { audience: { all: true } }],
        ['200', ada, `GET ${path}`],
        ['403 auth.not_allowed', ada, `GET ${path}?scope=all`],
        ['200', admin, `GET ${path}?scope=all`],
        ['200', ada, `GET ${path}/${one}`],
        ['200', admin, `PATCH ${path}/${one}`, { body: 'After' }],
        ['403 auth.not_allowed', ada, `PATCH ${path}/${one}`, { body: 'After' }],
        ['409 broadcast.published', admin, `PATCH ${path}/${one}`, { audience: { all: true } }],
        ['404 user.not_found', admin, `PATCH ${path}/${one}`, { audience: stranger }],
        ['404 user_group.not_found', admin, `PATCH ${path}/${one}`, { audience: noGroup }],
        ['404 conversation.not_found', admin, `PATCH ${path}/${one}`, { audience: nowhere }],
        ['413 broadcast.too_long', admin, `PATCH ${path}/${one}`, { body: tooLong }],
        ['204', ada, `POST ${path}/${one}/ack`],
        ['200', admin, `GET ${path}/${one}/stats`],
        ['403 auth.not_allowed', ada, `GET ${path}/${one}/stats`],
        ['200', admin, `GET ${path}/${one}/stats/timeline?step=minute`],
        ['403 auth.not_allowed', ada, `GET ${path}/${one}/stats/timeline`],
        ['200', admin, `GET ${path}/${one}/actions`],
        ['403 auth.not_allowed', ada, `GET ${path}/${one}/actions`],
        ['200', admin, `GET ${path}/${one}/unacknowledged`],
        ['403 auth.not_allowed', ada, `GET ${path}/${one}/unacknowledged`],
        ['403 auth.not_allowed', ada, `GET ${path}/${one}/unacknowledged.csv`],
        ['204', admin, `POST ${path}/${urgent}/remind`],
        ['409 broadcast.not_remindable', admin, `POST ${path}/${one}/remind`],
        ['403 auth.not_allowed', ada, `POST ${path}/${one}/remind`],
        ['204', admin, `DELETE ${path}/${gone}`],
        ['204', admin, `DELETE ${path}/${gone}`],
        ['403 auth.not_allowed', ada, `DELETE ${path}/${one}`],
        ['409 broadcast.recalled', admin, `PATCH ${path}/${gone}`, { body: 'After' }],
      ];
    for (const [answer, { token }, route, body, headers] of steps) {
      const given = await answers(
        call(node, route as Route, { token, body, headers: headers as Record<string, string> }),
      );
      expect([route, ...given]).toEqual([route, answer]);
    }
    const file = await fetch(`${node.url}${path}/${one}/unacknowledged.csv`, {
      headers: { authorization: `Bearer ${admin.token}` },
    });
    node.answers.note({
      route: 'GET /v1/broadcasts/{id}/unacknowledged.csv',
      status: file.status,
      headers: Object.fromEntries(file.headers),
      text: await file.text(),
      requestBody: undefined,
    });
    await untilFull(made);
    expect(await answers(world.asAdmin(`POST ${path}`, post))).toEqual(['409 broadcast.too_many']);
  });
}

/** As many as may wait or be current at a time. */
async function untilFull(made: (body: object) => Promise<unknown>): Promise<void> {
  const later = { body: 'Later', audience: { all: true }, startsAt: inADay() };
  for (let i = 0; i < 20; i += 1) await Promise.allSettled(Array.from({ length: 10 }, () => made(later)));
}

const inADay = (): string => new Date(Date.now() + 86_400_000).toISOString();
