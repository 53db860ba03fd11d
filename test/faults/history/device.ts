import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import type { ChatClient, DoorName, Received } from '../../support/chat-client.js';
import { SocketIoClient, clientOf, doorNames } from '../../support/clients.js';
import type { Announced } from './announced.js';
import type { ClusterNode } from './cluster-node.js';
import { recordOf } from './received.js';
import { readRange } from './reading.js';
import type { CursorKind } from './record.js';
import { type Person, type Session, type World, ask, insist, logInAgain } from './world.js';

/** Milliseconds after which a client that hears no `ready` tries somewhere else. */
const READY_WITHIN_MS = 6_000;
const RETRY_MS = 150;

interface OpenConnection {
  readonly id: string;
  readonly node: ClusterNode;
  readonly client: ChatClient;
  readonly session: Session;
  isOver: boolean;
}

/** A phone or a page: keeps its cursor, and comes back by any door to any node whenever its connection ends. */
export class Device {
  private connection: OpenConnection | undefined;
  private connections = 0;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private readonly filling = new Set<Promise<void>>();
  /** The highest seq that came, by conversation. */
  readonly top = new Map<string, number>();
  /** Of each broadcast, what came last. */
  private readonly told = new Map<string, string>();
  /** Cursors of its past, for coming back with an old one. */
  readonly formerCursors: string[] = [];

  private constructor(
    readonly name: string,
    readonly person: Person,
    private session: Session,
    private cursor: string,
    private readonly world: World,
  ) {}

  /** A new login, that begins with a snapshot. */
  static async start(name: string, person: Person, world: World): Promise<Device> {
    const session = await logInAgain(world, person);
    const body = await insist(world, `snapshot of ${name}`, async (node) => {
      const reply = await ask(node, 'GET /v1/sync', session.token);
      return reply.status === 200 ? reply.body : undefined;
    });
    const held = Object.fromEntries(
      body.conversations.map(({ id, lastSeq, rev }: { id: string; lastSeq: number; rev: number }) => [
        id,
        { seq: lastSeq, rev },
      ]),
    );
    const broadcasts = body.broadcasts.map(({ id }: { id: string }) => id);
    world.recorder.note({ operation: 'sync', device: name, cursor: body.cursor, held, broadcasts });
    const device = new Device(name, person, session, body.cursor, world);
    for (const { id, lastSeq } of body.conversations) device.top.set(id, lastSeq);
    for (const id of broadcasts) device.told.set(id, 'broadcast.published');
    device.running = device.run();
    return device;
  }

  /** The socket by which this device can send, while it has one. */
  get socket(): { client: SocketIoClient; id: string; node: ClusterNode; session: Session } | undefined {
    const { connection } = this;
    if (!connection || connection.isOver || connection.client.readies.length === 0) return undefined;
    return connection.client instanceof SocketIoClient
      ? { client: connection.client, id: connection.id, node: connection.node, session: connection.session }
      : undefined;
  }

  get sessionId(): string {
    return this.session.id;
  }

  /** Whether it has everything up to the given ends, gaps included. */
  holds(ends: ReadonlyMap<string, number>): boolean {
    if (this.filling.size > 0) return false;
    return [...ends].every(([conversation, seq]) => (this.top.get(conversation) ?? 0) >= seq);
  }

  /** Whether it was shown what stands, and that the others of those that it was shown do not. */
  wasTold({ standing, recalled }: Announced): boolean {
    const isRecalled = (id: string): boolean =>
      !this.told.has(id) || this.told.get(id) === 'broadcast.recalled';
    return [...standing].every((id) => this.told.has(id)) && [...recalled.keys()].every(isRecalled);
  }

  /** Leaves in good order, and comes back somewhere else. */
  move(): void {
    this.end('moved', (client) => client.close());
  }

  /** Is gone without a word, and comes back. */
  vanish(): void {
    this.end('vanished', (client) => client.kill());
  }

  pause(): void {
    this.connection?.client.pause();
  }

  resume(): void {
    this.connection?.client.resume();
  }

  /** A connection beside its own, with another cursor than its own; it is judged by itself. */
  async probe(kind: Exclude<CursorKind, 'own'>, cursor: string, lastsMs: number): Promise<void> {
    const { random, nodes } = this.world;
    const probe = this.open(random.pick(nodes), random.pick(doorNames), cursor, kind);
    await this.untilOver(probe, () => false, lastsMs);
    this.close(probe, 'was a probe', (client) => client.close());
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.move();
    await this.running;
    await Promise.all(this.filling);
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const { random, nodes } = this.world;
      const connection = this.open(random.pick(nodes), random.pick(doorNames), this.cursor, 'own');
      this.connection = connection;
      const startedAt = performance.now();
      const isSilent = (): boolean =>
        connection.client.readies.length === 0 && performance.now() - startedAt > READY_WITHIN_MS;
      await this.untilOver(connection, isSilent);
      const why = isSilent() ? 'silent' : JSON.stringify(connection.client.problem ?? 'closed');
      this.close(connection, why, (client) => client.kill());
      if (connection.client.problem?.status === 401) this.session = await logInAgain(this.world, this.person);
      if (connection.client.problem !== undefined) await delay(RETRY_MS);
    }
  }

  private open(node: ClusterNode, door: DoorName, cursor: string, cursorKind: CursorKind): OpenConnection {
    const id = `${this.name}#${(this.connections += 1)}`;
    const { session, person, world } = this;
    world.recorder.note({
      operation: 'connect',
      connection: id,
      device: this.name,
      user: person.id,
      session: session.id,
      node: node.name,
      door,
      cursor,
      cursorKind,
    });
    const isOver = (): boolean => connection.isOver;
    const client = new clientOf[door]({
      url: () => node.url,
      token: () => session.token,
      cursor,
      watch: {
        ready: (ready) => {
          if (!isOver()) world.recorder.note({ operation: 'ready', connection: id, ...ready });
        },
        event: (event) => {
          if (!isOver()) this.hear(id, event, cursorKind);
        },
      },
    });
    const connection: OpenConnection = { id, node, client, session, isOver: false };
    return connection;
  }

  private hear(id: string, event: Received, cursorKind: CursorKind): void {
    const record = recordOf(id, event);
    this.world.recorder.note(record);
    if (cursorKind !== 'own') return;
    if (event.cursor !== null && this.world.random.next() < 0.02) this.formerCursors.push(event.cursor);
    const { conversation = '', type, seq = 0, fromSeq, broadcast } = record;
    if (broadcast !== undefined) this.told.set(broadcast, type);
    if (type === 'message.created' || type === 'conversation.synced' || type === 'mailbox.gap')
      this.top.set(conversation, Math.max(seq, this.top.get(conversation) ?? 0));
    if (type === 'mailbox.gap') this.fill(conversation, fromSeq ?? 1, seq);
  }

  /** Reads from the history what a gap leaves out, as a client must. By a session that nobody ends: this may take a while. */
  private fill(conversation: string, fromSeq: number, toSeq: number): void {
    const filled = readRange(this.world, this.person.session.token, conversation, fromSeq, toSeq)
      .then((items) =>
        this.world.recorder.note({
          operation: 'read',
          device: this.name,
          conversation,
          isComplete: true,
          items,
        }),
      )
      .finally(() => this.filling.delete(filled));
    this.filling.add(filled);
  }

  private end(why: string, how: (client: ChatClient) => void): void {
    if (this.connection) this.close(this.connection, why, how);
  }

  /** From here on nothing that it hears counts: its cursor is where it stood now. */
  private close(connection: OpenConnection, why: string, how: (client: ChatClient) => void): void {
    if (connection.isOver) return;
    connection.isOver = true;
    if (connection === this.connection) this.cursor = connection.client.cursor ?? this.cursor;
    this.world.recorder.note({ operation: 'gone', connection: connection.id, why });
    connection.client.resume();
    how(connection.client);
  }

  private async untilOver(
    connection: OpenConnection,
    isEnough: () => boolean,
    timeoutMs = 24 * 3_600_000,
  ): Promise<void> {
    const { client } = connection;
    await waitUntil(
      'it is over',
      () => connection.isOver || client.isClosed || client.problem !== undefined || isEnough(),
      { timeoutMs, intervalMs: 20 },
    ).catch(() => undefined);
  }
}
