import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleInit, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../config/config.js';
import { CommandsRedis } from '../redis/redis.clients.js';
import { NODE_NUMBERS } from './snowflake.js';

/**
 * Who this process is among the nodes: a name never used before, and a number leased in Redis for the ids it makes.
 * The lease is long against its renewal, so that a short absence of Redis frees no number that is still in use.
 */
@Injectable()
export class NodeIdentity implements OnModuleInit, OnApplicationShutdown {
  /** Unique among all nodes that ever ran. */
  readonly name = randomBytes(6).toString('hex');
  private number = 0;
  private renewal: NodeJS.Timeout | undefined;
  private readonly logger = new Logger(NodeIdentity.name);

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  get nodeNumber(): number {
    return this.number;
  }

  async onModuleInit(): Promise<void> {
    await this.lease();
    this.renewal = setInterval(() => void this.renew(), RENEW_MS);
    this.renewal.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.renewal);
    // Another node's, where this one was away for longer than its lease.
    if (this.redis.status === 'ready') await this.redis.eval(GIVE_BACK, 1, this.key(this.number), this.name);
  }

  private async lease(): Promise<void> {
    const start = Math.floor(Math.random() * NODE_NUMBERS);
    for (let i = 0; i < NODE_NUMBERS; i += 1) {
      const number = (start + i) % NODE_NUMBERS;
      if (await this.redis.set(this.key(number), this.name, 'PX', LEASE_MS, 'NX')) {
        this.number = number;
        return;
      }
    }
    throw new Error(`All ${NODE_NUMBERS} node numbers are taken.`);
  }

  /** After a loss of Redis the number is taken again, or, where another node was faster, a new one. */
  private async renew(): Promise<void> {
    try {
      const key = this.key(this.number);
      const holder = await this.redis.set(key, this.name, 'PX', LEASE_MS, 'NX', 'GET');
      if (holder === this.name) await this.redis.pexpire(key, LEASE_MS);
      else if (holder !== null) await this.lease();
    } catch (error) {
      this.logger.debug(`node number not renewed: ${String(error)}`);
    }
  }

  private key(number: number): string {
    return `${this.config.redis.prefix}node-number:${number}`;
  }
}

const GIVE_BACK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const LEASE_MS = 120_000;
/** Short, so that the number is taken again soon after a Redis that lost it. */
const RENEW_MS = 2_000;
