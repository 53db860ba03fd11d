import type { Operation } from '../../support/api-document.js';
import { type TestNode, startNode } from '../../support/node.js';
import { PASSWORD, type Reply, type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { upload } from '../../support/uploads.js';

export const METRICS_TOKEN = 'let-me-count';

export type Route = Parameters<typeof call>[1];

/** One node with an admin, two users and their conversation: every operation finds something to work on. */
export class World {
  database!: TestDatabase;
  node!: TestNode;
  ada!: TestUser;
  admin!: TestUser;
  conversationId!: string;
  fileId!: string;
  broadcastId!: string;

  async begin(): Promise<void> {
    this.database = await createDatabase('answers');
    this.node = await startNode({
      DATABASE_URL: this.database.url,
      METRICS_TOKEN,
      ADMIN_USERNAME: 'root',
      ADMIN_PASSWORD: PASSWORD,
      FILE_MIB: '1',
      FILE_QUOTA_MIB: '1',
      IMAGE_MEGAPIXELS: '1',
      CONTACTS: 'ask',
      CONTACTS_PER_USER: '2',
    });
    this.ada = await registerUser(this.node, 'ada');
    await registerUser(this.node, 'bob');
    this.admin = await logIn(this.node, 'root');
    const { body } = await this.asAda('POST /v1/messages', { to: 'bob', text: 'Hi' });
    this.conversationId = body.message.conversationId;
    const announced = await this.asAdmin('POST /v1/broadcasts', { body: 'Hi all', audience: { all: true } });
    this.broadcastId = announced.body.broadcast.id;
    this.fileId = (await upload(this.node, this.ada, 'plain', 'plain.txt')).id;
  }

  async end(): Promise<void> {
    await this.node.stop();
    await this.database.drop();
  }

  operations(): [Route, Operation][] {
    return [...this.node.answers.judge.operations] as [Route, Operation][];
  }

  /** A path with something that exists for each of its parameters. */
  existing(route: string): Route {
    return route
      .replace('/conversations/{id}', `/conversations/${this.conversationId}`)
      .replace('/broadcasts/{id}', `/broadcasts/${this.broadcastId}`)
      .replace('/users/{id}', `/users/${this.ada.id}`)
      .replace('/files/{id}', `/files/${this.fileId}`)
      .replace(/\/(blocks|contacts|contact-requests)\/\{userId\}/, `/$1/${this.admin.id}`)
      .replace('{seq}', '1')
      .replace('{emoji}', encodeURIComponent('👍')) as Route;
  }

  /** Of whoever may call it. */
  tokenFor({ tags }: Operation): string {
    return (tags?.some((tag) => ['admin', 'moderation', 'broadcasts'].includes(tag)) ? this.admin : this.ada)
      .token;
  }

  asAda(route: Route, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
    return call(this.node, route, { token: this.ada.token, body, headers });
  }

  asAdmin(route: Route, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
    return call(this.node, route, { token: this.admin.token, body, headers });
  }

  asNobody(route: Route, body?: unknown): Promise<Reply> {
    return call(this.node, route, { body });
  }
}

/** `401 auth.token_missing`, `204` */
export const answers = async (...replies: Promise<Reply>[]): Promise<string[]> =>
  (await Promise.all(replies)).map(({ status, body }) => [status, body?.code].filter(Boolean).join(' '));
