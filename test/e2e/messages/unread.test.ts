import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnreadStore } from '../../../src/conversations/unread.store.js';
import { aPair, send, trySend } from '../../support/chat.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { fc } from '../../support/property.js';
import { type Reply, type TestUser, call, logIn } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const HISTORIES = 12;

let database: TestDatabase;
let nodes: [TestNode, TestNode];

beforeAll(async () => {
  database = await createDatabase('unread');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  nodes = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

const dataSource = () => nodes[0].app.get<DataSource>(getDataSourceToken());

/** What the test knows of a message, from what was acknowledged. */
interface Known {
  readonly seq: number;
  readonly senderId: string;
  rev: number;
  mentions: string[];
  mentionAll: boolean;
  isDeleted: boolean;
}

interface Person {
  readonly devices: readonly [TestUser, TestUser];
  readSeq: number;
  isIn: boolean;
}

/** A group of four with two devices each, on two nodes, and a plain account of what has happened in it. */
class Account {
  readonly messages = new Map<number, Known>();
  readonly people: Person[] = [];
  lastSeq = 1;

  private constructor(readonly conversationId: string) {}

  static async begin(historyVisibility: string): Promise<Account> {
    const { conversationId, people } = await aGroup(nodes[0], { historyVisibility });
    const account = new Account(conversationId);
    for (const one of people) {
      const devices = [one, await logIn(nodes[1], one.username)] as const;
      account.people.push({ devices, readSeq: 0, isIn: true });
    }
    await account.note();
    return account;
  }

  person(index: number): Person {
    return this.people[index % this.people.length]!;
  }

  /** One call by a device of somebody, on the node that the device is at. */
  by(index: number, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) {
    const device = (index >> 2) % 2;
    return inGroup(nodes[device]!, this, this.person(index).devices[device]!, method, path, body);
  }

  own(index: number, pick: number): Known | undefined {
    const { id } = this.person(index).devices[0];
    const own = [...this.messages.values()].filter(({ senderId }) => senderId === id);
    return own[pick % Math.max(1, own.length)];
  }

  /** Of the messages that somebody may be named in, by bits. */
  named(bits: number): string[] {
    return this.people.flatMap(({ devices, isIn }, i) => (isIn && (bits >> i) & 1 ? devices[0].id : []));
  }

  async note(): Promise<void> {
    this.lastSeq = (await this.by(0, 'GET', '')).body.conversation.lastSeq;
  }

  heed({ status, body }: Reply): void {
    if (status >= 300) return;
    const { seq, senderId, rev, mentions, mentionAll } = body.message;
    const known = this.messages.get(seq);
    if (known && known.rev > rev) return;
    this.messages.set(seq, {
      seq,
      senderId,
      rev,
      mentions,
      mentionAll,
      isDeleted: known?.isDeleted ?? false,
    });
  }

  /** What is unread for somebody, counted by hand. */
  recount({ devices, readSeq }: Person): { unread: number; mentions: number; readSeq: number } {
    const { id } = devices[0];
    const unread = [...this.messages.values()].filter(
      ({ seq, senderId, isDeleted }) => seq > readSeq && senderId !== id && !isDeleted,
    );
    const naming = unread.filter(({ mentions, mentionAll }) => mentionAll || mentions.includes(id));
    return { unread: unread.length, mentions: naming.length, readSeq };
  }

  /** Every place that shows it, on both devices and nodes. */
  async shown({ devices }: Person): Promise<object[]> {
    const { conversationId } = this;
    const path = `/v1/conversations/${conversationId}` as const;
    const asked = devices.flatMap(({ token }, i) => [
      call(nodes[i]!, `GET ${path}`, { token }).then(({ body }) => body.conversation),
      call(nodes[i]!, `GET ${path}/changes`, { token }).then(({ body }) => body.conversation),
      call(nodes[i]!, `PATCH ${path}/settings`, { token, body: {} }).then(({ body }) => body.conversation),
      ...['conversations', 'sync'].map(async (list) => {
        const { body } = await call(nodes[i]!, `GET /v1/${list}`, { token });
        return (body.items ?? body.conversations).find(({ id }: { id: string }) => id === conversationId);
      }),
    ]);
    return Promise.all(asked);
  }

  async check(): Promise<void> {
    for (const person of this.people.filter(({ isIn }) => isIn)) {
      const expected = this.recount(person);
      for (const conversation of await this.shown(person)) expect(conversation).toMatchObject(expected);
    }
  }
}

const number = fc.nat(1_000);
/** Of what may happen at once: who, what, and of what. */
const deed = fc.tuple(
  number,
  fc.constantFrom('send', 'send', 'send', 'reply', 'delete', 'edit', 'read'),
  number,
);
/** Several at once, or a change of membership by itself. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(deed, { minLength: 1, maxLength: 4 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('leave' as const, 'remove' as const, 'add' as const), number),
  },
);

async function happen(account: Account, [who, what, of]: [number, string, number]): Promise<void> {
  const person = account.person(who);
  if (!person.isIn) return;
  const naming = { mentions: account.named(of), mentionAll: of % 5 === 0 };
  const own = account.own(who, of);
  const reply = async (threadOf: number | undefined) =>
    account.heed(await account.by(who, 'POST', 'messages', { text: `message ${of}`, ...naming, threadOf }));
  if (what === 'send') return reply(undefined);
  if (what === 'reply') return reply(1);
  if (what === 'edit' && own)
    account.heed(await account.by(who, 'PATCH', `messages/${own.seq}`, { text: `edited ${of}`, ...naming }));
  if (what === 'delete' && own) {
    expect((await account.by(who, 'DELETE', `messages/${own.seq}`)).status).toBe(204);
    account.messages.get(own.seq)!.isDeleted = true;
  }
  if (what === 'read') {
    const seq = of % (account.lastSeq + 1);
    expect((await account.by(who, 'PUT', 'read', { seq })).status).toBe(204);
    person.readSeq = Math.max(person.readSeq, seq);
  }
}

async function changeMembers(account: Account, what: 'leave' | 'remove' | 'add', who: number): Promise<void> {
  // The owner stays.
  const index = 1 + (who % (account.people.length - 1));
  const person = account.person(index);
  const { id } = person.devices[0];
  if (what === 'add' && !person.isIn) {
    expect((await account.by(0, 'POST', 'members', { userIds: [id] })).status).toBe(201);
    Object.assign(person, { isIn: true, readSeq: account.lastSeq });
  }
  if (what !== 'add' && person.isIn) {
    const left =
      what === 'leave' ? account.by(index, 'POST', 'leave') : account.by(0, 'DELETE', `members/${id}`);
    expect((await left).status).toBe(204);
    person.isIn = false;
  }
}

describe('unread and mentions', () => {
  it('are what a recount by hand gives, in every place and on every device, whatever has happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('all', 'joined'),
        fc.array(step, { minLength: 5, maxLength: 25 }),
        async (historyVisibility, steps) => {
          const account = await Account.begin(historyVisibility);
          for (const one of steps) {
            if (typeof one[0] === 'string') await changeMembers(account, one[0], one[1] as number);
            else
              await Promise.all((one as [number, string, number][]).map((deedOf) => happen(account, deedOf)));
            await account.note();
          }
          await account.check();
        },
      ),
      { numRuns: HISTORIES },
    );
  }, 120_000);

  it('count whom an edit names, and no longer whom it does not name any more', async () => {
    const pair = await aPair(nodes[0]);
    const { alice, bob, conversationId } = pair;
    const mentions = async () => (await doInGroup(nodes[0], pair, bob, 'GET', '')).conversation.mentions;
    await send(nodes[0], alice, conversationId, 'nobody');
    expect(await mentions()).toBe(0);
    const edit = (body: object) =>
      doInGroup(nodes[0], pair, alice, 'PATCH', 'messages/1', { text: 'nobody', ...body });
    await edit({ mentions: [bob.id, bob.id, alice.id] });
    expect(await mentions()).toBe(1);
    const { message } = await edit({ text: 'kept' });
    expect(message.mentions).toEqual([bob.id, alice.id]);
    await edit({ text: 'kept', mentionAll: true });
    expect(await mentions()).toBe(1);
    await edit({ text: 'kept', mentions: [], mentionAll: false });
    expect(await mentions()).toBe(0);
  });

  it('count no id that another one begins or ends with', async () => {
    const pair = await aPair(nodes[0]);
    const { id } = pair.bob;
    await trySend(nodes[0], pair.alice, pair.conversationId, { text: 'Hi', mentions: [id] });
    const count = (userId: string) =>
      nodes[0].app
        .get(UnreadStore)
        .count(dataSource().manager, userId, [
          { conversationId: pair.conversationId, readSeq: 0, lastSeq: 1 },
        ]);
    expect([...(await count(id)).values()]).toEqual([{ unread: 1, mentions: 1 }]);
    for (const other of [id.slice(1), id.slice(0, -1), `${id}0`])
      expect([...(await count(other)).values()]).toEqual([{ unread: 1, mentions: 0 }]);
  });
});
