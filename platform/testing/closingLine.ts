/** A vitest reporter whose last words are `N passed, N failed`, after everything else that a run prints. */
import type { Reporter, TestModule } from 'vitest/node';

type Counts = { passed: number; failed: number; skipped: number };

export function closingLine(): Reporter {
  // A run that never gets to its end (the database did not start) has failed.
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 };
  return {
    onInit() {
      process.once('exit', () => process.stdout.write(`${lineOf(counts)}\n`));
    },
    onTestRunEnd(modules, unhandledErrors, reason) {
      counts = count(modules);
      counts.failed += unhandledErrors.length;
      if (counts.failed === 0 && (reason !== 'passed' || counts.passed === 0)) counts.failed = 1;
      if (counts.failed > 0) process.exitCode = 1;
    },
  };
}

/** A file that could not be loaded, or whose set-up failed, counts as a failure of its own. */
function count(modules: readonly TestModule[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed') counts[state]++;
      else counts.skipped++;
    }
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
  }
  return counts;
}

export function lineOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
