/** `npm run bench`: measures, beside a baseline where there is one, and prints a table. Never part of the tests: a slow machine is no fault. */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { build } from '../esbuild.config.mjs';
import { openWorkplace } from '../test/harness/workplace.ts';
import { canPin } from './cores.ts';
import { SUITES } from './suites.ts';
import { printTable } from './table.ts';

const HELP = `Measures MiraDesk, each figure against a baseline of the same run where there is one.

  npm run bench                      all suites, about ten minutes
  npm run bench -- throughput fan    only these: ${Object.keys(SUITES).join(', ')}
  npm run bench -- --long            10,000 visitors in the storm, 18,000 idle connections, 1,000,000 entries
  npm run bench -- --rounds 5        more rounds of each comparison (default 3)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' }, help: { type: 'boolean', short: 'h', default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(SUITES, name));
if (values.help || unknown.length > 0 || !/^[1-9]\d?$/.test(values.rounds)) {
  process.stdout.write(unknown.length > 0 ? `There is no suite "${unknown[0]}".\n\n${HELP}` : HELP);
  process.exit(values.help ? 0 : 2);
}

const close = await openWorkplace();
try {
  await build();
  const [cpu] = cpus();
  process.stdout.write(`${cpus().length} × ${cpu?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ${
    canPin ? 'the server on core 0; the database, other threads and the load on core 1' : 'nothing is pinned to a core (that needs two cores and taskset)'}\n`);
  for (const [name, suite] of Object.entries(SUITES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      printTable(suite.title, await suite.run({ rounds: Number(values.rounds), long: values.long }));
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`\n${suite.title}\n  could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
} finally {
  await close();
}
