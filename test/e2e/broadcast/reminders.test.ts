import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  PATH,
  aPublisher,
  acknowledge,
  change,
  published,
  toldOf,
  untilCast,
} from '../../support/broadcasts.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let admin: TestUser;

beforeAll(async () => {
  database = await createDatabase('reminders');
  node = await startNode({ DATABASE_URL: database.url });
  admin = await aPublisher(node);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const to = (...users: TestUser[]) => ({ audience: { userIds: users.map(({ id }) => id) } });
const asAdmin = (route: string) =>
  call(node, route.replace(' ', ` ${PATH}/`) as Parameters<typeof call>[1], { token: admin.token });
const set = (user: TestUser, body: object) => call(node, 'PATCH /v1/users/me', { token: user.token, body });

it('who has not acknowledged it is listed in pages, exported and reminded; the others hear nothing more', async () => {
  const users = [await registerUser(node), await registerUser(node), await registerUser(node)] as const;
  const [ada, bob, carl] = users;
  await set(bob, { displayName: '=Bob, "the builder"' });
  const clients = await Promise.all(users.map((user) => connect('sse', node, user)));
  const { id } = await published(node, admin, { ...to(...users), requireAck: true });
  for (const client of clients) await client.until('has it', () => client.count('broadcast.published') > 0);
  expect((await acknowledge(node, ada, id)).status).toBe(204);
  const page = await asAdmin(`GET ${id}/unacknowledged?limit=1`);
  expect(page.body.items).toEqual([
    { userId: bob.id, username: bob.username, displayName: '=Bob, "the builder"', deliveredAt: null },
  ]);
  const rest = await asAdmin(`GET ${id}/unacknowledged?cursor=${page.body.nextCursor}`);
  expect(rest.body).toMatchObject({ items: [{ userId: carl.id }], nextCursor: null });

  const file = await fetch(`${node.url}${PATH}/${id}/unacknowledged.csv`, {
    headers: { authorization: `Bearer ${admin.token}` },
  });
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect((await file.text()).split('\r\n')).toEqual([
    'userId,username,displayName,deliveredAt',
    `${bob.id},${bob.username},"'=Bob, ""the builder""",`,
    `${carl.id},${carl.username},${carl.username},`,
    '',
  ]);

  expect((await asAdmin(`POST ${id}/remind`)).status).toBe(204);
  await untilCast(node);
  await published(node, admin, { ...to(...users), body: 'the end' });
  for (const client of clients)
    await client.until('has the end', () => client.count('broadcast.published') > 1);
  expect(clients.map((client) => toldOf(client, id))).toEqual([
    ['published'],
    ['published', 'updated'],
    ['published', 'updated'],
  ]);
  const [reminder] = clients[1]?.ofType('broadcast.updated') ?? [];
  expect(reminder?.data.broadcast).toMatchObject({
    id,
    remindedAt: expect.any(String),
    acknowledgedAt: null,
  });
});

it('there is nobody to be reminded of what needs no acknowledgement, or is not current', async () => {
  const ada = await registerUser(node);
  const free = await published(node, admin, to(ada));
  const over = await published(node, admin, { ...to(ada), requireAck: true });
  await call(node, `DELETE ${PATH}/${over.id}`, { token: admin.token });
  for (const { id } of [free, over])
    expect((await asAdmin(`POST ${id}/remind`)).body.code).toBe('broadcast.not_remindable');
});

it('each reads it in their language: live, changed, having acknowledged it, and when they come', async () => {
  const [chinese, english] = [await registerUser(node), await registerUser(node)];
  expect((await set(chinese, { locale: 'zh-CN' })).body.user.locale).toBe('zh-CN');
  expect((await set(english, { locale: 'not a language' })).status).toBe(400);
  const clients = await Promise.all([connect('poll', node, chinese), connect('poll', node, english)]);
  const variants = { zh: { title: '今晚维护', body: '我们回来' } };
  const content = { title: 'Tonight', body: 'We are back', variants };
  const { id } = await published(node, admin, { ...to(chinese, english), ...content });
  const shown = async (event: string) => {
    for (const client of clients) await client.until(event, () => client.count(event) > 0);
    return clients.map((client) => {
      const { title, body, locale } = client.ofType(event).at(-1)?.data.broadcast ?? {};
      return [title, body, locale];
    });
  };
  expect(await shown('broadcast.published')).toEqual([
    ['今晚维护', '我们回来', 'zh'],
    ['Tonight', 'We are back', null],
  ]);
  await acknowledge(node, chinese, id);
  const changed = await change(node, admin, id, { variants: { zh: { body: '我们明天回来' } } });
  expect(changed.body.broadcast.variants).toEqual({ zh: { title: null, body: '我们明天回来' } });
  expect(await shown('broadcast.updated')).toEqual([
    [null, '我们明天回来', 'zh'],
    ['Tonight', 'We are back', null],
  ]);
  expect(clients[0]?.ofType('broadcast.updated')[0]?.data.broadcast.acknowledgedAt).not.toBeNull();
  const { body } = await call(node, `GET ${PATH}/${id}`, { token: chinese.token });
  expect(body.broadcast).toMatchObject({ body: '我们明天回来', locale: 'zh' });
  expect(body.broadcast).not.toHaveProperty('variants');
  const sync = await call(node, 'GET /v1/sync', { token: english.token });
  expect(sync.body.broadcasts).toMatchObject([{ body: 'We are back', locale: null }]);
});
