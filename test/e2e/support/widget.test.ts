import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { PASSWORD, logIn } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type Team, aTeam, act } from '../../support/support.js';

const SHOP = 'https://shop.example';

let database: TestDatabase;
let node: TestNode;
let team: Team;

beforeAll(async () => {
  database = await createDatabase('widget');
  node = await startNode({
    DATABASE_URL: database.url,
    CORS_ORIGINS: SHOP,
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  });
  team = await aTeam(node, await logIn(node, 'root'));
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** A call as a browser makes it for a page of another origin: it asks first, and hides what the page may not read. */
async function fromPage(
  method: string,
  path: string,
  { token, body }: { token?: string; body?: object } = {},
) {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const names = Object.keys(headers);
  const asked = await fetch(node.url + path, {
    method: 'OPTIONS',
    headers: {
      origin: SHOP,
      'access-control-request-method': method,
      ...(names.length > 0 && { 'access-control-request-headers': names.join(',') }),
    },
  });
  const list = (name: string) => (asked.headers.get(name) ?? '').toLowerCase().split(/, */);
  expect([path, asked.ok, asked.headers.get('access-control-allow-origin')]).toEqual([path, true, SHOP]);
  expect([path, list('access-control-allow-methods')]).toEqual([
    path,
    expect.arrayContaining([method.toLowerCase()]),
  ]);
  expect(list('access-control-allow-headers')).toEqual(expect.arrayContaining(names));
  const response = await fetch(node.url + path, {
    method,
    headers: { ...headers, origin: SHOP },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect([path, response.headers.get('access-control-allow-origin')]).toEqual([path, SHOP]);
  return response;
}

it('a page of another origin comes as a guest, asks, writes, hears the answer, and tidies up', async () => {
  const come = await fromPage('POST', '/v1/auth/guest', { body: { displayName: 'Gwen' } });
  const { accessToken: token } = (await come.json()) as { accessToken: string };
  const asked = await fromPage('POST', `/v1/support/teams/${team.id}/requests`, { token, body: {} });
  const { supportRequest } = (await asked.json()) as { supportRequest: { id: string } };
  const { id } = supportRequest;

  const socket = io(node.url, {
    auth: { token },
    extraHeaders: { origin: SHOP },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  const stream = await fetch(`${node.url}/v1/events`, {
    headers: { authorization: `Bearer ${token}`, origin: SHOP },
  });
  try {
    const answer = new Promise<string>((resolve, reject) => {
      socket.on('connect_error', reject);
      socket.on('message.created', ({ data }) => {
        if (data.message.text === 'On its way.') resolve(data.message.text);
      });
    });
    expect(stream.headers.get('access-control-allow-origin')).toBe(SHOP);
    await new Promise((resolve) => socket.once('ready', resolve));
    const sent = await socket.emitWithAck('message.send', {
      conversationId: id,
      clientId: 'c-1',
      text: 'Hello?',
    });
    expect(sent.ok).toBe(true);
    const [agent] = team.agents;
    await act(node, agent, { id }, 'take');
    await fetch(`${node.url}/v1/conversations/${id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'On its way.' }),
    });
    expect(await answer).toBe('On its way.');
  } finally {
    socket.disconnect();
    await stream.body?.cancel();
  }

  const path = `/v1/conversations/${id}` as const;
  const { status } = await fromPage('PUT', `${path}/read`, { token, body: { seq: 2 } });
  expect(status).toBe(204);
  expect((await fromPage('PATCH', `${path}/settings`, { token, body: { archived: true } })).status).toBe(200);
  expect((await fromPage('DELETE', `${path}/messages/2`, { token })).status).toBe(204);
});
