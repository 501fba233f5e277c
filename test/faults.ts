/** `npm run test:faults`: the fault tests by themselves, as long as wanted, and a table of what was done. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './harness/build.ts';
import { SCENARIOS } from './harness/fault-scenarios.ts';
import { readLines, tableOf } from './harness/fault-table.ts';

const HELP = `Breaks things while visitors and agents write, and compares afterwards: what was acknowledged is in the log
and is shown by every client, once and in order, and a replay of the log gives the stored state.

  npm run test:faults                                    all scenarios, short
  npm run test:faults -- --long                          at least 10,000 messages each (an hour and more)
  npm run test:faults -- --scenario kill --scenario mixed --world cluster --seed 7

Options
  --long            10,000 messages a scenario, more people, three gateways, more rounds
  --scenario NAME   only this one; may be given several times
  --world WORLD     pglite (one gateway, embedded database) or cluster (several gateways, Postgres, Redis)
  --messages N      so many messages a scenario
  --seed N          repeats a run by the seed it printed
  --runs N          so many runs, each with another seed
  -h, --help        this text

Scenarios
${SCENARIOS.map(({ name, worlds, sentence }) => `  ${name.padEnd(20)}${worlds.join(', ').padEnd(17)}${sentence}`).join('\n')}

In the table: messages written "in trouble" were written while something was broken; "repaired" counts syncs that brought what had been
missed; "latest" is the longest time from an acknowledgement until all agents showed the message.
The exit code is 0 only when every run found no difference.
`;

const WORLDS = { pglite: 'test/faults.test.ts', cluster: 'test/faults-cluster.test.ts' } as const;

interface Options { env: NodeJS.ProcessEnv; files: string[]; runs: number }

/** What was asked for, or the exit code when nothing is to be run. */
function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        long: { type: 'boolean', default: false }, scenario: { type: 'string', multiple: true, default: [] }, world: { type: 'string' },
        messages: { type: 'string' }, seed: { type: 'string' }, runs: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const unknown = values.scenario.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
    if (unknown !== undefined) throw new Error(`There is no scenario "${unknown}".`);
    if (values.world !== undefined && !Object.hasOwn(WORLDS, values.world)) throw new Error(`There is no world "${values.world}".`);
    for (const name of ['messages', 'seed', 'runs'] as const) if (values[name] !== undefined && !/^\d{1,10}$/.test(values[name])) throw new Error(`--${name} wants a number.`);
    const env: NodeJS.ProcessEnv = { ...process.env, MIRADESK_FAULTS: values.scenario.join(',') };
    if (values.long) env.MIRADESK_LONG = '1';
    if (values.messages !== undefined) env.MIRADESK_FAULT_MESSAGES = values.messages;
    if (values.seed !== undefined) env.MIRADESK_SEED = values.seed;
    // A world in which none of the scenarios plays has no tests, which would count as a failure.
    const files = (Object.keys(WORLDS) as Array<keyof typeof WORLDS>).filter((world) => (values.world ?? world) === world
      && SCENARIOS.some(({ name, worlds }) => worlds.includes(world) && (values.scenario.length === 0 || values.scenario.includes(name)))).map((world) => WORLDS[world]);
    return { env, files, runs: Number(values.runs) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
}

function main(): number {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const directory = mkdtempSync(join(tmpdir(), 'miradesk-faults-'));
  const table = join(directory, 'table');
  try {
    let failed = false;
    for (let run = 0; run < options.runs; run += 1) {
      const seed = options.env.MIRADESK_SEED === undefined ? undefined : String(Number(options.env.MIRADESK_SEED) + run);
      // One after the other: each has the machine for itself.
      const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--no-file-parallelism', ...options.files];
      const env = { ...options.env, MIRADESK_FAULT_TABLE: table, ...(seed === undefined ? {} : { MIRADESK_SEED: seed }) };
      if (spawnSync(process.execPath, vitest, { cwd: root, env, stdio: 'inherit' }).status !== 0) failed = true;
    }
    process.stdout.write(`\n${tableOf(readLines(table))}\n\n${failed ? 'Something was found, see above.' : 'Nothing was lost, doubled or out of order.'}\n`);
    return failed ? 1 : 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = main();
