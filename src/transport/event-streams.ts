import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Cursor, type Position, parseCursor } from '../mailbox/cursor.js';
import { connectionIdOf } from '../mailbox/devices.js';
import { unavailable } from '../platform/errors/chat-error.js';
import { toChatError } from '../platform/errors/translate.js';
import { Readiness } from '../platform/health/readiness.js';
import type { Principal } from '../platform/http/principal.js';
import { setRateHeaders } from '../platform/http/rate-headers.js';
import { coalesced } from '../platform/jobs/coalesced.js';
import { within } from '../platform/jobs/within.js';
import { Connections } from './connections.js';
import type { StreamQuery } from './events-api.dto.js';
import type { Following } from './following.js';
import { Followings } from './followings.js';
import { SseDoor } from './sse-door.js';
import { StreamCaller } from './stream-caller.js';

/** Milliseconds between the comment lines of a stream. */
const BEAT_MS = 15_000;
/** Milliseconds within which a stream begins, or is sent away. */
const HEAD_MS = 10_000;
/** Milliseconds after which a browser tries again where this node can't let it in now. */
const RETRY_MS = 2_000;

/** The SSE door: one response a stream, as the HTML standard's `EventSource` reads it. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly doors = new Set<SseDoor>();
  private beats: NodeJS.Timeout | undefined;
  private readonly logger = new Logger(EventStreams.name);

  constructor(
    private readonly caller: StreamCaller,
    private readonly followings: Followings,
    private readonly connections: Connections,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.beats = setInterval(() => {
      for (const door of this.doors) door.beat();
    }, BEAT_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.beats);
  }

  /**
   * Answers with a stream. Throws 401 and `connections.too_many`; never 503 or `rate_limited`, which would stop an
   * `EventSource` for good: where this node can't serve, or was asked too often, the stream ends at once, and the client
   * comes back when it was told to.
   */
  async open(
    request: FastifyRequest,
    reply: FastifyReply,
    query: StreamQuery,
    lastEventId?: string,
  ): Promise<void> {
    try {
      if (this.readiness.isDraining) return this.sendAway(reply);
      const late = () => unavailable('The session could not be checked in time.');
      await this.follow(await within(HEAD_MS, this.caller.of(request, 'connections'), late), reply, {
        cursor: parseCursor(lastEventId ?? '') ?? parseCursor(query.cursor ?? ''),
        isAutoAcknowledged: query.ack === 'auto',
      });
    } catch (error) {
      const { kind, code, rate, retryAfterSeconds } = toChatError(error);
      if (kind !== 'unavailable' && code !== 'rate_limited') throw error;
      if (rate) setRateHeaders(reply, rate);
      this.sendAway(reply, rate && retryAfterSeconds);
    }
  }

  private async follow(
    principal: Principal,
    reply: FastifyReply,
    { cursor, isAutoAcknowledged }: { cursor: Cursor | undefined; isAutoAcknowledged: boolean },
  ): Promise<void> {
    const response = reply.raw;
    // What is written while an acknowledgement is under way may not have been taken by its end.
    let delivered: Position = { ms: 0, n: 0 };
    const acknowledge = coalesced(() => this.acknowledge(principal, delivered));
    const noteDelivered = (): void => {
      if (!isAutoAcknowledged || response.writableEnded || response.writableLength > 0) return;
      delivered = following.writtenUpTo;
      acknowledge();
    };
    const door = new SseDoor(response, this.followings.sendBufferBytes, principal.sessionId, noteDelivered);
    const connectionId = connectionIdOf('sse', principal.sessionId, randomUUID());
    const following = this.followings.create(principal, connectionId, cursor, door);
    await this.followings.attach(following);
    // The response of a client that has gone meanwhile is closed already, and never says so again.
    if (response.destroyed) return this.close(following);
    begin(reply);
    const connection = this.connections.add(principal, door);
    this.doors.add(door);
    response.on('drain', noteDelivered);
    response.on('close', () => {
      this.doors.delete(door);
      this.connections.remove(connection);
      this.close(following);
    });
    if (cursor) void this.followings.acknowledge(principal.userId, cursor);
    following.start();
  }

  private close(following: Following): void {
    following
      .close()
      .catch((error: unknown) => this.logger.debug(`stream not unregistered: ${String(error)}`));
  }

  private async acknowledge({ userId }: Principal, at: Position): Promise<void> {
    if (at.ms > 0) await this.followings.acknowledge(userId, { kind: 'mailbox', at });
  }

  private sendAway(reply: FastifyReply, retryAfterSeconds = 0): void {
    if (retryAfterSeconds > 0) void reply.header('Retry-After', String(retryAfterSeconds));
    begin(reply);
    const retryMs = Math.max(RETRY_MS, retryAfterSeconds * 1000);
    reply.raw.end(`retry: ${retryMs + Math.round(Math.random() * RETRY_MS)}\n\n`);
  }
}

/** Takes the response out of the framework's hands and sends its head. */
function begin(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    Connection: 'keep-alive',
  });
  reply.raw.flushHeaders();
}
