import type { ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireCursor } from '../mailbox/cursor.js';
import { connectionIdOf } from '../mailbox/devices.js';
import { ChatError, unavailable } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { NodeIdentity } from '../platform/ids/node-identity.js';
import { Connections } from './connections.js';
import type { Ending } from './door.js';
import type { PollQuery } from './events-api.dto.js';
import type { Following } from './following.js';
import { Followings } from './followings.js';
import { PollDoor, type Polled } from './poll-door.js';
import { StreamCaller } from './stream-caller.js';

/** Milliseconds for which a user counts as connected after a poll has ended: the next one is expected before. */
const LINGER_MS = 20_000;

/** The long-poll door: each answer is one page of the same loop that feeds the other doors. */
@Injectable()
export class LongPolls {
  private readonly logger = new Logger(LongPolls.name);

  constructor(
    private readonly caller: StreamCaller,
    private readonly followings: Followings,
    private readonly connections: Connections,
    private readonly node: NodeIdentity,
  ) {}

  /** Throws 401, `rate_limited`, `cursor.invalid`, `connections.too_many`, and `service.unavailable` where delivery can't begin in time. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { cursor: text, wait, limit }: PollQuery,
  ): Promise<void> {
    const principal = await this.caller.of(request, 'reads');
    const cursor = text === undefined ? undefined : requireCursor(text);
    const mayWait = cursor !== undefined && wait > 0;
    const door = new PollDoor(limit, this.followings.sendBufferBytes, mayWait, text);
    const following = this.followings.create(
      principal,
      connectionIdOf('poll', principal.sessionId, this.node.name),
      cursor,
      door,
    );
    await this.followings.attach(following);
    if (cursor) void this.followings.acknowledge(principal.userId, cursor);
    const polled = await this.gather(principal, door, following, { response: reply.raw, seconds: wait });
    void reply.header('Content-Type', 'application/json; charset=utf-8').header('Cache-Control', 'no-store');
    void reply.send(toAnswer(polled));
  }

  private async gather(
    principal: Principal,
    door: PollDoor,
    following: Following,
    { response, seconds }: { response: ServerResponse; seconds: number },
  ): Promise<Polled> {
    const connection = this.connections.add(principal, door);
    const timer = setTimeout(() => door.give(), Math.max(seconds, 1) * 1000);
    // The response of a client that has gone already never says so again.
    if (response.destroyed) door.give();
    else response.once('close', () => door.give());
    following.start();
    try {
      return await door.answered;
    } finally {
      clearTimeout(timer);
      this.connections.remove(connection);
      following
        .close(LINGER_MS)
        .catch((error: unknown) => this.logger.debug(`poll not unregistered: ${String(error)}`));
    }
  }
}

/** The events' own text goes into the answer as it is. */
function toAnswer(polled: Polled): string {
  if (polled.kind === 'refused') throw polled.error;
  if (polled.kind === 'ended') throw endError(polled.ending);
  const { ready, cursor } = polled;
  if (!ready || cursor === undefined) throw unavailable('Delivery could not begin in time.');
  const events = polled.events.map(({ json }) => json).join(',');
  return `{"events":[${events}],"cursor":"${cursor}","resumed":${ready.resumed}}`;
}

/** As any other request would be answered from now on. */
function endError(ending: Ending): ChatError {
  const isExpired = ending.kind === 'revoked' && ending.reason === 'token_expired';
  return isExpired
    ? new ChatError('unauthenticated', 'auth.token_expired', 'The token has expired.')
    : new ChatError('unauthenticated', 'auth.session_revoked', 'The session has ended.');
}
