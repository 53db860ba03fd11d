import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { configurationPage, envExample, root } from './configuration-pages.js';

// `npm run docs:config` writes both files anew, by this test in vitest's update mode.

test('docs/configuration.md says what the settings say; else run: npm run docs:config', async () => {
  await expect(await configurationPage()).toMatchFileSnapshot(resolve(root, 'docs/configuration.md'));
});

test('.env.example names every setting; else run: npm run docs:config', async () => {
  await expect(envExample()).toMatchFileSnapshot(resolve(root, '.env.example'));
});
