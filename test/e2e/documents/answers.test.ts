import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts } from './accounts.js';
import { contacts } from './contacts.js';
import { broadcasts } from './broadcasts.js';
import { files } from './files.js';
import { groups } from './groups.js';
import { messages } from './messages.js';
import { moderation } from './moderation.js';
import { presence } from './presence.js';
import { refusals } from './refusals.js';
import { search } from './search.js';
import { support } from './support.js';
import { userGroups } from './user-groups.js';
import { wordFilter } from './word-filter.js';
import { METRICS_TOKEN, World, answers } from './world.js';

const world = new World();

beforeAll(() => world.begin());
afterAll(() => world.end());

refusals(world);

describe('each operation', () => {
  accounts(world);
  messages(world);
  groups(world);
  presence(world);
  wordFilter(world);
  files(world);
  moderation(world);
  search(world);
  userGroups(world);
  broadcasts(world);
  support(world);
  contacts(world);

  it('of events', async () => {
    const { body: sync } = await world.asAda('GET /v1/sync');
    expect(
      await answers(
        world.asAda('GET /v1/events/poll?wait=0'),
        world.asAda('GET /v1/events/poll?cursor=nonsense!'),
        world.asAda('POST /v1/events/ack', { cursor: sync.cursor }),
        world.asAda('POST /v1/events/ack', { cursor: 'nonsense!' }),
        world.asAda('GET /v1/events?ack=never'),
      ),
    ).toEqual(['200', '400 cursor.invalid', '204', '400 cursor.invalid', '400 request.invalid']);
    const headers = { authorization: `Bearer ${world.ada.token}` };
    const stream = await fetch(`${world.node.url}/v1/events`, { headers });
    world.node.answers.note({
      route: 'GET /v1/events',
      status: stream.status,
      headers: Object.fromEntries(stream.headers),
      text: '',
      requestBody: undefined,
    });
    await stream.body?.cancel();
  });

  it('of the node', async () => {
    const token = METRICS_TOKEN;
    const pages = [
      '/health/live',
      '/health/ready',
      '/.well-known/jwks.json',
      '/openapi.json',
      '/asyncapi.json',
    ];
    const replies = await Promise.all(pages.map((page) => world.asNobody(`GET ${page}`)));
    expect(replies.map(({ status }) => status)).toEqual(pages.map(() => 200));
    const texts = await Promise.all(
      ['/docs', '/metrics'].map((page) =>
        fetch(world.node.url + page, { headers: { authorization: `Bearer ${token}` } }),
      ),
    );
    expect(texts.map(({ status }) => status)).toEqual([200, 200]);
    expect(await answers(world.asNobody('GET /metrics'), world.asAda('GET /metrics'))).toEqual([
      '401 auth.token_missing',
      '401 auth.token_invalid',
    ]);
  });
});

it('nothing is documented that was not answered above, but for what a node can’t be made to answer here', () => {
  const { seen } = world.node.answers;
  const documented = world
    .operations()
    .flatMap(([route, { responses }]) => Object.keys(responses).map((status) => `${route} ${status}`));
  const unseen = documented.filter((answer) => !seen.has(answer) && !/ (429|500|503)$/.test(answer));
  expect(unseen).toEqual([]);
});

it('no answer differed from the document', () => {
  const { seen, faults } = world.node.answers;
  expect(seen.size).toBeGreaterThan(100);
  expect([...faults]).toEqual([]);
});
