/**
 * The thread PGlite lives in. In the gateway's own thread it would hold up every connection while it commits.
 * It knows nothing of the store: it opens the database, migrates it, and calls SQL functions one after another.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { holds, type Fence } from './data-fence.ts';
import { migrate, MigrationError, type Migration } from './migrate.ts';
import { sqlstateOf } from './sql-errors.ts';

/** How to open the database. */
export interface PGliteWorkerData {
  /** Folder of the database, made when it is missing; null: in memory. */
  dataDir: string | null;
  /** A dump made by `dump`, which a new database starts from instead of from nothing. */
  seed: string | null;
  migrations: Migration[];
  /** Tells whether the folder may be written; null where nobody else can come. */
  fence: Fence | null;
  /** How often to tidy up, where there is anything to tidy, in milliseconds. */
  tidyEveryMs: number;
}

export type PGliteRequest =
  | { id: number; kind: 'call'; fn: string; names: string[]; values: unknown[] }
  | { id: number; kind: 'dump'; file: string }
  | { id: number; kind: 'close' };

export type PGliteNews =
  | { kind: 'progress'; step: 'creating' | 'opening' | 'migrating'; detail: string }
  | { kind: 'ready' }
  /** The folder may not be ours any more; its lock had better be looked at. Until then nothing is done. */
  | { kind: 'fenced' }
  /** It cannot be opened. `refused`: trying again is no use until somebody does what the message says. */
  | { kind: 'failed'; message: string; refused: boolean }
  | { kind: 'answer'; id: number; result: string }
  | { kind: 'error'; id: number; sqlstate: string | undefined; message: string };

if (!parentPort) throw new Error('pglite-worker.ts is a worker thread of pglite.ts');
const port = parentPort;
const { dataDir, seed, migrations, fence, tidyEveryMs } = workerData as PGliteWorkerData;

/**
 * PGlite has no autovacuum, so this thread does it: each message leaves a dead version of its conversation behind. Tidying up takes
 * some tens of milliseconds, after so much was appended (characters; some 30,000 messages) and once a minute while anything was.
 */
const TIDY_AFTER = 8_000_000;
const TABLES = ['conversations', 'entries', 'reads', 'leases', 'inbox_counts', 'sessions', 'visitors', 'visitor_events', 'files', 'identity_uses'].map((table) => `miradesk.${table}`);

/** What takes people's words and names away. */
const ERASES = ['erase_visitor', 'forget_file', 'drop_files'];
/**
 * Vacuum makes room where something was, and leaves the bytes there until others come. So after an erase the tables are written anew, while everybody waits:
 * for one of this size (a million messages) three seconds, so once in as many minutes at most. A larger one has to do with vacuum.
 */
const WIPE_MAX_BYTES = 256 * 1024 * 1024;
const WIPE_EVERY = 60;
/** What has to be free on the disk for it besides the copy of a table and the log of writing it. A full disk is what PGlite takes worst. */
const WIPE_ROOM_BYTES = 64 * 1024 * 1024;
/** Stands beside the database while bytes of what was erased may be in its files, so that the next one to open it goes on; null: there are no files. */
const owed = dataDir === null ? null : `${dataDir}.erased`;
let nextWipe = 0;

/** How long a call waits for the folder's lock to be found right again. */
const FENCED_MS = 4_000;

function tell(news: PGliteNews): void {
  port.postMessage(news);
}

async function open(): Promise<PGlite> {
  // A first start that was interrupted leaves half a database, which the marker tells from a whole one. Nothing can have been stored in it.
  const marker = dataDir === null ? null : `${dataDir}.incomplete`;
  const fresh = dataDir === null || existsSync(marker ?? '') || await isEmpty(dataDir);
  if (dataDir !== null && !fresh && !existsSync(join(dataDir, 'PG_VERSION'))) {
    throw new MigrationError(`The folder ${dataDir} holds something that is not a database of MiraDesk. It was left as it is. Move it away, or give this one a DATA_DIR of its own.`);
  }
  if (dataDir !== null && marker !== null && fresh) {
    await writeFile(marker, '');
    await rm(dataDir, { recursive: true, force: true });
  }
  tell({ kind: 'progress', step: fresh ? 'creating' : 'opening', detail: dataDir ?? 'memory' });
  const database = (fresh && seed !== null && await createFrom(seed)) || await PGlite.create(dataDir === null ? {} : { dataDir });
  await migrate(database, migrations, ({ version, name }) => tell({ kind: 'progress', step: 'migrating', detail: `${version}_${name}` }));
  if (marker !== null) await rm(marker, { force: true });
  return database;
}

/** Null when the dump is no good; it only saves time, so that is no reason not to start. */
async function createFrom(dump: string): Promise<PGlite | null> {
  try {
    const loadDataDir = new Blob([await readFile(dump)]);
    return await PGlite.create(dataDir === null ? { loadDataDir } : { dataDir, loadDataDir });
  } catch {
    if (dataDir !== null) await rm(dataDir, { recursive: true, force: true });
    return null;
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  return !existsSync(folder) || (await readdir(folder)).length === 0;
}

async function handle(database: PGlite, request: PGliteRequest): Promise<string> {
  switch (request.kind) {
    case 'call': {
      if (owed !== null && ERASES.includes(request.fn)) await writeFile(owed, '');
      const args = request.names.map((name, index) => `${name} => $${index + 1}`).join(', ');
      // As text: the string goes to the other thread as it is and is parsed there.
      const { rows } = await database.query<[string]>(`select miradesk.${request.fn}(${args})::text`, request.values, { rowMode: 'array' });
      return rows[0]?.[0] ?? 'null';
    }
    case 'dump': {
      const dump = await database.dumpDataDir('none');
      await writeFile(request.file, Buffer.from(await dump.arrayBuffer()));
      return 'null';
    }
    case 'close':
      // What cannot be wiped now is by the next one.
      await wipe(database).catch(() => {});
      await database.close();
      return 'null';
  }
}

/** False when this process may not write any more, or not now. */
async function isOurs(): Promise<boolean> {
  if (!fence || holds(fence)) return true;
  tell({ kind: 'fenced' });
  const deadline = performance.now() + FENCED_MS;
  while (performance.now() < deadline) {
    await wait(10);
    if (holds(fence)) return true;
  }
  return false;
}

async function answer(database: PGlite, request: PGliteRequest): Promise<void> {
  if (!(await isOurs())) {
    tell({ kind: 'error', id: request.id, sqlstate: '57P03', message: 'the data folder may belong to another process by now' });
    return;
  }
  try {
    tell({ kind: 'answer', id: request.id, result: await handle(database, request) });
  } catch (error) {
    const sqlstate = sqlstateOf(error);
    tell({ kind: 'error', id: request.id, sqlstate, message: error instanceof Error ? error.message : String(error) });
    // An error without a state does not come from Postgres but from the machine it runs in. That one cannot be trusted any more.
    if (sqlstate === undefined) process.exit(1);
  }
}

async function tidy(database: PGlite): Promise<void> {
  if (fence && !holds(fence)) return;
  if (isOwed() && performance.now() >= nextWipe) await wipe(database);
  else for (const table of TABLES) await database.exec(`vacuum ${table}`);
}

function isOwed(): boolean {
  return owed !== null && existsSync(owed);
}

/** Takes what was erased out of the database's files, its log included; does nothing where nothing was. */
async function wipe(database: PGlite): Promise<void> {
  if (dataDir === null || owed === null || !isOwed()) return;
  nextWipe = performance.now() + WIPE_EVERY * tidyEveryMs;
  for (const table of TABLES) {
    const { rows } = await database.query<{ size: number }>('select pg_total_relation_size($1::regclass)::float8 as size', [table]);
    const { bavail, bsize } = await statfs(dataDir);
    const size = rows[0]?.size ?? Infinity;
    await database.exec(`vacuum ${size <= WIPE_MAX_BYTES && 2 * size + WIPE_ROOM_BYTES <= bavail * bsize ? 'full ' : ''}${table}`);
  }
  // The log begins a new file, and the old ones go instead of being kept for later.
  for (const statement of ['set wal_recycle = off', 'select pg_switch_wal()', 'checkpoint']) await database.exec(statement);
  await rm(owed);
}

try {
  const database = await open();
  let last = Promise.resolve();
  let appended = 0;
  const tidySoon = (): void => {
    if (appended === 0 && !isOwed()) return;
    appended = 0;
    // Whatever it fails with, the next call fails with, too, and tells.
    last = last.then(() => tidy(database)).catch(() => {});
  };
  setInterval(tidySoon, tidyEveryMs).unref();
  port.on('message', (request: PGliteRequest) => {
    last = last.then(() => answer(database, request));
    if (request.kind === 'call' && request.fn === 'append_entries') {
      appended += String(request.values.at(-1)).length;
      if (appended >= TIDY_AFTER) tidySoon();
    }
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error), refused: error instanceof MigrationError });
}
