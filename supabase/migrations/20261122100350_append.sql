-- append_entries, the only way into the log, and its parts.

-- Carries out one command on its own: for those that look at the conversation's state or change it. Answers all entries
-- that the outcome speaks of.
create function miradesk.append_one(p_workspace text, c miradesk.command, p_at timestamptz, out outcome miradesk.outcome, out entries miradesk.entries[])
language plpgsql as $$
declare
  v_conversation miradesk.conversations;
  v_entry miradesk.entries;
  v_assignee_name text;
  v_reopen miradesk.draft[] := '{}';
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

  -- Visitors write messages in conversations of their own, members of the workspace all but starts in any.
  select k.* into v_conversation from miradesk.conversations k where k.workspace_id = p_workspace and k.id = c.conversation_id;
  if not found or not coalesce(case c.author_kind
      when 'visitor' then c.kind in ('start', 'message') and v_conversation.visitor_id = c.author_id
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
  elsif c.author_kind = 'visitor' and v_conversation.status = 'closed' then
    v_reopen := array[row(row(
      p_workspace, c.conversation_id, null, null, null, 'status', 'system', null, null, null, null, null, 'open', null, null, p_at
    )::miradesk.entries, null)::miradesk.draft];
  end if;

  entries := miradesk.store_entries(p_workspace, v_reopen || miradesk.draft_of(p_workspace, c, v_assignee_name, p_at));
  outcome.seq := entries[cardinality(entries)].seq;
  if cardinality(entries) = 2 then outcome.reopened := entries[1].seq; end if;
end $$;

-- Of these conversations, how many there are of each status and assignee ('' for nobody).
create function miradesk.count_by_assignee(p_workspace text, p_ids text[]) returns miradesk.inbox_counts[]
language sql stable as $$
  select array(
    select row(p_workspace, k.status, k.assignee, count(*))::miradesk.inbox_counts
    from unnest(p_ids) as named (id),
      lateral (
        select k.status, coalesce(k.assignee_id, '') as assignee from miradesk.conversations k
        where k.workspace_id = p_workspace and k.id = named.id and k.last_seq > 0 offset 0
      ) k
    group by k.status, k.assignee)
$$;

-- Brings the inbox's counts from the one to the other. Comes last in a transaction and goes by the key's order: see prepare_starts.
create function miradesk.move_counts(p_before miradesk.inbox_counts[], p_after miradesk.inbox_counts[]) returns void
language sql as $$
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
$$;

-- Makes the rows that the batch's starts need and answers the commands with the conversations that the starts mean.
-- Locks come in one order in every gateway (visitors by id, then conversations by id, then counts), so that batches never wait for
-- each other in a circle. The visitor's row settles who is first when two gateways start the same conversation.
create function miradesk.prepare_starts(p_workspace text, p_commands miradesk.command[]) returns miradesk.command[]
language plpgsql as $$
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
      coalesce(k.id, c.conversation_id), c.conversation_client_id, c.body, c.preview, c.page, c.member_id, c.status)::miradesk.command
    from unnest(p_commands) c
      left join lateral (
        select k.id from miradesk.conversations k
        where c.kind = 'start' and c.author_kind = 'visitor'
          and k.workspace_id = p_workspace and k.visitor_id = c.author_id and k.client_id = c.conversation_client_id offset 0
      ) k on true
    order by c.place);
end $$;

-- Commits a batch of commands of one workspace: {outcomes, entries, conversations}. An outcome for each command, in their order; the
-- entries that the outcomes speak of; the conversations as they are now. A command that is refused does nothing to the others.
create function miradesk.append_entries(p_workspace text, p_commands jsonb) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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
      c.conversation_client_id, c.body, c.preview, nullif(c.page, 'null'), c.member_id, c.status)::miradesk.command
    from rows from (jsonb_to_recordset(p_commands) as (
        kind text, author jsonb, "clientId" text, "conversationId" text, "conversationClientId" text, text text, preview text, page jsonb,
        "memberId" text, status text)
      ) with ordinality as c (kind, author, client_id, conversation_id, conversation_client_id, body, preview, page, member_id, status, place)
    order by c.place);

  if exists (select from unnest(v_commands) c where c.kind = 'start') then
    perform from miradesk.workspaces w where w.id = p_workspace;
    if not found then perform miradesk.fail_not_found('workspace'); end if;
    v_commands := miradesk.prepare_starts(p_workspace, v_commands);
  end if;

  -- From here to the end of the transaction nobody else adds to these logs.
  perform from (select distinct c.conversation_id collate "C" as id from unnest(v_commands) c order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for no key update) locked;
  v_at := date_trunc('milliseconds', clock_timestamp());

  -- Messages and notes are stored all at once. A conversation that also gets something else in this batch, or in which a name
  -- occurs twice, has all its commands carried out one by one: their order counts.
  with command as (
    select c.place, c.conversation_id, c as command, repeated.entry,
      case when c.author_kind = 'visitor' then k.visitor_id = c.author_id and c.kind = 'message' else member.known and k.visitor_id is not null end as allowed,
      c.kind not in ('message', 'note') or (c.author_kind = 'visitor' and k.status is not distinct from 'closed')
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
end $$;
