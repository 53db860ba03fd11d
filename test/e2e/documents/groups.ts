import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { aGuest } from '../../support/groups.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type Route, type World, answers } from './world.js';

type Step = [
  answer: string,
  who: { token: string },
  route: string,
  body?: object,
  headers?: Record<string, string>,
];

/** What mutes and bans answer, and what those concerned are answered then. */
const sanctions = (group: string, ada: TestUser, bob: TestUser): Step[] => [
  ['403 conversation.not_allowed', bob, `GET ${group}/bans`],
  ['403 conversation.not_allowed', bob, `DELETE ${group}/bans/${ada.id}`],
  ['403 conversation.not_allowed', bob, `PUT ${group}/bans/${ada.id}`, {}],
  ['403 conversation.not_allowed', bob, `DELETE ${group}/members/${ada.id}/mute`],
  ['200', ada, `PUT ${group}/members/${bob.id}/mute`, { until: '2036-01-01T00:00:00Z' }],
  ['403 conversation.muted', bob, `POST ${group}/messages`, { text: 'Hi' }],
  ['200', ada, `DELETE ${group}/members/${bob.id}/mute`],
  ['200', ada, `PUT ${group}/bans/${bob.id}`, {}],
  ['200', ada, `GET ${group}/bans`],
  ['403 conversation.banned', ada, `POST ${group}/members`, { userIds: [bob.id] }],
  ['204', ada, `DELETE ${group}/bans/${bob.id}`],
  ['201', ada, `POST ${group}/members`, { userIds: [bob.id] }],
];

/** All that the operations of groups and channels answer. */
export function groups(world: World): void {
  it('of groups and channels', async () => {
    const { node, ada } = world;
    const [bob, eve, guest] = [await logIn(node, 'bob'), await registerUser(node, 'eve'), await aGuest(node)];
    const create = async (body: object) =>
      `/v1/conversations/${(await world.asAda('POST /v1/conversations', body)).body.conversation.id}`;
    const group = await create({ type: 'group', name: 'Group', memberIds: [bob.id] });
    const channel = await create({ type: 'channel', name: 'Channel' });
    const key = { 'idempotency-key': 'members' };
    const emoji = encodeURIComponent('👍');
    const steps: Step[] = [
      ['403 conversation.not_allowed', guest, 'POST /v1/conversations', { type: 'channel', name: 'Guests' }],
      ['200', ada, 'GET /v1/channels?query=chan'],
      ['200', ada, `PATCH ${group}`, { name: 'After' }],
      ['201', ada, `POST ${group}/members`, { userIds: [eve.id] }, key],
      ['422 idempotency.conflict', ada, `POST ${group}/members`, { userIds: [bob.id] }, key],
      ['403 conversation.not_allowed', bob, `PATCH ${group}/members/${eve.id}`, { role: 'admin' }],
      ['200', ada, `PATCH ${group}/members/${eve.id}`, { role: 'admin' }],
      ['409 conversation.last_owner', ada, `PATCH ${group}/members/${ada.id}`, { role: 'member' }],
      ['409 conversation.last_owner', ada, `DELETE ${group}/members/${ada.id}`],
      ['409 conversation.last_owner', ada, `POST ${group}/leave`],
      ['403 conversation.not_allowed', bob, `DELETE ${group}/members/${eve.id}`],
      ['204', ada, `DELETE ${group}/members/${eve.id}`],
      ['403 conversation.not_allowed', bob, `DELETE ${group}`],
      ...sanctions(group, ada, bob),
      ['204', bob, `POST ${group}/leave`],
      ['204', ada, `DELETE ${group}`],
      ['200', bob, `POST ${channel}/join`],
      ...[
        'GET /members',
        'PATCH /settings',
        'GET /messages',
        'GET /messages/1',
        'GET /messages/1/edits',
        'GET /messages/1/receipts',
        'GET /changes',
        'GET /pins',
        `PUT /messages/1/reactions/${emoji}`,
        `DELETE /messages/1/reactions/${emoji}`,
        'PUT /messages/1/pin',
        'DELETE /messages/1/pin',
        'GET /draft',
        'DELETE /draft',
        'PUT /typing',
        'DELETE /typing',
        'GET /messages/1/thread',
        'PUT /messages/1/thread/follow',
        'DELETE /messages/1/thread/follow',
      ].map((route): Step => [
        '403 conversation.not_member',
        eve,
        route.replace(' ', ` ${channel}`),
        route.startsWith('PATCH') ? {} : undefined,
      ]),
      ['403 conversation.not_member', eve, `GET ${channel}/bans`],
      ['403 conversation.not_member', eve, `DELETE ${channel}/bans/${bob.id}`],
      ['403 conversation.not_member', eve, `PUT ${channel}/bans/${bob.id}`, {}],
      [
        '403 conversation.not_member',
        eve,
        `PUT ${channel}/members/${bob.id}/mute`,
        { until: '2036-01-01T00:00:00Z' },
      ],
      ['403 conversation.not_member', eve, `DELETE ${channel}/members/${bob.id}/mute`],
      ['403 conversation.not_member', eve, `PUT ${channel}/read`, { seq: 1 }],
      ['403 conversation.not_member', eve, `POST ${channel}/messages`, { text: 'Hi' }],
      ['403 conversation.not_member', eve, `PUT ${channel}/draft`, { text: 'Hi' }],
      [
        '403 conversation.not_member',
        eve,
        'POST /v1/scheduled-messages',
        {
          conversationId: channel.split('/').at(-1),
          sendAt: new Date(Date.now() + 3_600_000).toISOString(),
          message: { text: 'Hi' },
        },
      ],
    ];
    for (const [answer, { token }, route, body, headers] of steps) {
      const given = await answers(call(node, route as Route, { token, body, headers }));
      expect([route, ...given]).toEqual([route, answer]);
    }
  });

  it('of a channel that is full', async () => {
    const { node } = world;
    const { id, token } = await registerUser(node, 'late');
    const full = { type: 'channel', name: 'Full' };
    const { body } = await world.asAda('POST /v1/conversations', full);
    const conversationId = body.conversation.id;
    const dataSource = node.app.get<DataSource>(getDataSourceToken());
    const crowd = Array.from({ length: 9_999 }, (_, i) => [
      conversationId,
      5_000 + i,
      'member',
      3,
      3,
      new Date(),
    ]);
    await dataSource.query(
      'INSERT INTO members (conversationId, userId, role, rev, joinedRev, joinedAt) VALUES ?',
      [crowd],
    );
    await dataSource.query('UPDATE conversation_heads SET rev = 3, membersRev = 3 WHERE conversationId = ?', [
      conversationId,
    ]);
    const path = `/v1/conversations/${conversationId}` as const;
    expect(
      await answers(
        call(node, `POST ${path}/join`, { token }),
        world.asAda(`POST ${path}/members`, { userIds: [id] }),
      ),
    ).toEqual(['409 conversation.too_many_members', '409 conversation.too_many_members']);
  });
}
