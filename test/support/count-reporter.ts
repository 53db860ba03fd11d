import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends the run with one plain line, `N passed, N failed`, for programs that read the output. What failed outside
 * a test (a file that does not load, a hook, an unhandled rejection) counts as failed too.
 */
export default class CountReporter implements Reporter {
  readonly #counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };

  onTestCaseResult(test: TestCase): void {
    this.#counts[test.result().state] += 1;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const { passed, skipped } = this.#counts;
    const failed = this.#counts.failed + modules.filter(failedOutsideTests).length + unhandled.length;
    console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  }
}

function failedOutsideTests(module: TestModule): boolean {
  if (module.state() !== 'failed') return false;
  return [...module.children.allTests('failed')].length === 0;
}
