import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './launch.js';
import { LauncherError } from './launcher-error.js';
import { listenForStop } from './stop-signals.js';

const root = resolve(import.meta.dirname, '../..');

// --data and --app serve the tests, which run it on directories and applications of their own.
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '.data') },
    app: { type: 'string', default: join(root, 'dist/main.js') },
  },
});

process.stdout.on('error', () => {}); // a terminal that is gone must not keep the servers from being stopped
process.stderr.on('error', () => {});

const options = { root, dataDirectory: resolve(values.data), entry: resolve(values.app) };
try {
  process.exitCode = await launch(options, listenForStop());
} catch (error) {
  console.error(error instanceof LauncherError ? `\n${error.message}\n` : error);
  process.exitCode = 1;
}
