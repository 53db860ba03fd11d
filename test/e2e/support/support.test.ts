import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type Reply, type TestUser, call, logIn } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type Guest, aGuest, aTeam, act, ask, done } from '../../support/support.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let admin: TestUser;

beforeAll(async () => {
  database = await createDatabase('support');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
  admin = await logIn(here, 'root');
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const brief = ({ status, body }: Reply) => [status, body?.code ?? body?.supportRequest.state];

const membersOf = async (who: { token: string }, id: string): Promise<string[]> =>
  (await done(here, `GET /v1/conversations/${id}/members`, who)).items.map(
    ({ userId }: { userId: string }) => userId,
  );

const textsOf = async (who: { token: string }, id: string): Promise<string[]> =>
  (await done(here, `GET /v1/conversations/${id}/messages`, who)).items.flatMap(
    ({ text }: { text: string | null }) => text ?? [],
  );

const queueOf = async (agent: { token: string }, teamId: string): Promise<[string, number][]> =>
  (await done(there, `GET /v1/support/teams/${teamId}/requests`, agent)).items.map(
    ({ id, position }: { id: string; position: number }) => [id, position],
  );

describe('a guest', () => {
  it('asks a team, talks with whoever takes it, and finds the history when coming back', async () => {
    const team = await aTeam(here, admin);
    const [ada, bob] = team.agents;
    const guest = await aGuest(here, 'Gwen');
    const teams = await done(here, 'GET /v1/support/teams', guest);
    expect(teams.items).toContainEqual(expect.objectContaining({ id: team.id, name: 'Orders' }));
    const request = await ask(here, guest, team, { subject: 'My order' });
    expect(request).toMatchObject({ state: 'waiting', position: 1, agent: null, subject: 'My order' });
    await send(here, guest, request.conversationId, 'Where is it?');
    expect(await act(there, ada, request, 'take').then(brief)).toEqual([200, 'assigned']);
    expect(await textsOf(ada, request.conversationId)).toEqual(['Where is it?']);
    await send(there, ada, request.conversationId, 'On its way.');
    expect(await act(here, ada, request, 'close').then(brief)).toEqual([200, 'closed']);
    await send(here, guest, request.conversationId, 'Thanks');
    expect(await textsOf(ada, request.conversationId)).toContain('Thanks');

    const { body } = await call(there, 'POST /v1/auth/refresh', {
      body: { refreshToken: guest.refreshToken },
    });
    const back: Guest = { ...guest, token: body.accessToken };
    const again = await ask(there, back, team);
    expect(again).toMatchObject({ id: request.id, state: 'waiting', agent: null, position: 1 });
    expect(await act(here, bob, again, 'take').then(brief)).toEqual([200, 'assigned']);
    expect(await textsOf(back, request.conversationId)).toEqual(['Where is it?', 'On its way.', 'Thanks']);
    expect(await textsOf(bob, request.conversationId)).toEqual(['Where is it?', 'On its way.', 'Thanks']);
    expect((await membersOf(back, request.conversationId)).toSorted()).toEqual([guest.id, bob.id].toSorted());
    expect((await call(here, `GET /v1/conversations/${request.id}`, { token: ada.token })).status).toBe(404);
  });

  it('has one request at a team, however often and at once it is opened', async () => {
    const team = await aTeam(here, admin);
    const guest = await aGuest(here);
    const replies = await Promise.all(
      [here, there, here, there].map((node) =>
        call(node, `POST /v1/support/teams/${team.id}/requests`, { token: guest.token, body: {} }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201]);
    expect(new Set(replies.map(({ body }) => body.supportRequest.id)).size).toBe(1);
    const { items } = await done(here, 'GET /v1/conversations', guest);
    expect(items).toHaveLength(1);
  });

  it('neither sees others’ requests nor acts on them, nor changes who is in the conversation', async () => {
    const team = await aTeam(here, admin);
    const [ada] = team.agents;
    const [guest, other] = [await aGuest(here), await aGuest(here)];
    const request = await ask(here, guest, team);
    expect(
      (await call(here, `GET /v1/support/requests/${request.id}`, { token: other.token })).body.code,
    ).toBe('support_request.not_found');
    for (const verb of ['take', 'close', 'reopen'] as const)
      expect(await act(here, other, request, verb).then(brief)).toEqual([404, 'support_request.not_found']);
    expect(await act(here, guest, request, 'take').then(brief)).toEqual([403, 'support_team.not_agent']);
    expect(await act(here, guest, request, 'transfer', { teamId: team.id }).then(brief)).toEqual([
      403,
      'support_team.not_agent',
    ]);
    await act(here, ada, request, 'take');
    const path = `/v1/conversations/${request.conversationId}` as const;
    for (const { token } of [guest, ada]) {
      const replies = await Promise.all([
        call(here, `POST ${path}/leave`, { token }),
        call(here, `DELETE ${path}`, { token }),
        call(here, `POST ${path}/members`, { token, body: { userIds: [admin.id] } }),
        call(here, `PATCH ${path}`, { token, body: { name: 'Mine' } }),
        call(here, `DELETE ${path}/members/${guest.id}`, { token }),
      ]);
      expect(replies.map(({ status, body }) => [status, body.code])).toEqual(
        replies.map(() => [403, 'conversation.not_allowed']),
      );
    }
    for (const route of [
      `GET /v1/support/teams/${team.id}/requests`,
      `GET /v1/support/teams/${team.id}/agents`,
    ])
      expect((await call(here, route as 'GET /', { token: guest.token })).body.code).toBe(
        'support_team.not_agent',
      );
    expect((await done(here, 'GET /v1/support/requests', other)).items).toEqual([]);
  });
});

describe('agents', () => {
  it('who take the same request at once: one gets it', async () => {
    const team = await aTeam(here, admin);
    for (let round = 0; round < 5; round += 1) {
      const request = await ask(here, await aGuest(here), team);
      const replies = await Promise.all(
        team.agents.map((agent, i) => act(i === 0 ? here : there, agent, request, 'take')),
      );
      expect(replies.map(brief).toSorted()).toEqual([
        [200, 'assigned'],
        [409, 'support_request.taken'],
      ]);
      const winner = team.agents[replies.findIndex(({ status }) => status === 200)] as TestUser;
      const seen = await done(there, `GET /v1/support/requests/${request.id}`, winner);
      expect(seen.supportRequest.agent.id).toBe(winner.id);
      expect((await membersOf(winner, request.id)).toSorted()).toEqual(
        [request.requester.id, winner.id].toSorted(),
      );
      const { conversation } = await done(here, `GET /v1/conversations/${request.id}`, winner);
      expect(conversation.memberCount).toBe(2);
      // Again by the one who has it.
      expect(await act(there, winner, request, 'take').then(brief)).toEqual([200, 'assigned']);
    }
  });

  it('see the queue in its order, page by page, and everybody who waits their place', async () => {
    const team = await aTeam(here, admin);
    const [ada] = team.agents;
    const guests = [await aGuest(here), await aGuest(here), await aGuest(here)];
    const requests = [];
    for (const guest of guests) requests.push(await ask(here, guest, team));
    expect(requests.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(await queueOf(ada, team.id)).toEqual(requests.map(({ id }, i) => [id, i + 1]));
    const path = `/v1/support/teams/${team.id}/requests?limit=2`;
    const first = await done(here, `GET ${path}`, ada);
    const second = await done(here, `GET ${path}&cursor=${first.nextCursor}`, ada);
    expect(second).toMatchObject({ items: [{ id: requests[2].id, position: 3 }], nextCursor: null });
    const last = await connect('socket.io', there, guests[2] as Guest);
    await act(here, ada, requests[0], 'take');
    // What is shown is not stored: who just was not at the tail hears it when the queue changes next.
    const hasMoved = () =>
      last.ofType('support.position').some(({ cursor, data }) => cursor === null && data.position === 2);
    const untilMoved = async () => {
      if (!hasMoved()) await ask(here, await aGuest(here), team);
      return hasMoved();
    };
    await expect.poll(untilMoved, { timeout: 10_000 }).toBe(true);
    const mine = await done(here, `GET /v1/support/requests/${requests[2].id}`, guests[2] as Guest);
    expect(mine.supportRequest.position).toBe(2);
    const taken = await done(here, `GET /v1/support/teams/${team.id}/requests?state=assigned`, ada);
    expect(taken.items.map(({ id }: { id: string }) => id)).toEqual([requests[0].id]);
    const held = await done(here, 'GET /v1/support/requests?as=agent', ada);
    expect(held.items.map(({ id }: { id: string }) => id)).toEqual([requests[0].id]);
  });

  it('hand a request over to another team, where it comes first, and to each other', async () => {
    const [orders, billing] = [await aTeam(here, admin), await aTeam(here, admin, 'Billing')];
    const [ada] = orders.agents;
    const [carl, dora] = billing.agents;
    const guest = await aGuest(here);
    const request = await ask(here, guest, orders);
    const later = await ask(here, await aGuest(here), billing);
    await act(here, ada, request, 'take');
    expect(await act(here, ada, request, 'transfer', { teamId: billing.id }).then(brief)).toEqual([
      200,
      'transferred',
    ]);
    expect(await queueOf(carl, billing.id)).toEqual([
      [request.id, 1],
      [later.id, 2],
    ]);
    expect(await membersOf(guest, request.id)).toEqual([guest.id]);
    expect(await act(here, ada, request, 'take').then(brief)).toEqual([403, 'support_team.not_agent']);
    expect(await act(here, carl, request, 'take').then(brief)).toEqual([200, 'assigned']);
    expect(await act(here, carl, request, 'transfer', { agentId: ada.id }).then(brief)).toEqual([
      404,
      'user.not_found',
    ]);
    const handed = await act(here, carl, request, 'transfer', { agentId: dora.id });
    expect(handed.body.supportRequest).toMatchObject({ state: 'assigned', agent: { id: dora.id } });
    expect((await membersOf(dora, request.id)).toSorted()).toEqual([guest.id, dora.id].toSorted());
    for (const to of [{}, { teamId: billing.id, agentId: ada.id }, { teamId: 1 }])
      expect(await act(here, dora, request, 'transfer', to).then(brief)).toEqual([400, 'request.invalid']);
    expect(await act(here, dora, request, 'transfer', { teamId: '1' }).then(brief)).toEqual([
      404,
      'support_team.not_found',
    ]);
    await act(here, guest, request, 'close');
    for (const body of [{ teamId: orders.id }, { agentId: carl.id }])
      expect(await act(here, dora, request, 'transfer', body).then(brief)).toEqual([
        409,
        'support_request.closed',
      ]);
    expect(await act(here, carl, request, 'take').then(brief)).toEqual([409, 'support_request.closed']);
    expect(await act(here, carl, request, 'reopen').then(brief)).toEqual([200, 'assigned']);
    expect((await membersOf(carl, request.id)).toSorted()).toEqual([guest.id, carl.id].toSorted());
  });

  it('who leave the team, or are disabled, hold nothing up', async () => {
    const team = await aTeam(here, admin);
    const [ada, bob] = team.agents;
    const request = await ask(here, await aGuest(here), team);
    await act(here, ada, request, 'take');
    await done(here, `DELETE /v1/support/teams/${team.id}/agents/${ada.id}`, admin);
    expect(await queueOf(bob, team.id)).toEqual([[request.id, 1]]);
    expect((await call(here, `GET /v1/support/requests/${request.id}`, { token: ada.token })).status).toBe(
      404,
    );
    expect((await call(here, `GET /v1/conversations/${request.id}`, { token: ada.token })).status).toBe(404);
    await done(here, `PUT /v1/support/teams/${team.id}/agents/${ada.id}`, admin);
    await act(here, ada, request, 'take');
    await done(here, `PATCH /v1/users/${ada.id}`, admin, { disabled: true });
    expect(await act(here, bob, request, 'take').then(brief)).toEqual([200, 'assigned']);
  });
});

describe('admins', () => {
  it('make teams, rename them, and close them to new requests', async () => {
    const { supportTeam } = await done(here, 'POST /v1/support/teams', admin, { name: 'Repairs' });
    const renamed = await done(here, `PATCH /v1/support/teams/${supportTeam.id}`, admin, { name: 'Returns' });
    expect(renamed.supportTeam).toEqual({ ...supportTeam, name: 'Returns' });
    const guest = await aGuest(here);
    const request = await ask(here, guest, supportTeam);
    for (const _ of [1, 2]) await done(here, `DELETE /v1/support/teams/${supportTeam.id}`, admin);
    const refused = await call(here, `POST /v1/support/teams/${supportTeam.id}/requests`, {
      token: (await aGuest(here)).token,
      body: {},
    });
    expect([refused.status, refused.body.code]).toEqual([404, 'support_team.not_found']);
    const { items } = await done(here, 'GET /v1/support/teams', guest);
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(supportTeam.id);
    expect(await act(here, admin, request, 'close').then(brief)).toEqual([200, 'closed']);
  });

  it('choose agents among those who may be', async () => {
    const team = await aTeam(here, admin);
    const put = (userId: string, by: { token: string } = admin) =>
      call(here, `PUT /v1/support/teams/${team.id}/agents/${userId}`, { token: by.token });
    const guest = await aGuest(here);
    for (const id of [guest.id, '1', 'x'])
      expect(await put(id).then(({ status, body }) => [status, body.code])).toEqual([404, 'user.not_found']);
    const [ada] = team.agents;
    expect((await put(ada.id)).status).toBe(204);
    expect((await put(admin.id, ada)).body.code).toBe('auth.not_allowed');
    const { items } = await done(here, `GET /v1/support/teams/${team.id}/agents`, ada);
    expect(items.map(({ id }: { id: string }) => id)).toEqual(team.agents.map(({ id }) => id).toSorted());
  });
});
