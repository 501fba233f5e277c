/**
 * The schema `miradesk` of a database as SQL: everything the migrations made, as the catalog has it, in an order of its own. Two databases
 * with the same schema give the same text; the text, run on an empty database, gives the same schema.
 */

/** Runs one statement; answers its rows. */
export type Query = (sql: string) => Promise<Array<Record<string, unknown>>>;

/** Roles as Supabase has them. They belong to the server; with them there, the dump shows what each may do. */
export const ROLES = `
  do $$ declare r text; begin
    foreach r in array array['anon', 'authenticated', 'service_role'] loop
      if not exists (select from pg_roles where rolname = r) then execute format('create role %I', r); end if;
    end loop;
  end $$`;

const HEAD = `-- The schema as all migrations leave it. Made by "npm run schema"; a test compares it with what PGlite and Postgres have. It is here to be
-- read and compared; databases are made and updated by the migrations.

set check_function_bodies = off;
create schema miradesk;
`;

/** Each answers one column, `sql`, a statement a row. */
const PARTS: ReadonlyArray<[title: string, query: string]> = [
  ['Tables', `
    select format(E'create %stable miradesk.%I (\\n%s\\n);', case c.relpersistence when 'u' then 'unlogged ' end, c.relname, string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> t.typcollation then format(' collate %I', l.collname) end,
        case when a.attnotnull then ' not null' end,
        case when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid)) when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) end), E',\\n' order by a.attnum)) as sql
    from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join pg_collation l on l.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'r' group by c.relname, c.relpersistence order by c.relname collate "C"`],
  ['Types', `
    select format(E'create type miradesk.%I as (\\n%s\\n);', c.relname, string_agg(
      format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n' order by a.attnum)) as sql
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'c' group by c.relname
    -- Types that are made of others come after these.
    order by bool_or(format_type(a.atttypid, a.atttypmod) like 'miradesk.%'), c.relname collate "C"`],
  ['What the planner is told', `
    select format('alter table miradesk.%I alter column %I set (%s);', c.relname, a.attname, array_to_string(a.attoptions, ', ')) as sql
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'r' and a.attoptions is not null order by c.relname collate "C", a.attname collate "C"
  `],
  ['How tables are stored', `
    select format('alter table miradesk.%I set (%s);', c.relname, array_to_string(c.reloptions, ', ')) as sql
    from pg_class c where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'r' and c.reloptions is not null order by c.relname collate "C"`],
  ['Constraints', `
    select format('alter table miradesk.%I add constraint %I %s;', c.relname, k.conname, pg_get_constraintdef(k.oid)) as sql
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = 'miradesk'::regnamespace and k.contype <> 'n'
    order by array_position(array['p', 'u', 'c', 'x', 'f'], k.contype::text), c.relname collate "C", k.conname collate "C"`],
  ['Indexes', `
    select pg_get_indexdef(i.indexrelid) || ';' as sql
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'miradesk'::regnamespace and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype <> 'f')
    order by c.relname collate "C"`],
  ['Functions', `
    select pg_get_functiondef(p.oid) || ';' as sql
    from pg_proc p where p.pronamespace = 'miradesk'::regnamespace
    order by p.proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"`],
  ['Triggers', `
    select pg_get_triggerdef(t.oid) || ';' as sql
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'miradesk'::regnamespace and not t.tgisinternal order by c.relname collate "C", t.tgname collate "C"`],
  ['Row level security', `
    select sql from (
      select c.relname, '' as policy, format('alter table miradesk.%I %s row level security;', c.relname, case when c.relrowsecurity then 'enable' else 'disable' end) as sql
      from pg_class c where c.relnamespace = 'miradesk'::regnamespace and c.relkind = 'r'
      union all
      select tablename, policyname, format('create policy %I on miradesk.%I as %s for %s to %s%s%s;', policyname, tablename, permissive, cmd, array_to_string(roles, ', '),
        ' using (' || qual || ')', ' with check (' || with_check || ')')
      from pg_policies where schemaname = 'miradesk'
    ) security order by relname collate "C", policy collate "C"`],
  ['Who may do what', `
    select 'revoke all on all functions in schema miradesk from public;' as sql
    union all
    (select format('grant %s on %s to %s;', lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)), o.named, case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as sql
    from (
      select 1 as kind, 'schema miradesk' as named, n.nspowner as owner, coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl from pg_namespace n where n.nspname = 'miradesk'
      union all
      select 2, format('table miradesk.%I', c.relname), c.relowner, coalesce(c.relacl, acldefault('r', c.relowner)) from pg_class c
      where c.relnamespace = 'miradesk'::regnamespace and c.relkind in ('r', 'v', 'S')
      union all
      select 3, format('function miradesk.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
      from pg_proc p where p.pronamespace = 'miradesk'::regnamespace
    ) o, aclexplode(o.acl) a
    where a.grantee <> o.owner
    group by o.kind, o.named, a.grantee order by o.kind, o.named collate "C", a.grantee::regrole::text collate "C")`],
];

export async function dumpSchema(query: Query): Promise<string> {
  // So that every name of ours is written with its schema.
  await query("set search_path = ''");
  const parts: string[] = [HEAD];
  for (const [title, sql] of PARTS) {
    const statements = (await query(sql)).map((row) => String(row.sql).replaceAll(/[ \t]+$/gm, ''));
    if (statements.length > 0) parts.push(`-- ${title}\n\n${statements.join(title === 'Functions' || title === 'Tables' || title === 'Types' ? '\n\n' : '\n')}\n`);
  }
  return parts.join('\n');
}
