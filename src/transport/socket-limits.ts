import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import type { Taken } from '../platform/rate-limits/allowance.js';
import type { Principal } from '../platform/http/principal.js';
import { type ActionClass, RateLimits } from '../platform/rate-limits/rate-limits.service.js';
import { addressOf, callerOf } from '../platform/rate-limits/subject.js';
import { clientAddress } from './client-address.js';

/** Commands that are not among `writes`. A message counts as one, by whichever door it comes. */
const classes: Readonly<Record<string, ActionClass>> = {
  'message.send': 'sends',
  'conversation.read': 'signals',
  'mailbox.ack': 'signals',
  'typing.start': 'signals',
  'typing.stop': 'signals',
  'presence.set': 'signals',
  'presence.subscribe': 'signals',
  'presence.unsubscribe': 'signals',
};

/** As many connections are counted of who was sent away: whoever comes back each time soon stays away. */
const SENT_AWAY_COUNTS = 100;

/** What counts on the Socket.IO door. Those that don't say otherwise throw `rate_limited`. */
@Injectable()
export class SocketLimits {
  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Before the token is looked at. */
  countHandshake(request: IncomingMessage): void {
    this.limits.take('requests', addressOf(clientAddress(request, this.config.http.trustProxy)));
  }

  /** Milliseconds that it should wait before it costs more. */
  countConnection(principal: Principal): number {
    return waitMs(this.limits.take('connections', callerOf(principal)));
  }

  /** Never throws: it is the next connection that is refused. */
  countSentAway(principal: Principal): void {
    this.limits.charge('connections', callerOf(principal), SENT_AWAY_COUNTS);
  }

  /** Milliseconds that what comes after it should wait. */
  countCommand(principal: Principal, name: string): number {
    const kind = Object.hasOwn(classes, name) ? classes[name] : undefined;
    return waitMs(this.limits.take(kind ?? 'writes', callerOf(principal)));
  }
}

const waitMs = (taken: Taken | undefined): number => taken?.waitMs ?? 0;
