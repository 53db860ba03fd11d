import { waitUntil } from '../../src/launcher/wait-until.js';

export const doorNames = ['socket.io', 'sse', 'poll'] as const;
export type DoorName = (typeof doorNames)[number];

/** An event as it came: the envelope. */
export interface Received {
  readonly cursor: string | null;
  readonly type: string;
  readonly at: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
}

/** What a door said at the beginning, or when delivery began anew. */
export interface ReadyInfo {
  readonly cursor: string;
  readonly resumed: boolean;
  /** How many events had come before it on this connection. */
  readonly after: number;
}

/** Is told at once of what comes, instead of having it kept. */
export interface Watch {
  ready(info: ReadyInfo): void;
  event(event: Received): void;
}

export interface ConnectOptions {
  /** The node's address; asked again on each reconnect. */
  readonly url: () => string;
  readonly token: () => string;
  readonly cursor?: string | undefined;
  /** Whether the client comes back by itself. */
  readonly reconnect?: boolean;
  /** Events in one answer of a poll. */
  readonly limit?: number;
  readonly watch?: Watch;
}

/** A client of one door, built on a package that nobody here wrote: what tests know of a door, they know through this. */
export abstract class ChatClient {
  readonly events: Received[] = [];
  /** What was told of others' coming and going; apart, because it comes at any time. */
  readonly presences: Received[] = [];
  readonly readies: ReadyInfo[] = [];
  /** Where to go on. */
  cursor: string | undefined;
  /** Set once the connection has ended, by whomever. */
  isClosed = false;
  /** The problem with which the door refused. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  problem: any;

  constructor(protected readonly options: ConnectOptions) {
    this.cursor = options.cursor;
  }

  /** The connection breaks without a word: the socket is destroyed. It does not come back. */
  abstract kill(): void;
  /** Stops reading from the network. */
  abstract pause(): void;
  abstract resume(): void;
  abstract close(): void;

  get name(): string {
    return this.constructor.name;
  }

  /** Resolves when the condition holds; else rejects with what had come. */
  async until(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
    await waitUntil(`${this.name} ${what}`, condition, { timeoutMs, intervalMs: 5 }).catch((error: Error) => {
      const last = this.events
        .slice(-5)
        .map(({ type, data }) => `${type} ${data?.message?.seq ?? JSON.stringify(data)}`);
      throw new Error(
        `${error.message}; ${this.events.length} events, the last: ${last.join(' | ')}; ` +
          `readies ${JSON.stringify(this.readies)}; problem ${JSON.stringify(this.problem)}`,
      );
    });
  }

  async untilReady(): Promise<this> {
    await this.until('is ready', () => this.readies.length > 0 || this.problem !== undefined);
    if (this.problem !== undefined) throw new Error(`refused: ${JSON.stringify(this.problem)}`);
    return this;
  }

  async untilMessages(count: number, timeoutMs?: number): Promise<void> {
    await this.until(`has ${count} messages`, () => this.count('message.created') >= count, timeoutMs);
  }

  ofType(type: string): Received[] {
    return this.events.filter((event) => event.type === type);
  }

  count(type: string): number {
    return this.events.reduce((sum, event) => (event.type === type ? sum + 1 : sum), 0);
  }

  /** The messages that came as `message.created`, of one conversation or of all. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  messages(conversationId?: string): any[] {
    return this.ofType('message.created')
      .map(({ data }) => data.message)
      .filter((message) => conversationId === undefined || message.conversationId === conversationId);
  }

  seqs(conversationId?: string): number[] {
    return this.messages(conversationId).map(({ seq }) => seq);
  }

  protected hearReady({ cursor, resumed }: { cursor: string; resumed: boolean }): void {
    const info = { cursor, resumed, after: this.events.length };
    this.readies.push(info);
    this.cursor = cursor;
    this.options.watch?.ready(info);
  }

  protected hear(event: Received): void {
    if (event.cursor !== null) this.cursor = event.cursor;
    if (event.type === 'presence.changed') this.presences.push(event);
    else if (this.options.watch) this.options.watch.event(event);
    else this.events.push(event);
  }
}

/** Every type that a client may hear. */
export const eventTypes = [
  'message.created',
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'receipt.delivered',
  'receipt.read',
  'conversation.created',
  'conversation.updated',
  'conversation.deleted',
  'member.added',
  'member.updated',
  'member.removed',
  'contact.added',
  'contact.updated',
  'contact.removed',
  'contact_request.added',
  'contact_request.removed',
  'user.updated',
  'broadcast.published',
  'broadcast.updated',
  'broadcast.recalled',
  'support.updated',
  'support.position',
  'conversation.synced',
  'mailbox.gap',
  'draft.updated',
  'typing.started',
  'typing.stopped',
  'presence.changed',
  'presence.reminder',
  'session.revoked',
  'server.draining',
] as const;
