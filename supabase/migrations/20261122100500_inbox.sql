-- The agents' inbox, and how far everybody has read.

-- The conversations of these ids, newest activity first.
create function miradesk.listed(p_workspace text, p_member text, p_ids text[]) returns json
language sql stable as $$
  select coalesce(json_agg(k order by k.activity_at desc, k.id desc), '[]') from miradesk.conversation_rows(p_workspace, p_ids, p_member) k
$$;

create function miradesk.inbox_count(p_workspace text, p_member text) returns json
language sql stable as $$
  select json_build_object(
    'unassigned', coalesce(sum(i.conversations) filter (where i.status = 'open' and i.assignee_id = ''), 0),
    'mine', coalesce(sum(i.conversations) filter (where i.status = 'open' and i.assignee_id = p_member), 0),
    'all', coalesce(sum(i.conversations) filter (where i.status = 'open'), 0),
    'closed', coalesce(sum(i.conversations) filter (where i.status = 'closed'), 0))
  from miradesk.inbox_counts i
  where i.workspace_id = p_workspace
$$;

-- A page of the inbox, newest activity first. `p_after` is the `next` of the page before: MILLISECONDS.ID of its last conversation.
create function miradesk.inbox_list(p_workspace text, p_member text, p_filter text, p_after text, p_limit integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
declare
  -- 8,000 years on: after everything. Activity has whole milliseconds, so nothing is lost in the cursor.
  v_at timestamptz := 'epoch'::timestamptz + interval '1 millisecond' * coalesce((regexp_match(p_after, '^(\d{1,14})\.'))[1]::bigint, 253402300799999);
  v_id text := coalesce((regexp_match(p_after, '^\d{1,14}\.([A-Za-z0-9_-]{1,64})$'))[1], '');
  v_ids text[];
  v_next text;
begin
  perform miradesk.check_member(p_workspace, p_member);
  if p_after is not null and v_id = '' then perform miradesk.fail_not_found('page'); end if;

  if p_filter = 'unassigned' then
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = 'open' and k.assignee_id is null and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_at desc, k.id desc limit p_limit + 1);
  elsif p_filter = 'mine' then
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = 'open' and k.assignee_id = p_member and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_at desc, k.id desc limit p_limit + 1);
  else
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.status = case p_filter when 'closed' then 'closed' else 'open' end and (k.activity_at, k.id) < (v_at, v_id)
      order by k.activity_at desc, k.id desc limit p_limit + 1);
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
end $$;

-- What changed in the inbox since a cursor. The cursor is the oldest transaction that was still running when it was given: whatever
-- was committed by then was answered then, and whatever commits later, however long it took, has this id or a greater one.
-- Some conversations are so answered twice, none is left out.
create function miradesk.inbox_changes(p_workspace text, p_member text, p_cursor text, p_max integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_snapshot pg_snapshot := pg_current_snapshot();
  v_since xid8;
  v_ids text[] := '{}';
  v_start_over boolean := false;
begin
  perform miradesk.check_member(p_workspace, p_member);
  if p_cursor ~ '^\d{1,18}$' then
    v_since := p_cursor::xid8;
    -- From a future that a restored backup doesn't have.
    v_start_over := v_since > pg_snapshot_xmax(v_snapshot);
  else
    v_start_over := p_cursor is not null;
  end if;
  if v_since is not null and not v_start_over then
    -- Rows above xmax can only come with a dump from another cluster; they have not changed in this one.
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.changed_xid >= v_since and k.changed_xid < pg_snapshot_xmax(v_snapshot)
      limit p_max + 1);
    v_start_over := cardinality(v_ids) > p_max;
  end if;
  return json_build_object(
    'answer', case when v_start_over then 'start-over' else 'changes' end,
    'conversations', case when not v_start_over then miradesk.listed(p_workspace, p_member, v_ids) end,
    'cursor', pg_snapshot_xmin(v_snapshot)::text,
    'counts', miradesk.inbox_count(p_workspace, p_member));
end $$;

-- Moves a reader forward, never back and never past the head.
create function miradesk.mark_read(p_workspace text, p_audience text, p_reader text, p_conversation text, p_delivered bigint, p_seen bigint) returns json
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
