-- The common case of append_entries as one statement: messages and notes in conversations that are there.
--
-- Commands come in columns ({"conversationId": […], "text": […], …}), which are taken apart several times quicker than records, and only what the
-- caller cannot know goes back: {at, outcomes, conversations}. An outcome is [trouble, seq, prev_visible] for each command, in their order; conversations
-- are listed as they are now, times in milliseconds since 1970. `trouble`: 'MD404' refused; 'apart': not for this function, nothing was done, give it
-- to append_entries (a repetition, or a visitor's message to a closed conversation). The caller sees to it that no name of an
-- author occurs twice, and gives commands that belong together to one function or the other.
create function miradesk.append_messages(p_workspace text, p_commands jsonb) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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
end $$;

select miradesk.offer('append_messages');
