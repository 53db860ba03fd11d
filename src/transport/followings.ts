import { Injectable, Logger } from '@nestjs/common';
import type { Cursor } from '../mailbox/cursor.js';
import { Delivered } from '../offline/delivered.js';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import type { Door } from './door.js';
import { Following } from './following.js';
import { Sources } from './sources.js';

/** Begins the connections of all doors alike. */
@Injectable()
export class Followings {
  private readonly logger = new Logger(Followings.name);
  /** Bytes that may wait for one client before its reading stops. */
  readonly sendBufferBytes: number;

  constructor(
    private readonly sources: Sources,
    private readonly delivered: Delivered,
    config: Config,
  ) {
    this.sendBufferBytes = config.limits.sendBufferKib * 1024;
  }

  create(principal: Principal, connectionId: string, cursor: Cursor | undefined, door: Door): Following {
    return new Following(this.sources, principal, connectionId, cursor, door);
  }

  /** Throws `connections.too_many`. While Redis is away the connection is let in all the same: delivery waits. */
  async attach(following: Following): Promise<void> {
    try {
      await following.attach();
    } catch (error) {
      if (error instanceof ChatError && error.code === 'connections.too_many') throw error;
      this.logger.debug(`not registered yet: ${String(error)}`);
    }
  }

  /** Notes what a cursor says was delivered. Never throws: whoever connects need not wait for it, nor fail with it. */
  async acknowledge(userId: string, cursor: Cursor): Promise<void> {
    try {
      await this.delivered.upTo(userId, cursor);
    } catch (error) {
      this.logger.warn(`acknowledgement not noted: ${String(error)}`);
    }
  }
}
