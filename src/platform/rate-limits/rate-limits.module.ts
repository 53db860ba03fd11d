import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { MetricsModule } from '../metrics/metrics.module.js';
import { RedisModule } from '../redis/redis.module.js';
import { AddressGuard } from './address.guard.js';
import { RateLimitsInterceptor } from './rate-limits.interceptor.js';
import { RateLimits } from './rate-limits.service.js';
import { SharedDebts } from './shared-debts.js';

/** To be imported before what checks tokens: guards stand in the order of their modules. */
@Module({
  imports: [MetricsModule, RedisModule],
  providers: [
    RateLimits,
    SharedDebts,
    { provide: APP_GUARD, useClass: AddressGuard },
    { provide: APP_INTERCEPTOR, useClass: RateLimitsInterceptor },
  ],
  exports: [RateLimits],
})
export class RateLimitsModule {}
