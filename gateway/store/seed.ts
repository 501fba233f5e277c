/**
 * A dump of an empty, migrated PGlite database, from which a new one begins: to make one from nothing takes seconds. It is kept where the
 * build puts things that can be made again, under a name that says for which PGlite and which migrations it is good.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksumOf, readMigrations } from './migrate.ts';
import { openPGlite } from './pglite.ts';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/miradesk-databases', import.meta.url));

/** How long one for other migrations is kept, in milliseconds: 40 MB each. */
const KEPT_MS = 86_400_000;

/** The dump for the program as it is; null when none was made. */
export async function findSeed(): Promise<string | null> {
  const file = await seedFile();
  return existsSync(file) ? file : null;
}

/** Makes the dump where it is missing; answers it. Several processes may do so at once: the last one's stays, and they are alike. */
export async function makeSeed(): Promise<string> {
  const file = await seedFile();
  if (existsSync(file)) return file;
  await mkdir(FOLDER, { recursive: true });
  await clearAway();
  const own = await mkdtemp(join(FOLDER, 'making-'));
  const transport = await openPGlite({ dataDir: null });
  try {
    await transport.dump(join(own, 'dump.tar'));
    await rename(join(own, 'dump.tar'), file);
  } finally {
    await transport.close();
    await rm(own, { recursive: true, force: true });
  }
  return file;
}

async function seedFile(): Promise<string> {
  const pglite = join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), '../package.json');
  const { version } = JSON.parse(await readFile(pglite, 'utf8')) as { version: string };
  const state = (await readMigrations()).map(({ version: number, name, sql }) => `${number}_${name} ${checksumOf(sql)}`);
  return join(FOLDER, `${createHash('sha256').update([version, ...state].join('\n')).digest('hex').slice(0, 24)}.tar`);
}

async function clearAway(): Promise<void> {
  for (const old of await readdir(FOLDER)) {
    // Somebody else may be clearing away the same.
    const { mtimeMs } = await stat(join(FOLDER, old)).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - KEPT_MS) await rm(join(FOLDER, old), { recursive: true, force: true });
  }
}
