/** A Postgres for a benchmark: real, fsync on, on the core that the load has, too. */
import { readdirSync, readFileSync } from 'node:fs';
import { startPostgres } from '../test/harness/postgres.ts';
import { OTHER_CORE, pinProcess } from './cores.ts';

export interface BenchDatabase { url: string; stop(): Promise<void> }

export async function postgresOn(core = OTHER_CORE): Promise<BenchDatabase> {
  const postgres = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } });
  for (const pid of processesOf(postgres.dataDir)) pinProcess(pid, core);
  return { url: await postgres.createDatabase(), stop: () => postgres.stop() };
}

/** The server's first process, whose children inherit where it runs, and those it has already. */
function processesOf(dataDir: string): number[] {
  const first = Number(readFileSync(`${dataDir}/postmaster.pid`, 'utf8').split('\n')[0]);
  if (process.platform !== 'linux') return [first];
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === first;
    } catch {
      return false;
    }
  });
  return [first, ...children];
}
