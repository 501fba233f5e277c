-- Gateways that share this database, and who is at them.
--
-- A gateway says about once a second that it is there (beat). Leases tell which members have a window at which gateway, and which
-- conversation they look at. A lease counts while its gateway does, so whoever was at one that died is gone within seconds and nobody has
-- to tidy up. All times are this database's: the clocks of the gateways' machines don't matter.

create table miradesk.gateways (
  id text collate "C" primary key,
  seen_at timestamptz not null,
  -- It does not hear from the others at once.
  degraded boolean not null
);

create table miradesk.leases (
  workspace_id text collate "C" not null,
  -- '' stands for being there at all.
  conversation_id text collate "C" not null,
  member_id text collate "C" not null,
  gateway_id text collate "C" not null,
  primary key (workspace_id, conversation_id, member_id, gateway_id),
  foreign key (workspace_id, member_id) references miradesk.members (workspace_id, id)
);

create index leases_gateway on miradesk.leases (gateway_id);

alter table miradesk.gateways enable row level security;
alter table miradesk.leases enable row level security;
-- As in the migration of the privileges: where things are granted by default, that is taken back.
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on table miradesk.gateways, miradesk.leases from %s', v_role);
  end loop;
end $$;

alter table miradesk.leases alter column workspace_id set (n_distinct = 1);

-- Whether a gateway seen at that time still counts. Both ways, for a clock that was set back.
create function miradesk.lives(p_seen_at timestamptz) returns boolean
language sql stable as $$
  select abs(extract(epoch from clock_timestamp() - p_seen_at)) < 5
$$;

-- A gateway says that it is there, and hears which others are: {cursor, known, others: [{id, degraded, seenAt}]}. `cursor` is where changed_since
-- may begin to see all that commits from here on. `known` false: this gateway had been forgotten, or is new, and holds no lease.
create function miradesk.beat(p_gateway text, p_degraded boolean) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_known boolean;
  v_silent text[];
begin
  update miradesk.gateways g set seen_at = clock_timestamp(), degraded = p_degraded where g.id = p_gateway;
  v_known := found;
  if not v_known then
    insert into miradesk.gateways (id, seen_at, degraded) values (p_gateway, clock_timestamp(), p_degraded)
    on conflict (id) do update set seen_at = excluded.seen_at, degraded = excluded.degraded;
  end if;

  -- Of those that have been silent for long nothing is kept. Whoever is quicker does it; the others need not wait.
  v_silent := array(
    select g.id from miradesk.gateways g
    where g.id <> p_gateway and abs(extract(epoch from clock_timestamp() - g.seen_at)) > 60
    for update skip locked);
  if cardinality(v_silent) > 0 then
    delete from miradesk.leases l where l.gateway_id = any(v_silent);
    delete from miradesk.gateways g where g.id = any(v_silent);
  end if;

  return json_build_object(
    'cursor', pg_snapshot_xmin(pg_current_snapshot())::text,
    'known', v_known,
    'others', (
      select coalesce(json_agg(json_build_object('id', g.id, 'degraded', g.degraded, 'seenAt', extract(epoch from g.seen_at)) order by g.id), '[]')
      from miradesk.gateways g
      where g.id <> p_gateway and miradesk.lives(g.seen_at)));
end $$;

-- A gateway goes, and with it everybody who was at it.
create function miradesk.leave(p_gateway text) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  delete from miradesk.leases l where l.gateway_id = p_gateway;
  delete from miradesk.gateways g where g.id = p_gateway;
  return 'null';
end $$;

create function miradesk.holders(p_workspace text, p_conversation text) returns json
language sql stable as $$
  select coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) order by m.name, m.id), '[]')
  from (
      select distinct l.member_id from miradesk.leases l
      where l.workspace_id = p_workspace and l.conversation_id = p_conversation
        and exists (select from miradesk.gateways g where g.id = l.gateway_id and miradesk.lives(g.seen_at))
    ) held,
    lateral (select m.id, m.name from miradesk.members m where m.workspace_id = p_workspace and m.id = held.member_id offset 0) m
$$;

-- A member came to a gateway ('' as conversation), or looks at a conversation there. Answers all who do.
create function miradesk.take_lease(p_workspace text, p_conversation text, p_member text, p_gateway text) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  perform miradesk.check_member(p_workspace, p_member);
  if p_conversation <> '' then
    perform from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation;
    if not found then perform miradesk.fail_not_found('conversation'); end if;
  end if;
  insert into miradesk.leases (workspace_id, conversation_id, member_id, gateway_id)
  values (p_workspace, p_conversation, p_member, p_gateway)
  on conflict do nothing;
  return miradesk.holders(p_workspace, p_conversation);
end $$;

create function miradesk.drop_lease(p_workspace text, p_conversation text, p_member text, p_gateway text) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  delete from miradesk.leases l
  where l.workspace_id = p_workspace and l.conversation_id = p_conversation and l.member_id = p_member and l.gateway_id = p_gateway;
  return miradesk.holders(p_workspace, p_conversation);
end $$;

-- Who is there ('' as conversation), or looks at the conversation, at any gateway: [{id, name}].
create function miradesk.lease_holders(p_workspace text, p_conversation text) returns json
language sql stable security definer set search_path = '' set enable_seqscan = off as $$
  select miradesk.holders(p_workspace, p_conversation)
$$;

-- Which of these sessions are still on.
create function miradesk.sessions_on(p_workspace text, p_token_hashes jsonb) returns json
language sql stable security definer set search_path = '' set enable_seqscan = off as $$
  select coalesce(json_agg(s.token_hash), '[]')
  from (select distinct h.hash collate "C" as hash from jsonb_array_elements_text(p_token_hashes) h (hash)) named,
    lateral (
      select s.token_hash from miradesk.sessions s
      where s.workspace_id = p_workspace and s.token_hash = named.hash and s.expires_at > now() offset 0
    ) s
$$;

select miradesk.offer('beat', 'leave', 'take_lease', 'drop_lease', 'lease_holders', 'sessions_on');
