import { Module } from '@nestjs/common';
import { LoggerModule, type Params, PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { NodeLogger } from './node-logger.js';

/** Secrets that may stand in a URL: they are cut out before a line is written. */
const secretParameter = /([?&](?:access_token|token|signature)=)[^&]*/g;

@Module({
  imports: [
    LoggerModule.forRootAsync({
      imports: [],
      providers: [],
      inject: [Config],
      useFactory: (config: Config) => options(config),
    }),
  ],
  providers: [
    {
      provide: NodeLogger,
      inject: [PinoLogger],
      useFactory: (logger: PinoLogger) => new NodeLogger(logger, {}),
    },
  ],
  exports: [NodeLogger],
})
export class LoggingModule {}

function options({ log }: Config): Params {
  const isTracing = log.level === 'debug' || log.level === 'trace';
  return {
    // What ties lines to the request they were written in costs every promise of the process, before Node 24.
    ...(!isTracing && { forRoutes: [] }),
    pinoHttp: {
      level: log.level,
      autoLogging: isTracing,
      quietReqLogger: true,
      redact: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
      serializers: { req: withoutSecrets },
      ...(log.format === 'pretty' && {
        transport: {
          target: 'pino-pretty',
          options: { singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' },
        },
      }),
    },
  };
}

function withoutSecrets({ query: _, ...request }: { url?: string; query?: unknown }): { url?: string } {
  return { ...request, url: request.url?.replace(secretParameter, '$1[redacted]') };
}
