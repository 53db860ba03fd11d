import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { range } from '../../support/chat.js';
import { begin, closeClientsAfterEach, connectSocket } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { PASSWORD, type Reply, call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

/** So long that nothing comes back while a test runs. */
const HOUR = 3_600;

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('rate_limits');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    TRUST_PROXY: 'on',
    RATE_LIMITS: 'on',
    RATE_REQUESTS: `40/${HOUR}`,
    RATE_LOGINS: 'off',
    RATE_FAILED_PASSWORDS: `4/${HOUR}`,
    RATE_REGISTRATIONS: `3/${HOUR}`,
    RATE_CONNECTIONS: `3/${HOUR}`,
    RATE_SENDS: `5/${HOUR}`,
    RATE_READS: `6/${HOUR}`,
    RATE_SIGNALS: `2/${HOUR}`,
    RATE_KEY_FACTOR: '2',
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

let addresses = 0;
/** An address that nobody has counted yet. */
const newAddress = (): string => `198.51.100.${(addresses += 1)}`;

type Route = Parameters<typeof call>[1];

/** A call from an address of its own, unless one is given. */
const from = (
  node: TestNode,
  route: Route,
  { address = newAddress(), ...options }: { address?: string; token?: string; body?: unknown } = {},
): Promise<Reply> => call(node, route, { ...options, headers: { 'x-forwarded-for': address } });

async function aUser(): Promise<{ id: string; username: string; token: string }> {
  const username = `user-${newAddress().replaceAll('.', '-')}`;
  const { body } = await from(here, 'POST /v1/auth/register', { body: { username, password: PASSWORD } });
  return { id: body.user.id, username, token: body.accessToken };
}

/** What a handshake from an address is refused with. */
async function refusal(address: string): Promise<unknown> {
  const extraHeaders = { 'x-forwarded-for': address };
  const socket = io(here.url, {
    auth: { token: 'nonsense' },
    extraHeaders,
    forceNew: true,
    reconnection: false,
  });
  const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
  socket.disconnect();
  return 'data' in error ? error.data : error;
}

function expectRefused({ status, headers, body }: Reply, limit: number): void {
  expect([status, body.code, body.retryable]).toEqual([429, 'rate_limited', true]);
  const retryAfter = Number(headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(HOUR);
  expect(body.retryAfterMs).toBe(retryAfter * 1000);
  expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual([`${limit}`, '0']);
  expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThanOrEqual(retryAfter);
}

describe('a user', () => {
  it('sends so many messages by whichever door and node, is told when to go on, and hinders nobody', async () => {
    const [ada, bob] = [await aUser(), await aUser()];
    const socket = await connectSocket(there, ada);
    const send = () =>
      from(here, 'POST /v1/messages', { token: ada.token, body: { to: bob.id, text: 'Hi' } });
    const first = await send();
    expect([first.status, first.headers.get('ratelimit-limit')]).toEqual([201, '5']);
    expect(first.headers.get('ratelimit-remaining')).toBe('4');
    const answers = [];
    for (const n of range(1, 6))
      answers.push(await socket.command('message.send', { to: bob.id, clientId: `c-${n}`, text: 'Hi' }));
    // The fifth is one too many for both nodes together, and this one may not know yet.
    expect(answers.map(({ ok }) => ok).toSpliced(4, 1)).toEqual([true, true, true, true, false]);
    expect(answers.at(-1)?.error).toMatchObject({ code: 'rate_limited', status: 429, retryable: true });
    expect(answers.at(-1)?.error.retryAfterMs).toBeGreaterThan(0);
    // What one node counts, the other hears of soon.
    await expect.poll(async () => (await send()).status, { timeout: 10_000 }).toBe(429);
    expectRefused(await send(), 5);
    const reply = { token: bob.token, body: { to: ada.id, text: 'Hi' } };
    expect((await from(here, 'POST /v1/messages', reply)).status).toBe(201);
    expect((await from(here, 'GET /v1/users/me', { token: ada.token })).status).toBe(200);
    expect((await socket.command('mailbox.ack', { cursor: socket.cursor })).ok).toBe(true);
  });

  it('is still held back when Redis was emptied', async () => {
    const ada = await aUser();
    const read = () => from(here, 'GET /v1/users/me', { token: ada.token });
    for (const _ of range(1, 6)) expect((await read()).status).toBe(200);
    await loseRedisData(here);
    expectRefused(await read(), 6);
  });

  it('is refused its next socket with a problem, its next stream without one, and comes back to both', async () => {
    const ada = await aUser();
    for (const _ of range(1, 3)) (await connectSocket(here, ada)).close();
    const socket = begin('socket.io', here, ada);
    await socket.until('is refused', () => socket.problem !== undefined);
    expect(socket.problem).toMatchObject({ code: 'rate_limited', status: 429, retryable: true });
    expect(socket.problem.retryAfterMs).toBeGreaterThan(0);
    const stream = await fetch(`${here.url}/v1/events`, {
      headers: { authorization: `Bearer ${ada.token}`, 'x-forwarded-for': newAddress() },
    });
    // Another status would stop an EventSource for good.
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const retrySeconds = Number(stream.headers.get('retry-after'));
    expect(retrySeconds).toBeGreaterThan(0);
    const [, retryMs] = /^retry: (\d+)\n\n$/.exec(await stream.text()) ?? [];
    expect(Number(retryMs)).toBeGreaterThanOrEqual(retrySeconds * 1000);
    expect((await from(here, 'GET /v1/events/poll', { token: ada.token })).status).toBe(200);
  });

  it('reads and polls so often', async () => {
    const ada = await aUser();
    for (const _ of range(1, 6)) await from(here, 'GET /v1/users/me', { token: ada.token });
    expectRefused(await from(here, 'GET /v1/conversations', { token: ada.token }), 6);
    expectRefused(await from(here, 'GET /v1/events/poll', { token: ada.token }), 6);
  });
});

it('an API key counts by itself, and may do so many times what a user may', async () => {
  const admin = await from(here, 'POST /v1/auth/login', { body: { username: 'root', password: PASSWORD } });
  const makeKey = async (): Promise<string> => {
    const body = { name: 'A shop', username: 'shop' };
    return (await from(here, 'POST /v1/api-keys', { token: admin.body.accessToken, body })).body.key;
  };
  const [one, other] = [await makeKey(), await makeKey()];
  for (const _ of range(1, 12))
    expect((await from(here, 'GET /v1/users/me', { token: one })).status).toBe(200);
  expectRefused(await from(here, 'GET /v1/users/me', { token: one }), 12);
  expect((await from(here, 'GET /v1/users/me', { token: other })).status).toBe(200);
});

describe('an account', () => {
  const attempt = (node: TestNode, username: string, password: string) =>
    from(node, 'POST /v1/auth/login', { body: { username, password } });

  it('takes so many wrong passwords, from whichever address, on all nodes together', async () => {
    const wrong = async (): Promise<[number, Reply[]]> => {
      const { username } = await aUser();
      const replies = [];
      for (const n of range(1, 8)) replies.push(await attempt(n % 2 ? here : there, username, 'wrong'));
      for (const node of [here, there]) replies.push(await attempt(node, username, PASSWORD));
      return [replies.filter(({ status }) => status === 401).length, replies];
    };
    // A node that gets no word from the others in time lets as many pass as the rate has: then they are more than four.
    await expect.poll(async () => (await wrong())[0], { timeout: 20_000 }).toBe(4);
    const [, replies] = await wrong();
    for (const reply of replies.slice(-2)) expectRefused(reply, 4);
  });

  it('takes no more of them when they come at once', async () => {
    const atOnce = async (): Promise<number> => {
      const { username } = await aUser();
      const replies = await Promise.all(
        range(1, 20).map((n) => attempt(n % 2 ? here : there, username, 'wrong')),
      );
      expect(replies.map(({ status }) => status)).toSatisfy((all: number[]) =>
        all.every((status) => status === 401 || status === 429),
      );
      return replies.filter(({ status }) => status === 401).length;
    };
    await expect.poll(atOnce, { timeout: 20_000 }).toBe(4);
  });

  it('logs in with the right one as often as it likes', async () => {
    const ada = await aUser();
    for (const n of range(1, 10))
      expect((await attempt(n % 2 ? here : there, ada.username, PASSWORD)).status).toBe(200);
  });

  it('that does not exist is answered no differently', async () => {
    const username = `nobody-${newAddress()}`;
    for (const _ of range(1, 4)) expect((await attempt(here, username, 'wrong')).status).toBe(401);
    expectRefused(await attempt(here, username, 'wrong'), 4);
  });
});

describe('an address', () => {
  it('registers so many accounts and guests', async () => {
    const guest = (node: TestNode, address: string) =>
      from(node, 'POST /v1/auth/guest', { address, body: { displayName: 'A guest' } });
    let address = '';
    const admitted = async (): Promise<number> => {
      address = newAddress();
      const replies = [];
      for (const n of range(1, 6)) replies.push(await guest(n % 2 ? here : there, address));
      return replies.filter(({ status }) => status === 201).length;
    };
    await expect.poll(admitted, { timeout: 20_000 }).toBe(3);
    const body = { username: `u-${addresses}`, password: PASSWORD };
    expectRefused(await from(here, 'POST /v1/auth/register', { address, body }), 3);
    expect((await from(here, 'POST /v1/auth/register', { body })).status).toBe(201);
  });

  it('that floods is refused before its token is looked at, and a handshake too; health is not', async () => {
    const flood = (n: number) => `2001:db8:1:2::${n.toString(16)}`;
    const asked = (n: number) => from(here, 'GET /v1/users/me', { address: flood(n), token: 'nonsense' });
    for (const n of range(1, 40)) expect((await asked(n)).status).toBe(401);
    expectRefused(await asked(41), 40);
    expect(await refusal(flood(42))).toMatchObject({ code: 'rate_limited', status: 429 });
    const { status } = await from(here, 'GET /health/live', { address: flood(43) });
    expect(status).toBe(200);
    expect(
      (await from(here, 'GET /v1/users/me', { address: '2001:db8:1:3::1', token: 'nonsense' })).status,
    ).toBe(401);
  });
});

it('signals have a rate of their own', async () => {
  const [ada, bob] = [await aUser(), await aUser()];
  const hello = { token: ada.token, body: { to: bob.id, text: 'Hi' } };
  const { conversationId } = (await from(here, 'POST /v1/messages', hello)).body.message;
  const socket = await connectSocket(here, bob);
  const type = () => socket.command('typing.start', { conversationId });
  expect([(await type()).ok, (await type()).ok]).toEqual([true, true]);
  expect((await type()).error.code).toBe('rate_limited');
  const read = { token: bob.token, body: { seq: 1 } };
  expectRefused(await from(here, `PUT /v1/conversations/${conversationId}/read`, read), 2);
  const edit = { conversationId, seq: 1, emoji: '👍' };
  expect((await socket.command('reaction.add', edit)).ok).toBe(true);
});

it('a socket that goes on although all is refused is told, and closed; one that waits is not', async () => {
  const ada = await aUser();
  const [deaf, patient] = [await connectSocket(there, ada), await connectSocket(there, ada)];
  const problems: { code?: string; retryAfterMs?: number }[] = [];
  deaf.socket.on('error', (problem: (typeof problems)[number]) => problems.push(problem));
  for (const seq of [1, 2]) await deaf.command('conversation.read', { conversationId: '1', seq });
  for (const n of range(3, 600)) deaf.socket.emit('conversation.read', { conversationId: '1', seq: n });
  await deaf.until('is closed', () => deaf.isClosed);
  expect(problems).toMatchObject([{ code: 'rate_limited', retryAfterMs: 10_000 }]);
  expect(await patient.command('conversation.read', { conversationId: '1', seq: 1 })).toMatchObject({
    ok: false,
    error: { code: 'rate_limited' },
  });
  expect(patient.isClosed).toBe(false);
  // It would be the third one that may be opened, were it not for the one that was closed.
  const again = begin('socket.io', there, ada);
  await again.until('is refused', () => again.problem !== undefined);
  expect(again.problem).toMatchObject({ code: 'rate_limited' });
});
