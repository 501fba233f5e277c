-- A message changes its conversation's row: when it was active, and by which transaction. Both were in indexes, so Postgres had to write a new entry into all five
-- indexes of the table for each message, a quarter of what the message cost. Indexes hold a coarser value instead, the slot, which stays the same
-- from one message to the next most of the time; then the row is changed in its place and no index is touched. Within a slot, a few rows
-- are looked at and sorted when they are asked for.

-- Ten seconds.
create function miradesk.activity_slot(p_at timestamptz) returns timestamptz
language sql immutable parallel safe as $$
  select date_bin('10 seconds', p_at, timestamptz '2000-01-01 00:00:00+00')
$$;

-- Sixteen transactions.
create function miradesk.changed_slot(p_xid xid8) returns bigint
language sql immutable parallel safe as $$
  select p_xid::text::bigint / 16
$$;

alter table miradesk.conversations
  add column activity_slot timestamptz generated always as (date_bin('10 seconds', activity_at, timestamptz '2000-01-01 00:00:00+00')) stored,
  add column changed_slot bigint generated always as (changed_xid::text::bigint / 16) stored;
drop index miradesk.conversations_activity;
drop index miradesk.conversations_assignee;
drop index miradesk.conversations_changed;
create index conversations_activity on miradesk.conversations (workspace_id, status, activity_slot);
create index conversations_assignee on miradesk.conversations (workspace_id, assignee_id, activity_slot) where status = 'open';
create index conversations_changed on miradesk.conversations (workspace_id, changed_slot);
-- Room in each page for the next version of its rows.
alter table miradesk.conversations set (fillfactor = 80);

-- As before (20261122100500_inbox.sql), by slots.
create or replace function miradesk.inbox_list(p_workspace text, p_member text, p_filter text, p_after text, p_limit integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

create or replace function miradesk.inbox_changes(p_workspace text, p_member text, p_cursor text, p_max integer) returns json
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
      where k.workspace_id = p_workspace and k.changed_slot >= miradesk.changed_slot(v_since)
        and k.changed_xid >= v_since and k.changed_xid < pg_snapshot_xmax(v_snapshot)
      limit p_max + 1);
    v_start_over := cardinality(v_ids) > p_max;
  end if;
  return json_build_object(
    'answer', case when v_start_over then 'start-over' else 'changes' end,
    'conversations', case when not v_start_over then miradesk.listed(p_workspace, p_member, v_ids) end,
    'cursor', pg_snapshot_xmin(v_snapshot)::text,
    'counts', miradesk.inbox_count(p_workspace, p_member));
end $$;

-- As before (20261122160310_feed.sql), by slots.
create or replace function miradesk.changed_since(p_workspace text, p_cursor text, p_max integer, p_entries integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

select miradesk.offer('inbox_list', 'inbox_changes', 'changed_since');
