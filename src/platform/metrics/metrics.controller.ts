import { Controller, Get, Header, Headers, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '../config/config.js';
import { hasHash, hashSecret } from '../crypto/secret-hash.js';
import { ChatError, notFound } from '../errors/chat-error.js';
import { PUBLIC } from '../http/principal.js';
import { PublicProblems } from '../http/problems.js';
import { Uncounted } from '../rate-limits/counted-as.js';
import { Metrics } from './metrics.js';

/** For Prometheus, with a token of its own: the API's tokens open nothing here, nor this one there. */
@ApiTags('operations')
@Uncounted()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Get()
  @SetMetadata(PUBLIC, true)
  @ApiBearerAuth('metricsToken')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ operationId: 'getMetrics', summary: 'The node’s numbers, for Prometheus' })
  @ApiOkResponse({
    description: 'In Prometheus’ text format.',
    content: {
      'text/plain': {
        schema: { type: 'string' },
        example:
          'mailroom_http_request_duration_seconds_count{method="GET",route="/v1/sync",status="200"} 7\n',
      },
    },
  })
  @PublicProblems('auth.token_missing', 'auth.token_invalid', 'route.not_found')
  read(@Headers('authorization') authorization: string | undefined): Promise<string> {
    const { metricsToken } = this.config.http;
    if (metricsToken === undefined) throw notFound('route');
    if (authorization === undefined)
      throw new ChatError('unauthenticated', 'auth.token_missing', 'There is no bearer token.');
    if (!hasHash(authorization, hashSecret(`Bearer ${metricsToken}`)))
      throw new ChatError('unauthenticated', 'auth.token_invalid', 'The token is not METRICS_TOKEN.');
    return this.metrics.text();
  }
}
