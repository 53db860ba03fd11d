import { defineConfig } from 'vitest/config';

/** `npm run test:planted`: minutes of histories on nodes with planted bugs, apart from `npm test`. */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    include: ['test/faults/history/planted/*.test.ts'],
    maxWorkers: 1,
  },
});
