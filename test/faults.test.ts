/**
 * The gateway is killed with -9 at moments by chance while visitors and agents write, and then everything is compared:
 * what they sent, what they were told, what they show, and what the log holds.
 */
import { expect, it } from 'vitest';
import { runFaults } from './harness/fault-run.ts';
import { chooseSeed } from './harness/random.ts';

const long = process.env.MIRADESK_LONG === '1';
const plan = long ? { visitors: 16, agents: 4, messages: 12_000, kills: 40 } : { visitors: 8, agents: 3, messages: 2_000, kills: 6 };
const seed = chooseSeed();

it(`[D1] [D2] [D3] [D4] [D5] [D6] nothing is lost, doubled or out of order while the gateway is killed ${plan.kills} times (MIRADESK_SEED=${seed})`, async () => {
  const report = await runFaults({ ...plan, seed });
  expect(report.differences).toEqual([]);
  expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
  expect(report.kills).toBe(plan.kills);
  // The run was what it says: people went on writing and loaded their pages again.
  expect(report.reloads).toBeGreaterThan(0);
  expect(report.writtenWhileDown).toBeGreaterThan(0);
}, long ? 1_800_000 : 180_000);
