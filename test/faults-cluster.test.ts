/** The same as faults.test.ts, with two gateways (three in a long run) on one Postgres and one Redis. */
import { describe } from 'vitest';
import { faultTests } from './harness/fault-tests.ts';

describe('several gateways on Postgres and Redis', () => {
  faultTests('cluster');
});
