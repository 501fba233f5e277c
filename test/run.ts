/**
 * `npm test`: everything that has to be right before a change is, on any machine with Node and nothing prepared.
 * Build, type check, lint, browsers, and then all tests. Every step runs, also after one that failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './harness/build.ts';
import { findOrInstallBrowser } from './harness/browser-executable.ts';
import { findOrInstallFirefox } from './harness/firefox-executable.ts';
import { readResults, summaryLine } from './harness/results.ts';

const HELP = `Checks everything: build, types, lint, and all tests (unit, integration, browser).

  npm test                        all of it
  npm test -- widget outbox       only the test files whose path contains one of the words
  npm test -- -t "a title"        only the tests whose title matches
  npm test -- --long              fault tests at full length (an hour and more; see npm run test:faults -- --help)

Options
  --long            long runs of the fault tests
  -t, --title TEXT  only tests whose title matches this regular expression
  -h, --help        this text

Environment
  MIRADESK_BROWSER  the Chromium, Chrome or Edge to use; else one is found, or installed where that is possible
  MIRADESK_FIREFOX  the Firefox to use; else one is found, or installed where that is possible, or its tests are left out
  MIRADESK_SEED     repeats a fault test by the seed it printed

The last line counts the tests that passed and failed. A step that failed without any failed test
(the type check, say) counts as one failure. The exit code is 0 only when nothing failed.
`;

interface Step { title: string; run(): boolean }

function main(): number {
  const options = readOptions();
  if (typeof options === 'number') return options;

  const resultsDir = mkdtempSync(join(tmpdir(), 'miradesk-results-'));
  const resultsFile = join(resultsDir, 'results.json');
  const env: NodeJS.ProcessEnv = { ...process.env };
  if (options.long) env.MIRADESK_LONG = '1';

  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`, ...options.filters];
  if (options.title !== undefined) vitest.push('-t', options.title);
  const steps: Step[] = [
    // The types of the npm package are among what is built.
    { title: 'Build', run: () => runs(['esbuild.config.mjs'], env) },
    { title: 'Types', run: () => runs(['node_modules/typescript/bin/tsc', '-p', '.'], env) },
    { title: 'Lint', run: () => runs(['node_modules/oxlint/bin/oxlint', '--type-aware'], env) },
    { title: 'Browsers', run: () => findsBrowsers(env) },
    { title: 'Tests', run: () => runs(vitest, env) },
  ];
  try {
    const failed = steps.filter((step, index) => !runStep(step, index + 1, steps.length)).map((step) => step.title);
    const results = readResults(resultsFile);
    if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}\n`);
    // A title leaves out what was not asked for.
    if (options.title === undefined && results.leftOut.length > 0) process.stdout.write(`\nLeft out:\n${results.leftOut.map((title) => `  ${title}\n`).join('')}`);
    if (results.total === 0) process.stdout.write('\nNo test ran, which counts as a failure.\n');
    process.stdout.write(`\n${summaryLine(results, failed)}\n`);
    return failed.length > 0 || results.failed > 0 || results.total === 0 ? 1 : 0;
  } finally {
    rmSync(resultsDir, { recursive: true, force: true });
  }
}

/** What was asked for, or the exit code when nothing is to be run. */
function readOptions(): { long: boolean; title: string | undefined; filters: string[] } | number {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { long: { type: 'boolean', default: false }, title: { type: 'string', short: 't' }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (!values.help) return { long: values.long, title: values.title, filters: positionals };
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
}

function runStep(step: Step, number: number, count: number): boolean {
  process.stdout.write(`\n── ${number}/${count} ${step.title} ${'─'.repeat(Math.max(0, 60 - step.title.length))}\n`);
  const started = performance.now();
  const ok = step.run();
  process.stdout.write(`${ok ? '✓' : '✗'} ${step.title}: ${ok ? 'fine' : 'failed'} after ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return ok;
}

/** Runs a script of the project on the Node that runs this, showing what it prints. */
function runs(args: string[], env: NodeJS.ProcessEnv): boolean {
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

/** Without a Chromium this fails; without a Firefox its tests are left out, and it is said how to have one. */
function findsBrowsers(env: NodeJS.ProcessEnv): boolean {
  try {
    env.MIRADESK_BROWSER = findOrInstallBrowser();
    process.stdout.write(`${env.MIRADESK_BROWSER}\n`);
    const firefox = findOrInstallFirefox();
    if (firefox) {
      env.MIRADESK_FIREFOX = firefox;
      process.stdout.write(`${firefox}\n`);
    }
    return true;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

process.exitCode = main();
