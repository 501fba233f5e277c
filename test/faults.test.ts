/**
 * Things break while visitors and agents write, and then everything is compared: what they sent, what they were told, what they show,
 * and what the log holds. `npm run test:faults -- --help` says how to run single scenarios, and longer.
 */
import { describe } from 'vitest';
import { faultTests } from './harness/fault-tests.ts';

describe('one gateway on the embedded database', () => {
  faultTests('pglite');
});
