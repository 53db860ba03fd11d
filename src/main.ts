import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.js';
import { ConfigError, parseConfig } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';

/** Whatever hangs, the process is gone by then; what was acknowledged is safe by then anyway. Milliseconds. */
const LEAVE_WITHIN_MS = 14_000;

try {
  const config = parseConfig(environment);
  const app = await createApp(config);
  // A library that drops a promise must not end everybody's connections. It is a defect all the same, and logged as one.
  process.on('unhandledRejection', (error) => {
    new Logger('Process').error({ err: error }, 'a failure that nobody waited for');
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void leave(app));
  await app.listen(config.http.port, config.http.host);
} catch (error) {
  process.stderr.write(
    error instanceof ConfigError
      ? `${error.message}\n`
      : `${String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}

async function leave(app: NestFastifyApplication): Promise<void> {
  setTimeout(() => process.exit(0), LEAVE_WITHIN_MS).unref();
  await app.close();
  process.exit(0);
}
