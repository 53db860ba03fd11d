import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { LedgerService } from '../ledger/ledger.service.js';
import { MailboxLink } from '../mailbox/mailbox-link.js';
import { Config } from '../platform/config/config.js';
import { Readiness } from '../platform/health/readiness.js';
import { Connections } from './connections.js';

/** Clients come back after at least so many milliseconds, and at most three times as many. */
const RECONNECT_MS = 500;

/**
 * How this node leaves: readiness fails first, then the clients are told and sent away a few at a time, so that the
 * other nodes do not get all of them at once.
 */
@Injectable()
export class Departure implements BeforeApplicationShutdown {
  constructor(
    private readonly connections: Connections,
    private readonly readiness: Readiness,
    private readonly ledger: LedgerService,
    private readonly mailboxes: MailboxLink,
    private readonly config: Config,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.readiness.drain();
    const leaving = this.connections.all;
    const steps = Math.min(leaving.length, this.config.http.drainSeconds * 20);
    for (let step = 0; step < steps; step += 1) {
      const from = Math.floor((leaving.length * step) / steps);
      const to = Math.floor((leaving.length * (step + 1)) / steps);
      for (const { door } of leaving.slice(from, to))
        door.end({ kind: 'draining', reconnectAfterMs: jitter() });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const { door } of this.connections.all) door.end({ kind: 'draining', reconnectAfterMs: jitter() });
    // The stores are still open: what was accepted is stored, and delivered or left to the outbox.
    await this.ledger.close();
    await this.mailboxes.close();
  }
}

const jitter = (): number => Math.round(RECONNECT_MS * (1 + 2 * Math.random()));
