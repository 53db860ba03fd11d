import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { unavailable } from '../errors/chat-error.js';
import { Public } from '../http/principal.js';
import { PublicProblems } from '../http/problems.js';
import { Uncounted } from '../rate-limits/counted-as.js';
import { within } from '../jobs/within.js';
import { CommandsRedis } from '../redis/redis.clients.js';
import { Readiness } from './readiness.js';

const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** How long a store may take to answer before it counts as away, in milliseconds. */
const ANSWER_MS = 2_000;

@ApiTags('operations')
@Public()
@Uncounted()
@Controller('health')
export class HealthController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs' })
  @ApiOkResponse({ standardSchema: healthSchema, description: 'It does.' })
  @PublicProblems()
  live(): z.infer<typeof healthSchema> {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether this node should get traffic: MySQL and Redis answer, and it is not draining',
  })
  @ApiOkResponse({ standardSchema: healthSchema, description: 'It should.' })
  @PublicProblems()
  async ready(): Promise<z.infer<typeof healthSchema>> {
    if (this.readiness.isDraining) throw unavailable('This node is shutting down.');
    const [mysql, redis] = await Promise.all([
      answers(this.dataSource.query('SELECT 1')),
      answers(this.redis.ping()),
    ]);
    if (!mysql || !redis)
      throw unavailable(
        `${[!mysql && 'MySQL', !redis && 'Redis'].filter(Boolean).join(' and ')} does not answer.`,
      );
    return { status: 'ok' };
  }
}

const answers = (question: Promise<unknown>): Promise<boolean> =>
  within(ANSWER_MS, question, () => new Error('no answer')).then(
    () => true,
    () => false,
  );
