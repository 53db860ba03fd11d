import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { Authenticator } from '../auth/authenticator.js';
import { requireCursor } from '../mailbox/cursor.js';
import { connectionIdOf } from '../mailbox/devices.js';
import { ChatError, invalid, outcomeUnknown } from '../platform/errors/chat-error.js';
import { type Problem, toProblem } from '../platform/errors/problem.js';
import { toChatError } from '../platform/errors/translate.js';
import { ANSWER_MS } from '../platform/http/answer-in-time.js';
import { findUncleanText } from '../platform/http/clean-json.js';
import type { Principal } from '../platform/http/principal.js';
import { within } from '../platform/jobs/within.js';
import { CommandQueue } from './command-queue.js';
import type { Commander } from './command.js';
import { Commands } from './commands.js';
import { Connections } from './connections.js';
import { handshakeSchema } from './events-api.dto.js';
import type { Following } from './following.js';
import { Followings } from './followings.js';
import { Patience } from './patience.js';
import { SocketIoDoor } from './socket-io-door.js';
import { SocketLimits } from './socket-limits.js';

/** What an acknowledgement weighs, roughly, among what waits for a client. In characters. */
const ACKNOWLEDGEMENT = 512;
/** Milliseconds until who connects too often is refused. */
const REFUSED_AFTER_MS = 250;

/** What a socket carries from its handshake to its connection. */
interface SocketData {
  principal: Principal;
  following: Following;
  door: SocketIoDoor;
  sessionId: string;
}
/** Whose commands are carried out. */
interface Client {
  readonly commander: Commander;
  readonly door: SocketIoDoor;
  readonly queue: CommandQueue;
  readonly patience: Patience;
}
type Answer = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: Problem };
type ChatSocket = Socket<Record<string, never>, Record<string, never>, Record<string, never>, SocketData>;

/** The Socket.IO door: checks the handshake, follows the mailbox, and passes commands on. */
@WebSocketGateway()
export class ChatGateway implements OnGatewayInit<Server>, OnGatewayConnection<ChatSocket> {
  private readonly logger = new Logger(ChatGateway.name);

  constructor(
    private readonly authenticator: Authenticator,
    private readonly followings: Followings,
    private readonly connections: Connections,
    private readonly commands: Commands,
    private readonly limits: SocketLimits,
  ) {}

  afterInit(server: Server): void {
    server.use((socket, next) => {
      this.admit(socket as ChatSocket).then(
        () => next(),
        (error: unknown) => void this.refuse(error, next),
      );
    });
  }

  handleConnection(socket: ChatSocket): void {
    const { principal, following, door } = socket.data;
    const connection = this.connections.add(principal, door);
    const commander: Commander = { principal, connection, following };
    const queue = new CommandQueue(door, () => socket.disconnect(true));
    const patience = new Patience({
      rest: (ms) => queue.rest(ms),
      sendAway: (error) => {
        this.limits.countSentAway(principal);
        door.sendAway(error);
      },
    });
    const client: Client = { commander, door, queue, patience };
    const leave = (): void => {
      queue.close();
      this.connections.remove(connection);
      this.commands.end(commander);
      this.close(following);
    };
    // Its session may have ended a moment ago: then it was sent away while it was added.
    if (!socket.connected) return leave();
    socket.on('disconnect', leave);
    socket.onAny((name: string, ...args: unknown[]) => queue.add(() => this.command(client, name, args)));
    following.start();
  }

  /** Who comes too often hears so a little later: those who don't heed it come no faster than they hear it. */
  private async refuse(error: unknown, next: (error: Error) => void): Promise<void> {
    const problem = this.problem(error);
    if (problem.code === 'rate_limited') await delay(REFUSED_AFTER_MS);
    next(refusal(problem));
  }

  /** Throws what the client is told as the problem of its `connect_error`. */
  private async admit(socket: ChatSocket): Promise<void> {
    this.limits.countHandshake(socket.request);
    const { token, cursor: text } = handshakeOf(socket);
    const principal = await this.authenticator.authenticate(token);
    const waitMs = this.limits.countConnection(principal);
    if (waitMs > 0) await delay(waitMs);
    const cursor = text ? requireCursor(text) : undefined;
    const door = new SocketIoDoor(socket, this.followings.sendBufferBytes);
    const connectionId = connectionIdOf('ws', principal.sessionId, socket.id);
    const following = this.followings.create(principal, connectionId, cursor, door);
    await this.followings.attach(following);
    if (!socket.conn.readyState.startsWith('open')) return this.close(following);
    // A client that goes before its connection is announced never disconnects from the namespace.
    socket.conn.once('close', () => this.close(following));
    Object.assign(socket.data, { principal, following, door, sessionId: principal.sessionId });
    if (cursor) void this.followings.acknowledge(principal.userId, cursor);
  }

  /**
   * Never throws: neither a malformed command nor one without an acknowledgement may harm more than itself.
   */
  private async command(client: Client, name: string, args: unknown[]): Promise<void> {
    const acknowledge =
      typeof args.at(-1) === 'function' ? (args.pop() as (answer: unknown) => void) : undefined;
    const answer = await this.answer(client, name, args);
    if (acknowledge) {
      client.door.count(ACKNOWLEDGEMENT);
      acknowledge(answer);
    }
  }

  private async answer(client: Client, name: string, args: unknown[]): Promise<Answer> {
    try {
      this.count(client, name);
      const path = findUncleanText(args);
      if (path !== undefined) throw invalid('Text must not hold NUL or lone surrogates.');
      if (args.length > 1) throw invalid('A command takes one argument.');
      const data: Promise<unknown> = within(
        ANSWER_MS,
        this.commands.run(name, client.commander, args[0] ?? {}),
        outcomeUnknown,
      );
      return { ok: true, data: await data };
    } catch (error) {
      return { ok: false, error: this.problem(error) };
    }
  }

  /** Throws `rate_limited`. */
  private count({ commander, queue, patience }: Client, name: string): void {
    try {
      const waitMs = this.limits.countCommand(commander.principal, name);
      patience.heeded();
      if (waitMs > 0) queue.rest(waitMs);
    } catch (refusal) {
      patience.refused();
      throw refusal;
    }
  }

  private close(following: Following): void {
    following
      .close()
      .catch((error: unknown) => this.logger.debug(`connection not unregistered: ${String(error)}`));
  }

  private problem(thrown: unknown): Problem {
    const requestId = randomUUID();
    const error = toChatError(thrown);
    if (error.kind === 'internal') this.logger.error({ err: thrown, requestId }, 'command failed');
    return toProblem(error, requestId);
  }
}

function handshakeOf(socket: Socket): { token: string; cursor: string | null | undefined } {
  const parsed = handshakeSchema.safeParse(socket.handshake.auth);
  const token =
    parsed.data?.token ?? /^Bearer +(\S+)$/i.exec(socket.handshake.headers.authorization ?? '')?.[1];
  if (!parsed.success) throw invalid('The handshake does not have the right form.');
  if (!token)
    throw new ChatError('unauthenticated', 'auth.token_missing', 'The handshake has no auth.token.');
  return { token, cursor: parsed.data.cursor };
}

/** Socket.IO passes an error's `data` on to the client's `connect_error`. */
const refusal = (problem: Problem): Error => Object.assign(new Error(problem.detail), { data: problem });
