/** The same as faults.test.ts, with two gateways (three in a long run, and when they are restarted in turn) on one Postgres and one Redis. */
import { describe } from 'vitest';
import { faultTests } from './harness/fault-tests.ts';

describe('several gateways on Postgres and Redis', () => {
  faultTests('cluster');
});
