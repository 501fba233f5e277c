/** Reads what vitest's JSON reporter wrote, and says it in one line. */
import { readFileSync } from 'node:fs';

export interface Results {
  passed: number;
  failed: number;
  skipped: number;
  total: number;
  /** Titles of the tests that were skipped. */
  leftOut: string[];
}

interface Report {
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  testResults: Array<{ status: string; assertionResults: Array<{ status: string; fullName?: string }> }>;
}

/**
 * Counts a report's tests. A file that failed without a failed test (it did not load, or its set-up threw) counts as one failure.
 * No readable report (vitest crashed) counts nothing at all, which is a failure too.
 */
export function countResults(report: Report): Results {
  const broken = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const passed = report.numPassedTests;
  const skipped = report.numTotalTests - passed - report.numFailedTests;
  const leftOut = report.testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName = '' }) => fullName);
  return { passed, failed: report.numFailedTests + broken, skipped, total: passed + report.numFailedTests + broken, leftOut };
}

/** Like countResults, of a file. */
export function readResults(file: string): Results {
  try {
    return countResults(JSON.parse(readFileSync(file, 'utf8')) as Report);
  } catch {
    return { passed: 0, failed: 0, skipped: 0, total: 0, leftOut: [] };
  }
}

/** The last line of `npm test`. `failedSteps`: titles of the steps that failed, the tests' own among them. */
export function summaryLine(results: Results, failedSteps: readonly string[]): string {
  const otherSteps = failedSteps.filter((title) => title !== 'Tests').length;
  const testsFailedSilently = failedSteps.includes('Tests') && results.failed === 0 ? 1 : 0;
  const nothingRan = results.total === 0 && testsFailedSilently === 0 ? 1 : 0;
  const failed = results.failed + otherSteps + testsFailedSilently + nothingRan;
  return `${results.passed} passed, ${failed} failed${results.skipped > 0 ? `, ${results.skipped} skipped` : ''}`;
}
