-- The schema as all migrations leave it. Made by "npm run schema"; a test compares it with what PGlite and Postgres have. It is here to be
-- read and compared; databases are made and updated by the migrations.

set check_function_bodies = off;
create schema miradesk;

-- Tables

create table miradesk.conversations (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  visitor_id text collate "C" not null,
  client_id text collate "C" not null,
  status text collate "C" not null default 'open'::text,
  assignee_id text collate "C",
  last_seq integer not null default 0,
  last_visible_seq integer not null default 0,
  visitor_messages integer not null default 0,
  preview_author text,
  preview_text text,
  page jsonb,
  visitor_delivered integer not null default 0,
  visitor_seen integer not null default 0,
  agents_delivered integer not null default 0,
  agents_seen integer not null default 0,
  created_at timestamp with time zone not null default now(),
  activity_at timestamp with time zone not null default now(),
  changed_xid xid8 not null default pg_current_xact_id(),
  activity_slot timestamp with time zone generated always as (date_bin('00:00:10'::interval, activity_at, '2000-01-01 00:00:00+00'::timestamp with time zone)) stored,
  changed_slot bigint generated always as ((((changed_xid)::text)::bigint / 16)) stored
);

create table miradesk.entries (
  workspace_id text collate "C" not null,
  conversation_id text collate "C" not null,
  seq integer not null,
  prev_visible integer,
  visitor_messages integer not null,
  kind text collate "C" not null,
  author_kind text collate "C" not null,
  author_id text collate "C",
  author_name text,
  client_id text collate "C",
  body text,
  page jsonb,
  status text collate "C",
  assignee_id text collate "C",
  assignee_name text,
  at timestamp with time zone not null,
  attachments jsonb,
  score integer
);

create table miradesk.erased_conversations (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  changed_xid xid8 not null default pg_current_xact_id(),
  erased_at timestamp with time zone not null default now()
);

create table miradesk.files (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  owner_kind text collate "C" not null,
  owner_id text collate "C" not null,
  conversation_id text collate "C",
  name text,
  type text,
  size integer,
  width integer,
  height integer,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone
);

create table miradesk.gateways (
  id text collate "C" not null,
  seen_at timestamp with time zone not null,
  degraded boolean not null
);

create table miradesk.identity_uses (
  workspace_id text collate "C" not null,
  jti_hash text collate "C" not null,
  sid text collate "C" not null,
  visitor_id text collate "C" not null,
  expires_at timestamp with time zone not null
);

create table miradesk.inbox_counts (
  workspace_id text collate "C" not null,
  status text collate "C" not null,
  assignee_id text collate "C" not null,
  conversations integer not null
);

create table miradesk.leases (
  workspace_id text collate "C" not null,
  conversation_id text collate "C" not null,
  member_id text collate "C" not null,
  gateway_id text collate "C" not null
);

create table miradesk.members (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  email text not null,
  role text not null,
  password_hash text not null,
  created_at timestamp with time zone not null default now()
);

create table miradesk.migrations (
  version text not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now()
);

create table miradesk.reads (
  workspace_id text collate "C" not null,
  conversation_id text collate "C" not null,
  member_id text collate "C" not null,
  delivered integer not null default 0,
  seen integer not null default 0,
  read_messages integer not null default 0
);

create table miradesk.sessions (
  workspace_id text collate "C" not null,
  token_hash text collate "C" not null,
  member_id text collate "C" not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now()
);

create table miradesk.visitor_events (
  workspace_id text collate "C" not null,
  visitor_id text collate "C" not null,
  id bigint not null,
  name text not null,
  meta jsonb not null,
  page jsonb,
  at timestamp with time zone not null
);

create table miradesk.visitors (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  name text,
  email text,
  created_at timestamp with time zone not null default now(),
  phone text,
  user_id text,
  attributes jsonb not null default '{}'::jsonb,
  tags text[] not null default '{}'::text[],
  proven text[] not null default '{}'::text[]
);

create table miradesk.workspaces (
  id text collate "C" not null,
  name text not null,
  settings jsonb not null,
  allowed_origins jsonb not null,
  token_secret text not null,
  created_at timestamp with time zone not null default now(),
  identity_secret text not null default replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text),
  erased_horizon xid8
);

-- Types

create type miradesk.command as (
  place integer,
  kind text,
  author_kind text,
  author_id text,
  author_name text,
  client_id text,
  conversation_id text,
  conversation_client_id text,
  body text,
  preview text,
  page jsonb,
  member_id text,
  status text,
  files text[],
  score integer
);

create type miradesk.outcome as (
  place integer,
  error text,
  conversation_id text,
  seq integer,
  repeated boolean,
  reopened integer
);

create type miradesk.draft as (
  entry miradesk.entries,
  preview text
);

-- What the planner is told

alter table miradesk.conversations alter column workspace_id set (n_distinct=1);
alter table miradesk.entries alter column workspace_id set (n_distinct=1);
alter table miradesk.erased_conversations alter column workspace_id set (n_distinct=1);
alter table miradesk.files alter column workspace_id set (n_distinct=1);
alter table miradesk.identity_uses alter column workspace_id set (n_distinct=1);
alter table miradesk.inbox_counts alter column workspace_id set (n_distinct=1);
alter table miradesk.leases alter column workspace_id set (n_distinct=1);
alter table miradesk.members alter column workspace_id set (n_distinct=1);
alter table miradesk.reads alter column workspace_id set (n_distinct=1);
alter table miradesk.sessions alter column workspace_id set (n_distinct=1);
alter table miradesk.visitor_events alter column workspace_id set (n_distinct=1);
alter table miradesk.visitors alter column workspace_id set (n_distinct=1);

-- How tables are stored

alter table miradesk.conversations set (fillfactor=80);

-- Constraints

alter table miradesk.conversations add constraint conversations_pkey PRIMARY KEY (workspace_id, id);
alter table miradesk.entries add constraint entries_pkey PRIMARY KEY (conversation_id, seq, workspace_id);
alter table miradesk.erased_conversations add constraint erased_conversations_pkey PRIMARY KEY (workspace_id, id);
alter table miradesk.files add constraint files_pkey PRIMARY KEY (workspace_id, id);
alter table miradesk.gateways add constraint gateways_pkey PRIMARY KEY (id);
alter table miradesk.identity_uses add constraint identity_uses_pkey PRIMARY KEY (workspace_id, jti_hash);
alter table miradesk.inbox_counts add constraint inbox_counts_pkey PRIMARY KEY (workspace_id, status, assignee_id);
alter table miradesk.leases add constraint leases_pkey PRIMARY KEY (workspace_id, conversation_id, member_id, gateway_id);
alter table miradesk.members add constraint members_pkey PRIMARY KEY (workspace_id, id);
alter table miradesk.migrations add constraint migrations_pkey PRIMARY KEY (version);
alter table miradesk.reads add constraint reads_pkey PRIMARY KEY (workspace_id, conversation_id, member_id);
alter table miradesk.sessions add constraint sessions_pkey PRIMARY KEY (workspace_id, token_hash);
alter table miradesk.visitor_events add constraint visitor_events_pkey PRIMARY KEY (workspace_id, visitor_id, id);
alter table miradesk.visitors add constraint visitors_pkey PRIMARY KEY (workspace_id, id);
alter table miradesk.workspaces add constraint workspaces_pkey PRIMARY KEY (id);
alter table miradesk.conversations add constraint conversations_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])));
alter table miradesk.entries add constraint entries_attachments_check CHECK (((attachments IS NULL) OR (kind = 'message'::text)));
alter table miradesk.entries add constraint entries_author_kind_check CHECK ((author_kind = ANY (ARRAY['visitor'::text, 'agent'::text, 'system'::text])));
alter table miradesk.entries add constraint entries_check CHECK (((body IS NOT NULL) = (kind = ANY (ARRAY['message'::text, 'note'::text, 'rating'::text]))));
alter table miradesk.entries add constraint entries_check1 CHECK (((status IS NOT NULL) = (kind = 'status'::text)));
alter table miradesk.entries add constraint entries_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'note'::text, 'assigned'::text, 'status'::text, 'rating'::text])));
alter table miradesk.entries add constraint entries_score_check CHECK (
CASE
    WHEN (kind = 'rating'::text) THEN ((score IS NOT NULL) AND ((score >= 1) AND (score <= 5)))
    ELSE (score IS NULL)
END);
alter table miradesk.files add constraint files_check CHECK ((((type IS NULL) = (size IS NULL)) AND ((type IS NULL) = (name IS NULL))));
alter table miradesk.files add constraint files_owner_kind_check CHECK ((owner_kind = ANY (ARRAY['visitor'::text, 'agent'::text])));
alter table miradesk.files add constraint files_size_check CHECK ((size > 0));
alter table miradesk.members add constraint members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'agent'::text])));
alter table miradesk.conversations add constraint conversations_workspace_id_assignee_id_fkey FOREIGN KEY (workspace_id, assignee_id) REFERENCES miradesk.members(workspace_id, id);
alter table miradesk.conversations add constraint conversations_workspace_id_visitor_id_fkey FOREIGN KEY (workspace_id, visitor_id) REFERENCES miradesk.visitors(workspace_id, id);
alter table miradesk.files add constraint files_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES miradesk.workspaces(id);
alter table miradesk.leases add constraint leases_workspace_id_member_id_fkey FOREIGN KEY (workspace_id, member_id) REFERENCES miradesk.members(workspace_id, id);
alter table miradesk.members add constraint members_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES miradesk.workspaces(id);
alter table miradesk.sessions add constraint sessions_workspace_id_member_id_fkey FOREIGN KEY (workspace_id, member_id) REFERENCES miradesk.members(workspace_id, id);
alter table miradesk.visitor_events add constraint visitor_events_workspace_id_visitor_id_fkey FOREIGN KEY (workspace_id, visitor_id) REFERENCES miradesk.visitors(workspace_id, id);
alter table miradesk.visitors add constraint visitors_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES miradesk.workspaces(id);

-- Indexes

CREATE INDEX conversations_activity ON miradesk.conversations USING btree (workspace_id, status, activity_slot);
CREATE INDEX conversations_assignee ON miradesk.conversations USING btree (workspace_id, assignee_id, activity_slot) WHERE (status = 'open'::text);
CREATE INDEX conversations_changed ON miradesk.conversations USING btree (workspace_id, changed_slot);
CREATE UNIQUE INDEX conversations_visitor ON miradesk.conversations USING btree (workspace_id, visitor_id, client_id);
CREATE UNIQUE INDEX entries_client_id ON miradesk.entries USING btree (client_id, author_id, author_kind, workspace_id) WHERE (client_id IS NOT NULL);
CREATE INDEX erased_conversations_age ON miradesk.erased_conversations USING btree (workspace_id, erased_at);
CREATE INDEX erased_conversations_changed ON miradesk.erased_conversations USING btree (workspace_id, changed_xid);
CREATE INDEX files_pending ON miradesk.files USING btree (workspace_id, owner_kind, owner_id) WHERE (conversation_id IS NULL);
CREATE INDEX files_removed ON miradesk.files USING btree (removed_at) WHERE (removed_at IS NOT NULL);
CREATE INDEX files_sent ON miradesk.files USING btree (workspace_id, conversation_id) WHERE (conversation_id IS NOT NULL);
CREATE INDEX files_unsent ON miradesk.files USING btree (created_at) WHERE (conversation_id IS NULL);
CREATE INDEX identity_uses_expiry ON miradesk.identity_uses USING btree (workspace_id, expires_at);
CREATE INDEX identity_uses_visitor ON miradesk.identity_uses USING btree (workspace_id, visitor_id);
CREATE INDEX leases_gateway ON miradesk.leases USING btree (gateway_id);
CREATE UNIQUE INDEX members_email ON miradesk.members USING btree (workspace_id, lower(email));
CREATE INDEX sessions_member ON miradesk.sessions USING btree (workspace_id, member_id);

-- Functions

CREATE OR REPLACE FUNCTION miradesk.activity_slot(p_at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select date_bin('10 seconds', p_at, timestamptz '2000-01-01 00:00:00+00')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.add_events(p_workspace text, p_visitor text, p_events jsonb, p_max integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into miradesk.visitor_events (workspace_id, visitor_id, name, meta, page, at)
  select p_workspace, p_visitor, e.name, e.meta, nullif(e.page, 'null'), e.at
  from rows from (jsonb_to_recordset(p_events) as (name text, meta jsonb, page jsonb, at timestamptz)) with ordinality as e (name, meta, page, at, place)
  order by e.place;
  delete from miradesk.visitor_events e
  where e.workspace_id = p_workspace and e.visitor_id = p_visitor
    and e.id <= (
      select o.id from miradesk.visitor_events o where o.workspace_id = p_workspace and o.visitor_id = p_visitor order by o.id desc offset p_max limit 1);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.add_file(p_workspace text, p_file text, p_owner_kind text, p_owner text, p_pending_max integer)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.add_member(p_workspace text, p_member text, p_name text, p_email text, p_role text, p_password_hash text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Share, not update: adding members doesn't wait for each other, only for a workspace being removed.
  perform from miradesk.workspaces w where w.id = p_workspace for key share;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  insert into miradesk.members (workspace_id, id, name, email, role, password_hash)
  values (p_workspace, p_member, p_name, p_email, p_role, p_password_hash)
  on conflict do nothing;
  if not found then perform miradesk.fail_conflict('a member of this id or e-mail'); end if;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.adopt_files(p_workspace text, p_from text, p_to text, p_conversations text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if to_regclass('miradesk.files') is null then return; end if;
  execute '
    update miradesk.files f set owner_id = $3
    where f.workspace_id = $1 and f.owner_kind = ''visitor'' and f.owner_id = $2 and (f.conversation_id is null or f.conversation_id = any($4))'
  using p_workspace, p_from, p_to, p_conversations;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.adopt_visitor(p_workspace text, p_from text, p_to text, p_user text, p_limits jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_from miradesk.visitors;
  v_before miradesk.visitors;
  v_visitor miradesk.visitors;
  v_ids text[];
begin
  perform from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from and v.user_id is null;
  if not found or p_from = p_to then return '[]'; end if;
  insert into miradesk.visitors (workspace_id, id) values (p_workspace, p_to) on conflict do nothing;
  perform from (select id collate "C" as id from unnest(array[p_from, p_to]) id order by 1) named,
    lateral (select from miradesk.visitors v where v.workspace_id = p_workspace and v.id = named.id for update) locked;
  select v.* into v_from from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from and v.user_id is null;
  if not found then return '[]'; end if;
  -- Starting a conversation needs the visitor's row, so no more of them can appear.
  v_ids := array(select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_from order by k.id);
  -- And those of the other, of which a new name is news.
  perform from (select distinct id collate "C" as id from unnest(v_ids || miradesk.prominent_conversations(p_workspace, p_to)) id order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for update) locked;

  -- The same may have been sent in both names. Then the one that is there keeps the name.
  update miradesk.conversations k
  set visitor_id = p_to,
    client_id = case when exists (
        select from miradesk.conversations o where o.workspace_id = p_workspace and o.visitor_id = p_to and o.client_id = k.client_id
      ) then k.id else k.client_id end,
    changed_xid = pg_current_xact_id()
  where k.workspace_id = p_workspace and k.id = any(v_ids);
  update miradesk.entries e
  set author_id = p_to,
    client_id = case when exists (
        select from miradesk.entries o
        where o.workspace_id = p_workspace and o.author_kind = 'visitor' and o.author_id = p_to and o.client_id = e.client_id
      ) then null else e.client_id end
  where e.workspace_id = p_workspace and e.conversation_id = any(v_ids) and e.author_kind = 'visitor' and e.author_id = p_from;
  perform miradesk.adopt_files(p_workspace, p_from, p_to, v_ids);

  -- What was said without proof fills what is not known yet.
  select v.* into v_before from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_to;
  v_visitor := miradesk.with_profile(v_before, jsonb_strip_nulls(jsonb_build_object(
    'name', case when v_before.name is null then v_from.name end,
    'email', case when v_before.email is null then v_from.email end,
    'phone', case when v_before.phone is null then v_from.phone end,
    'attributes', v_from.attributes - array(select jsonb_object_keys(v_before.attributes)),
    'tags', to_jsonb(v_from.tags))), false, p_limits);
  update miradesk.visitors v
  set name = v_visitor.name, email = v_visitor.email, phone = v_visitor.phone, attributes = v_visitor.attributes, tags = v_visitor.tags,
    user_id = p_user, created_at = least(v.created_at, v_from.created_at)
  where v.workspace_id = p_workspace and v.id = p_to;
  update miradesk.visitor_events e set visitor_id = p_to where e.workspace_id = p_workspace and e.visitor_id = p_from;
  perform miradesk.add_events(p_workspace, p_to, '[]', (p_limits ->> 'events')::integer);
  delete from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from;
  if (v_visitor.name, v_visitor.email) is distinct from (v_before.name, v_before.email) then perform miradesk.touch_conversations(p_workspace, p_to); end if;
  return to_json(v_ids);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.answer_text_max()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$select 100000$function$
;

CREATE OR REPLACE FUNCTION miradesk.append_entries(p_workspace text, p_commands jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_commands miradesk.command[];
  v_command miradesk.command;
  v_at timestamptz;
  v_slow integer[];
  v_slow_ids text[];
  v_before miradesk.inbox_counts[];
  v_places integer[];
  v_drafts miradesk.draft[];
  v_entries miradesk.entries[];
  v_repeated miradesk.entries[];
  v_outcomes miradesk.outcome[];
  v_ids text[];
begin
  v_commands := array(
    select row(c.place, c.kind, c.author ->> 'kind', c.author ->> 'id', c.author ->> 'name', c.client_id, c.conversation_id,
      c.conversation_client_id, c.body, c.preview, nullif(c.page, 'null'), c.member_id, c.status,
      array(select jsonb_array_elements_text(c.files)), c.score)::miradesk.command
    from rows from (jsonb_to_recordset(p_commands) as (
        kind text, author jsonb, "clientId" text, "conversationId" text, "conversationClientId" text, text text, preview text, page jsonb,
        "memberId" text, status text, attachments jsonb, score integer)
      ) with ordinality as c (kind, author, client_id, conversation_id, conversation_client_id, body, preview, page, member_id, status, files, score, place)
    order by c.place);

  if exists (select from unnest(v_commands) c where c.kind = 'start') then
    perform from miradesk.workspaces w where w.id = p_workspace;
    if not found then perform miradesk.fail_not_found('workspace'); end if;
    v_commands := miradesk.prepare_starts(p_workspace, v_commands);
  end if;

  -- From here to the end of the transaction nobody else adds to these logs.
  perform from (select distinct c.conversation_id collate "C" as id from unnest(v_commands) c order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for no key update) locked;
  -- Nor does anybody else send these files: after the conversations, by id, before the counts.
  if exists (select from unnest(v_commands) c where cardinality(c.files) > 0) then
    perform from (select distinct f.id collate "C" as id from unnest(v_commands) c, unnest(c.files) f (id) order by 1) named,
      lateral (select from miradesk.files f where f.workspace_id = p_workspace and f.id = named.id for no key update) locked;
  end if;
  v_at := date_trunc('milliseconds', clock_timestamp());

  -- Messages and notes are stored all at once. A conversation that also gets something else in this batch (files, too), or in which a
  -- name occurs twice, has all its commands carried out one by one: their order counts.
  with command as (
    select c.place, c.conversation_id, c as command, repeated.entry,
      case when c.author_kind = 'visitor' then k.visitor_id = c.author_id and c.kind = 'message' else member.known and k.visitor_id is not null end as allowed,
      c.kind not in ('message', 'note') or cardinality(c.files) > 0 or (c.author_kind = 'visitor' and k.status is not distinct from 'closed')
        or count(*) over (partition by c.author_kind, c.author_id, c.client_id) > 1 as special
    from unnest(v_commands) c
      left join lateral (
        select k.visitor_id, k.status from miradesk.conversations k where k.workspace_id = p_workspace and k.id = c.conversation_id offset 0
      ) k on true
      left join lateral (
        select e as entry from miradesk.entries e
        where e.workspace_id = p_workspace and e.author_kind = c.author_kind and e.author_id = c.author_id and e.client_id = c.client_id offset 0
      ) repeated on true
      left join lateral (
        select true as known from miradesk.members m where c.author_kind = 'agent' and m.workspace_id = p_workspace and m.id = c.author_id offset 0
      ) member on true
  ), sorted as (
    select *, bool_or(special) over (partition by conversation_id) as slow, (entry).seq is not null as repeated from command
  )
  select
    array_agg(place) filter (where slow),
    array_agg(distinct conversation_id) filter (where slow),
    array_agg(place order by place) filter (where not slow and not repeated and allowed),
    array_agg(miradesk.draft_of(p_workspace, command, null, v_at) order by place) filter (where not slow and not repeated and allowed),
    coalesce(array_agg(entry) filter (where not slow and repeated), '{}'),
    coalesce(array_agg(case
      when repeated then row(place, null, (entry).conversation_id, (entry).seq, true, null)::miradesk.outcome
      else row(place, 'MD404', null, null, false, null)::miradesk.outcome
    end) filter (where not slow and (repeated or allowed is not true)), '{}')
  into v_slow, v_slow_ids, v_places, v_drafts, v_repeated, v_outcomes
  from sorted;

  if v_drafts is not null then
    v_entries := miradesk.store_entries(p_workspace, v_drafts);
    v_outcomes := v_outcomes || array(
      select row(e.place, null, e.conversation_id, e.seq, false, null)::miradesk.outcome from unnest(v_places, v_entries) as e (place));
  end if;
  v_entries := coalesce(v_entries, '{}') || v_repeated;

  if v_slow is not null then
    v_before := miradesk.count_by_assignee(p_workspace, v_slow_ids);
    foreach v_command in array v_commands loop
      continue when not v_command.place = any(v_slow);
      declare
        v_done record := miradesk.append_one(p_workspace, v_command, v_at);
      begin
        v_outcomes := v_outcomes || v_done.outcome;
        v_entries := v_entries || v_done.entries;
      end;
    end loop;
    -- A start whose message turned out to be a repetition, of one in this same batch, leaves nothing behind.
    delete from miradesk.conversations e using (
      select k.ctid from unnest(v_slow_ids) as named (id),
        lateral (select k.ctid from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id and k.last_seq = 0 offset 0) k
    ) empty
    where e.ctid = empty.ctid;
    perform miradesk.move_counts(v_before, miradesk.count_by_assignee(p_workspace, v_slow_ids));
  end if;

  v_ids := array(select distinct o.conversation_id from unnest(v_outcomes) o where o.error is null);
  return json_build_object(
    'outcomes', (select coalesce(json_agg(o order by o.place), '[]') from unnest(v_outcomes) o),
    'entries', to_json(v_entries),
    'conversations', (select coalesce(json_agg(k), '[]') from miradesk.conversation_rows(p_workspace, v_ids) k));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.append_messages(p_workspace text, p_commands jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_at timestamptz;
  v_answer json;
begin
  -- A statement of its own: the next one then sees what was committed while this one waited. In the order of ids, as everywhere.
  perform from (select distinct c.id collate "C" as id from jsonb_array_elements_text(p_commands -> 'conversationId') c (id) order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for no key update) locked;
  v_at := date_trunc('milliseconds', clock_timestamp());

  with command as (
    select c.*, k.ctid as conversation, k.last_seq, k.last_visible_seq, k.visitor_messages as messages_before,
      case
        when repeated.seq is not null then 'apart'
        when case c.author_kind
            when 'visitor' then k.visitor_id = c.author_id and c.kind = 'message'
            when 'agent' then k.visitor_id is not null and exists (select from miradesk.members m where m.workspace_id = p_workspace and m.id = c.author_id)
          end is not true then 'MD404'
        when c.author_kind = 'visitor' and k.status = 'closed' then 'apart'
      end as own_trouble
    from rows from (
        jsonb_array_elements_text(p_commands -> 'conversationId'), jsonb_array_elements_text(p_commands -> 'kind'),
        jsonb_array_elements_text(p_commands -> 'authorKind'), jsonb_array_elements_text(p_commands -> 'authorId'),
        jsonb_array_elements_text(p_commands -> 'authorName'), jsonb_array_elements_text(p_commands -> 'clientId'),
        jsonb_array_elements_text(p_commands -> 'text'), jsonb_array_elements_text(p_commands -> 'preview'), jsonb_array_elements_text(p_commands -> 'page')
      ) with ordinality as c (conversation_id, kind, author_kind, author_id, author_name, client_id, body, preview, page, place)
      left join lateral (
        select k.ctid, k.visitor_id, k.status, k.last_seq, k.last_visible_seq, k.visitor_messages from miradesk.conversations k
        where k.workspace_id = p_workspace and k.id = c.conversation_id offset 0
      ) k on true
      left join lateral (
        select e.seq from miradesk.entries e
        where e.workspace_id = p_workspace and e.author_kind = c.author_kind and e.author_id = c.author_id and e.client_id = c.client_id offset 0
      ) repeated on true
  ), sorted as (
    -- Where one command has to go apart, the others of its conversation go with it, so that they keep their order.
    select *, case when own_trouble is null and bool_or(own_trouble = 'apart') over (partition by conversation) then 'apart' else own_trouble end as trouble from command
  ), numbered as (
    select *, (last_seq + row_number() over log)::integer as seq,
      (messages_before + count(*) filter (where kind = 'message' and author_kind = 'visitor') over log)::integer as visitor_messages
    from sorted
    window log as (partition by conversation, trouble is null order by place rows unbounded preceding)
  ), entry as materialized (
    select *, case when kind = 'message' then coalesce(
      max(case when kind = 'message' then seq end) over (partition by conversation, trouble is null order by place rows between unbounded preceding and 1 preceding),
      last_visible_seq) end as prev_visible
    from numbered
  ), stored as (
    insert into miradesk.entries (
      workspace_id, conversation_id, seq, prev_visible, visitor_messages, kind, author_kind, author_id, author_name, client_id, body, page, at)
    select p_workspace, conversation_id, seq, prev_visible, visitor_messages, kind, author_kind, author_id, author_name, client_id, body, page::jsonb, v_at
    from entry
    where trouble is null
  ), change as (
    select conversation, max(seq) as seq, max(visitor_messages) as visitor_messages,
      max(case when kind = 'message' then seq end) as visible_seq,
      max(case when kind = 'message' then place end) as message_place,
      max(case when author_kind = 'visitor' and page is not null then place end) as page_place
    from entry
    where trouble is null
    group by conversation
  ), changed as (
    update miradesk.conversations k
    set last_seq = c.seq,
      last_visible_seq = coalesce(c.visible_seq, k.last_visible_seq),
      visitor_messages = c.visitor_messages,
      preview_author = coalesce(m.author_kind, k.preview_author),
      preview_text = coalesce(m.preview, m.body, k.preview_text),
      page = coalesce(p.page::jsonb, k.page),
      activity_at = case when c.visible_seq is null then k.activity_at else v_at end,
      changed_xid = pg_current_xact_id()
    from change c
      left join entry m on m.place = c.message_place
      left join entry p on p.place = c.page_place
    -- By its place in the table: the row is locked, so it cannot have moved.
    where k.ctid = c.conversation
    returning k.*
  )
  select json_build_object(
    'at', (extract(epoch from v_at) * 1000)::bigint,
    'outcomes', (
      select coalesce(json_agg(
        case when trouble is null then json_build_array(null, seq, prev_visible) else json_build_array(trouble) end order by place), '[]')
      from entry),
    'conversations', (
      select coalesce(json_agg(json_build_array(
        k.id, k.client_id, k.visitor_id, v.name, v.email, k.status, k.assignee_id, a.name, k.last_seq, k.last_visible_seq, k.visitor_messages,
        k.preview_author, k.preview_text, k.page, k.visitor_delivered, k.visitor_seen, k.agents_delivered, k.agents_seen,
        (extract(epoch from k.created_at) * 1000)::bigint, (extract(epoch from k.activity_at) * 1000)::bigint)), '[]')
      from changed k
        left join lateral (select v.name, v.email from miradesk.visitors v where v.workspace_id = p_workspace and v.id = k.visitor_id offset 0) v on true
        left join lateral (select a.name from miradesk.members a where a.workspace_id = p_workspace and a.id = k.assignee_id offset 0) a on true))
  into v_answer;
  return v_answer;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.append_one(p_workspace text, c miradesk.command, p_at timestamp with time zone, OUT outcome miradesk.outcome, OUT entries miradesk.entries[])
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_conversation miradesk.conversations;
  v_entry miradesk.entries;
  v_assignee_name text;
  v_reopen miradesk.draft[] := '{}';
  v_draft miradesk.draft;
  v_attachments jsonb;
begin
  outcome := row(c.place, null, c.conversation_id, null, false, null)::miradesk.outcome;
  entries := '{}';

  select e.* into v_entry from miradesk.entries e
  where e.workspace_id = p_workspace and e.author_kind = c.author_kind and e.author_id = c.author_id and e.client_id = c.client_id;
  if found then
    outcome := row(c.place, null, v_entry.conversation_id, v_entry.seq, true, null)::miradesk.outcome;
    entries := array[v_entry];
    return;
  end if;

  -- Visitors write messages in conversations of their own, and rate them; members of the workspace do all but starts and ratings in any.
  select k.* into v_conversation from miradesk.conversations k where k.workspace_id = p_workspace and k.id = c.conversation_id;
  if not found or not coalesce(case c.author_kind
      when 'visitor' then c.kind in ('start', 'message', 'rating') and v_conversation.visitor_id = c.author_id
      when 'agent' then c.kind in ('message', 'note', 'assigned', 'status')
        and exists (select from miradesk.members m where m.workspace_id = p_workspace and m.id = c.author_id)
    end, false) then
    outcome.error := 'MD404';
    return;
  end if;

  if c.kind = 'assigned' then
    if c.member_id is not null then
      select m.name into v_assignee_name from miradesk.members m where m.workspace_id = p_workspace and m.id = c.member_id;
      if not found then
        outcome.error := 'MD404';
        return;
      end if;
    end if;
    if v_conversation.assignee_id is not distinct from c.member_id then return; end if;
  elsif c.kind = 'status' then
    if v_conversation.status = c.status then return; end if;
  elsif c.author_kind = 'visitor' and c.kind <> 'rating' and v_conversation.status = 'closed' then
    v_reopen := array[row(row(
      p_workspace, c.conversation_id, null, null, null, 'status', 'system', null, null, null, null, null, 'open', null, null, p_at, null, null
    )::miradesk.entries, null)::miradesk.draft];
  end if;

  if cardinality(c.files) > 0 then
    v_attachments := miradesk.send_files(p_workspace, c);
    if v_attachments is null then
      outcome.error := 'MD404';
      return;
    end if;
  end if;

  v_draft := miradesk.draft_of(p_workspace, c, v_assignee_name, p_at);
  if v_attachments is not null then
    v_draft.entry.attachments := v_attachments;
    if v_draft.preview = '' then v_draft.preview := miradesk.file_preview(v_attachments); end if;
  end if;
  entries := miradesk.store_entries(p_workspace, v_reopen || v_draft);
  outcome.seq := entries[cardinality(entries)].seq;
  if cardinality(entries) = 2 then outcome.reopened := entries[1].seq; end if;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.attachment_of(f miradesk.files)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select jsonb_strip_nulls(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.type, 'size', f.size, 'width', f.width, 'height', f.height))
$function$
;

CREATE OR REPLACE FUNCTION miradesk.beat(p_gateway text, p_degraded boolean)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.catchup(p_workspace text, p_conversation text, p_visitor boolean, p_head integer, p_seq bigint, p_entries_max integer, p_page_entries integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_entries miradesk.entries[];
begin
  if p_seq = p_head and p_seq > 0 then
    return '{"entries": []}';
  end if;
  if p_seq > 0 and p_seq < p_head then
    v_entries := array(
      select e from miradesk.entries e
      where e.workspace_id = p_workspace and e.conversation_id = p_conversation and e.seq > p_seq and (not p_visitor or e.prev_visible is not null)
      order by e.seq
      limit p_entries_max + 1);
    -- A visitor who names an entry that is not for visitors could not join these to what it has.
    if cardinality(v_entries) <= p_entries_max and (not p_visitor or v_entries[1].prev_visible = p_seq)
      and (select coalesce(sum(miradesk.text_of(e)), 0) from unnest(v_entries) e) <= miradesk.answer_text_max() then
      return json_build_object('entries', to_json(v_entries));
    end if;
  end if;
  return miradesk.entries_before(p_workspace, p_conversation, p_visitor, p_head + 1::bigint, p_page_entries);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.changed_since(p_workspace text, p_cursor text, p_max integer, p_entries integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_snapshot pg_snapshot := pg_current_snapshot();
  v_cursor text[] := regexp_match(p_cursor, '^(\d{1,18})(?:\.([A-Za-z0-9_-]{1,64}))?$');
  v_since xid8 := v_cursor[1]::xid8;
  v_after text := coalesce(v_cursor[2], '');
  v_start_over boolean := v_since is null or v_since > pg_snapshot_xmax(v_snapshot);
  v_ids text[];
  v_next text;
begin
  if v_start_over then
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.changed_xid < pg_snapshot_xmax(v_snapshot)
      order by k.changed_slot desc, k.changed_xid desc
      limit p_max);
  else
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.changed_slot >= miradesk.changed_slot(v_since)
        and k.changed_xid >= v_since and k.changed_xid < pg_snapshot_xmax(v_snapshot)
        and (k.changed_xid > v_since or k.id > v_after)
      order by k.changed_slot, k.changed_xid, k.id
      limit p_max + 1);
    if cardinality(v_ids) > p_max then
      v_ids := v_ids[:p_max];
      select k.changed_xid::text || '.' || k.id into v_next from miradesk.conversations k where k.workspace_id = p_workspace and k.id = v_ids[p_max];
    end if;
  end if;
  return (
    select json_build_object(
      'answer', case when v_start_over then 'start-over' else 'changes' end,
      'cursor', pg_snapshot_xmin(v_snapshot)::text,
      'next', v_next,
      'changes', coalesce(json_agg(json_build_object('conversation', k, 'entries', e.entries) order by k.activity_at, k.id), '[]'))
    from miradesk.conversation_rows(p_workspace, v_ids) k,
      lateral (
        select json_agg(e order by e.seq) as entries
        from (
          select e.* from miradesk.entries e
          where e.workspace_id = p_workspace and e.conversation_id = k.id and e.seq > k.last_seq - p_entries
            and (e.at > clock_timestamp() - interval '20 seconds' or e.seq in (k.last_seq, k.last_visible_seq))
          union all
          select e.* from miradesk.entries e
          where e.workspace_id = p_workspace and e.conversation_id = k.id and e.seq = k.last_visible_seq and k.last_visible_seq <= k.last_seq - p_entries
        ) e
      ) e);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.changed_slot(p_xid xid8)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select p_xid::text::bigint / 16
$function$
;

CREATE OR REPLACE FUNCTION miradesk.check_member(p_workspace text, p_member text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  perform from miradesk.members m where m.workspace_id = p_workspace and m.id = p_member;
  if not found then perform miradesk.fail_not_found('member'); end if;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.complete_file(p_workspace text, p_file text, p_name text, p_type text, p_size integer, p_width integer, p_height integer)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_file miradesk.files;
begin
  update miradesk.files f set name = p_name, type = p_type, size = p_size, width = p_width, height = p_height
  where f.workspace_id = p_workspace and f.id = p_file and f.type is null and f.removed_at is null
  returning f.* into v_file;
  if not found then perform miradesk.fail_not_found('file'); end if;
  return miradesk.attachment_of(v_file);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.conversation_rows(p_workspace text, p_ids text[], p_member text DEFAULT NULL::text)
 RETURNS TABLE(id text, client_id text, visitor_id text, visitor_name text, visitor_email text, status text, assignee_id text, assignee_name text, last_seq integer, last_visible_seq integer, visitor_messages integer, preview_author text, preview_text text, page jsonb, visitor_delivered integer, visitor_seen integer, agents_delivered integer, agents_seen integer, created_at timestamp with time zone, activity_at timestamp with time zone, seen integer, read_messages integer)
 LANGUAGE sql
 STABLE
AS $function$
  select k.id, k.client_id, k.visitor_id, v.name, v.email, k.status, k.assignee_id, a.name,
    k.last_seq, k.last_visible_seq, k.visitor_messages, k.preview_author, k.preview_text, k.page,
    k.visitor_delivered, k.visitor_seen, k.agents_delivered, k.agents_seen,
    k.created_at, k.activity_at, coalesce(r.seen, 0), coalesce(r.read_messages, 0)
  from unnest(p_ids) as named (id),
    lateral (select k.* from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id offset 0) k,
    lateral (select v.* from miradesk.visitors v where v.workspace_id = p_workspace and v.id = k.visitor_id offset 0) v
    left join lateral (select a.name from miradesk.members a where a.workspace_id = p_workspace and a.id = k.assignee_id offset 0) a on true
    left join lateral (
      select r.* from miradesk.reads r where r.workspace_id = p_workspace and r.conversation_id = k.id and r.member_id = p_member offset 0
    ) r on true
$function$
;

CREATE OR REPLACE FUNCTION miradesk.conversation_visitor(p_workspace text, p_conversation text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce((select to_json(k.visitor_id) from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation), 'null')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.count_by_assignee(p_workspace text, p_ids text[])
 RETURNS miradesk.inbox_counts[]
 LANGUAGE sql
 STABLE
AS $function$
  select array(
    select row(p_workspace, k.status, k.assignee, count(*))::miradesk.inbox_counts
    from unnest(p_ids) as named (id),
      lateral (
        select k.status, coalesce(k.assignee_id, '') as assignee from miradesk.conversations k
        where k.workspace_id = p_workspace and k.id = named.id and k.last_seq > 0 offset 0
      ) k
    group by k.status, k.assignee)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.create_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb, p_token_secret text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into miradesk.workspaces (id, name, settings, allowed_origins, token_secret)
  values (p_workspace, p_name, p_settings, p_allowed_origins, p_token_secret)
  on conflict do nothing;
  if not found then perform miradesk.fail_conflict('a workspace of this id'); end if;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.describe_visitor(p_workspace text, p_visitor text, p_change jsonb, p_create boolean, p_limits jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.draft_of(p_workspace text, c miradesk.command, p_assignee_name text, p_at timestamp with time zone)
 RETURNS miradesk.draft
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select row(row(
    p_workspace, c.conversation_id, null, null, null, case c.kind when 'start' then 'message' else c.kind end,
    c.author_kind, c.author_id, c.author_name, c.client_id, c.body, c.page, c.status, c.member_id, p_assignee_name, p_at, null, c.score
  )::miradesk.entries, c.preview)::miradesk.draft
$function$
;

CREATE OR REPLACE FUNCTION miradesk.drop_files(p_workspace text, p_files jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  delete from miradesk.files f using jsonb_array_elements_text(p_files) named (id)
  where f.workspace_id = p_workspace and f.id = named.id and f.removed_at is not null;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.drop_lease(p_workspace text, p_conversation text, p_member text, p_gateway text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  delete from miradesk.leases l
  where l.workspace_id = p_workspace and l.conversation_id = p_conversation and l.member_id = p_member and l.gateway_id = p_gateway;
  return miradesk.holders(p_workspace, p_conversation);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.end_session(p_workspace text, p_token_hash text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.token_hash = p_token_hash;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.entries_before(p_workspace text, p_conversation text, p_visitor boolean, p_before bigint, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_entries miradesk.entries[];
begin
  -- One more than asked for tells whether there are earlier ones.
  v_entries := array(
    select e from miradesk.entries e
    where e.workspace_id = p_workspace and e.conversation_id = p_conversation and e.seq < p_before and (not p_visitor or e.prev_visible is not null)
    order by e.seq desc
    limit p_limit + 1);
  return (
    with newer as (
      select e, sum(miradesk.text_of(e)) over (order by e.seq desc rows between unbounded preceding and 1 preceding) as text_before
      from unnest(v_entries[:p_limit]) e
    ), page as (
      select e from newer where coalesce(text_before, 0) < miradesk.answer_text_max()
    )
    select json_build_object('earlier', count(*) < cardinality(v_entries), 'entries', coalesce(json_agg(e order by (e).seq), '[]')) from page);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.erase_files(p_workspace text, p_visitor text, p_conversations text[])
 RETURNS text[]
 LANGUAGE plpgsql
AS $function$
declare
  v_ids text[] := '{}';
begin
  if to_regclass('miradesk.files') is not null then
    execute '
      with erased as (
        update miradesk.files f
        set removed_at = clock_timestamp(), owner_id = '''', conversation_id = null, name = null, type = null, size = null, width = null, height = null
        where f.workspace_id = $1 and (f.conversation_id = any($3) or (f.conversation_id is null and f.owner_kind = ''visitor'' and f.owner_id = $2))
        returning f.id
      )
      select coalesce(array_agg(id), ''{}'') from erased' into v_ids using p_workspace, p_visitor, p_conversations;
  end if;
  return v_ids;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.erase_visitor(p_workspace text, p_visitor text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_ids text[];
  v_files text[];
  v_before miradesk.inbox_counts[];
  v_forgotten xid8[];
begin
  perform from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_visitor for update;
  -- Starting a conversation needs the visitor's row, so no more of them can appear.
  v_ids := array(select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor order by k.id);
  perform from unnest(v_ids) with ordinality as named (id, place),
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for update) locked;
  v_before := miradesk.count_by_assignee(p_workspace, v_ids);

  delete from miradesk.entries e where e.workspace_id = p_workspace and e.conversation_id = any(v_ids);
  delete from miradesk.reads r where r.workspace_id = p_workspace and r.conversation_id = any(v_ids);
  delete from miradesk.leases l where l.workspace_id = p_workspace and l.conversation_id = any(v_ids);
  v_files := miradesk.erase_files(p_workspace, p_visitor, v_ids);
  delete from miradesk.conversations k where k.workspace_id = p_workspace and k.id = any(v_ids);
  delete from miradesk.visitor_events e where e.workspace_id = p_workspace and e.visitor_id = p_visitor;
  delete from miradesk.identity_uses u where u.workspace_id = p_workspace and u.visitor_id = p_visitor;
  delete from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_visitor;
  insert into miradesk.erased_conversations (workspace_id, id) select p_workspace, id from unnest(v_ids) id;

  with old as (
    delete from miradesk.erased_conversations g where g.workspace_id = p_workspace and g.erased_at < now() - interval '30 days' returning g.changed_xid
  )
  select array_agg(changed_xid order by changed_xid desc) into v_forgotten from old;
  if v_forgotten is not null then
    update miradesk.workspaces w set erased_horizon = greatest(w.erased_horizon, v_forgotten[1]) where w.id = p_workspace;
  end if;
  perform miradesk.move_counts(v_before, '{}');

  return json_build_object('conversations', to_json(v_ids), 'files', to_json(v_files));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.fail_conflict(p_what text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  raise exception using errcode = 'PT409', message = p_what || ' exists already';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.fail_not_found(p_what text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  raise exception using errcode = 'PT404', message = p_what || ' not found';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.file_preview(p_attachments jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when char_length(name) <= 140 then name else rtrim(left(name, 139)) || '…' end
  from (select p_attachments -> 0 ->> 'name' as name) first
$function$
;

CREATE OR REPLACE FUNCTION miradesk.files_of_visitor(p_workspace text, p_visitor text)
 RETURNS text[]
 LANGUAGE sql
 STABLE
AS $function$
  select array(
    select f.id from miradesk.files f
    where f.workspace_id = p_workspace and f.conversation_id in (
      select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor)
    union
    select f.id from miradesk.files f where f.workspace_id = p_workspace and f.owner_kind = 'visitor' and f.owner_id = p_visitor and f.conversation_id is null)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.find_file(p_workspace text, p_file text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
  select coalesce((
    select miradesk.attachment_of(f)::json from miradesk.files f
    where f.workspace_id = p_workspace and f.id = p_file and f.type is not null and f.removed_at is null
  ), 'null')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.find_session(p_workspace text, p_token_hash text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce((
    select json_build_object('member', miradesk.member_facts(m), 'expiresAt', s.expires_at)
    from miradesk.sessions s
    join miradesk.members m on m.workspace_id = s.workspace_id and m.id = s.member_id
    where s.workspace_id = p_workspace and s.token_hash = p_token_hash and s.expires_at > now()
  ), 'null')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.find_workspace(p_workspace text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce((select miradesk.workspace_facts(w) from miradesk.workspaces w where w.id = p_workspace), 'null')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.forget_file(p_workspace text, p_file text, p_owner_kind text, p_owner text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  update miradesk.files f set removed_at = clock_timestamp()
  where f.workspace_id = p_workspace and f.id = p_file and f.owner_kind = p_owner_kind and f.owner_id = p_owner
    and f.conversation_id is null and f.removed_at is null;
  return to_json(found);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.history(p_workspace text, p_audience text, p_reader text, p_conversation text, p_before bigint, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  perform miradesk.readable(p_workspace, p_audience, p_reader, p_conversation);
  return miradesk.entries_before(p_workspace, p_conversation, p_audience = 'visitor', p_before, p_limit);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.holders(p_workspace text, p_conversation text)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) order by m.name, m.id), '[]')
  from (
      select distinct l.member_id from miradesk.leases l
      where l.workspace_id = p_workspace and l.conversation_id = p_conversation
        and exists (select from miradesk.gateways g where g.id = l.gateway_id and miradesk.lives(g.seen_at))
    ) held,
    lateral (select m.id, m.name from miradesk.members m where m.workspace_id = p_workspace and m.id = held.member_id offset 0) m
$function$
;

CREATE OR REPLACE FUNCTION miradesk.inbox_changes(p_workspace text, p_member text, p_cursor text, p_max integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_snapshot pg_snapshot := pg_current_snapshot();
  v_since xid8;
  v_ids text[] := '{}';
  v_gone text[] := '{}';
  v_start_over boolean := false;
begin
  perform miradesk.check_member(p_workspace, p_member);
  if p_cursor ~ '^\d{1,18}$' then
    v_since := p_cursor::xid8;
    -- From a future that a restored backup doesn't have.
    v_start_over := v_since > pg_snapshot_xmax(v_snapshot)
      -- What was erased since then is not known any more. A horizon beyond xmax came with a dump from another cluster.
      or exists (
        select from miradesk.workspaces w
        where w.id = p_workspace and w.erased_horizon >= v_since and w.erased_horizon < pg_snapshot_xmax(v_snapshot));
  else
    v_start_over := p_cursor is not null;
  end if;
  if v_since is not null and not v_start_over then
    -- Rows above xmax can only come with a dump from another cluster; they have not changed in this one.
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.changed_slot >= miradesk.changed_slot(v_since)
        and k.changed_xid >= v_since and k.changed_xid < pg_snapshot_xmax(v_snapshot)
      limit p_max + 1);
    v_gone := array(
      select g.id from miradesk.erased_conversations g
      where g.workspace_id = p_workspace and g.changed_xid >= v_since and g.changed_xid < pg_snapshot_xmax(v_snapshot)
      limit p_max + 1);
    v_start_over := cardinality(v_ids) + cardinality(v_gone) > p_max;
  end if;
  return json_build_object(
    'answer', case when v_start_over then 'start-over' else 'changes' end,
    'conversations', case when not v_start_over then miradesk.listed(p_workspace, p_member, v_ids) end,
    'gone', case when not v_start_over then to_json(v_gone) end,
    'cursor', pg_snapshot_xmin(v_snapshot)::text,
    'counts', miradesk.inbox_count(p_workspace, p_member));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.inbox_count(p_workspace text, p_member text)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_object(
    'unassigned', coalesce(sum(i.conversations) filter (where i.status = 'open' and i.assignee_id = ''), 0),
    'mine', coalesce(sum(i.conversations) filter (where i.status = 'open' and i.assignee_id = p_member), 0),
    'all', coalesce(sum(i.conversations) filter (where i.status = 'open'), 0),
    'closed', coalesce(sum(i.conversations) filter (where i.status = 'closed'), 0))
  from miradesk.inbox_counts i
  where i.workspace_id = p_workspace
$function$
;

CREATE OR REPLACE FUNCTION miradesk.inbox_list(p_workspace text, p_member text, p_filter text, p_after text, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  -- 8,000 years on: after everything. Activity has whole milliseconds, so nothing is lost in the cursor.
  v_at timestamptz := 'epoch'::timestamptz + interval '1 millisecond' * coalesce((regexp_match(p_after, '^(\d{1,14})\.'))[1]::bigint, 253402300799999);
  v_id text := coalesce((regexp_match(p_after, '^\d{1,14}\.([A-Za-z0-9_-]{1,64})$'))[1], '');
  v_slot timestamptz := miradesk.activity_slot(v_at);
  v_ids text[];
  v_next text;
begin
  perform miradesk.check_member(p_workspace, p_member);
  if p_after is not null and v_id = '' then perform miradesk.fail_not_found('page'); end if;

  if p_filter = 'unassigned' then
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = 'open' and k.assignee_id is null and k.activity_slot <= v_slot and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_slot desc, k.activity_at desc, k.id desc limit p_limit + 1);
  elsif p_filter = 'mine' then
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = 'open' and k.assignee_id = p_member and k.activity_slot <= v_slot and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_slot desc, k.activity_at desc, k.id desc limit p_limit + 1);
  else
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = case p_filter when 'closed' then 'closed' else 'open' end and k.activity_slot <= v_slot and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_slot desc, k.activity_at desc, k.id desc limit p_limit + 1);
  end if;

  if cardinality(v_ids) > p_limit then
    v_ids := v_ids[:p_limit];
    select round(extract(epoch from k.activity_at) * 1000)::bigint || '.' || k.id into v_next
    from miradesk.conversations k where k.workspace_id = p_workspace and k.id = v_ids[p_limit];
  end if;
  return json_build_object(
    'conversations', miradesk.listed(p_workspace, p_member, v_ids),
    'next', v_next,
    'counts', miradesk.inbox_count(p_workspace, p_member));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.lease_holders(p_workspace text, p_conversation text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
  select miradesk.holders(p_workspace, p_conversation)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.leave(p_gateway text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  delete from miradesk.leases l where l.gateway_id = p_gateway;
  delete from miradesk.gateways g where g.id = p_gateway;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.list_members(p_workspace text)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform from miradesk.workspaces w where w.id = p_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return (
    select coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) order by m.name, m.id), '[]')
    from miradesk.members m
    where m.workspace_id = p_workspace
  );
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.list_workspaces()
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(json_agg(json_build_object('id', w.id, 'name', w.name, 'allowedOrigins', w.allowed_origins) order by w.id), '[]') from miradesk.workspaces w
$function$
;

CREATE OR REPLACE FUNCTION miradesk.listed(p_workspace text, p_member text, p_ids text[])
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(json_agg(k order by k.activity_at desc, k.id desc), '[]') from miradesk.conversation_rows(p_workspace, p_ids, p_member) k
$function$
;

CREATE OR REPLACE FUNCTION miradesk.lives(p_seen_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select abs(extract(epoch from clock_timestamp() - p_seen_at)) < 5
$function$
;

CREATE OR REPLACE FUNCTION miradesk.mark_read(p_workspace text, p_audience text, p_reader text, p_conversation text, p_delivered bigint, p_seen bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_conversation miradesk.conversations := miradesk.readable(p_workspace, p_audience, p_reader, p_conversation);
  v_read miradesk.reads;
  v_head integer;
  v_delivered integer;
  v_seen integer;
  v_changed boolean;
begin
  -- Clients repeat this often; the row is only held where it may have to change. Then all is read again, under the lock.
  for attempt in 1..2 loop
    if p_audience = 'visitor' then
      v_head := v_conversation.last_visible_seq;
      v_read.delivered := v_conversation.visitor_delivered;
      v_read.seen := v_conversation.visitor_seen;
      v_read.read_messages := v_conversation.visitor_messages;
    else
      v_head := v_conversation.last_seq;
      select r.* into v_read from miradesk.reads r
      where r.workspace_id = p_workspace and r.conversation_id = p_conversation and r.member_id = p_reader;
      v_read.delivered := coalesce(v_read.delivered, 0);
      v_read.seen := coalesce(v_read.seen, 0);
      v_read.read_messages := coalesce(v_read.read_messages, 0);
    end if;
    v_seen := greatest(v_read.seen, least(p_seen, v_head));
    v_delivered := greatest(v_read.delivered, least(p_delivered, v_head), v_seen);
    v_changed := v_seen > v_read.seen or v_delivered > v_read.delivered;
    exit when attempt = 2 or not v_changed;
    select k.* into v_conversation from miradesk.conversations k
    where k.workspace_id = p_workspace and k.id = p_conversation
    for no key update;
    if not found then perform miradesk.fail_not_found('conversation'); end if;
  end loop;

  if v_changed then
    if p_audience = 'agent' then
      if v_seen > v_read.seen then
        select e.visitor_messages into v_read.read_messages from miradesk.entries e
        where e.workspace_id = p_workspace and e.conversation_id = p_conversation and e.seq = v_seen;
      end if;
      insert into miradesk.reads (workspace_id, conversation_id, member_id, delivered, seen, read_messages)
      values (p_workspace, p_conversation, p_reader, v_delivered, v_seen, v_read.read_messages)
      on conflict (workspace_id, conversation_id, member_id) do update
      set delivered = excluded.delivered, seen = excluded.seen, read_messages = excluded.read_messages;
    end if;
    update miradesk.conversations k
    set visitor_delivered = case when p_audience = 'visitor' then v_delivered else k.visitor_delivered end,
      visitor_seen = case when p_audience = 'visitor' then v_seen else k.visitor_seen end,
      agents_delivered = case when p_audience = 'agent' then greatest(k.agents_delivered, v_delivered) else k.agents_delivered end,
      agents_seen = case when p_audience = 'agent' then greatest(k.agents_seen, v_seen) else k.agents_seen end,
      -- The inbox shows what the visitor has seen, and to a member on another device what is unread.
      changed_xid = pg_current_xact_id()
    where k.workspace_id = p_workspace and k.id = p_conversation
    returning k.* into v_conversation;
  end if;
  return json_build_object(
    'mine', json_build_object('delivered', v_delivered, 'seen', v_seen, 'readMessages', v_read.read_messages),
    'reads', json_build_object(
      'visitor', json_build_object('delivered', v_conversation.visitor_delivered, 'seen', v_conversation.visitor_seen),
      'agents', json_build_object('delivered', v_conversation.agents_delivered, 'seen', v_conversation.agents_seen)),
    'visitorId', v_conversation.visitor_id,
    'changed', v_changed);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.member_facts(m miradesk.members)
 RETURNS json
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select json_build_object('id', m.id, 'name', m.name, 'email', m.email, 'role', m.role)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.member_for_sign_in(p_workspace text, p_email text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce((
    select json_build_object('id', m.id, 'name', m.name, 'email', m.email, 'role', m.role, 'passwordHash', m.password_hash)
    from miradesk.members m
    where m.workspace_id = p_workspace and lower(m.email) = lower(p_email)
  ), 'null')
$function$
;

CREATE OR REPLACE FUNCTION miradesk.move_counts(p_before miradesk.inbox_counts[], p_after miradesk.inbox_counts[])
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into miradesk.inbox_counts as i (workspace_id, status, assignee_id, conversations)
  select workspace_id, status, assignee_id, sum(conversations)
  from (
    select workspace_id, status, assignee_id, -conversations as conversations from unnest(p_before)
    union all
    select workspace_id, status, assignee_id, conversations from unnest(p_after)
  ) change
  group by workspace_id, status, assignee_id
  having sum(conversations) <> 0
  order by status collate "C", assignee_id collate "C"
  on conflict (workspace_id, status, assignee_id) do update set conversations = i.conversations + excluded.conversations
$function$
;

CREATE OR REPLACE FUNCTION miradesk.offer(VARIADIC p_functions text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_role text;
  v_function regprocedure;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated') loop
    execute format('revoke all on all functions in schema miradesk from %s', v_role);
  end loop;
  if exists (select from pg_roles r where r.rolname = 'service_role') then
    -- All that may be offered runs with the rights of the tables' owner; what does not is internal, also where it is granted by default.
    for v_function in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'miradesk'::regnamespace and not p.prosecdef loop
      execute format('revoke all on function %s from service_role', v_function);
    end loop;
    execute format('grant execute on function %s to service_role',
      (select string_agg(format('miradesk.%I', f), ', ') from unnest(p_functions) f));
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.ping()
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select 'true'::json
$function$
;

CREATE OR REPLACE FUNCTION miradesk.prepare_starts(p_workspace text, p_commands miradesk.command[])
 RETURNS miradesk.command[]
 LANGUAGE plpgsql
AS $function$
begin
  insert into miradesk.visitors (workspace_id, id, name)
  select distinct on (c.author_id collate "C") p_workspace, c.author_id, c.author_name
  from unnest(p_commands) c
  where c.kind = 'start' and c.author_kind = 'visitor'
  order by c.author_id collate "C"
  on conflict do nothing;

  perform from (
      select distinct c.author_id collate "C" as id from unnest(p_commands) c where c.kind = 'start' and c.author_kind = 'visitor' order by 1
    ) named,
    lateral (select from miradesk.visitors v where v.workspace_id = p_workspace and v.id = named.id for no key update) locked;

  -- A first message that is already in the log belongs to a conversation that is already there.
  insert into miradesk.conversations (workspace_id, id, visitor_id, client_id)
  select distinct on (c.author_id collate "C", c.conversation_client_id collate "C") p_workspace, c.conversation_id, c.author_id, c.conversation_client_id
  from unnest(p_commands) c
    left join lateral (
      select true as stored from miradesk.entries e
      where e.workspace_id = p_workspace and e.author_kind = 'visitor' and e.author_id = c.author_id and e.client_id = c.client_id offset 0
    ) message on true
  where c.kind = 'start' and c.author_kind = 'visitor' and message.stored is null
  order by c.author_id collate "C", c.conversation_client_id collate "C", c.place
  on conflict do nothing;

  return array(
    select row(c.place, c.kind, c.author_kind, c.author_id, c.author_name, c.client_id,
      coalesce(k.id, c.conversation_id), c.conversation_client_id, c.body, c.preview, c.page, c.member_id, c.status, c.files, c.score)::miradesk.command
    from unnest(p_commands) c
      left join lateral (
        select k.id from miradesk.conversations k
        where c.kind = 'start' and c.author_kind = 'visitor'
          and k.workspace_id = p_workspace and k.visitor_id = c.author_id and k.client_id = c.conversation_client_id offset 0
      ) k on true
    order by c.place);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.prominent_conversations(p_workspace text, p_visitor text)
 RETURNS text[]
 LANGUAGE sql
 STABLE
AS $function$
  select array(
    select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_visitor order by k.activity_at desc, k.id desc limit 50)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.readable(p_workspace text, p_audience text, p_reader text, p_conversation text)
 RETURNS miradesk.conversations
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_conversation miradesk.conversations;
begin
  select k.* into v_conversation from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation;
  if not found or (p_audience = 'visitor' and v_conversation.visitor_id <> p_reader) then
    perform miradesk.fail_not_found('conversation');
  end if;
  if p_audience <> 'visitor' then perform miradesk.check_member(p_workspace, p_reader); end if;
  return v_conversation;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.renew_identity_secret(p_workspace text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_workspace miradesk.workspaces;
begin
  update miradesk.workspaces w set identity_secret = default where w.id = p_workspace returning w.* into v_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return miradesk.workspace_facts(v_workspace);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.replay_conversations(p_workspace text, p_after text, p_limit integer, p_entries integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_ids text[] := array(
    select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.id > p_after order by k.id limit p_limit);
begin
  return (
    select coalesce(json_agg(json_build_object(
      'conversation', (select to_json(k) from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id),
      'reads', (
        select coalesce(json_agg(r order by r.member_id), '[]') from miradesk.reads r
        where r.workspace_id = p_workspace and r.conversation_id = named.id),
      'entries', (
        select coalesce(json_agg(e order by e.seq), '[]') from (
          select e.* from miradesk.entries e where e.workspace_id = p_workspace and e.conversation_id = named.id order by e.seq limit p_entries
        ) e)
    ) order by named.place), '[]')
    from unnest(v_ids) with ordinality as named (id, place));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.replay_counts(p_workspace text)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select json_build_object(
    'kept', (
      select coalesce(json_object_agg(i.status || ' ' || i.assignee_id, i.conversations), '{}')
      from miradesk.inbox_counts i where i.workspace_id = p_workspace and i.conversations <> 0),
    'counted', (
      select coalesce(json_object_agg(c.status || ' ' || c.assignee_id, c.conversations), '{}')
      from (
        select k.status, coalesce(k.assignee_id, '') as assignee_id, count(*) as conversations
        from miradesk.conversations k where k.workspace_id = p_workspace group by 1, 2
      ) c))
$function$
;

CREATE OR REPLACE FUNCTION miradesk.replay_entries(p_workspace text, p_conversation text, p_after bigint, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  return json_build_object(
    'head', (select k.last_seq from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation),
    'entries', (
      select coalesce(json_agg(e order by e.seq), '[]') from (
        select e.* from miradesk.entries e where e.workspace_id = p_workspace and e.conversation_id = p_conversation and e.seq > p_after
        order by e.seq limit p_limit
      ) e));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.replay_orphans(p_workspace text, p_after text, p_limit integer)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
  with recursive logs (id, place) as (
    (select e.conversation_id, 1 from miradesk.entries e where e.conversation_id > p_after order by e.conversation_id limit 1)
    union all
    select (select e.conversation_id from miradesk.entries e where e.conversation_id > l.id order by e.conversation_id limit 1), l.place + 1
    from logs l where l.id is not null and l.place < p_limit
  )
  select json_build_object(
    'orphans', (
      select coalesce(json_agg(l.id order by l.place), '[]') from logs l
      where not exists (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = l.id)
        and p_workspace in (select e.workspace_id from miradesk.entries e where e.conversation_id = l.id order by e.seq limit 2)),
    'next', (select l.id from logs l where l.place = p_limit))
$function$
;

CREATE OR REPLACE FUNCTION miradesk.schema_versions()
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.send_files(p_workspace text, c miradesk.command)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  v_attachments jsonb[] := array(
    select miradesk.attachment_of(f)
    from unnest(c.files) with ordinality as named (id, place),
      lateral (
        select f.* from miradesk.files f
        where f.workspace_id = p_workspace and f.id = named.id and f.owner_kind = c.author_kind and f.owner_id = c.author_id
          and f.type is not null and f.conversation_id is null and f.removed_at is null offset 0
      ) f
    order by named.place);
begin
  if cardinality(v_attachments) <> (select count(distinct id) from unnest(c.files) id) or cardinality(v_attachments) <> cardinality(c.files) then
    return null;
  end if;
  update miradesk.files f set conversation_id = c.conversation_id where f.workspace_id = p_workspace and f.id = any (c.files);
  return to_jsonb(v_attachments);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.sessions_on(p_workspace text, p_token_hashes jsonb)
 RETURNS json
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
  select coalesce(json_agg(s.token_hash), '[]')
  from (select distinct h.hash collate "C" as hash from jsonb_array_elements_text(p_token_hashes) h (hash)) named,
    lateral (
      select s.token_hash from miradesk.sessions s
      where s.workspace_id = p_workspace and s.token_hash = named.hash and s.expires_at > now() offset 0
    ) s
$function$
;

CREATE OR REPLACE FUNCTION miradesk.set_password(p_workspace text, p_member text, p_password_hash text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update miradesk.members m set password_hash = p_password_hash where m.workspace_id = p_workspace and m.id = p_member;
  if not found then perform miradesk.fail_not_found('member'); end if;
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.member_id = p_member;
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.stale_files(p_max integer)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.start_session(p_workspace text, p_token_hash text, p_member text, p_expires_at timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform from miradesk.members m where m.workspace_id = p_workspace and m.id = p_member for key share;
  if not found then perform miradesk.fail_not_found('member'); end if;
  -- The occasion to forget this member's expired ones, so that no clean-up job is needed.
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.member_id = p_member and s.expires_at <= now();
  insert into miradesk.sessions (workspace_id, token_hash, member_id, expires_at) values (p_workspace, p_token_hash, p_member, p_expires_at);
  return 'null';
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.store_entries(p_workspace text, p_drafts miradesk.draft[])
 RETURNS miradesk.entries[]
 LANGUAGE plpgsql
AS $function$
declare
  v_entries miradesk.entries[];
begin
  with draft as (
    select d.place, (d.entry).*, d.preview, (d.entry).kind in ('message', 'status', 'rating') as visible,
      k.ctid as conversation, k.last_visible_seq, k.visitor_messages as messages_before,
      (k.last_seq + row_number() over (partition by k.ctid order by d.place))::integer as number
    from unnest(p_drafts) with ordinality as d (entry, preview, place),
      lateral (
        select k.ctid, k.last_seq, k.last_visible_seq, k.visitor_messages from miradesk.conversations k
        where k.workspace_id = p_workspace and k.id = (d.entry).conversation_id offset 0
      ) k
  ), entry as materialized (
    select place, conversation, preview, row(
      p_workspace, conversation_id, number,
      case when visible then coalesce(max(number) filter (where visible) over (log rows between unbounded preceding and 1 preceding), last_visible_seq) end,
      messages_before + count(*) filter (where kind = 'message' and author_kind = 'visitor') over (log rows between unbounded preceding and current row),
      kind, author_kind, author_id, author_name, client_id, body, page, status, assignee_id, assignee_name, at, attachments, score
    )::miradesk.entries as e
    from draft
    window log as (partition by conversation order by place)
  ), stored as (
    insert into miradesk.entries select (e).* from entry
  ), change as (
    select conversation,
      max((e).seq) as last_seq,
      max((e).seq) filter (where (e).prev_visible is not null) as last_visible_seq,
      max((e).visitor_messages) as visitor_messages,
      max((e).at) filter (where (e).prev_visible is not null) as active_at,
      (array_agg((e).author_kind order by place desc) filter (where (e).kind = 'message'))[1] as preview_author,
      (array_agg(preview order by place desc) filter (where (e).kind = 'message'))[1] as preview,
      (array_agg((e).page order by place desc) filter (where (e).page is not null and (e).author_kind = 'visitor'))[1] as page,
      (array_agg((e).status order by place desc) filter (where (e).kind = 'status'))[1] as status,
      bool_or((e).kind = 'assigned') as assigned,
      (array_agg((e).assignee_id order by place desc) filter (where (e).kind = 'assigned'))[1] as assignee_id
    from entry
    group by conversation
  ), changed as (
    update miradesk.conversations k
    set status = coalesce(c.status, k.status),
      assignee_id = case when c.assigned then c.assignee_id else k.assignee_id end,
      last_seq = c.last_seq,
      last_visible_seq = coalesce(c.last_visible_seq, k.last_visible_seq),
      visitor_messages = c.visitor_messages,
      preview_author = coalesce(c.preview_author, k.preview_author),
      preview_text = coalesce(c.preview, k.preview_text),
      page = coalesce(c.page, k.page),
      created_at = case when k.last_seq = 0 then c.active_at else k.created_at end,
      activity_at = coalesce(c.active_at, k.activity_at),
      changed_xid = pg_current_xact_id()
    from change c
    -- By its place in the table: the row is locked, so it cannot have moved.
    where k.ctid = c.conversation
  )
  select array_agg(e order by place) into v_entries from entry;
  return v_entries;
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.sync_agent(p_workspace text, p_member text, p_known jsonb, p_entries_max integer, p_page_entries integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_ids text[] := array(select distinct n.id from jsonb_to_recordset(p_known) as n (id text));
begin
  perform miradesk.check_member(p_workspace, p_member);
  return (
    with known as (
      select n.id, min(n.seq) as seq from jsonb_to_recordset(p_known) as n (id text, seq bigint) group by n.id
    ), found as materialized (
      select k.* from miradesk.conversation_rows(p_workspace, v_ids, p_member) k
    )
    select json_build_object(
      'conversations', (
        select coalesce(json_agg(json_build_object(
          'conversation', f,
          'catchup', miradesk.catchup(p_workspace, f.id, false, f.last_seq, n.seq, p_entries_max, p_page_entries)
        ) order by f.activity_at desc, f.id desc), '[]')
        from found f join known n on n.id = f.id),
      'gone', (select coalesce(json_agg(n.id), '[]') from known n where not exists (select from found f where f.id = n.id))));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.sync_visitor(p_workspace text, p_visitor text, p_known jsonb, p_entries_max integer, p_page_entries integer, p_conversations_max integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_known text[] := array(select distinct n.id from jsonb_to_recordset(p_known) as n (id text));
  v_ids text[];
begin
  -- Those it doesn't know of come as well: they were begun on another device, or this one has forgotten.
  v_ids := v_known || array(
    select k.id from miradesk.conversations k
    where k.workspace_id = p_workspace and k.visitor_id = p_visitor and k.id <> all(v_known)
    order by k.activity_at desc, k.id desc
    limit p_conversations_max);
  return (
    with known as (
      select n.id, min(n.seq) as seq from jsonb_to_recordset(p_known) as n (id text, seq bigint) group by n.id
    ), own as materialized (
      select k.* from miradesk.conversation_rows(p_workspace, v_ids) k where k.visitor_id = p_visitor
    )
    select json_build_object(
      'conversations', (
        select coalesce(json_agg(json_build_object(
          'conversation', o,
          'catchup', miradesk.catchup(p_workspace, o.id, true, o.last_visible_seq, coalesce(n.seq, 0), p_entries_max, p_page_entries)
        ) order by o.activity_at desc, o.id desc), '[]')
        from own o left join known n on n.id = o.id),
      'gone', (select coalesce(json_agg(n.id), '[]') from known n where not exists (select from own o where o.id = n.id))));
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.take_lease(p_workspace text, p_conversation text, p_member text, p_gateway text)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.text_of(e miradesk.entries)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select coalesce(length(e.body), 0) + coalesce(length(e.attachments::text), 0)
$function$
;

CREATE OR REPLACE FUNCTION miradesk.touch_conversations(p_workspace text, p_visitor text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_ids text[] := miradesk.prominent_conversations(p_workspace, p_visitor);
begin
  perform from (select id collate "C" as id from unnest(v_ids) id order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for no key update) locked;
  update miradesk.conversations k set changed_xid = pg_current_xact_id() where k.workspace_id = p_workspace and k.id = any(v_ids);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.update_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_workspace miradesk.workspaces;
begin
  update miradesk.workspaces w
  set name = coalesce(p_name, w.name), settings = coalesce(p_settings, w.settings), allowed_origins = coalesce(p_allowed_origins, w.allowed_origins)
  where w.id = p_workspace
  returning w.* into v_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return miradesk.workspace_facts(v_workspace);
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.use_identity(p_workspace text, p_jti_hash text, p_sid text, p_visitor text, p_expires_at timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.visitor_details(p_workspace text, p_visitor text)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.with_profile(v miradesk.visitors, p_profile jsonb, p_signed boolean, p_limits jsonb)
 RETURNS miradesk.visitors
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION miradesk.workspace_facts(w miradesk.workspaces)
 RETURNS json
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select json_build_object('id', w.id, 'name', w.name, 'settings', w.settings, 'allowedOrigins', w.allowed_origins, 'tokenSecret', w.token_secret,
    'identitySecret', w.identity_secret)
$function$
;

-- Row level security

alter table miradesk.conversations enable row level security;
alter table miradesk.entries enable row level security;
alter table miradesk.erased_conversations enable row level security;
alter table miradesk.files enable row level security;
alter table miradesk.gateways enable row level security;
alter table miradesk.identity_uses enable row level security;
alter table miradesk.inbox_counts enable row level security;
alter table miradesk.leases enable row level security;
alter table miradesk.members enable row level security;
alter table miradesk.migrations enable row level security;
alter table miradesk.reads enable row level security;
alter table miradesk.sessions enable row level security;
alter table miradesk.visitor_events enable row level security;
alter table miradesk.visitors enable row level security;
alter table miradesk.workspaces enable row level security;

-- Who may do what

revoke all on all functions in schema miradesk from public;
grant usage on schema miradesk to service_role;
grant execute on function miradesk.add_file(p_workspace text, p_file text, p_owner_kind text, p_owner text, p_pending_max integer) to service_role;
grant execute on function miradesk.add_member(p_workspace text, p_member text, p_name text, p_email text, p_role text, p_password_hash text) to service_role;
grant execute on function miradesk.adopt_visitor(p_workspace text, p_from text, p_to text, p_user text, p_limits jsonb) to service_role;
grant execute on function miradesk.append_entries(p_workspace text, p_commands jsonb) to service_role;
grant execute on function miradesk.append_messages(p_workspace text, p_commands jsonb) to service_role;
grant execute on function miradesk.beat(p_gateway text, p_degraded boolean) to service_role;
grant execute on function miradesk.changed_since(p_workspace text, p_cursor text, p_max integer, p_entries integer) to service_role;
grant execute on function miradesk.complete_file(p_workspace text, p_file text, p_name text, p_type text, p_size integer, p_width integer, p_height integer) to service_role;
grant execute on function miradesk.conversation_visitor(p_workspace text, p_conversation text) to service_role;
grant execute on function miradesk.create_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb, p_token_secret text) to service_role;
grant execute on function miradesk.describe_visitor(p_workspace text, p_visitor text, p_change jsonb, p_create boolean, p_limits jsonb) to service_role;
grant execute on function miradesk.drop_files(p_workspace text, p_files jsonb) to service_role;
grant execute on function miradesk.drop_lease(p_workspace text, p_conversation text, p_member text, p_gateway text) to service_role;
grant execute on function miradesk.end_session(p_workspace text, p_token_hash text) to service_role;
grant execute on function miradesk.erase_visitor(p_workspace text, p_visitor text) to service_role;
grant execute on function miradesk.find_file(p_workspace text, p_file text) to service_role;
grant execute on function miradesk.find_session(p_workspace text, p_token_hash text) to service_role;
grant execute on function miradesk.find_workspace(p_workspace text) to service_role;
grant execute on function miradesk.forget_file(p_workspace text, p_file text, p_owner_kind text, p_owner text) to service_role;
grant execute on function miradesk.history(p_workspace text, p_audience text, p_reader text, p_conversation text, p_before bigint, p_limit integer) to service_role;
grant execute on function miradesk.inbox_changes(p_workspace text, p_member text, p_cursor text, p_max integer) to service_role;
grant execute on function miradesk.inbox_list(p_workspace text, p_member text, p_filter text, p_after text, p_limit integer) to service_role;
grant execute on function miradesk.lease_holders(p_workspace text, p_conversation text) to service_role;
grant execute on function miradesk.leave(p_gateway text) to service_role;
grant execute on function miradesk.list_members(p_workspace text) to service_role;
grant execute on function miradesk.list_workspaces() to service_role;
grant execute on function miradesk.mark_read(p_workspace text, p_audience text, p_reader text, p_conversation text, p_delivered bigint, p_seen bigint) to service_role;
grant execute on function miradesk.member_for_sign_in(p_workspace text, p_email text) to service_role;
grant execute on function miradesk.ping() to service_role;
grant execute on function miradesk.renew_identity_secret(p_workspace text) to service_role;
grant execute on function miradesk.replay_conversations(p_workspace text, p_after text, p_limit integer, p_entries integer) to service_role;
grant execute on function miradesk.replay_counts(p_workspace text) to service_role;
grant execute on function miradesk.replay_entries(p_workspace text, p_conversation text, p_after bigint, p_limit integer) to service_role;
grant execute on function miradesk.replay_orphans(p_workspace text, p_after text, p_limit integer) to service_role;
grant execute on function miradesk.schema_versions() to service_role;
grant execute on function miradesk.sessions_on(p_workspace text, p_token_hashes jsonb) to service_role;
grant execute on function miradesk.set_password(p_workspace text, p_member text, p_password_hash text) to service_role;
grant execute on function miradesk.stale_files(p_max integer) to service_role;
grant execute on function miradesk.start_session(p_workspace text, p_token_hash text, p_member text, p_expires_at timestamp with time zone) to service_role;
grant execute on function miradesk.sync_agent(p_workspace text, p_member text, p_known jsonb, p_entries_max integer, p_page_entries integer) to service_role;
grant execute on function miradesk.sync_visitor(p_workspace text, p_visitor text, p_known jsonb, p_entries_max integer, p_page_entries integer, p_conversations_max integer) to service_role;
grant execute on function miradesk.take_lease(p_workspace text, p_conversation text, p_member text, p_gateway text) to service_role;
grant execute on function miradesk.update_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb) to service_role;
grant execute on function miradesk.use_identity(p_workspace text, p_jti_hash text, p_sid text, p_visitor text, p_expires_at timestamp with time zone) to service_role;
grant execute on function miradesk.visitor_details(p_workspace text, p_visitor text) to service_role;
