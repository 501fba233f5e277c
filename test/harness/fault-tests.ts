/** The scenarios as tests, in the size that was asked for, each leaving a line for the table. */
import { appendFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NoSmallDisk } from './fault-disk.ts';
import { runFaults, type FaultPlan } from './fault-run.ts';
import { SCENARIOS, type Scenario } from './fault-scenarios.ts';
import type { WorldKind } from './fault-world.ts';
import { chooseSeed } from './random.ts';

/** What was asked for on the command line; test/faults.ts puts it here. */
const asked = {
  long: process.env.MIRADESK_LONG === '1',
  scenarios: process.env.MIRADESK_FAULTS?.split(',').filter(Boolean) ?? [],
  messages: Number(process.env.MIRADESK_FAULT_MESSAGES) || 0,
  table: process.env.MIRADESK_FAULT_TABLE,
};

function planOf(scenario: Scenario, world: WorldKind, seed: number): FaultPlan {
  const crowd = asked.long ? { visitors: 16, agents: 4 } : { visitors: 6, agents: 3 };
  const messages = asked.messages || (asked.long ? 10_000 : scenario.messages ?? 400);
  return { scenario, world, seed, ...crowd, messages, rounds: scenario.rounds * (asked.long ? 5 : 1), ...(world === 'cluster' ? { gateways: asked.long || scenario.name === 'rolling' ? 3 : 2 } : {}) };
}

/** To be called in a `describe`: a test for each scenario of this world. */
export function faultTests(world: WorldKind): void {
  const seed = chooseSeed();
  const chosen = SCENARIOS.filter(({ name, worlds }) => worlds.includes(world) && (asked.scenarios.length === 0 || asked.scenarios.includes(name)));
  for (const scenario of chosen) {
    it(`[D1] [D2] [D3] [D4] [D5] [D6] ${scenario.name}: nothing is lost, doubled or out of order while ${scenario.sentence} (MIRADESK_SEED=${seed})`, async ({ skip }) => {
      const plan = planOf(scenario, world, seed);
      const report = await runFaults(plan).catch((error: unknown) => {
        if (error instanceof NoSmallDisk) return skip(error.message);
        throw error;
      });
      if (report.differences.length > 0) console.log(report.log);
      if (asked.table) appendFileSync(asked.table, `${JSON.stringify({ world, scenario: scenario.name, seed, ...report, log: undefined })}\n`);
      expect(report.differences).toEqual([]);
      expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
      // The run was what it says: things broke, and people went on writing.
      expect(Object.values(report.deeds).reduce((sum, count) => sum + count, 0) + report.network.cut + report.network.silenced + (scenario.world?.smallDisk ? 1 : 0)).toBeGreaterThan(0);
    }, asked.long ? 3_600_000 : 300_000);
  }
}
