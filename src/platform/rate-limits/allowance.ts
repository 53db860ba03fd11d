import type { Rate } from '../config/rate-settings.js';
import type { RateStanding } from '../errors/chat-error.js';

/** What one action found. */
export interface Standing extends RateStanding {
  readonly isAllowed: boolean;
  /** Seconds until the next one may come; 0 if it may at once. */
  readonly retryAfterSeconds: number;
}

/** What additions round up must not refuse an action. */
const TOLERANCE_MS = 0.1;

/** Milliseconds in which one action is paid back. */
export const costMs = ({ count, seconds }: Rate): number => (seconds * 1000) / count;

/**
 * What is left of a rate where so much is owed: each action owes its cost, time pays back, and no more than the rate's
 * whole time may be owed (the generic cell rate algorithm of ITU-T I.371). So nothing doubles at the edge of a window.
 */
export function standing(rate: Rate, owedMs: number): Standing {
  const cost = costMs(rate);
  const leftMs = rate.seconds * 1000 - owedMs;
  const missingMs = cost - leftMs - TOLERANCE_MS;
  return {
    isAllowed: missingMs <= 0,
    limit: rate.count,
    remaining: Math.min(rate.count, Math.max(0, Math.floor((leftMs + TOLERANCE_MS) / cost))),
    resetSeconds: Math.max(0, Math.ceil((owedMs - TOLERANCE_MS) / 1000)),
    retryAfterSeconds: missingMs <= 0 ? 0 : Math.ceil(missingMs / 1000),
  };
}

/** What one subject owes as this node knows it: never more than it owes to all nodes together. In milliseconds. */
export class Allowance {
  private paidAt = 0;
  private untold = 0;
  /** Whether what is untold is on its way to the other nodes. */
  isTelling = false;

  owedAt(now: number): number {
    return Math.max(0, this.paidAt - now);
  }

  /** What other nodes have not heard of, and is not paid back yet. Negative for what was given back. */
  untoldAt(now: number): number {
    return Math.min(this.untold, this.owedAt(now));
  }

  /** A negative cost gives back. */
  owe(cost: number, now: number): void {
    this.untold = this.untoldAt(now) + cost;
    this.paidAt = Math.max(this.paidAt, now) + cost;
  }

  /** Hands over what is untold. */
  handOver(now: number): number {
    const handed = this.untoldAt(now);
    this.untold = 0;
    return handed;
  }

  /** The others could not be told. */
  takeBack(handed: number): void {
    this.untold += handed;
  }

  /** What is owed to all nodes together. A store that was emptied forgets; this node does not. */
  learn(owedToAll: number, now: number): void {
    this.paidAt = Math.max(this.paidAt, now + owedToAll + this.untold);
  }
}
