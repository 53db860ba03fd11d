import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Socket, io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import type { Answer } from '../../support/socket-io-client.js';
import { aPublisher, change, published, recall } from '../../support/broadcasts.js';
import { aGroup, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { aGuest, aTeam, act, ask } from '../../support/support.js';

interface AsyncApi {
  readonly channels: { readonly socket: { readonly messages: Readonly<Record<string, unknown>> } };
  readonly operations: Readonly<Record<string, { readonly action: string }>>;
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: object }>> };
}

let database: TestDatabase;
let node: TestNode;
let document: AsyncApi;
let ada: TestUser;
let bob: TestUser;
let conversationId: string;
let admin: TestUser;
const ajv = new Ajv({ strict: false, allErrors: true });
const sockets: Socket[] = [];

/** Every message that came over a Socket.IO connection, by its name. */
const heard = new Map<string, unknown[]>();

beforeAll(async () => {
  database = await createDatabase('events');
  node = await startNode({ DATABASE_URL: database.url, REPLAY_MESSAGES: '3' });
  addFormats.default(ajv);
  document = (await call(node, 'GET /asyncapi.json')).body;
  ajv.addSchema(document, 'document');
  ada = await registerUser(node, 'ada');
  bob = await registerUser(node, 'bob');
  admin = await aPublisher(node);
});

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

function faults(message: string, payload: unknown): string[] {
  if (!Object.hasOwn(document.components.messages, message)) return [`${message} is not documented`];
  const validate: ValidateFunction = ajv.compile({
    $ref: `document#/components/messages/${message}/payload`,
  });
  return validate(payload)
    ? []
    : (validate.errors ?? []).map((error) => `${message} ${error.instancePath} ${error.message}`);
}

async function open(auth: object, url = node.url): Promise<Socket> {
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  sockets.push(socket);
  const hear = (name: string, payload: unknown) => heard.set(name, [...(heard.get(name) ?? []), payload]);
  socket.onAny(hear);
  let isRefused = false;
  socket.on('connect_error', (error) => {
    isRefused = true;
    hear('connect_error', 'data' in error ? error.data : error);
  });
  await waitUntil('an answer', () => socket.connected || isRefused, { timeoutMs: 5_000 });
  return socket;
}

const untilHeard = (name: string): Promise<void> =>
  waitUntil(name, () => heard.has(name), { timeoutMs: 10_000 });

async function command(socket: Socket, name: string, input: unknown): Promise<Answer> {
  expect(faults(name, input)).toEqual([]);
  const answer = await socket.timeout(5_000).emitWithAck(name, input);
  expect([name, faults(`${name}.ack`, answer)]).toEqual([name, []]);
  return answer;
}

it('what a socket gets and what it is answered is documented, for every command', async () => {
  const socket = await open({ token: ada.token });
  const other = await open({ token: bob.token });
  const { data } = await command(socket, 'message.send', { to: 'bob', text: 'Hi' });
  conversationId = data.message.conversationId;
  await untilHeard('message.created');
  const [{ cursor }] = heard.get('message.created') as [{ cursor: string }];
  const place = { conversationId, seq: 1 };
  const emoji = '👍';
  const broadcast = await published(node, admin, { audience: { all: true } });
  const inputs: Record<string, [Socket, object][]> = {
    'message.edit': [[socket, { ...place, text: 'Hello' }]],
    'reaction.add': [[other, { ...place, emoji }]],
    'reaction.remove': [[other, { ...place, emoji }]],
    'typing.start': [[other, { conversationId }]],
    'typing.stop': [[other, { conversationId }]],
    'presence.set': [[other, { status: 'busy', statusText: 'In a meeting' }]],
    'presence.subscribe': [[socket, { userIds: [bob.id, ada.id] }]],
    'presence.unsubscribe': [[socket, { userIds: [bob.id] }]],
    'mailbox.ack': [[other, { cursor }]],
    'conversation.read': [[other, place]],
    'broadcast.acknowledge': [[other, { id: broadcast.id }]],
    'auth.refresh': [[socket, { token: ada.token }]],
    'message.delete': [[socket, place]],
    'message.send': [[socket, { conversationId, clientId: 'c-1', text: 'Again' }]],
  };
  const receiving = Object.entries(document.operations).filter(([, { action }]) => action === 'receive');
  const commands = receiving.map(([name]) => name).filter((name) => name !== 'connect');
  expect(Object.keys(inputs).toSorted()).toEqual(commands.toSorted());
  for (const [name, calls] of Object.entries(inputs)) {
    for (const [from, input] of calls) {
      const answer = await command(from, name, input);
      expect([name, answer.ok]).toEqual([name, true]);
    }
    const refused = await socket.timeout(5_000).emitWithAck(name, { unknownField: 1 });
    expect([name, refused.ok, refused.error.code]).toEqual([name, false, 'request.invalid']);
    expect(faults(`${name}.ack`, refused)).toEqual([]);
  }
  await untilHeard('presence.changed');
});

it('a refused handshake is documented', async () => {
  await open({ token: 'nonsense' });
  await untilHeard('connect_error');
});

it('a replay from MySQL is documented', async () => {
  for (const text of ['one', 'two', 'three', 'four']) {
    await call(node, 'POST /v1/messages', { token: ada.token, body: { to: 'bob', text } });
  }
  await registerUser(node, 'carl');
  await call(node, 'POST /v1/messages', { token: ada.token, body: { to: 'carl', text: 'Hi' } });
  await open({ token: bob.token, cursor: '1000-0' });
  await untilHeard('mailbox.gap');
  const { token } = await logIn(node, 'carl');
  await open({ token, cursor: '1000-0' });
  await untilHeard('conversation.synced');
});

it.each(['sse', 'poll'] as const)('events by %s have the same form', async (door) => {
  const client = await connect(door, node, bob);
  const { body } = await call(node, 'POST /v1/messages', {
    token: ada.token,
    body: { to: 'bob', text: door },
  });
  await client.until('has the message', () => client.seqs(conversationId).includes(body.message.seq));
  expect(client.events.flatMap((event) => faults(event.type, event))).toEqual([]);
});

it('what becomes of a profile is documented', async () => {
  await open({ token: ada.token });
  await call(node, 'PATCH /v1/users/me', { token: ada.token, body: { displayName: 'Countess' } });
  await untilHeard('user.updated');
});

it('what becomes of contacts is documented', async () => {
  const asking = await startNode({ DATABASE_URL: database.url, CONTACTS: 'ask' });
  const dan = await registerUser(asking, 'dan');
  await open({ token: ada.token }, asking.url);
  const contact = { token: ada.token };
  await call(asking, `PUT /v1/contacts/${dan.id}`, contact);
  await untilHeard('contact_request.added');
  await call(asking, `POST /v1/contact-requests/${ada.id}/accept`, { token: dan.token });
  await untilHeard('contact_request.removed');
  await untilHeard('contact.added');
  await call(asking, `PUT /v1/contacts/${dan.id}`, { ...contact, body: { remind: true } });
  await untilHeard('contact.updated');
  await open({ token: dan.token }, asking.url);
  await untilHeard('presence.reminder');
  await call(asking, `DELETE /v1/contacts/${dan.id}`, contact);
  await untilHeard('contact.removed');
  await asking.stop();
});

it('what becomes of a group is documented', async () => {
  await open({ token: ada.token });
  const group = await aGroup(node, { memberIds: [ada.id, bob.id] });
  const [owner] = group.people;
  await doInGroup(node, group, ada, 'PUT', 'draft', { text: 'Dear' });
  await untilHeard('draft.updated');
  await doInGroup(node, group, owner, 'PATCH', '', { name: 'After' });
  await untilHeard('conversation.updated');
  await doInGroup(node, group, owner, 'POST', 'members', { userIds: [group.people[1].id] });
  await untilHeard('member.added');
  await doInGroup(node, group, owner, 'PATCH', `members/${bob.id}`, { role: 'admin' });
  await untilHeard('member.updated');
  await doInGroup(node, group, owner, 'DELETE', `members/${bob.id}`);
  await untilHeard('member.removed');
  await doInGroup(node, group, owner, 'DELETE');
  await untilHeard('conversation.deleted');
});

it('what becomes of a broadcast is documented', async () => {
  await open({ token: ada.token });
  const { id } = await published(node, admin, { audience: { userIds: [ada.id] } });
  await untilHeard('broadcast.published');
  await change(node, admin, id, { body: 'After' });
  await untilHeard('broadcast.updated');
  await recall(node, admin, id);
  await untilHeard('broadcast.recalled');
});

it('what becomes of a request for support is documented', async () => {
  const team = await aTeam(node, admin);
  const guest = await aGuest(node);
  await open({ token: guest.token });
  const request = await ask(node, guest, team);
  await untilHeard('support.updated');
  const untilShown = async () => {
    if (!heard.has('support.position')) await ask(node, await aGuest(node), team);
    return heard.has('support.position');
  };
  await expect.poll(untilShown, { timeout: 10_000 }).toBe(true);
  await act(node, team.agents[0], request, 'take');
});

it('the end of a session and of a node is documented', async () => {
  const session = await logIn(node, 'ada');
  await open({ token: session.token });
  await call(node, 'POST /v1/auth/logout', { token: session.token });
  await untilHeard('session.revoked');
  const leaving = await startNode({ DATABASE_URL: database.url, DRAIN_SECONDS: '0' });
  await open({ token: bob.token }, leaving.url);
  await leaving.stop();
  await untilHeard('server.draining');
});

it('every message that a server sends was heard, and was of the documented form', () => {
  const exchanged = Object.keys(document.operations).flatMap((name) => [name, `${name}.ack`]);
  const sent = Object.keys(document.channels.socket.messages).filter((name) => !exchanged.includes(name));
  expect([...heard.keys()].toSorted()).toEqual(sent.toSorted());
  const wrong = [...heard].flatMap(([name, payloads]) =>
    payloads.flatMap((payload) => faults(name, payload)),
  );
  expect(wrong).toEqual([]);
});
