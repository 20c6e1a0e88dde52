import type { Reporter, TestModule } from "vitest/node";

/** Names the tests that passed only when run again, and ends the run with one plain line: `N passed, N failed, N skipped`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state]++;
        if (test.diagnostic()?.flaky)
          console.log(`passed only when run again: ${module.relativeModuleId}, ${test.fullName}`);
      }
      // A file that cannot even be loaded has no tests; it must not look like a success.
      if (module.errors().length > 0) count.failed++;
    }
    const skipped = count.skipped + count.pending;
    console.log(`${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}
