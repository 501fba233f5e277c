-- What `miradesk replay` reads: logs and what is kept beside them, as they are stored, beside running gateways. Each call is one snapshot.

-- The next conversations after one, by id: [{conversation, reads, entries}], the first entries of each.
create function miradesk.replay_conversations(p_workspace text, p_after text, p_limit integer, p_entries integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

-- Logs of this workspace that belong to no conversation, among the next p_limit logs after one, of whatever workspace: {orphans, next}.
-- `next` is null at the end. From one log to the next it is one look into the index.
create function miradesk.replay_orphans(p_workspace text, p_after text, p_limit integer) returns json
language sql stable security definer set search_path = '' set enable_seqscan = off as $$
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
$$;

-- The next entries of a log, and the head that its conversation has by now (null: it has none): {head, entries}.
create function miradesk.replay_entries(p_workspace text, p_conversation text, p_after bigint, p_limit integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
begin
  return json_build_object(
    'head', (select k.last_seq from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation),
    'entries', (
      select coalesce(json_agg(e order by e.seq), '[]') from (
        select e.* from miradesk.entries e where e.workspace_id = p_workspace and e.conversation_id = p_conversation and e.seq > p_after
        order by e.seq limit p_limit
      ) e));
end $$;

-- How many conversations there are of each status and assignee ('' for nobody), as kept for the inbox and as counted: {kept, counted}.
create function miradesk.replay_counts(p_workspace text) returns json
language sql stable security definer set search_path = '' as $$
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
$$;

select miradesk.offer('replay_conversations', 'replay_orphans', 'replay_entries', 'replay_counts');
