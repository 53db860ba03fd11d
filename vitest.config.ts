import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    maxWorkers: 2, // each end-to-end file runs nodes of its own beside the two servers
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: true, testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{integration,e2e,faults}/**/*.test.ts'],
          exclude: ['test/faults/history/planted/**'], // `npm run test:planted`
          isolate: false,
          globalSetup: ['test/support/global-setup.ts'],
          hookTimeout: 30_000,
          testTimeout: 30_000,
        },
      },
    ],
  },
});
