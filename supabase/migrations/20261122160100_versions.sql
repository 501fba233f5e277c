-- Which migrations a database has, told to gateways that reach it through functions only.

-- The program that applies migrations makes this table before the first of them; the Supabase CLI doesn't.
create table if not exists miradesk.migrations (
  version text primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
);
alter table miradesk.migrations enable row level security;

-- [{version, name, checksum}], oldest first. Without a checksum: applied by the Supabase CLI, which keeps a record of its own, also of
-- migrations that are none of ours.
create function miradesk.schema_versions() returns json
language plpgsql stable security definer set search_path = '' as $$
declare
  v_others jsonb := '[]';
begin
  if exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'supabase_migrations' and c.relname = 'schema_migrations'
  ) then
    execute $record$
      select coalesce(jsonb_agg(jsonb_build_object('version', s.version, 'name', s.name, 'checksum', null)), '[]')
      from supabase_migrations.schema_migrations s
      where array_to_string(s.statements, ' ') like '%miradesk.%' and not exists (select from miradesk.migrations m where m.version = s.version)
    $record$ into v_others;
  end if;
  return (
    select coalesce(json_agg(applied order by applied ->> 'version'), '[]')
    from (
      select jsonb_build_object('version', m.version, 'name', m.name, 'checksum', m.checksum) as applied from miradesk.migrations m
      union all
      select jsonb_array_elements(v_others)
    ) of_both);
exception when insufficient_privilege then
  -- Somebody else's record; it cannot be about this schema.
  return (select coalesce(json_agg(jsonb_build_object('version', m.version, 'name', m.name, 'checksum', m.checksum) order by m.version), '[]') from miradesk.migrations m);
end $$;

select miradesk.offer('schema_versions');
