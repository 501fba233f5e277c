-- How entries get into the log. What may get in is decided in the next migration.

-- One command of a batch.
create type miradesk.command as (
  place integer, kind text, author_kind text, author_id text, author_name text, client_id text,
  conversation_id text, conversation_client_id text, body text, preview text, page jsonb, member_id text, status text
);

-- What became of it: refused with `error`; or `seq` is its entry, null where nothing had to change. `repeated`: the entry had been there
-- before. `reopened`: the entry that opened the conversation again for it.
create type miradesk.outcome as (place integer, error text, conversation_id text, seq integer, repeated boolean, reopened integer);

-- An entry on its way into the log. `preview`: what lists show of a message.
create type miradesk.draft as (entry miradesk.entries, preview text);

create function miradesk.draft_of(p_workspace text, c miradesk.command, p_assignee_name text, p_at timestamptz) returns miradesk.draft
language sql immutable as $$
  select row(row(
    p_workspace, c.conversation_id, null, null, null, case c.kind when 'start' then 'message' else c.kind end,
    c.author_kind, c.author_id, c.author_name, c.client_id, c.body, c.page, c.status, c.member_id, p_assignee_name, p_at
  )::miradesk.entries, c.preview)::miradesk.draft
$$;

-- Numbers the drafts, in their order, stores them and brings their conversations up to date. The caller holds the rows of all
-- these conversations and has checked everything: this cannot refuse. Answers the entries as stored, in the same order.
create function miradesk.store_entries(p_workspace text, p_drafts miradesk.draft[]) returns miradesk.entries[]
language plpgsql as $$
declare
  v_entries miradesk.entries[];
begin
  with draft as (
    select d.place, (d.entry).*, d.preview, (d.entry).kind in ('message', 'status') as visible,
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
      kind, author_kind, author_id, author_name, client_id, body, page, status, assignee_id, assignee_name, at
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
      max((e).at) filter (where (e).kind in ('message', 'status')) as active_at,
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
end $$;
