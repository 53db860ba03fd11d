import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Caster } from '../../../src/broadcast/caster.js';
import { CreateBroadcast } from '../../../src/broadcast/create-broadcast.js';
import { MyBroadcasts } from '../../../src/broadcast/my-broadcasts.js';
import { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { Listener } from '../../support/listener.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const HOUR_MS = 3_600_000;
const WITHIN = { timeout: 5_000, interval: 25 };

let database: TestDatabase;
let node: TestNode;
let user: TestUser;

beforeAll(async () => {
  database = await createDatabase('clocks');
  node = await startNode({ DATABASE_URL: database.url });
  user = await registerUser(node);
});

afterEach(() => {
  vi.useRealTimers();
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const create = (times: { startsAt?: string; expiresAt?: string }) =>
  node.app.get(CreateBroadcast).by(
    { userId: user.id } as never,
    {
      body: 'Hello',
      audience: { userIds: [user.id] },
      ...times,
    } as never,
  );
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const clockIsWrongBy = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

it('on a node whose clock is an hour ahead a broadcast comes as long as it is current', async () => {
  const follower = new Listener(user.id);
  const mailbox = node.app.get(MailboxService);
  await mailbox.attach(follower.connection);
  const expiresAt = inMinutes(10);
  clockIsWrongBy(HOUR_MS);
  const { id } = await create({ expiresAt });
  node.app.get(Caster).cast();
  await expect.poll(() => follower.wakeUps.map(({ reference }) => reference.subject), WITHIN).toEqual([id]);
  const mine = node.app.get(MyBroadcasts);
  expect(await mine.missedSince(user.id, { ms: 1, n: 0 })).toMatchObject([{ id, kind: 'published' }]);
  expect(await mine.shown(user.id, [{ id, kind: 'published' }])).toMatchObject([{ id }]);
  await mailbox.detach(follower.connection);
});

it('on a node whose clock is an hour ahead a broadcast waits for its start', async () => {
  const startsAt = inMinutes(10);
  clockIsWrongBy(HOUR_MS);
  expect(await create({ startsAt })).toMatchObject({ state: 'scheduled', publishedAt: null });
});
