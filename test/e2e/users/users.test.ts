import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let ada: TestUser;
let bob: TestUser;
let guest: { token: string; id: string };

beforeAll(async () => {
  database = await createDatabase('users');
  node = await startNode({
    DATABASE_URL: database.url,
    ADMIN_USERNAME: 'chief',
    ADMIN_PASSWORD: 'chief password',
  });
  ada = await registerUser(node, 'ada');
  bob = await registerUser(node, 'bob');
  const { body } = await call(node, 'POST /v1/auth/guest', { body: { displayName: 'Visitor' } });
  guest = { token: body.accessToken, id: body.user.id };
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

describe('my profile', () => {
  const patch = (body: unknown) => call(node, 'PATCH /v1/users/me', { token: ada.token, body });

  it('changes what is given, keeps the rest, and clears by null', async () => {
    const change = {
      displayName: 'Ada L.',
      email: 'ada@example.org',
      avatarUrl: 'https://example.org/a.png',
    };
    const first = await patch(change);
    expect(first.status).toBe(200);
    expect(first.body.user).toMatchObject({ id: ada.id, ...change });
    const second = await patch({ email: null });
    expect(second.body.user).toMatchObject({ ...change, email: null });
    expect((await patch({})).body).toEqual(second.body);
    expect((await call(node, 'GET /v1/users/me', { token: ada.token })).body).toEqual(second.body);
  });

  it.each([
    { username: 'eve' },
    { role: 'admin' },
    { displayName: '' },
    { displayName: null },
    { displayName: 'x'.repeat(81) },
    { email: 'x' },
    { avatarUrl: 'javascript:alert(1)' },
    '{"displayName":"\\u0000"}',
    '{"displayName":"\\udc00"}',
    '[]',
    'null',
    'nonsense',
  ])('refuses %j and changes nothing', async (body) => {
    const before = await call(node, 'GET /v1/users/me', { token: ada.token });
    const { status, body: problem } = await patch(body);
    expect([status, problem.code]).toEqual([400, 'request.invalid']);
    expect((await call(node, 'GET /v1/users/me', { token: ada.token })).body).toEqual(before.body);
  });

  it('refuses another media type and a body that is too large', async () => {
    const headers = { 'content-type': 'text/plain' };
    const other = await call(node, 'PATCH /v1/users/me', { token: ada.token, body: 'x', headers });
    expect([other.status, other.body.code]).toEqual([415, 'request.unsupported_media_type']);
    const large = await patch({ displayName: 'x'.repeat(70_000) });
    expect([large.status, large.body.code]).toEqual([413, 'request.too_large']);
  });
});

describe("another's profile", () => {
  it('shows the address to admins only', async () => {
    await call(node, 'PATCH /v1/users/me', { token: bob.token, body: { email: 'bob@example.org' } });
    const seen = await call(node, `GET /v1/users/${bob.id}`, { token: ada.token });
    expect(seen.body.user).toMatchObject({ id: bob.id, username: 'bob' });
    expect(seen.body.user).not.toHaveProperty('email');
    const chief = await logIn(node, 'chief', 'chief password');
    const asAdmin = await call(node, `GET /v1/users/${bob.id}`, { token: chief.token });
    expect(asAdmin.body.user.email).toBe('bob@example.org');
  });

  it.each(['1', '0', 'x', '-1', '9223372036854775808', "1'", '%00'])('%s is not found', async (id) => {
    const { status, body } = await call(node, `GET /v1/users/${id}`, { token: ada.token });
    expect([status, body.code]).toEqual([404, 'user.not_found']);
  });

  it('is not there for a guest, who sees themselves', async () => {
    const other = await call(node, `GET /v1/users/${ada.id}`, { token: guest.token });
    expect([other.status, other.body.code]).toEqual([404, 'user.not_found']);
    const own = await call(node, `GET /v1/users/${guest.id}`, { token: guest.token });
    expect(own.body.user.displayName).toBe('Visitor');
    const list = await call(node, 'GET /v1/users', { token: guest.token });
    expect(list.body.items.map((user: { id: string }) => user.id)).toEqual([guest.id]);
  });
});

describe('the directory', () => {
  const find = async (query: string, token = ada.token) => {
    const { body } = await call(node, `GET /v1/users?${query}`, { token });
    return body.items?.map((user: { username: string }) => user.username) ?? body.code;
  };

  beforeAll(async () => {
    const names = { 'dir-anna': 'Änne 100%', 'dir-carl': 'Carl_X', 'dir-dora': 'anna' };
    for (const [username, displayName] of Object.entries(names)) {
      const { token } = await registerUser(node, username);
      await call(node, 'PATCH /v1/users/me', { token, body: { displayName } });
    }
  });

  it('finds parts of usernames and display names in any case', async () => {
    expect(await find('query=ANNA')).toEqual(['dir-anna', 'dir-dora']);
    expect(await find('query=%C3%84NNE')).toEqual(['dir-anna']);
    expect(await find('query=nobody-at-all')).toEqual([]);
  });

  it('takes percent signs and underscores for themselves', async () => {
    expect(await find('query=0%25')).toEqual(['dir-anna']);
    expect(await find('query=l_x')).toEqual(['dir-carl']);
    expect(await find('query=%5C')).toEqual([]);
  });

  it('goes by username, a page at a time, to the end', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `GET /v1/users?query=dir-&limit=2${cursor && `&cursor=${cursor}`}` as const;
      const { body } = await call(node, path, { token: ada.token });
      seen.push(...body.items.map((user: { username: string }) => user.username));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(['dir-anna', 'dir-carl', 'dir-dora']);
  });

  it.each(['limit=201', 'limit=-1', 'limit=1.5', 'cursor=!', 'query=%00', 'query=a&query=b'])(
    'with ?%s is 400',
    async (query) => {
      expect(await find(query)).toBe('request.invalid');
    },
  );

  it('ignores query parameters it does not know', async () => {
    expect(await find('query=dir-carl&colour=red')).toEqual(['dir-carl']);
  });
});
