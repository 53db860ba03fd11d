import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../config/config.js';
import { CommandsRedis, SubscriptionsRedis, connectRedis } from './redis.clients.js';

/** Resolves when the first connection stands: a node does not start without its stores. */
async function connected(config: Config, purpose: string): Promise<Redis> {
  const logger = new Logger('Redis');
  const redis = connectRedis(config.redis.url, purpose, { lazyConnect: true });
  redis.on('error', (error: Error) => logger.warn(`${purpose}: ${error.message}`));
  await redis.connect();
  return redis;
}

const clients = [CommandsRedis, SubscriptionsRedis];

@Module({
  providers: [
    {
      provide: CommandsRedis,
      inject: [Config],
      useFactory: (config: Config) => connected(config, 'commands'),
    },
    {
      provide: SubscriptionsRedis,
      inject: [Config],
      useFactory: (config: Config) => connected(config, 'subscriptions'),
    },
  ],
  exports: clients,
})
export class RedisModule implements OnApplicationShutdown {
  constructor(
    @Inject(CommandsRedis) private readonly commands: Redis,
    @Inject(SubscriptionsRedis) private readonly subscriptions: Redis,
  ) {}

  onApplicationShutdown(): void {
    this.commands.disconnect();
    this.subscriptions.disconnect();
  }
}
