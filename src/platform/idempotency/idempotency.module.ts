import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { Idempotency } from './idempotency.service.js';
import { IdempotencyStore } from './idempotency.store.js';

/** Its interceptor stands before every route; those marked `@Idempotent()` use it. A route that reads its body by itself asks the service. */
@Module({
  imports: [TypeOrmModule.forFeature([IdempotencyKeyRow])],
  providers: [Idempotency, IdempotencyStore, { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor }],
  exports: [Idempotency],
})
export class IdempotencyModule {}
