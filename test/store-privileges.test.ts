/** Who gets into the schema: nobody but the service role, and it only through the functions. On roles as Supabase has them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, readMigrations } from '../gateway/store/migrate.ts';
import { createPostgres } from '../gateway/store/postgres.ts';
import { root } from './harness/build.ts';
import { startPostgres } from './harness/postgres.ts';

/** Functions that the gateway calls, as its source names them. */
const API = [...new Set(globSync('gateway/**/*.ts', { cwd: root }).flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/\b(?:rpc|members)\('([a-z_]+)'/g)].map(([, name = '']) => name)))].toSorted();

/** Supabase has these roles and gives new things to them by default; the migrations must take that back. */
const LIKE_SUPABASE = `
  create role anon; create role authenticated; create role service_role;
  alter default privileges grant all on tables to anon, authenticated, service_role;
  alter default privileges grant all on functions to anon, authenticated, service_role;
  alter default privileges grant all on schemas to anon, authenticated, service_role;
`;

interface Database {
  /** Runs one or more statements in one session; answers the rows of the last. */
  query<R = Record<string, unknown>>(sql: string): Promise<R[]>;
  close(): Promise<unknown>;
}

async function openPGlite(): Promise<Database> {
  const database = await PGlite.create();
  await database.exec(LIKE_SUPABASE);
  await migrate(database, await readMigrations());
  return { query: async <R>(sql: string) => ((await database.exec(sql)).at(-1)?.rows ?? []) as R[], close: () => database.close() };
}

async function openServer(): Promise<Database> {
  const postgres = await startPostgres();
  await postgres.query(LIKE_SUPABASE);
  const { migrations, close } = createPostgres({ url: postgres.url });
  await migrate(migrations, await readMigrations());
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  return {
    query: async <R>(sql: string) => (await client.query(sql)).rows as R[],
    close: async () => {
      await client.end();
      await close();
      await postgres.stop();
    },
  };
}

describe.each([['PGlite', openPGlite], ['Postgres', openServer]])('on %s', (_, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const names = async (sql: string): Promise<string[]> => (await database.query<{ name: string }>(sql)).map(({ name }) => name);

  test('[D8] no role but the owner has any right on a table, and row level security is on for every one', async () => {
    expect(await names("select relname as name from pg_class where relnamespace = 'miradesk'::regnamespace and relkind = 'r' and not relrowsecurity")).toEqual([]);
    expect(await names("select polname as name from pg_policy")).toEqual([]);
    expect(await names(`
      select r.rolname || ' ' || c.relname as name
      from pg_class c, (values ('anon'), ('authenticated'), ('service_role'), ('public')) r (rolname)
      where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'r'
        and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger')`)).toEqual([]);
  });

  test('[D8] the service role may call what the store calls and nothing else, the others nothing', async () => {
    const callable = (role: string): Promise<string[]> =>
      names(`select distinct proname as name from pg_proc where pronamespace = 'miradesk'::regnamespace and has_function_privilege('${role}', oid, 'execute') order by 1`);
    expect(await callable('service_role')).toEqual(API);
    expect([await callable('anon'), await callable('authenticated')]).toEqual([[], []]);
    expect(await names("select r.rolname as name from (values ('anon'), ('authenticated')) r (rolname) where has_schema_privilege(r.rolname, 'miradesk', 'usage, create')")).toEqual([]);
  });

  test('what can be called looks up nothing by a search path of the caller', async () => {
    expect(await names(`
      select proname as name from pg_proc
      where pronamespace = 'miradesk'::regnamespace and prosecdef and not coalesce(proconfig, '{}') @> '{"search_path=\\"\\""}'`)).toEqual([]);
    expect((await names("select proname as name from pg_proc where pronamespace = 'miradesk'::regnamespace and prosecdef order by 1"))).toEqual(API);
  });

  test('the service role gets its answers, and no row by itself', async () => {
    await database.query('set role service_role');
    try {
      expect(await database.query('select miradesk.list_workspaces() as answer')).toEqual([{ answer: [] }]);
      await expect(database.query('select * from miradesk.entries')).rejects.toMatchObject({ code: '42501' });
      await expect(database.query("select miradesk.check_member('a', 'b')")).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.query('reset role');
    }
  });
});
