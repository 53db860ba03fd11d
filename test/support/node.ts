import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { inject } from 'vitest';
import { createApp } from '../../src/app.js';
import { parseConfig } from '../../src/platform/config/config.js';
import { ObservedAnswers } from './observed-answers.js';
import { temporaryDirectory } from './servers.js';

export interface TestNode {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly answers: ObservedAnswers;
  /** Throws when an answer differed from the node's OpenAPI document. */
  stop(): Promise<void>;
}

/** For nodes that shall know each other: pass the same one as REDIS_PREFIX, and the same DATABASE_URL. */
export const uniquePrefix = (): string => `test-${randomBytes(6).toString('hex')}:`;

/** A whole node in this process, on a free port, silent and without rate limits unless told otherwise. */
export async function startNode(overrides: Record<string, string>): Promise<TestNode> {
  const files = overrides.FILES_DIR ?? temporaryDirectory('files');
  const config = parseConfig({
    DATABASE_URL: inject('databaseUrl'),
    REDIS_URL: inject('redisUrl'),
    REDIS_PREFIX: uniquePrefix(),
    PORT: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMITS: 'off',
    ...overrides,
    FILES_DIR: files,
  });
  const app = await createApp(config);
  const answers = new ObservedAnswers(app);
  await app.listen(config.http.port, config.http.host);
  const stop = async () => {
    await app.close();
    if (overrides.FILES_DIR === undefined) await rm(files, { recursive: true });
    answers.check();
  };
  return { url: await app.getUrl(), app, answers, stop };
}
