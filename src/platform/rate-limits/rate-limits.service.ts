import { setImmediate as immediate } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Counter } from 'prom-client';
import { Config } from '../config/config.js';
import { Rate, type rateSettings } from '../config/rate-settings.js';
import { ChatError } from '../errors/chat-error.js';
import { within } from '../jobs/within.js';
import { Metrics } from '../metrics/metrics.js';
import { Allowance, type Standing, type Taken, costMs, standing } from './allowance.js';
import { SharedDebts } from './shared-debts.js';
import type { Subject } from './subject.js';

export type ActionClass = Exclude<keyof typeof rateSettings, 'keyFactor'>;

/** Subjects that a node remembers; those not seen for longest are forgotten first. */
const REMEMBERED = 100_000;
/** The share of a rate that a node may have counted without telling the others. */
const UNTOLD_SHARE = 1 / 8;
/** Milliseconds that an action waits for the other nodes' word; then this node's own count decides. */
const ANSWER_MS = 1_000;

/**
 * Counts actions by class and subject. Each node decides by itself and at once; what it counts it tells the others
 * through Redis, an eighth of a rate at a time, so that most actions cost no round trip and a user who stays far below
 * the rates costs Redis nothing. While Redis is away or silent, each node holds the rates for itself.
 */
@Injectable()
export class RateLimits {
  private readonly allowances = new LRUCache<string, Allowance>({ max: REMEMBERED });
  private readonly refused: Counter<'class' | 'by'>;
  private isSilent = false;
  private readonly logger = new Logger(RateLimits.name);

  constructor(
    private readonly config: Config,
    private readonly debts: SharedDebts,
    metrics: Metrics,
  ) {
    this.refused = metrics.counter({
      name: 'rate_limited_total',
      help: 'Actions that were refused because too many came, by their class and by whom they are counted.',
      labelNames: ['class', 'by'],
    });
  }

  /**
   * Counts one action, and says how the subject stands, and whether the action should wait: an address, which many may
   * share, never does. Undefined where nothing is counted. Throws `rate_limited`.
   */
  take(kind: ActionClass, subject: Subject): Taken | undefined {
    const rate = this.rateOf(kind, subject);
    if (!rate) return undefined;
    const key = keyOf(kind, subject);
    const allowance = this.allowance(key);
    const now = performance.now();
    const before = standing(rate, allowance.owedAt(now));
    if (!before.isAllowed) throw this.tooMany(kind, subject, before);
    allowance.owe(costMs(rate), now);
    if (!allowance.isTelling && allowance.untoldAt(now) >= rate.seconds * 1000 * UNTOLD_SHARE)
      void this.tell(key, allowance, rate);
    const waitMs = subject.by === 'address' ? 0 : allowance.waitForTurn(rate, now);
    return { ...standing(rate, allowance.owedAt(now)), waitMs };
  }

  /**
   * Likewise, but asks the other nodes first, so that an attacker gains nothing by going from one to the next.
   * Throws `rate_limited`.
   */
  async takeWithOthers(kind: ActionClass, subject: Subject): Promise<Standing | undefined> {
    const taken = this.take(kind, subject);
    const rate = this.rateOf(kind, subject);
    if (!taken || !rate) return undefined;
    const key = keyOf(kind, subject);
    const owed = await this.hear(this.tell(key, this.allowance(key), rate));
    if (owed === undefined) return taken;
    const without = standing(rate, owed - costMs(rate));
    if (without.isAllowed) return standing(rate, owed);
    this.giveBack(kind, subject);
    throw this.tooMany(kind, subject, without);
  }

  /** As if the action had not come. */
  giveBack(kind: ActionClass, subject: Subject): void {
    this.charge(kind, subject, -1);
  }

  /** As if so many actions had come, whether or not they would have been allowed. */
  charge(kind: ActionClass, subject: Subject, count: number): void {
    const rate = this.rateOf(kind, subject);
    if (!rate) return;
    const key = keyOf(kind, subject);
    const allowance = this.allowance(key);
    allowance.owe(count * costMs(rate), performance.now());
    void this.tell(key, allowance, rate);
  }

  /** What is owed to all nodes. Never fails: what the others can't be told now they are told with a later action. */
  private async tell(key: string, allowance: Allowance, rate: Rate): Promise<number | undefined> {
    const handed = allowance.handOver(performance.now());
    allowance.isTelling = true;
    try {
      const owed = await this.debts.add(key, handed, rate.seconds * 4000);
      allowance.learn(owed, performance.now());
      this.isSilent = false;
      return owed;
    } catch (error) {
      allowance.takeBack(handed);
      this.logger.debug(`counted on this node alone: ${String(error)}`);
      return undefined;
    } finally {
      allowance.isTelling = false;
    }
  }

  /** Nobody waits for a Redis that has left another one waiting, until it answers again. */
  private async hear(telling: Promise<number | undefined>): Promise<number | undefined> {
    if (this.isSilent) return undefined;
    try {
      return await within(ANSWER_MS, telling, () => new Error('no answer in time'));
    } catch {
      this.isSilent = true;
      // The answer may be there, and only this process was busy.
      return Promise.race([telling, immediate(undefined)]);
    }
  }

  private rateOf(kind: ActionClass, { by }: Subject): Rate | null {
    if (!this.config.limits.rateLimits) return null;
    const rate = this.config.rates[kind];
    if (!rate || by !== 'key') return rate;
    return new Rate(rate.count * this.config.rates.keyFactor, rate.seconds);
  }

  private allowance(key: string): Allowance {
    const known = this.allowances.get(key);
    if (known) return known;
    const made = new Allowance();
    this.allowances.set(key, made);
    return made;
  }

  private tooMany(kind: ActionClass, { by }: Subject, found: Standing): ChatError {
    this.refused.inc({ class: kind, by });
    return new ChatError('rate_limited', 'rate_limited', 'Too many requests.', {
      retryAfterSeconds: Math.max(1, found.retryAfterSeconds),
      rate: found,
    });
  }
}

const keyOf = (kind: ActionClass, { by, id }: Subject): string => `${kind}:${by}:${id}`;
