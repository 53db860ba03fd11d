import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { send } from './chat.js';
import { type Group, aGroup, inGroup } from './groups.js';
import type { TestNode } from './node.js';
import { type Reply, type TestUser, call, registerUser } from './rest.js';

/** A user whose role makes them a moderator of the installation. */
export async function aModerator(node: TestNode): Promise<TestUser> {
  const user = await registerUser(node);
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  await dataSource.query("UPDATE users SET role = 'moderator' WHERE id = ?", [user.id]);
  return user;
}

/** A call of the moderators' routes: `moderate(node, moderator, 'GET reports')`. */
export const moderate = (node: TestNode, { token }: TestUser, path: string, body?: unknown): Promise<Reply> =>
  call(node, path.replace(' ', ' /v1/moderation/') as Parameters<typeof call>[1], { token, body });

export const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

export const report = (
  node: TestNode,
  group: Pick<Group, 'conversationId'>,
  by: TestUser,
  seq: number,
  body: object = { reason: 'spam' },
): Promise<Reply> => inGroup(node, group, by, 'POST', `messages/${seq}/report`, body);

/** A group in which Bob has said something that Ada reports. */
export async function aReportedMessage(node: TestNode, type = 'group') {
  const group = await aGroup(node, { type });
  const [owner, ada, bob] = group.people;
  const { seq } = await send(node, bob, group.conversationId, 'Buy my pills');
  const { body } = await report(node, group, ada, seq);
  return { group, owner, ada, bob, seq: seq as number, reportId: body.report.id as string };
}

/** What is on record about a conversation, in brief, newest first. */
export async function actionsIn(node: TestNode, moderator: TestUser, { conversationId }: Group) {
  const { body } = await moderate(node, moderator, `GET actions?conversationId=${conversationId}`);
  return body.items.map(({ action, moderatorId, userId, seq, note }: Record<string, unknown>) => ({
    action,
    moderatorId,
    userId,
    seq,
    note,
  })) as Record<string, unknown>[];
}
