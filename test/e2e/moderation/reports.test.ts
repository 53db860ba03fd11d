import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { doInGroup, inGroup } from '../../support/groups.js';
import {
  actionsIn,
  aModerator,
  aReportedMessage,
  inHours,
  moderate,
  report,
} from '../../support/moderation.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { PASSWORD, type Reply, type TestUser, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { download, upload } from '../../support/uploads.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
let admin: TestUser;
let moderator: TestUser;

beforeAll(async () => {
  database = await createDatabase('reports');
  const shared = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  };
  here = await startNode(shared);
  there = await startNode(shared);
  admin = await logIn(here, 'root');
  moderator = await aModerator(here);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const asModerator = (path: string, body?: unknown, node = here): Promise<Reply> =>
  moderate(node, moderator, path, body);

const close = (reportId: string, body: object, node = here) =>
  asModerator(`POST reports/${reportId}/close`, body, node);

describe('a report', () => {
  it('shows moderators what the reported message answers', async () => {
    const { group, ada, bob, seq } = await aReportedMessage(here);
    const { body } = await trySend(here, bob, group.conversationId, { text: 'Really', replyTo: seq });
    const { body: reported } = await report(here, group, ada, body.message.seq);
    expect((await asModerator(`GET reports/${reported.report.id}`)).body.report.message).toMatchObject({
      text: 'Really',
      quoted: { seq, text: 'Buy my pills' },
    });
  });

  it('is one a member and message, whatever is said again; moderators see it with the message as it is now', async () => {
    const { group, ada, owner, bob, seq } = await aReportedMessage(here);
    const again = await report(there, group, ada, seq, { reason: 'hate', comment: 'No, worse' });
    expect(again).toMatchObject({
      status: 200,
      body: { report: { reason: 'spam', comment: null, state: 'open' } },
    });
    const both = await Promise.all(
      [here, there].map((node) =>
        inGroup(node, group, owner, 'POST', `messages/${seq}/report`, { reason: 'other', comment: 'Look' }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 201]);
    expect(new Set(both.map(({ body }) => body.report.id)).size).toBe(1);
    await doInGroup(here, group, bob, 'PATCH', `messages/${seq}`, { text: 'Buy my other pills' });
    for (const who of [admin, moderator]) {
      const path = `GET reports?state=open&conversationId=${group.conversationId}`;
      const { items } = (await moderate(there, who, path)).body;
      expect(items).toHaveLength(2);
      expect(items[0]).toMatchObject({
        reporterId: owner.id,
        senderId: bob.id,
        reason: 'other',
        comment: 'Look',
        action: null,
        closedBy: null,
        message: { seq, text: 'Buy my other pills' },
      });
    }
    const mine = await asModerator(`GET reports?reporterId=${ada.id}&senderId=${bob.id}&limit=1`);
    expect(mine.body.items.map((item: { reporterId: string }) => item.reporterId)).toEqual([ada.id]);
    expect((await asModerator(`GET reports?state=dismissed&senderId=${bob.id}`)).body.items).toEqual([]);
  });

  it('opens the files of its message to moderators, while the message holds them, and no others', async () => {
    const { group, ada, bob } = await aReportedMessage(here);
    const [held, other] = [await upload(here, bob, 'pills.txt'), await upload(here, bob, 'more.txt')];
    const sent = await trySend(here, bob, group.conversationId, { attachments: [held.id] });
    await trySend(here, bob, group.conversationId, { attachments: [other.id] });
    const { seq } = sent.body.message;
    const { id } = (await report(there, group, ada, seq)).body.report;
    const open = async ({ token }: TestUser, fileId: string) => {
      const { status, bytes } = await download(here, `/v1/moderation/reports/${id}/files/${fileId}`, {
        token,
      });
      return status === 200 ? bytes.toString() : status;
    };
    expect(await open(moderator, held.id)).toBe('pills.txt');
    expect(await open(moderator, other.id)).toBe(404);
    expect(await open(ada, held.id)).toBe(403);
    expect((await download(here, `/v1/files/${held.id}`, moderator)).status).toBe(404);
    await doInGroup(here, group, bob, 'DELETE', `messages/${seq}`);
    expect(await open(moderator, held.id)).toBe(404);
  });

  it('is made of what the reporter sees, and of nobody’s own', async () => {
    const { group, owner, ada, bob, seq } = await aReportedMessage(here);
    const stranger = await registerUser(here);
    await doInGroup(here, group, owner, 'PATCH', '', { historyVisibility: 'joined' });
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [stranger.id] });
    const outsider = await registerUser(here);
    const replies = await Promise.all([
      report(there, group, stranger, seq),
      report(there, group, outsider, seq),
      report(there, group, ada, 99),
      report(there, group, bob, seq),
      report(there, group, ada, 1),
      report(there, group, ada, seq, { reason: 'boring' }),
      report(there, group, ada, seq, { reason: 'spam', comment: 'x'.repeat(1001) }),
    ]);
    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      '404 message.not_found',
      '404 conversation.not_found',
      '404 message.not_found',
      '403 message.not_allowed',
      '403 message.not_allowed',
      '400 request.invalid',
      '400 request.invalid',
    ]);
  });

  it('holds nothing of a message that was deleted since', async () => {
    const { group, bob, seq, reportId } = await aReportedMessage(here);
    await doInGroup(here, group, bob, 'DELETE', `messages/${seq}`);
    for (const path of [
      `GET reports/${reportId}`,
      `GET reports?conversationId=${group.conversationId}`,
      'GET actions',
    ]) {
      const { status, body } = await asModerator(path, undefined, there);
      expect([status, JSON.stringify(body).includes('pills')]).toEqual([200, false]);
    }
    expect((await asModerator(`GET reports/${reportId}`)).body.report.message).toMatchObject({
      text: null,
      deletedAt: expect.any(String),
    });
  });
});

describe('a report is closed', () => {
  it('by deleting the message: for all who reported it, and on every open connection', async () => {
    const { group, owner, ada, seq, reportId } = await aReportedMessage(here);
    const other = (await report(there, group, owner, seq)).body.report.id;
    const stream = await connect('sse', there, ada);
    const { body } = await close(reportId, { action: 'delete_message', note: 'Pills again' });
    expect(body.report).toMatchObject({
      state: 'resolved',
      action: 'delete_message',
      note: 'Pills again',
      closedBy: moderator.id,
      closedAt: expect.any(String),
      message: { text: null },
    });
    expect((await asModerator(`GET reports/${other}`)).body.report).toMatchObject({
      state: 'resolved',
      closedBy: moderator.id,
    });
    await stream.until('hears of the deletion', () => stream.count('message.deleted') === 1);
    expect(await actionsIn(here, moderator, group)).toEqual([
      { action: 'delete_message', moderatorId: moderator.id, userId: null, seq, note: 'Pills again' },
    ]);
    for (const id of [reportId, other])
      expect(await close(id, { action: 'dismiss' })).toMatchObject({
        status: 409,
        body: { code: 'report.closed' },
      });
  });

  it('by muting or banning its sender, by doing something else, or by doing nothing', async () => {
    const until = inHours(3);
    const muted = await aReportedMessage(here);
    expect((await close(muted.reportId, { action: 'mute', until })).body.report.state).toBe('resolved');
    expect(
      (await trySend(there, muted.bob, muted.group.conversationId, { text: 'More' })).body.detail,
    ).toContain(until);
    const banned = await aReportedMessage(here, 'channel');
    await close(banned.reportId, { action: 'ban', note: 'Enough' });
    expect((await inGroup(there, banned.group, banned.bob, 'POST', 'join')).body.code).toBe(
      'conversation.banned',
    );
    expect((await doInGroup(here, banned.group, banned.owner, 'GET', 'bans')).items).toMatchObject([
      { userId: banned.bob.id, reason: 'Enough', bannedBy: moderator.id },
    ]);
    for (const [action, state] of [
      ['dismiss', 'dismissed'],
      ['resolve', 'resolved'],
    ] as const) {
      const { reportId, group, bob, seq } = await aReportedMessage(here);
      expect((await close(reportId, { action })).body.report).toMatchObject({ state, action, note: null });
      expect(await actionsIn(here, moderator, group)).toEqual([
        { action, moderatorId: moderator.id, userId: bob.id, seq, note: null },
      ]);
      expect((await doInGroup(here, group, bob, 'GET', `messages/${seq}`)).message.text).toBe('Buy my pills');
    }
  });

  it('by one moderator of several; the others change nothing', async () => {
    const { group, reportId, bob } = await aReportedMessage(here);
    const attempts = [here, there].flatMap((node) => [
      close(reportId, { action: 'mute', until: inHours(1) }, node),
      close(reportId, { action: 'ban' }, node),
      close(reportId, { action: 'dismiss' }, node),
    ]);
    const replies = await Promise.all(attempts);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await actionsIn(here, moderator, group)).toHaveLength(1);
    const { action } = (await asModerator(`GET reports/${reportId}`)).body.report;
    const { items } = await doInGroup(here, group, group.people[0], 'GET', 'members');
    const his = items.find(({ userId }: { userId: string }) => userId === bob.id);
    expect([his === undefined, Boolean(his?.mutedUntil)]).toEqual([action === 'ban', action === 'mute']);
  });

  it('not, where the act fails', async () => {
    const pair = await aPair(here);
    const { seq } = await send(here, pair.bob, pair.conversationId, 'Between us');
    const { id } = (await report(there, pair, pair.alice, seq)).body.report;
    expect((await close(id, { action: 'ban' })).body.code).toBe('conversation.not_allowed');
    expect((await asModerator(`GET reports/${id}`)).body.report).toMatchObject({
      state: 'open',
      action: null,
    });
    expect((await close(id, { action: 'delete_message' })).status).toBe(200);
    const { reportId } = await aReportedMessage(here);
    expect((await close(reportId, { action: 'mute', until: '2001-01-01T00:00:00Z' })).status).toBe(400);
    expect((await asModerator(`GET reports/${reportId}`)).body.report.state).toBe('open');
    expect((await asModerator('GET reports/123')).status).toBe(404);
    expect((await close('nothing', { action: 'dismiss' })).status).toBe(404);
  });
});
