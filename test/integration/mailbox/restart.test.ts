import { afterAll, beforeAll, expect, it } from 'vitest';
import { aDelivery, anId } from '../../support/builders.js';
import { type DisposableServer, privateRedis } from '../../support/servers.js';
import { EPOCH_MS, Mailboxes } from './mailbox-fixture.js';

let server: DisposableServer;
let mailboxes: Mailboxes;

beforeAll(async () => {
  server = await privateRedis();
  mailboxes = new Mailboxes(server.url);
  await mailboxes.establish();
});

afterAll(async () => {
  mailboxes.close();
  await server.dispose();
});

it('entries live in memory alone: a restarted server has the mailboxes without them, and says so', async () => {
  const [user, conversation] = [anId(), anId()];
  const opened = await mailboxes.connect(user);
  if (opened.kind === 'full') throw new Error('full');
  await mailboxes.deliver([aDelivery(conversation, [1, 3], [user], 0)]);
  expect(await mailboxes.revs(user, conversation)).toEqual([1, 2, 3]);

  await server.stop();
  await server.start();
  expect(await mailboxes.redis.exists(mailboxes.key('user', user))).toBe(1);
  expect(await mailboxes.redis.exists(mailboxes.key('box', user))).toBe(0);

  await mailboxes.establish('run2', 'word', EPOCH_MS);
  expect(await mailboxes.read(user, opened.tail)).toMatchObject({ kind: 'gap' });
  await mailboxes.connect(user);
  await mailboxes.deliver([aDelivery(conversation, [4, 4], [user], 3)]);
  expect(await mailboxes.revs(user, conversation)).toEqual([4]);
});
