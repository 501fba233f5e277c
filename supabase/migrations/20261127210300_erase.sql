-- A visitor has everything of theirs erased.

-- That a conversation was erased, for inboxes that had it; nothing of what was in it. Forgotten after thirty days; `erased_horizon` is then the
-- greatest transaction of those forgotten, and whoever was away for longer starts over.
create table miradesk.erased_conversations (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  changed_xid xid8 not null default pg_current_xact_id(),
  erased_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index erased_conversations_changed on miradesk.erased_conversations (workspace_id, changed_xid);
create index erased_conversations_age on miradesk.erased_conversations (workspace_id, erased_at);
alter table miradesk.erased_conversations alter column workspace_id set (n_distinct = 1);
alter table miradesk.workspaces add column erased_horizon xid8;

alter table miradesk.erased_conversations enable row level security;
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on table miradesk.erased_conversations from %s', v_role);
  end loop;
end $$;

-- Files of both sides in these conversations, and what the visitor has uploaded and not sent, are to go: nobody gets them any more, nothing is known of them,
-- and their rows stay until the bytes are gone. Files have a table of their own from another migration on, which may come later.
create function miradesk.erase_files(p_workspace text, p_visitor text, p_conversations text[]) returns text[]
language plpgsql as $$
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
end $$;

-- Removes all there is of a visitor: {conversations, files}. `files`: whose bytes are to be taken away. Locks come in the order in which append_entries
-- takes them.
create function miradesk.erase_visitor(p_workspace text, p_visitor text) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

-- As before (20261122160520_slots.sql), and with what was erased.
create or replace function miradesk.inbox_changes(p_workspace text, p_member text, p_cursor text, p_max integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

-- As before (20261122100500_inbox.sql). The conversation may have been erased while its row was waited for.
create or replace function miradesk.mark_read(p_workspace text, p_audience text, p_reader text, p_conversation text, p_delivered bigint, p_seen bigint) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

select miradesk.offer('erase_visitor', 'inbox_changes', 'mark_read');
