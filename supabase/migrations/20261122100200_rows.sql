-- Conversations as they are answered.
--
-- Here and in what follows, rows are looked up in `lateral (… offset 0)`: one probe of an index for each line, however many
-- lines there are and whatever the planner would rather do.

-- The conversations of these ids with what belongs to them; unknown ids are left out. Never an e-mail of a member. `seen` and
-- `read_messages`: of the member, if one is given.
create function miradesk.conversation_rows(p_workspace text, p_ids text[], p_member text default null)
returns table (
  id text, client_id text, visitor_id text, visitor_name text, visitor_email text, status text, assignee_id text, assignee_name text,
  last_seq integer, last_visible_seq integer, visitor_messages integer, preview_author text, preview_text text, page jsonb,
  visitor_delivered integer, visitor_seen integer, agents_delivered integer, agents_seen integer,
  created_at timestamptz, activity_at timestamptz, seen integer, read_messages integer)
language sql stable as $$
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
$$;

create function miradesk.check_member(p_workspace text, p_member text) returns void
language plpgsql stable as $$
begin
  perform from miradesk.members m where m.workspace_id = p_workspace and m.id = p_member;
  if not found then perform miradesk.fail_not_found('member'); end if;
end $$;

-- The conversation, if this reader may read it: visitors their own, members of the workspace all.
create function miradesk.readable(p_workspace text, p_audience text, p_reader text, p_conversation text) returns miradesk.conversations
language plpgsql stable as $$
declare
  v_conversation miradesk.conversations;
begin
  select k.* into v_conversation from miradesk.conversations k where k.workspace_id = p_workspace and k.id = p_conversation;
  if not found or (p_audience = 'visitor' and v_conversation.visitor_id <> p_reader) then
    perform miradesk.fail_not_found('conversation');
  end if;
  if p_audience <> 'visitor' then perform miradesk.check_member(p_workspace, p_reader); end if;
  return v_conversation;
end $$;
