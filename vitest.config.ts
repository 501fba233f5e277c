import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that drive whole processes (gateways, browsers): they want the machine for themselves. */
const whole = ['test/browser-*.test.{ts,tsx}', 'test/firefox-*.test.ts', 'test/faults*.test.ts', 'test/cluster-*.test.ts'];

/** Each of those keeps a gateway and a browser busy besides itself, and waits for them much of the time. */
const cores = availableParallelism();

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    globalSetup: ['test/harness/global-setup.ts'],
    // A busy machine is slow, and a passing test never waits for these.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A failure says enough without the browser's or the gateway's chatter of tests that passed.
    silent: 'passed-only',
    projects: [
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.{ts,tsx}'], exclude: whole, maxWorkers: Math.max(2, cores), sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'whole', include: whole, testTimeout: 120_000, maxWorkers: Math.max(2, Math.floor(cores / 2)), sequence: { groupOrder: 1 } } },
    ],
  },
});
