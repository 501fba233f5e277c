-- What changed lately in a workspace, for gateways that cannot hear of it from each other.

-- Every conversation that changed at or after the cursor, oldest change first, at most p_max of them:
-- {answer, changes: [{conversation, entries}], cursor, next}. `entries`: the newest of the log, the newest that the visitor may see, and of the
-- p_entries newest those of the last seconds.
-- `cursor` is where the next question begins. `next`, where it is not null, is the cursor of the rest of this answer.
-- The cursor is a transaction as in inbox_changes, and after a dot, for the rest of an answer, the last conversation told.
-- Answer 'start-over': the cursor is none of this database's; the changes are the p_max most recent ones.
create function miradesk.changed_since(p_workspace text, p_cursor text, p_max integer, p_entries integer) returns json
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
      order by k.changed_xid desc
      limit p_max);
  else
    v_ids := array(
      select k.id from miradesk.conversations k
      where k.workspace_id = p_workspace and k.changed_xid >= v_since and k.changed_xid < pg_snapshot_xmax(v_snapshot)
        and (k.changed_xid > v_since or k.id > v_after)
      order by k.changed_xid, k.id
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

select miradesk.offer('changed_since');
