import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { serveDocuments } from './documents/serve-documents.js';
import type { Config } from './platform/config/config.js';
import { ProblemFilter } from './platform/errors/problem.filter.js';
import { ANSWER_MS, answerInTime } from './platform/http/answer-in-time.js';
import { InputPipe } from './platform/http/input.pipe.js';
import { readJsonBodies } from './platform/http/json-body.js';
import { readForms } from './platform/http/multipart.js';
import { answerMalformed, answerUnreadable } from './platform/http/unreadable-requests.js';
import { NodeLogger } from './platform/logging/node-logger.js';
import { invalidInput } from './platform/http/schemas.js';
import { measureRequests } from './platform/metrics/http-metrics.js';
import { Metrics } from './platform/metrics/metrics.js';
import { ChatIoAdapter } from './transport/chat-io.adapter.js';

/** A whole node, not yet listening. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: config.limits.bodyKib * 1024,
    trustProxy: config.http.trustProxy,
    exposeHeadRoutes: false,
    frameworkErrors: answerUnreadable,
    clientErrorHandler: answerMalformed,
    handlerTimeout: ANSWER_MS,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 1024 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(config), adapter, {
    bodyParser: false,
    bufferLogs: true,
  });
  app.useLogger(app.get(NodeLogger));
  answerInTime(adapter.getInstance());
  readJsonBodies(adapter.getInstance());
  await readForms(app);
  measureRequests(adapter.getInstance(), app.get(Metrics));
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    void reply.header('X-Request-Id', request.id);
  });
  if (config.http.corsOrigins.length > 0) {
    app.enableCors({
      origin: config.http.corsOrigins,
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'X-Request-Id',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
        'Idempotency-Replayed',
        'Content-Disposition',
        'Content-Range',
        'ETag',
      ],
    });
  }
  app.useWebSocketAdapter(new ChatIoAdapter(app, config));
  app.useGlobalPipes(new InputPipe({ exceptionFactory: invalidInput }));
  app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger)));
  serveDocuments(app);
  return app;
}
