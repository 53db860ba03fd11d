import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirect, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { actionsIn, aModerator, aReportedMessage, inHours, moderate } from '../../support/moderation.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type Reply, type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let moderator: TestUser;

beforeAll(async () => {
  database = await createDatabase('moderators');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
  };
  here = await startNode(shared);
  there = await startNode(shared);
  moderator = await aModerator(here);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const asModerator = (path: string, body?: unknown, node = here): Promise<Reply> =>
  moderate(node, moderator, path, body);

describe('moderators', () => {
  it('act where they are no members, and are on record; by the members’ routes they are strangers', async () => {
    const group = await aGroup(here);
    const [owner, ada, bob] = group.people;
    const { conversationId } = group;
    const { seq } = await send(here, owner, conversationId, 'Rude');
    const path = `conversations/${conversationId}`;
    expect((await inGroup(here, group, moderator, 'DELETE', `messages/${seq}`)).status).toBe(404);
    expect((await inGroup(here, group, moderator, 'PUT', `bans/${bob.id}`, {})).status).toBe(404);
    expect((await asModerator(`DELETE ${path}/messages/${seq}`, undefined, there)).status).toBe(204);
    expect((await doInGroup(here, group, ada, 'GET', `messages/${seq}`)).message).toMatchObject({
      text: null,
    });
    expect((await asModerator(`PUT ${path}/members/${owner.id}/mute`, { until: inHours(1) })).status).toBe(
      200,
    );
    expect((await trySend(there, owner, conversationId, { text: 'What?' })).body.code).toBe(
      'conversation.muted',
    );
    expect((await inGroup(here, group, owner, 'DELETE', `members/${owner.id}/mute`)).status).toBe(403);
    expect((await asModerator(`DELETE ${path}/members/${owner.id}/mute`)).body.member.mutedUntil).toBeNull();
    expect((await asModerator(`PUT ${path}/bans/${bob.id}`, { reason: 'Rude' })).status).toBe(200);
    expect((await asModerator(`GET ${path}/bans`)).body.items).toHaveLength(1);
    expect((await asModerator(`DELETE ${path}/bans/${bob.id}`)).status).toBe(204);
    expect((await actionsIn(here, moderator, group)).map(({ action }) => action)).toEqual([
      'unban',
      'ban',
      'unmute',
      'mute',
      'delete_message',
    ]);
    const [first] = (await asModerator('GET actions?limit=1')).body.items;
    expect(first).toMatchObject({ action: 'unban', userId: bob.id, moderatorId: moderator.id });
  });

  it('are those whose role says so', async () => {
    const { group, owner, bob, seq, reportId } = await aReportedMessage(here);
    for (const path of [
      'GET reports',
      `GET reports/${reportId}`,
      'GET actions',
      `DELETE conversations/${group.conversationId}/messages/${seq}`,
      `PUT conversations/${group.conversationId}/bans/${bob.id}`,
    ]) {
      const reply = await moderate(here, owner, path, path.startsWith('PUT') ? {} : undefined);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'auth.not_allowed']);
    }
  });

  it('delete in a direct conversation too, and both hear of it', async () => {
    const [ada, bob] = [await registerUser(here), await registerUser(here)];
    const conversationId = await openDirect(here, ada, bob);
    const { seq } = await send(here, ada, conversationId, 'Threat');
    const stream = await connect('poll', there, bob);
    await asModerator(`DELETE conversations/${conversationId}/messages/${seq}`);
    await stream.until('hears of the deletion', () => stream.count('message.deleted') === 1);
  });
});
