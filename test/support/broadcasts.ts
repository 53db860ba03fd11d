import { getDataSourceToken } from '@nestjs/typeorm';
import { expect } from 'vitest';
import type { DataSource } from 'typeorm';
import type { ChatClient } from './chat-client.js';
import type { TestNode } from './node.js';
import { type Reply, type TestUser, call, registerUser } from './rest.js';

type Node = { readonly url: string };
type User = Pick<TestUser, 'token'>;

export const PATH = '/v1/broadcasts';

/** A user who may publish. */
export async function aPublisher(node: TestNode): Promise<TestUser> {
  const user = await registerUser(node);
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  await dataSource.query("UPDATE users SET role = 'admin' WHERE id = ?", [user.id]);
  return user;
}

/** Resolves when whatever was published, changed or recalled has come to all mailboxes. */
export async function untilCast(node: TestNode): Promise<void> {
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  const pending = () => dataSource.query('SELECT number FROM broadcast_changes WHERE reachedAt IS NULL');
  await expect.poll(pending, { timeout: 10_000, interval: 20 }).toEqual([]);
}

export const publish = (
  node: Node,
  { token }: User,
  body: object,
  headers?: Record<string, string>,
): Promise<Reply> => call(node, `POST ${PATH}`, { token, body, headers });

/** Likewise one that must succeed. */
export async function published(node: Node, by: User, body: object): Promise<Reply['body']> {
  const { status, body: answer } = await publish(node, by, { body: 'Hello all', ...body });
  expect([status, answer]).toEqual([201, expect.anything()]);
  return answer.broadcast;
}

export const recall = async (node: Node, { token }: User, id: string): Promise<void> => {
  expect((await call(node, `DELETE ${PATH}/${id}`, { token })).status).toBe(204);
};

export const change = (node: Node, { token }: User, id: string, body: object): Promise<Reply> =>
  call(node, `PATCH ${PATH}/${id}`, { token, body });

export const acknowledge = (node: Node, { token }: User, id: string): Promise<Reply> =>
  call(node, `POST ${PATH}/${id}/ack`, { token });

export const statsOf = async (node: Node, { token }: User, id: string): Promise<Reply['body']> =>
  (await call(node, `GET ${PATH}/${id}/stats`, { token })).body;

/** The ids of what is current for somebody, newest first. */
export const currentFor = async (node: Node, { token }: User): Promise<string[]> =>
  (await call(node, `GET ${PATH}`, { token })).body.items.map(({ id }: { id: string }) => id);

/** Everything that a client was told of a broadcast, in brief and in order. */
export const toldOf = ({ events }: Pick<ChatClient, 'events'>, id: string): string[] =>
  events.filter(({ data }) => data?.broadcast?.id === id).map(({ type }) => type.replace('broadcast.', ''));
