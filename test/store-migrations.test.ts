import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, MigrationError, missingOf, readMigrations, type Applied, type Migration, type MigrationDatabase } from '../gateway/store/migrate.ts';
import { openStore } from '../gateway/store/open-store.ts';
import { createPostgres } from '../gateway/store/postgres.ts';
import type { Store } from '../gateway/store/store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { testWorkspace } from './harness/store.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

const ONE: Migration = { version: '20200101000000', name: 'one', sql: 'create table miradesk.one (id int); insert into miradesk.one values (1);' };
const TWO: Migration = { version: '20200102000000', name: 'two', sql: 'create table miradesk.two (id int);' };
const BROKEN: Migration = { version: '20200103000000', name: 'broken', sql: 'create table miradesk.three (id int); select no_such_function();' };

interface Database {
  /** What migrate() is given. */
  migrations: MigrationDatabase;
  query<R = Record<string, unknown>>(sql: string): Promise<R[]>;
  close(): Promise<unknown>;
}

async function openPGliteHere(): Promise<Database> {
  const database = await PGlite.create();
  return { migrations: database, query: async <R>(sql: string) => ((await database.exec(sql)).at(-1)?.rows ?? []) as R[], close: () => database.close() };
}

async function openServer(): Promise<Database & { postgres: Postgres; url: string }> {
  const postgres = await startPostgres();
  const name = 'migrations';
  const url = await postgres.createDatabase(name);
  const { migrations, close } = createPostgres({ url });
  return {
    migrations, postgres, url, query: (sql) => postgres.query(sql, [], name),
    close: async () => {
      await close();
      await postgres.stop();
    },
  };
}

describe.each<[string, () => Promise<Database>]>([['PGlite', openPGliteHere], ['Postgres', openServer]])('migrations on %s', (_, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const versions = async (): Promise<string[]> =>
    (await database.query<{ version: string }>('select version from miradesk.migrations order by version')).map(({ version }) => version);
  const fresh = (): Promise<unknown> => database.query('drop schema if exists miradesk cascade; drop schema if exists supabase_migrations cascade');

  test('each is applied once, in order', async () => {
    await fresh();
    const told: string[] = [];
    await migrate(database.migrations, [ONE], ({ name }) => told.push(name));
    await migrate(database.migrations, [ONE, TWO], ({ name }) => told.push(name));
    await migrate(database.migrations, [ONE, TWO], ({ name }) => told.push(name));
    expect(told).toEqual(['one', 'two']);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('two who migrate at the same time apply each once', async () => {
    await fresh();
    const told: string[] = [];
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.migrations, [ONE, TWO], ({ name }) => told.push(name))));
    expect(told).toEqual(['one', 'two']);
    expect(await database.query('select * from miradesk.one')).toHaveLength(1);
  });

  test('one that fails leaves nothing of itself, and the ones before it', async () => {
    await fresh();
    await expect(migrate(database.migrations, [ONE, BROKEN])).rejects.toMatchObject({ code: '42883' });
    expect(await versions()).toEqual([ONE.version]);
    expect(await database.query("select to_regclass('miradesk.three') as found")).toEqual([{ found: null }]);
    await migrate(database.migrations, [ONE, TWO]);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('a database made by a newer program is refused and left alone', async () => {
    await fresh();
    await migrate(database.migrations, [ONE, TWO]);
    const attempt = migrate(database.migrations, [ONE]);
    await expect(attempt).rejects.toThrow(MigrationError);
    await expect(attempt).rejects.toThrow(/newer MiraDesk.*20200102000000_two/);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('a migration edited after it was applied is refused; other line ends are no edit', async () => {
    await fresh();
    await migrate(database.migrations, [{ ...ONE, sql: `${ONE.sql}\n-- end` }]);
    await migrate(database.migrations, [{ ...ONE, sql: `${ONE.sql}\r\n-- end` }]);
    const attempt = migrate(database.migrations, [{ ...ONE, sql: `${ONE.sql}\n-- edited` }, TWO]);
    await expect(attempt).rejects.toThrow(MigrationError);
    await expect(attempt).rejects.toThrow(/20200101000000_one.*edited/);
    expect(await versions()).toEqual([ONE.version]);
  });

  test('answers what it applied, and nothing when all is up to date', async () => {
    await fresh();
    const all = await readMigrations();
    expect(await migrate(database.migrations, all)).toEqual(all);
    expect(await migrate(database.migrations, all)).toEqual([]);
    expect(missingOf(all, (await database.query<{ v: Applied[] }>('select miradesk.schema_versions() as v'))[0]?.v ?? [])).toEqual([]);
  });

  test('that the Supabase CLI applied are taken over, what it lacks is added to its record, and others there are left alone', async () => {
    await fresh();
    const all = await readMigrations();
    await database.query('create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text)');
    await database.query("insert into supabase_migrations.schema_migrations values ('20290101000000', array['create table public.mine (id int)'], 'mine')");
    for (const { version, name, sql } of all.slice(0, -2)) {
      await database.query(`${sql}\n; insert into supabase_migrations.schema_migrations (version, name, statements) values ('${version}', '${name}', array[$sql$${sql}$sql$])`);
    }
    expect(await migrate(database.migrations, all)).toEqual(all.slice(-2));
    expect(await versions()).toEqual(all.map(({ version }) => version));
    const recorded = await database.query<{ version: string }>('select version from supabase_migrations.schema_migrations order by version');
    expect(recorded.map(({ version }) => version)).toEqual([...all.map(({ version }) => version), '20290101000000']);
    expect(await migrate(database.migrations, all)).toEqual([]);
  });

  test('of a newer program that the Supabase CLI applied are noticed', async () => {
    await fresh();
    const all = await readMigrations();
    await migrate(database.migrations, all);
    await database.query('create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text)');
    await database.query("insert into supabase_migrations.schema_migrations values ('20290101000000', array['create table miradesk.more (id int)'], 'more')");
    await expect(migrate(database.migrations, all)).rejects.toThrow(/newer MiraDesk.*20290101000000_more/);
  });
});

describe('migrations on a server', () => {
  let server: Awaited<ReturnType<typeof openServer>>;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());
  const database = (): Promise<string> => server.postgres.createDatabase();

  test('several gateways that start at the same moment make one schema', async () => {
    const databaseUrl = await database();
    const told: string[] = [];
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ dataDir: '', databaseUrl, onMigration: (migration) => told.push(migration) })));
    expect(told).toEqual((await readMigrations()).map(({ version, name }) => `${version}_${name}`));
    await stores[0]?.createWorkspace(testWorkspace('kept'));
    for (const store of stores) {
      expect((await store.workspace('kept'))?.id).toBe('kept');
      await store.close();
    }
  });

  test('one whose connection is cut in the middle leaves nothing of itself, and the next one goes on', async () => {
    const name = 'cut';
    const { migrations, close } = createPostgres({ url: await server.postgres.createDatabase(name) });
    const slow: Migration = { version: TWO.version, name: 'slow', sql: 'create table miradesk.half (id int); select pg_sleep(60); create table miradesk.other_half (id int);' };
    const cut = migrate(migrations, [ONE, slow]);
    cut.catch(() => {});
    await until(async () => (await server.postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'cut' and wait_event = 'PgSleep'")).length > 0);
    await expect(cut).rejects.toThrow();
    expect(await server.postgres.query("select to_regclass('miradesk.half') as half", [], name)).toEqual([{ half: null }]);
    expect((await migrate(migrations, [ONE, TWO])).map(({ name: applied }) => applied)).toEqual(['two']);
    await close();
  });

  test('one that the whole server is killed under is made again', async () => {
    const name = 'killed';
    const { migrations, close } = createPostgres({ url: await server.postgres.createDatabase(name) });
    const cut = migrate(migrations, [ONE, { ...TWO, sql: `${TWO.sql} select pg_sleep(60);` }]);
    cut.catch(() => {});
    await until(async () => (await server.postgres.query("select from pg_stat_activity where datname = 'killed' and wait_event = 'PgSleep'")).length > 0);
    await server.postgres.restart('kill');
    await expect(cut).rejects.toThrow();
    expect((await migrate(migrations, [ONE, TWO])).map(({ name: applied }) => applied)).toEqual(['two']);
    await close();
  });

  test('one that needs a table which a long dump is reading lets everybody else pass meanwhile', async () => {
    const name = 'dumped';
    const url = await server.postgres.createDatabase(name);
    const { migrations, close } = createPostgres({ url });
    await migrate(migrations, [ONE]);
    const [dump, reader] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
    await Promise.all([dump.connect(), reader.connect()]);
    await dump.query('begin; lock table miradesk.one in access share mode');
    const told: string[] = [];
    let over = false;
    const migrated = migrate(migrations, [ONE, { ...TWO, sql: 'alter table miradesk.one add column more int;' }], (migration) => told.push(migration.name)).finally(() => { over = true; });
    const waits = async (): Promise<boolean> => (await server.postgres.query("select from pg_stat_activity where datname = 'dumped' and wait_event_type = 'Lock' and query like 'alter%'")).length > 0;
    try {
      for (let round = 0; round < 2; round += 1) {
        await until(waits);
        // Behind the migration, and long before the dump ends.
        await reader.query("set statement_timeout = '20s'");
        expect((await reader.query('select id from miradesk.one')).rows).toEqual([{ id: 1 }]);
        expect(over).toBe(false);
        await until(async () => !(await waits()));
      }
    } finally {
      await dump.end();
    }
    expect((await migrated).map(({ version }) => version)).toEqual([TWO.version]);
    expect(told).toEqual(['two']);
    await Promise.all([reader.end(), close()]);
  });

  test('a start that finds all applied changes nothing and waits for nobody', async () => {
    const databaseUrl = await database();
    await (await openStore({ dataDir: '', databaseUrl })).close();
    const holder = new Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query('begin; select pg_advisory_xact_lock(7883955535014917995); lock table miradesk.migrations in share mode');
    await (await openStore({ dataDir: '', databaseUrl })).close();
    await holder.end();
  });
});

describe('the migrations of this program', () => {
  test('have names the Supabase CLI takes, and no two of one version', async () => {
    const migrations = await readMigrations();
    expect(migrations.length).toBeGreaterThan(0);
    expect(new Set(migrations.map(({ version }) => version)).size).toBe(migrations.length);
    for (const { version, sql } of migrations) {
      expect(version).toMatch(/^20\d{12}$/);
      // A statement of psql's or a transaction of their own would end ours.
      expect(sql).not.toMatch(/^\s*(\\|begin;|commit;)/m);
    }
  });
});

describe('a data folder', () => {
  test('is created at the first start, said in words, and found again at the next', async () => {
    const dataDir = temporaryDirectory('store');
    const told: string[] = [];
    const first = await openStore({ dataDir, onProgress: (message) => told.push(message) });
    await first.createWorkspace(testWorkspace('kept'));
    await first.close();
    expect(told[0]).toBe(`Creating the database in ${dataDir} (once; takes a few seconds)`);
    expect(told.slice(1)).toEqual((await readMigrations()).map(({ version, name }) => `Updating the database: ${version}_${name}`));

    told.length = 0;
    const second = await openStore({ dataDir, onProgress: (message) => told.push(message) });
    expect(told).toEqual([`Opening the database in ${dataDir}`]);
    expect((await second.workspace('kept'))?.id).toBe('kept');
    await second.close();
    await expect(second.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(second.workspace('kept')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('half made by a first start that was interrupted, is made again', async () => {
    const dataDir = temporaryDirectory('store');
    await writeFile(join(dataDir, 'db.incomplete'), '');
    await cp(import.meta.filename, join(dataDir, 'db', 'PG_VERSION'));
    const store: Store = await openStore({ dataDir });
    await store.ping();
    await store.close();
    expect((await readFile(join(dataDir, 'db', 'PG_VERSION'), 'utf8')).trim()).toMatch(/^\d+$/);
  });
});
