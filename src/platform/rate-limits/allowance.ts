import type { Rate } from '../config/rate-settings.js';
import type { RateStanding } from '../errors/chat-error.js';

/** What one action found. */
export interface Standing extends RateStanding {
  readonly isAllowed: boolean;
  /** Seconds until the next one may come; 0 if it may at once. */
  readonly retryAfterSeconds: number;
}

/** What an action that may come found. */
export interface Taken extends Standing {
  /** Milliseconds for which it should wait for its turn; 0 if it should not. */
  readonly waitMs: number;
}

/** The share of a rate that may come in one moment without waiting, and how many times faster than evenly the rest may. */
const IN_ONE_MOMENT = 1 / 16;
const FASTER = 8;
/** How many, and how many milliseconds apart, may come in any case: so few harm nobody. */
const FEW = 20;
const SELDOM_MS = 25;
/** A wait that would be shorter adds to the next one's: timers have no finer grain that is worth its cost. */
const SHORTEST_WAIT_MS = 10;

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
  private lastTurnAt = 0;
  /** Whether what is untold is on its way to the other nodes. */
  isTelling = false;

  owedAt(now: number): number {
    return Math.max(0, this.paidAt - now);
  }

  /**
   * Gives an action its turn, in how many milliseconds. Whoever uses up at once what is meant for a minute keeps this node
   * busy for that long, and all others waiting: so spread, there is room for them between.
   */
  waitForTurn(rate: Rate, now: number): number {
    const everyMs = Math.min(costMs(rate) / FASTER, SELDOM_MS);
    this.lastTurnAt = Math.max(this.lastTurnAt, now) + everyMs;
    const waitMs = this.lastTurnAt - now - Math.max(FEW, rate.count * IN_ONE_MOMENT) * everyMs;
    return waitMs < SHORTEST_WAIT_MS ? 0 : waitMs;
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
