import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.js';
import { NodeIdentity } from './node-identity.js';
import { IdGenerator } from './snowflake.js';

@Module({
  imports: [RedisModule],
  providers: [
    NodeIdentity,
    {
      provide: IdGenerator,
      inject: [NodeIdentity],
      useFactory: (node: NodeIdentity) => new IdGenerator(() => node.nodeNumber),
    },
  ],
  exports: [NodeIdentity, IdGenerator],
})
export class IdsModule {}
