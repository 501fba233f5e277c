-- What is known of a visitor beside what they write.

alter table miradesk.visitors
  add column phone text,
  -- The site's own id of its user, where it has proven one.
  add column user_id text,
  add column attributes jsonb not null default '{}',
  add column tags text[] not null default '{}',
  -- What of it the site has signed, and nothing unsigned may overwrite: name, email, phone, attributes.NAME.
  add column proven text[] not null default '{}';

-- What the site's pages told about a visitor; the newest of each are kept.
create table miradesk.visitor_events (
  workspace_id text collate "C" not null,
  visitor_id text collate "C" not null,
  id bigint generated always as identity,
  name text not null,
  meta jsonb not null,
  page jsonb,
  at timestamptz not null,
  primary key (workspace_id, visitor_id, id),
  foreign key (workspace_id, visitor_id) references miradesk.visitors (workspace_id, id)
);
alter table miradesk.visitor_events alter column workspace_id set (n_distinct = 1);
alter table miradesk.visitor_events enable row level security;

-- A visitor with a profile taken in: {name, email, phone, attributes, tags}, of which any may be missing. An empty text and a null take away.
-- At most so many attributes, those the site has signed first, then those that were there; at most so many tags, the newest.
create function miradesk.with_profile(v miradesk.visitors, p_profile jsonb, p_signed boolean, p_limits jsonb) returns miradesk.visitors
language plpgsql immutable as $$
declare
  p jsonb := coalesce(nullif(p_profile, 'null'), '{}');
begin
  if p ? 'name' and (p_signed or 'name' <> all(v.proven)) then v.name := nullif(p ->> 'name', ''); end if;
  if p ? 'email' and (p_signed or 'email' <> all(v.proven)) then v.email := nullif(p ->> 'email', ''); end if;
  if p ? 'phone' and (p_signed or 'phone' <> all(v.proven)) then v.phone := nullif(p ->> 'phone', ''); end if;

  if p ? 'attributes' then
    v.attributes := (
      select coalesce(jsonb_object_agg(kept.name, kept.value), '{}')
      from (
        select f.name, f.value from (
          select new.key as name, new.value, case when p_signed then 1 when v.attributes ? new.key then 2 else 3 end as place
          from jsonb_each(p -> 'attributes') new
          where p_signed or 'attributes.' || new.key <> all(v.proven)
          union all
          select old.key, old.value, case when 'attributes.' || old.key = any(v.proven) then 1 else 2 end
          from jsonb_each(v.attributes) old
          where not (p -> 'attributes' ? old.key and (p_signed or 'attributes.' || old.key <> all(v.proven)))
        ) f
        where f.value <> 'null'
        order by f.place, f.name collate "C"
        limit (p_limits ->> 'attributes')::integer
      ) kept);
  end if;
  if p ? 'tags' then
    v.tags := array(
      select t.tag from (
        select tag, min(place) as place from unnest(v.tags || array(select jsonb_array_elements_text(p -> 'tags'))) with ordinality as t (tag, place)
        group by tag order by min(place) desc limit (p_limits ->> 'tags')::integer
      ) t
      order by t.place);
  end if;

  if p_signed then
    v.proven := array(
      select f from (
        select unnest(v.proven) as f
        union
        select key from jsonb_object_keys(p) key where key in ('name', 'email', 'phone')
        union
        select 'attributes.' || key from jsonb_object_keys(coalesce(p -> 'attributes', '{}')) key
      ) signed
      where f not like 'attributes.%' or v.attributes ? substr(f, 12)
      order by f collate "C");
  end if;
  return v;
end $$;

-- Takes in events, and lets go of all but the newest p_max.
create function miradesk.add_events(p_workspace text, p_visitor text, p_events jsonb, p_max integer) returns void
language plpgsql as $$
begin
  insert into miradesk.visitor_events (workspace_id, visitor_id, name, meta, page, at)
  select p_workspace, p_visitor, e.name, e.meta, nullif(e.page, 'null'), e.at
  from rows from (jsonb_to_recordset(p_events) as (name text, meta jsonb, page jsonb, at timestamptz)) with ordinality as e (name, meta, page, at, place)
  order by e.place;
  delete from miradesk.visitor_events e
  where e.workspace_id = p_workspace and e.visitor_id = p_visitor
    and e.id <= (
      select o.id from miradesk.visitor_events o where o.workspace_id = p_workspace and o.visitor_id = p_visitor order by o.id desc offset p_max limit 1);
end $$;

-- A visitor's conversations that inboxes are told of when the visitor's name changes: the newest, so that somebody with thousands of them cannot have all
-- rewritten again and again. Older ones show the name when they are listed.
create function miradesk.prominent_conversations(p_workspace text, p_visitor text) returns text[]
language sql stable as $$
  select array(
    select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor order by k.activity_at desc, k.id desc limit 50)
$$;

-- Inboxes show the visitor's name with each of these, so they have changed. In the order of ids, as everywhere.
create function miradesk.touch_conversations(p_workspace text, p_visitor text) returns void
language plpgsql as $$
declare
  v_ids text[] := miradesk.prominent_conversations(p_workspace, p_visitor);
begin
  perform from (select id collate "C" as id from unnest(v_ids) id order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for no key update) locked;
  update miradesk.conversations k set changed_xid = pg_current_xact_id() where k.workspace_id = p_workspace and k.id = any(v_ids);
end $$;

-- Takes in what became known of a visitor: {userId, signed, profile, events}, of which any may be missing. False: there is no such visitor, and none was
-- to be made. p_limits: {attributes, tags, events}.
create function miradesk.describe_visitor(p_workspace text, p_visitor text, p_change jsonb, p_create boolean, p_limits jsonb) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_before miradesk.visitors;
  v_visitor miradesk.visitors;
begin
  if p_create then
    perform from miradesk.workspaces w where w.id = p_workspace;
    if not found then perform miradesk.fail_not_found('workspace'); end if;
    insert into miradesk.visitors (workspace_id, id) values (p_workspace, p_visitor) on conflict do nothing;
  end if;
  select v.* into v_before from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_visitor for no key update;
  if not found then return 'false'; end if;

  v_visitor := miradesk.with_profile(miradesk.with_profile(v_before, p_change -> 'signed', true, p_limits), p_change -> 'profile', false, p_limits);
  v_visitor.user_id := coalesce(p_change ->> 'userId', v_before.user_id);
  if v_visitor is distinct from v_before then
    update miradesk.visitors v
    set name = v_visitor.name, email = v_visitor.email, phone = v_visitor.phone, user_id = v_visitor.user_id,
      attributes = v_visitor.attributes, tags = v_visitor.tags, proven = v_visitor.proven
    where v.workspace_id = p_workspace and v.id = p_visitor;
  end if;
  if p_change ? 'events' then perform miradesk.add_events(p_workspace, p_visitor, p_change -> 'events', (p_limits ->> 'events')::integer); end if;
  if (v_visitor.name, v_visitor.email) is distinct from (v_before.name, v_before.email) then perform miradesk.touch_conversations(p_workspace, p_visitor); end if;
  return 'true';
end $$;

-- All that is known of a visitor, for members.
create function miradesk.visitor_details(p_workspace text, p_visitor text) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_visitor miradesk.visitors;
begin
  select v.* into v_visitor from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_visitor;
  if not found then perform miradesk.fail_not_found('visitor'); end if;
  return json_build_object(
    'id', v_visitor.id, 'name', v_visitor.name, 'email', v_visitor.email, 'phone', v_visitor.phone, 'userId', v_visitor.user_id,
    'attributes', v_visitor.attributes, 'tags', to_json(v_visitor.tags), 'createdAt', v_visitor.created_at,
    'events', (
      select coalesce(json_agg(json_build_object('name', e.name, 'meta', e.meta, 'page', e.page, 'at', e.at) order by e.id desc), '[]')
      from miradesk.visitor_events e where e.workspace_id = p_workspace and e.visitor_id = p_visitor),
    'conversations', (select count(*) from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor));
end $$;

-- As in the migration of the privileges: where tables are granted by default, that is taken back.
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on table miradesk.visitor_events from %s', v_role);
  end loop;
end $$;

select miradesk.offer('describe_visitor', 'visitor_details');
