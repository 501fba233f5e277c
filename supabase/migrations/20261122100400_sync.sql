-- What clients ask of the log: what they miss (rule D5) and older pages. All of it in one snapshot: these functions are STABLE, so
-- every statement in them sees the database as it was when the call began.

-- So much text (characters) goes into an answer about one conversation; beyond it the answer is shorter. Otherwise a few
-- requests for a log full of the longest messages would hold up everybody else's.
create function miradesk.answer_text_max() returns integer language sql immutable as 'select 100000';

-- The newest entries before p_before that the audience may see, oldest first, and whether there are earlier ones: {entries, earlier}.
-- At least one, where there is one.
create function miradesk.entries_before(p_workspace text, p_conversation text, p_visitor boolean, p_before bigint, p_limit integer) returns json
language plpgsql stable as $$
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
      select e, sum(coalesce(length(e.body), 0)) over (order by e.seq desc rows between unbounded preceding and 1 preceding) as text_before
      from unnest(v_entries[:p_limit]) e
    ), page as (
      select e from newer where coalesce(text_before, 0) < miradesk.answer_text_max()
    )
    select json_build_object('earlier', count(*) < cardinality(v_entries), 'entries', coalesce(json_agg(e order by (e).seq), '[]')) from page);
end $$;

-- "I have all up to p_seq", of p_head: {entries}, these, or {entries, earlier}, start over with this newest page.
create function miradesk.catchup(
  p_workspace text, p_conversation text, p_visitor boolean, p_head integer, p_seq bigint, p_entries_max integer, p_page_entries integer
) returns json
language plpgsql stable as $$
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
      and (select coalesce(sum(length(e.body)), 0) from unnest(v_entries) e) <= miradesk.answer_text_max() then
      return json_build_object('entries', to_json(v_entries));
    end if;
  end if;
  return miradesk.entries_before(p_workspace, p_conversation, p_visitor, p_head + 1::bigint, p_page_entries);
end $$;

create function miradesk.sync_visitor(
  p_workspace text, p_visitor text, p_known jsonb, p_entries_max integer, p_page_entries integer, p_conversations_max integer
) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

create function miradesk.sync_agent(p_workspace text, p_member text, p_known jsonb, p_entries_max integer, p_page_entries integer) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

create function miradesk.history(
  p_workspace text, p_audience text, p_reader text, p_conversation text, p_before bigint, p_limit integer
) returns json
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
begin
  perform miradesk.readable(p_workspace, p_audience, p_reader, p_conversation);
  return miradesk.entries_before(p_workspace, p_conversation, p_audience = 'visitor', p_before, p_limit);
end $$;

-- Whose conversation it is, or null.
create function miradesk.conversation_visitor(p_workspace text, p_conversation text) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce((select to_json(k.visitor_id) from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation), 'null')
$$;

create function miradesk.ping() returns json
language sql stable security definer set search_path = '' as $$
  select 'true'::json
$$;
