import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPublisher, change, published, recall, statsOf, untilCast } from '../../support/broadcasts.js';
import {
  type ChatClient,
  type Received,
  begin,
  closeClientsAfterEach,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { CommandsRedis } from '../../../src/platform/redis/redis.clients.js';

const USERS = 12;
const BROADCASTS = 24;

let database: TestDatabase;
let redis: DisposableServer;
let settings: Record<string, string>;
let staying: TestNode;
let dying: SpawnedNode;
let admin: TestUser;
/** How many were published so far: the pace of everything else. */
let progress: number;

beforeEach(async () => {
  [database, redis] = await Promise.all([createDatabase('broadcast_histories'), privateRedis()]);
  settings = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: uniquePrefix(),
    NODE_LEASE_SECONDS: '3',
  };
  [staying, dying] = await Promise.all([startNode(settings), SpawnedNode.start(settings)]);
  admin = await aPublisher(staying);
  progress = 0;
});

closeClientsAfterEach();

afterEach(async () => {
  await Promise.all([staying.stop(), dying.stop()]);
  await Promise.all([database.drop(), redis.dispose()]);
});

const until = (what: string, condition: () => boolean | Promise<boolean>): Promise<void> =>
  waitUntil(what, condition, { timeoutMs: 60_000, intervalMs: 5 });

/** One device that comes and goes by changing doors and nodes, each time with the cursor that it has. */
class Wanderer {
  /** What came, and over which of its connections. */
  readonly history: (Received & { readonly connection: number })[] = [];
  /** Connections on which delivery began anew. */
  readonly replayed = new Set<number>();
  private cursor: string | undefined;
  private connections = 0;

  constructor(
    readonly user: TestUser,
    private readonly stride: number,
  ) {}

  async wander(): Promise<void> {
    while (progress < BROADCASTS) {
      const client = this.connect(this.connections % 2 === 0 ? staying : dying);
      const leaveAt = progress + 1 + ((this.connections + this.stride) % 3);
      await until('others go on', () => progress >= Math.min(leaveAt, BROADCASTS));
      this.leave(client);
    }
  }

  /** Stays until it was told of all of these, and acknowledges that. */
  async settle(ids: readonly string[]): Promise<void> {
    const client = this.connect(staying);
    const mark = await published(staying, admin, { audience: { userIds: [this.user.id] }, body: 'mark' });
    const isThere = (): boolean => {
      const known = new Set([...this.history, ...client.events].map(({ data }) => data.broadcast?.id));
      return [...ids, mark.id].every((id) => known.has(id));
    };
    await client.until('has all', isThere, 60_000);
    this.leave(client);
    const { status } = await call(staying, 'POST /v1/events/ack', {
      token: this.user.token,
      body: { cursor: this.cursor },
    });
    expect(status).toBe(204);
  }

  told(id: string): string[] {
    return this.history.filter(({ data }) => data.broadcast?.id === id).map(({ type }) => type.slice(10));
  }

  private connect(where: { readonly url: string }): ChatClient {
    const door = doorNames[(this.connections + this.stride) % doorNames.length] ?? 'sse';
    this.connections += 1;
    return begin(door, where, this.user, { cursor: this.cursor });
  }

  private leave(client: ChatClient): void {
    const connection = this.connections;
    this.history.push(...client.events.map((event) => ({ ...event, connection })));
    if (client.readies.some(({ resumed }) => !resumed)) this.replayed.add(connection);
    this.cursor = client.cursor;
    client.kill();
    client.close();
  }
}

interface Announced {
  readonly standing: string[];
  readonly recalled: string[];
}

/** Publishes for everybody, now on one node and now on the other; takes some back while they are on their way. */
async function announceAll(breakSomething: () => Promise<void>): Promise<Announced> {
  const all: Announced = { standing: [], recalled: [] };
  while (progress < BROADCASTS) {
    const node = progress % 3 === 1 && !dying.hasEnded ? dying : staying;
    const { id } = await published(node, admin, {
      audience: { or: [{ roles: ['user'] }, { conversationIds: [await aConversation()] }] },
      body: `broadcast ${progress}`,
    });
    if (progress % 4 === 3) {
      await recall(staying, admin, id);
      all.recalled.push(id);
    } else {
      all.standing.push(id);
    }
    if (progress % 5 === 4)
      await change(staying, admin, all.standing[0] ?? '', { body: `edited ${progress}` });
    if (progress === BROADCASTS / 2) await breakSomething();
    progress += 1;
  }
  return all;
}

let conversationId: string | undefined;
async function aConversation(): Promise<string> {
  conversationId ??= (
    await call(staying, 'POST /v1/conversations', {
      token: admin.token,
      body: { type: 'group', name: 'Announced', memberIds: [] },
    })
  ).body.conversation.id as string;
  return conversationId;
}

async function run(breakSomething: () => Promise<void>): Promise<{ wanderers: Wanderer[] } & Announced> {
  conversationId = undefined;
  const users = await Promise.all(Array.from({ length: USERS }, () => registerUser(staying)));
  const wanderers = users.map((user, i) => new Wanderer(user, i));
  const [announced] = await Promise.all([
    announceAll(breakSomething),
    ...wanderers.map((wanderer) => wanderer.wander()),
  ]);
  await untilCast(staying);
  await Promise.all(wanderers.map((wanderer) => wanderer.settle(announced.standing)));
  return { wanderers, ...announced };
}

async function expectExactStats(wanderers: readonly Wanderer[], ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const saw = wanderers.filter((wanderer) => wanderer.told(id).includes('published'));
    const { delivered } = await statsOf(staying, admin, id);
    expect([id, delivered]).toEqual([id, saw.length]);
  }
}

describe('while clients change doors and broadcasts are recalled on their way', () => {
  it('and a node dies, each history shows each broadcast once or not at all, and the counts are what was seen', async () => {
    const { wanderers, standing, recalled } = await run(async () => {
      const last = published(dying, admin, { audience: { all: true } }).catch(() => undefined);
      dying.kill('SIGKILL');
      await Promise.all([last, dying.exit()]);
    });
    for (const wanderer of wanderers) {
      for (const id of standing)
        expect([id, wanderer.told(id).filter((kind) => kind === 'published')]).toEqual([id, ['published']]);
      for (const id of recalled)
        // A recall may come to one who was about to get it: it says nothing of what it was.
        expect(['', 'recalled', 'published,recalled']).toContain(String(wanderer.told(id)));
    }
    await expectExactStats(wanderers, [...standing, ...recalled]);
  }, 120_000);

  it('and Redis loses everything, nothing is missing, and only what begins anew may repeat', async () => {
    const { wanderers, standing, recalled } = await run(async () => {
      await staying.app.get<{ flushall(): Promise<unknown> }>(CommandsRedis).flushall();
    });
    for (const wanderer of wanderers) {
      for (const id of standing) {
        const shown = wanderer.history.filter(
          ({ type, data }) => type === 'broadcast.published' && data.broadcast.id === id,
        );
        expect(shown.length).toBeGreaterThanOrEqual(1);
        for (const again of shown.slice(1)) expect(wanderer.replayed).toContain(again.connection);
      }
      for (const id of recalled) expect([undefined, 'recalled']).toContain(wanderer.told(id).at(-1));
    }
    await expectExactStats(wanderers, standing);
  }, 120_000);
});
