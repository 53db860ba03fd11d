import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Config } from '../config/config.js';
import { CommandsRedis, connectRedis } from '../redis/redis.clients.js';
import { within } from './within.js';

/** Jobs of one purpose that a node has in hand at a time. */
const AT_ONCE = 10;
/** Milliseconds that jobs in hand have to end, when the node leaves. */
const CLOSING_MS = 5_000;

/**
 * Work that is to be done at a time, shared by the nodes (BullMQ). Its queues are in Redis, and may be lost with it:
 * what has to be done stands in MySQL, and whoever plans a job also looks there from time to time.
 */
@Injectable()
export class Jobs implements BeforeApplicationShutdown {
  private readonly queues = new Map<string, Queue>();
  private readonly workers: Worker[] = [];
  private readonly logger = new Logger(Jobs.name);

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  /**
   * Takes the jobs of a purpose as they become due, each on one of the nodes that do so, at least once. A job whose
   * work throws is logged and not repeated.
   */
  take(purpose: string, work: (subject: string) => Promise<void>): void {
    const connection = connectRedis(this.config.redis.url, `jobs-${purpose}`, {
      // A worker waits for its jobs, and for Redis: its commands may take as long as they need.
      maxRetriesPerRequest: null,
      enableOfflineQueue: true,
      socketTimeout: undefined,
    });
    const worker = new Worker<string>(purpose, ({ data }) => work(data), {
      connection,
      prefix: this.prefix,
      concurrency: AT_ONCE,
    });
    const complain = (error: Error): void => this.logger.debug(`${purpose}: ${error.message}`);
    connection.on('error', complain);
    worker.on('error', complain);
    worker.on('failed', (job, error) => this.logger.warn(`${purpose} ${job?.data}: ${error.message}`));
    worker.on('closed', () => connection.disconnect());
    this.workers.push(worker);
  }

  /** Has a job about this subject taken at a time. Never throws and waits for nothing; dropped while Redis is away. */
  plan(purpose: string, subject: string, at: Date): void {
    if (this.redis.status !== 'ready') return;
    const delay = Math.max(0, at.getTime() - Date.now());
    this.queue(purpose)
      .add(purpose, subject, { jobId: `${subject}-${at.getTime()}`, delay })
      .catch((error: unknown) => this.logger.debug(`${purpose} ${subject} not planned: ${String(error)}`));
  }

  /** What is in hand is finished; the rest is another node's. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.close(worker)));
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private async close(worker: Worker): Promise<void> {
    const isReachable = this.redis.status === 'ready';
    try {
      await within(CLOSING_MS, worker.close(!isReachable), () => new Error('it takes too long'));
    } catch (error) {
      this.logger.warn(`${worker.name} not closed: ${String(error)}`);
      await worker.disconnect();
    }
  }

  private queue(purpose: string): Queue {
    const known = this.queues.get(purpose);
    if (known) return known;
    const queue = new Queue(purpose, {
      connection: this.redis,
      prefix: this.prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', (error) => this.logger.debug(`${purpose}: ${error.message}`));
    this.queues.set(purpose, queue);
    return queue;
  }

  /** The braces put all keys of the queues into one slot of a Redis Cluster. */
  private get prefix(): string {
    return `{${this.config.redis.prefix}jobs}`;
  }
}
