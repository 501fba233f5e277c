-- Who a visitor is, as the site says it and proves it.

-- What the site's server signs with. Made by the database, so that every workspace has one, whoever makes it: 244 random bits.
alter table miradesk.workspaces add column identity_secret text not null
  default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

create or replace function miradesk.workspace_facts(w miradesk.workspaces) returns json
language sql immutable as $$
  select json_build_object('id', w.id, 'name', w.name, 'settings', w.settings, 'allowedOrigins', w.allowed_origins, 'tokenSecret', w.token_secret,
    'identitySecret', w.identity_secret)
$$;

-- A new one; what was signed with the old one is worth nothing from then on.
create function miradesk.renew_identity_secret(p_workspace text) returns json
language plpgsql security definer set search_path = '' as $$
declare
  v_workspace miradesk.workspaces;
begin
  update miradesk.workspaces w set identity_secret = default where w.id = p_workspace returning w.* into v_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return miradesk.workspace_facts(v_workspace);
end $$;

-- Signed identities that may be used by one browser only, until they expire. What named them is hashed by the gateway.
create table miradesk.identity_uses (
  workspace_id text collate "C" not null,
  jti_hash text collate "C" not null,
  -- The browser.
  sid text collate "C" not null,
  visitor_id text collate "C" not null,
  expires_at timestamptz not null,
  primary key (workspace_id, jti_hash)
);
create index identity_uses_expiry on miradesk.identity_uses (workspace_id, expires_at);
create index identity_uses_visitor on miradesk.identity_uses (workspace_id, visitor_id);
alter table miradesk.identity_uses alter column workspace_id set (n_distinct = 1);
alter table miradesk.identity_uses enable row level security;

-- Whether this browser may use it: nobody has so far, or it has itself. It is this browser's from now on.
create function miradesk.use_identity(p_workspace text, p_jti_hash text, p_sid text, p_visitor text, p_expires_at timestamptz) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_sid text;
begin
  -- The occasion to forget some that have expired, more than come, so that no clean-up job is needed.
  delete from miradesk.identity_uses u using (
    select o.ctid from miradesk.identity_uses o
    where o.workspace_id = p_workspace and o.expires_at < now() - interval '1 hour' order by o.expires_at limit 10 for update skip locked
  ) old
  where u.ctid = old.ctid;
  insert into miradesk.identity_uses (workspace_id, jti_hash, sid, visitor_id, expires_at)
  values (p_workspace, p_jti_hash, p_sid, p_visitor, p_expires_at)
  on conflict do nothing;
  select u.sid into v_sid from miradesk.identity_uses u where u.workspace_id = p_workspace and u.jti_hash = p_jti_hash;
  return to_json(v_sid is not distinct from p_sid);
end $$;

-- As in the migration of the privileges: where tables are granted by default, that is taken back.
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on table miradesk.identity_uses from %s', v_role);
  end loop;
end $$;

select miradesk.offer('renew_identity_secret', 'use_identity');
