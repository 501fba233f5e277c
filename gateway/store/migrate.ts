/**
 * Brings a database's schema up to date. Every migration is one file of supabase/migrations, `VERSION_name.sql`, and is applied
 * once, in a transaction of its own that writes its row in miradesk.migrations first.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Any number will do, as long as it is always this one: "miradesk" in ASCII. */
const LOCK = '7883955535014917995';

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
 * Applies what is missing. Safe when several processes start at once: they take turns, and the later ones find it done.
 * Rejects with MigrationError, and changes nothing, when the database was made by a newer program or a migration
 * was edited after it was applied. `onApply` is called before each migration.
 */
export async function migrate(database: MigrationDatabase, migrations: readonly Migration[], onApply: (migration: Migration) => void = () => {}): Promise<void> {
  const missing = await exclusively(database, async (tx) => {
    await tx.exec(BOOTSTRAP);
    return compare(migrations, await applied(tx));
  });
  for (const migration of missing) {
    await exclusively(database, async (tx) => {
      // Another process may have been quicker between two turns.
      if (!compare(migrations, await applied(tx)).includes(migration)) return;
      onApply(migration);
      await tx.query('insert into miradesk.migrations (version, name, checksum) values ($1, $2, $3)', [migration.version, migration.name, checksumOf(migration.sql)]);
      await tx.exec(migration.sql);
    });
  }
}

interface Applied { version: string; name: string; checksum: string }

function exclusively<T>(database: MigrationDatabase, run: (tx: MigrationTransaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.exec(`select pg_advisory_xact_lock(${LOCK})`);
    return run(tx);
  });
}

async function applied(tx: MigrationTransaction): Promise<Applied[]> {
  return (await tx.query<Applied>('select version, name, checksum from miradesk.migrations order by version')).rows;
}

/** Those of `migrations` that are still to be applied. */
function compare(migrations: readonly Migration[], rows: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of rows) {
    const migration = known.get(row.version);
    if (!migration) {
      throw new MigrationError(
        `This database was made by a newer MiraDesk: it has the migration ${row.version}_${row.name}, which this one doesn't know. Start the newer MiraDesk, or restore a backup from before the upgrade.`,
      );
    }
    if (row.checksum !== checksumOf(migration.sql)) {
      throw new MigrationError(
        `The migration ${row.version}_${row.name} is not the one that was applied to this database: the file was edited since. Restore the file; changes of the schema go into a new migration.`,
      );
    }
  }
  const done = new Set(rows.map((row) => row.version));
  return migrations.filter((migration) => !done.has(migration.version));
}
