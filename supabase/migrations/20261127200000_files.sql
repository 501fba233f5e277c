-- Files that people send. What is in them is kept elsewhere, by the gateway's file storage; this is what is known of them.
--
-- A file is first reserved (add_file), then its bytes are stored, then it is whole (complete_file), then a message takes it along, in the message's own
-- transaction. Whatever breaks off in between leaves a row, by which the bytes can be found and taken away (stale_files, drop_files).

create table miradesk.files (
  workspace_id text collate "C" not null references miradesk.workspaces (id),
  id text collate "C" not null,
  -- Who uploaded it, and alone may send it.
  owner_kind text collate "C" not null check (owner_kind in ('visitor', 'agent')),
  owner_id text collate "C" not null,
  -- The conversation it was sent in; null: not sent yet.
  conversation_id text collate "C",
  -- These are null until all of it is there. `type`: by what is in it.
  name text,
  type text,
  size integer check (size > 0),
  -- Of an image, in pixels.
  width integer,
  height integer,
  created_at timestamptz not null default now(),
  -- It is to go: nobody gets it any more, and the row stays only until the bytes are gone.
  removed_at timestamptz,
  primary key (workspace_id, id),
  check ((type is null) = (size is null) and (type is null) = (name is null))
);

create index files_pending on miradesk.files (workspace_id, owner_kind, owner_id) where conversation_id is null;
create index files_sent on miradesk.files (workspace_id, conversation_id) where conversation_id is not null;
create index files_unsent on miradesk.files (created_at) where conversation_id is null;
create index files_removed on miradesk.files (removed_at) where removed_at is not null;

alter table miradesk.files enable row level security;
-- As in the migration of the privileges: where things are granted by default, that is taken back.
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on table miradesk.files from %s', v_role);
  end loop;
end $$;

alter table miradesk.files alter column workspace_id set (n_distinct = 1);

-- A file as messages carry it.
create function miradesk.attachment_of(f miradesk.files) returns jsonb
language sql immutable as $$
  select jsonb_strip_nulls(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.type, 'size', f.size, 'width', f.width, 'height', f.height))
$$;

-- Reserves a file for somebody. False: they have p_pending_max that are not sent yet, and this one is not taken.
create function miradesk.add_file(p_workspace text, p_file text, p_owner_kind text, p_owner text, p_pending_max integer) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  perform from miradesk.workspaces w where w.id = p_workspace for key share;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  if p_owner_kind = 'agent' then perform miradesk.check_member(p_workspace, p_owner); end if;
  -- One after the other for one person, so that several at once don't each find the last free place.
  perform pg_advisory_xact_lock(hashtextextended(p_workspace || ' ' || p_owner_kind || ' ' || p_owner, 20261127));
  if (
    select count(*) from miradesk.files f
    where f.workspace_id = p_workspace and f.owner_kind = p_owner_kind and f.owner_id = p_owner and f.conversation_id is null and f.removed_at is null
  ) >= p_pending_max then
    return 'false';
  end if;
  insert into miradesk.files (workspace_id, id, owner_kind, owner_id) values (p_workspace, p_file, p_owner_kind, p_owner)
  on conflict do nothing;
  if not found then perform miradesk.fail_conflict('a file of this id'); end if;
  return 'true';
end $$;

-- All of a reserved file is there, and this is what it is. Answers it as messages will carry it.
create function miradesk.complete_file(p_workspace text, p_file text, p_name text, p_type text, p_size integer, p_width integer, p_height integer) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_file miradesk.files;
begin
  update miradesk.files f set name = p_name, type = p_type, size = p_size, width = p_width, height = p_height
  where f.workspace_id = p_workspace and f.id = p_file and f.type is null and f.removed_at is null
  returning f.* into v_file;
  if not found then perform miradesk.fail_not_found('file'); end if;
  return miradesk.attachment_of(v_file);
end $$;

-- A file that is whole, as messages carry it, or null.
create function miradesk.find_file(p_workspace text, p_file text) returns json
language sql stable security definer set search_path = '' set enable_seqscan = off as $$
  select coalesce((
    select miradesk.attachment_of(f)::json from miradesk.files f
    where f.workspace_id = p_workspace and f.id = p_file and f.type is not null and f.removed_at is null
  ), 'null')
$$;

-- Marks a file that its owner has not sent as one to go. False: there is no such file.
create function miradesk.forget_file(p_workspace text, p_file text, p_owner_kind text, p_owner text) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  update miradesk.files f set removed_at = clock_timestamp()
  where f.workspace_id = p_workspace and f.id = p_file and f.owner_kind = p_owner_kind and f.owner_id = p_owner
    and f.conversation_id is null and f.removed_at is null;
  return to_json(found);
end $$;

-- Marks what was not sent within a day as to go, and answers what is to go, at most p_max of it: [{workspace, id}]. Its bytes are to be taken
-- away, and then its rows (drop_files). What is being sent at this moment is left alone.
create function miradesk.stale_files(p_max integer) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  with stale as (
    select f.ctid as place from miradesk.files f
    where f.conversation_id is null and f.created_at < clock_timestamp() - interval '1 day' and f.removed_at is null
    order by f.created_at
    limit p_max
    for no key update skip locked
  )
  update miradesk.files f set removed_at = clock_timestamp() from stale where f.ctid = stale.place;
  return (
    select coalesce(json_agg(json_build_object('workspace', f.workspace_id, 'id', f.id)), '[]')
    from (select f.workspace_id, f.id from miradesk.files f where f.removed_at is not null order by f.removed_at limit p_max) f);
end $$;

-- The bytes of these are gone: so are their rows.
create function miradesk.drop_files(p_workspace text, p_files jsonb) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  delete from miradesk.files f using jsonb_array_elements_text(p_files) named (id)
  where f.workspace_id = p_workspace and f.id = named.id and f.removed_at is not null;
  return 'null';
end $$;

-- All files of a visitor's conversations, whoever sent them, and what the visitor has not sent yet: for erasing them.
create function miradesk.files_of_visitor(p_workspace text, p_visitor text) returns text[]
language sql stable as $$
  select array(
    select f.id from miradesk.files f
    where f.workspace_id = p_workspace and f.conversation_id in (
      select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor)
    union
    select f.id from miradesk.files f where f.workspace_id = p_workspace and f.owner_kind = 'visitor' and f.owner_id = p_visitor and f.conversation_id is null)
$$;

select miradesk.offer('add_file', 'complete_file', 'find_file', 'forget_file', 'stale_files', 'drop_files');
