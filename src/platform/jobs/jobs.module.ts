import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.js';
import { Jobs } from './jobs.js';

@Module({
  imports: [RedisModule],
  providers: [Jobs],
  exports: [Jobs],
})
export class JobsModule {}
