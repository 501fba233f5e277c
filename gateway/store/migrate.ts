/**
 * Brings a database's schema up to date. Every migration is one file of supabase/migrations, `VERSION_name.sql`, and is applied
 * once, in a transaction of its own that writes its row in miradesk.migrations first.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sqlstateOf } from './sql-errors.ts';

export interface Migration { version: string; name: string; sql: string }

/** What migrate needs of a driver: statements in one transaction, rolled back when the function rejects. */
export interface MigrationDatabase {
  transaction<T>(run: (tx: MigrationTransaction) => Promise<T>): Promise<T>;
}
export interface MigrationTransaction {
  /** One statement with parameters. */
  query<R>(sql: string, params?: unknown[]): Promise<{ rows: R[] }>;
  /** Any number of statements. */
  exec(sql: string): Promise<unknown>;
}

/** The database cannot be used by this program as it is; the message says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const FOLDER = fileURLToPath(new URL('../../supabase/migrations', import.meta.url));
const FILE = /^(\d{14})_([a-z0-9_]+)\.sql$/;

/** What the Supabase CLI keeps of the migrations it applied, to this schema and to others. */
const RECORD_OF_SUPABASE = 'supabase_migrations.schema_migrations';

/** Any number will do, as long as it is always this one: "miradesk" in ASCII. */
const LOCK = '7883955535014917995';

/**
 * A migration that needs a table for itself waits for whoever uses it, which may be a dump that takes an hour, and everybody else then waits behind the
 * migration. So it stands in line for a moment only, steps back to let them pass, and tries again.
 */
const LINE_MS = 1_000;
const STEP_BACK_MS = 2_000;
const LOCK_NOT_AVAILABLE = '55P03';

// Row level security as for all our tables: with no policy it shuts out every role but the owner.
const BOOTSTRAP = `
  create schema if not exists miradesk;
  create table if not exists miradesk.migrations (
    version text primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  );
  alter table miradesk.migrations enable row level security;
`;

/** Reads the migrations that belong to this program, oldest first. */
export async function readMigrations(folder: string = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => FILE.test(file)).sort();
  return Promise.all(files.map(async (file) => {
    const [, version = '', name = ''] = FILE.exec(file) ?? [];
    return { version, name, sql: await readFile(join(folder, file), 'utf8') };
  }));
}

/** What a migration says, whatever line ends a checkout gave it. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}

/**
 * Applies what is missing and answers it. Safe when several processes start at once: they take turns, and the later ones find it done.
 * Rejects with MigrationError, and changes nothing, when the database was made by a newer program or a migration
 * was edited after it was applied. `onApply` is called before each migration.
 */
export async function migrate(database: MigrationDatabase, migrations: readonly Migration[], onApply: (migration: Migration) => void = () => {}): Promise<Migration[]> {
  if (await isUpToDate(database, migrations)) return [];
  const missing = await exclusively(database, async (tx) => {
    await tx.exec(BOOTSTRAP);
    await adopt(tx, migrations);
    return missingOf(migrations, await applied(tx));
  });
  const done: Migration[] = [];
  for (const migration of missing) {
    let told = false;
    await steppingBack(() => exclusively(database, async (tx) => {
      // Another process may have been quicker between two turns.
      if (!missingOf(migrations, await applied(tx)).includes(migration)) return;
      if (!told) onApply(migration);
      told = true;
      const { version, name, sql } = migration;
      await tx.exec(`set local lock_timeout = ${LINE_MS}`);
      await tx.query('insert into miradesk.migrations (version, name, checksum) values ($1, $2, $3)', [version, name, checksumOf(sql)]);
      await tx.exec(sql);
      if (await hasRecordOfSupabase(tx)) {
        await tx.query(`insert into ${RECORD_OF_SUPABASE} (version, name, statements) values ($1, $2, array[$3]) on conflict do nothing`, [version, name, sql]);
      }
      done.push(migration);
    }));
  }
  // Servers between a client and the database that keep a copy of the schema (PostgREST) look again.
  if (done.length > 0) await database.transaction((tx) => tx.exec("notify pgrst, 'reload schema'"));
  return done;
}

/** What a database says about one migration; the checksum is null when the Supabase CLI applied it. */
export interface Applied { version: string; name: string | null; checksum: string | null }

/** Those of `migrations` that are not among the applied ones. Throws MigrationError when these are not all ours, as they are. */
export function missingOf(migrations: readonly Migration[], rows: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of rows) {
    const migration = known.get(row.version);
    if (!migration) {
      throw new MigrationError(
        `This database was made by a newer MiraDesk: it has the migration ${row.version}_${row.name ?? ''}, which this one doesn't know. Start the newer MiraDesk, or restore a backup from before the upgrade.`,
      );
    }
    if (row.checksum !== null && row.checksum !== checksumOf(migration.sql)) {
      throw new MigrationError(
        `The migration ${migration.version}_${migration.name} is not the one that was applied to this database: the file was edited since. Restore the file; changes of the schema go into a new migration.`,
      );
    }
  }
  const done = new Set(rows.map((row) => row.version));
  return migrations.filter((migration) => !done.has(migration.version));
}

/** The quick way, which takes no lock and needs no right to change anything; most starts need no more. */
async function isUpToDate(database: MigrationDatabase, migrations: readonly Migration[]): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { rows: [found] } = await tx.query<{ there: boolean }>("select to_regprocedure('miradesk.schema_versions()') is not null as there");
    if (!found?.there) return false;
    const { rows } = await tx.query<{ versions: Applied[] }>('select miradesk.schema_versions() as versions');
    const versions = rows[0]?.versions ?? [];
    return missingOf(migrations, versions).length === 0 && versions.every(({ checksum }) => checksum !== null);
  });
}

function exclusively<T>(database: MigrationDatabase, run: (tx: MigrationTransaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.exec(`select pg_advisory_xact_lock(${LOCK})`);
    return run(tx);
  });
}

/** Again and again, while what it needs is in use; nothing of an attempt stays. */
async function steppingBack(attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (sqlstateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      await wait(STEP_BACK_MS);
    }
  }
}

async function applied(tx: MigrationTransaction): Promise<Applied[]> {
  return (await tx.query<Applied>('select version, name, checksum from miradesk.migrations order by version')).rows;
}

async function hasRecordOfSupabase(tx: MigrationTransaction): Promise<boolean> {
  return (await tx.query<{ there: boolean }>(`select to_regclass('${RECORD_OF_SUPABASE}') is not null as there`)).rows[0]?.there ?? false;
}

/** Takes over what `supabase db push` has applied: the same files, noted in its own place. */
async function adopt(tx: MigrationTransaction, migrations: readonly Migration[]): Promise<void> {
  if (!(await hasRecordOfSupabase(tx))) return;
  const pushed = new Set((await tx.query<{ version: string }>(`select version from ${RECORD_OF_SUPABASE}`)).rows.map(({ version }) => version));
  for (const { version, name, sql } of migrations.filter((migration) => pushed.has(migration.version))) {
    await tx.query('insert into miradesk.migrations (version, name, checksum) values ($1, $2, $3) on conflict do nothing', [version, name, checksumOf(sql)]);
  }
}
