/** Who gets into the schema: nobody but the service role, and it only through the functions. On roles as Supabase has them. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, readMigrations } from '../gateway/store/migrate.ts';

/** Functions that the store calls. */
const API = [
  'add_member', 'append_entries', 'conversation_visitor', 'create_workspace', 'end_session', 'find_session', 'find_workspace', 'history', 'inbox_changes', 'inbox_list',
  'list_members', 'list_workspaces', 'mark_read', 'member_for_sign_in', 'ping', 'set_password', 'start_session', 'sync_agent', 'sync_visitor', 'update_workspace',
];

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  // Supabase gives new things to these roles by default; the migrations must take that back.
  await database.exec(`
    create role anon; create role authenticated; create role service_role;
    alter default privileges grant all on tables to anon, authenticated, service_role;
    alter default privileges grant all on functions to anon, authenticated, service_role;
    alter default privileges grant all on schemas to anon, authenticated, service_role;
  `);
  await migrate(database, await readMigrations());
});
afterAll(() => database.close());

async function names(sql: string): Promise<string[]> {
  return (await database.query<{ name: string }>(sql)).rows.map(({ name }) => name);
}

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
  await database.exec('set role service_role');
  try {
    expect((await database.query('select miradesk.list_workspaces() as answer')).rows).toEqual([{ answer: [] }]);
    await expect(database.query('select * from miradesk.entries')).rejects.toMatchObject({ code: '42501' });
    await expect(database.query("select miradesk.check_member('a', 'b')")).rejects.toMatchObject({ code: '42501' });
  } finally {
    await database.exec('reset role');
  }
});
