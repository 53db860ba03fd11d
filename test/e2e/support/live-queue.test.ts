import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { PASSWORD, type TestUser, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { aGuest, aTeam, act, ask, statesHeard } from '../../support/support.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let admin: TestUser;

beforeAll(async () => {
  database = await createDatabase('live_queue');
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

describe.each(doorNames)('by %s', (door) => {
  it('agents on both nodes see each change of their queue live, and strangers none', async () => {
    const team = await aTeam(here, admin);
    const [ada, bob] = team.agents;
    const guest = await aGuest(here);
    const [atAda, atBob, atStranger] = await Promise.all([
      connect(door, here, ada),
      connect(door, there, bob),
      connect(door, there, await registerUser(here)),
    ]);
    const request = await ask(here, guest, team);
    const atGuest = await connect(door, there, guest);
    await act(there, ada, request, 'take');
    await act(here, bob, request, 'close');
    for (const client of [atAda, atBob])
      await client.until('has heard all', () => {
        const states = statesHeard(client, request.id);
        return states.length >= 3 && states.at(-1) === 'closed';
      });
    await atGuest.until('has heard', () => statesHeard(atGuest, request.id).at(-1) === 'closed');
    const { cursor, data } = atAda.ofType('support.updated').at(-1) ?? { cursor: null, data: undefined };
    expect(cursor).not.toBeNull();
    expect(data.supportRequest).toMatchObject({ requester: { id: guest.id }, agent: { id: ada.id } });
    expect(data.supportRequest.requester).not.toHaveProperty('email');
    expect(atStranger.ofType('support.updated')).toEqual([]);
  });

  it('an agent who was away gets what changed, from the mailbox or after Redis lost it', async () => {
    const team = await aTeam(here, admin);
    const [ada] = team.agents;
    const before = await connect(door, here, ada);
    const { cursor } = before;
    before.close();
    const request = await ask(here, await aGuest(here), team);
    const resumed = await connect(door, there, ada, { cursor });
    await resumed.until('has heard', () => statesHeard(resumed, request.id).length > 0);
    resumed.close();
    await loseRedisData(here);
    await act(here, ada, request, 'take');
    const late = await connect(door, there, ada, { cursor });
    await late.until('has heard', () => statesHeard(late, request.id).at(-1) === 'assigned');
    expect(late.readies.at(-1)?.resumed).toBe(false);
  });
});
