import { afterAll, beforeAll, expect, it } from 'vitest';
import { range } from '../../support/chat.js';
import { begin, closeClientsAfterEach, connect, connectSocket } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode({
    REDIS_PREFIX: uniquePrefix(),
    RATE_LIMITS: 'on',
    // Twenty at once, then one in 25 ms.
    RATE_CONNECTIONS: '100/3600',
    RATE_READS: '100/3600',
    RATE_SIGNALS: '100/3600',
    CONNECTIONS_PER_USER: '100',
  });
});

afterAll(() => node.stop());

closeClientsAfterEach();

/** What came to its end, in that order. */
class Finishes {
  readonly order: string[] = [];

  async note<T>(name: string, work: Promise<T>): Promise<T> {
    const result = await work;
    this.order.push(name);
    return result;
  }
}

it('what a socket sends in a burst is carried out in turn, and another one’s command between', async () => {
  const [ada, bob] = [await registerUser(node), await registerUser(node)];
  const [hasty, calm] = [await connectSocket(node, ada), await connectSocket(node, bob)];
  const read = { conversationId: '1', seq: 1 };
  const finishes = new Finishes();
  const burst = range(1, 60).map((n) => finishes.note(`${n}`, hasty.command('conversation.read', read)));
  const answer = await finishes.note('calm', calm.command('conversation.read', read));
  expect(answer.error.code).toBe('conversation.not_found');
  for (const { error } of await Promise.all(burst)) expect(error.code).toBe('conversation.not_found');
  expect(finishes.order.at(-1)).not.toBe('calm');
});

it('requests that come in a burst are answered in turn, and another one’s between', async () => {
  const [ada, bob] = [await registerUser(node), await registerUser(node)];
  const finishes = new Finishes();
  const ask = ({ token }: { token: string }) => call(node, 'GET /v1/users/me', { token });
  const burst = range(1, 60).map((n) => finishes.note(`${n}`, ask(ada)));
  expect((await finishes.note('calm', ask(bob))).status).toBe(200);
  for (const { status } of await Promise.all(burst)) expect(status).toBe(200);
  expect(finishes.order.at(-1)).not.toBe('calm');
});

it.each(['socket.io', 'sse'] as const)(
  'who opens connections in a burst gets them in turn, and another one gets theirs between: %s',
  async (door) => {
    const [ada, bob] = [await registerUser(node), await registerUser(node)];
    const finishes = new Finishes();
    const burst = range(1, 50).map((n) => finishes.note(`${n}`, begin(door, node, ada).untilReady()));
    await finishes.note('calm', connect(door, node, bob));
    await Promise.all(burst);
    expect(finishes.order.at(-1)).not.toBe('calm');
  },
);
