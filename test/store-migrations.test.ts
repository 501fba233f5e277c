import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, MigrationError, readMigrations, type Migration } from '../gateway/store/migrate.ts';
import { openStore } from '../gateway/store/open-store.ts';
import type { Store } from '../gateway/store/store.ts';
import { temporaryDirectory } from './harness/workplace.ts';
import { testWorkspace } from './harness/store.ts';

const ONE: Migration = { version: '20200101000000', name: 'one', sql: 'create table miradesk.one (id int); insert into miradesk.one values (1);' };
const TWO: Migration = { version: '20200102000000', name: 'two', sql: 'create table miradesk.two (id int);' };
const BROKEN: Migration = { version: '20200103000000', name: 'broken', sql: 'create table miradesk.three (id int); select no_such_function();' };

describe('migrations', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  const versions = async (): Promise<string[]> =>
    (await database.query<{ version: string }>('select version from miradesk.migrations order by version')).rows.map(({ version }) => version);
  const fresh = (): Promise<unknown> => database.exec('drop schema if exists miradesk cascade');

  test('each is applied once, in order', async () => {
    await fresh();
    const told: string[] = [];
    await migrate(database, [ONE], ({ name }) => told.push(name));
    await migrate(database, [ONE, TWO], ({ name }) => told.push(name));
    await migrate(database, [ONE, TWO], ({ name }) => told.push(name));
    expect(told).toEqual(['one', 'two']);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('two who migrate at the same time apply each once', async () => {
    await fresh();
    const told: string[] = [];
    await Promise.all(Array.from({ length: 4 }, () => migrate(database, [ONE, TWO], ({ name }) => told.push(name))));
    expect(told).toEqual(['one', 'two']);
    expect((await database.query('select * from miradesk.one')).rows).toHaveLength(1);
  });

  test('one that fails leaves nothing of itself, and the ones before it', async () => {
    await fresh();
    await expect(migrate(database, [ONE, BROKEN])).rejects.toMatchObject({ code: '42883' });
    expect(await versions()).toEqual([ONE.version]);
    expect((await database.query("select to_regclass('miradesk.three') as found")).rows).toEqual([{ found: null }]);
    await migrate(database, [ONE, TWO]);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('a database made by a newer program is refused and left alone', async () => {
    await fresh();
    await migrate(database, [ONE, TWO]);
    const attempt = migrate(database, [ONE]);
    await expect(attempt).rejects.toThrow(MigrationError);
    await expect(attempt).rejects.toThrow(/newer MiraDesk.*20200102000000_two/);
    expect(await versions()).toEqual([ONE.version, TWO.version]);
  });

  test('a migration edited after it was applied is refused; other line ends are no edit', async () => {
    await fresh();
    await migrate(database, [{ ...ONE, sql: `${ONE.sql}\n-- end` }]);
    await migrate(database, [{ ...ONE, sql: `${ONE.sql}\r\n-- end` }]);
    const attempt = migrate(database, [{ ...ONE, sql: `${ONE.sql}\n-- edited` }, TWO]);
    await expect(attempt).rejects.toThrow(MigrationError);
    await expect(attempt).rejects.toThrow(/20200101000000_one.*edited/);
    expect(await versions()).toEqual([ONE.version]);
  });

  test('the program’s own have names the Supabase CLI takes, and no two of one version', async () => {
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
