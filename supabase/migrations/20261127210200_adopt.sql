-- A visitor turns out to be a person the site knows.

-- Files have a table of their own from another migration on, which may come later.
create function miradesk.adopt_files(p_workspace text, p_from text, p_to text, p_conversations text[]) returns void
language plpgsql as $$
begin
  if to_regclass('miradesk.files') is null then return; end if;
  execute '
    update miradesk.files f set owner_id = $3
    where f.workspace_id = $1 and f.owner_kind = ''visitor'' and f.owner_id = $2 and (f.conversation_id is null or f.conversation_id = any($4))'
  using p_workspace, p_from, p_to, p_conversations;
end $$;

-- What an anonymous visitor has said and is known by becomes the identified one's, and the anonymous one is no more. Answers the ids of the
-- conversations. Nothing is made for somebody who has not written. Locks come in the order in which append_entries takes them: visitors by id,
-- then conversations by id. This and erasing are all that ever change an entry: who wrote it is told anew, so that what is sent again is still recognised.
create function miradesk.adopt_visitor(p_workspace text, p_from text, p_to text, p_user text, p_limits jsonb) returns json
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  v_from miradesk.visitors;
  v_before miradesk.visitors;
  v_visitor miradesk.visitors;
  v_ids text[];
begin
  perform from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from and v.user_id is null;
  if not found or p_from = p_to then return '[]'; end if;
  insert into miradesk.visitors (workspace_id, id) values (p_workspace, p_to) on conflict do nothing;
  perform from (select id collate "C" as id from unnest(array[p_from, p_to]) id order by 1) named,
    lateral (select from miradesk.visitors v where v.workspace_id = p_workspace and v.id = named.id for update) locked;
  select v.* into v_from from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from and v.user_id is null;
  if not found then return '[]'; end if;
  -- Starting a conversation needs the visitor's row, so no more of them can appear.
  v_ids := array(select k.id from miradesk.conversations k where k.workspace_id = p_workspace and k.visitor_id = p_from order by k.id);
  -- And those of the other, of which a new name is news.
  perform from (select distinct id collate "C" as id from unnest(v_ids || miradesk.prominent_conversations(p_workspace, p_to)) id order by 1) named,
    lateral (select from miradesk.conversations k where k.workspace_id = p_workspace and k.id = named.id for update) locked;

  -- The same may have been sent in both names. Then the one that is there keeps the name.
  update miradesk.conversations k
  set visitor_id = p_to,
    client_id = case when exists (
        select from miradesk.conversations o where o.workspace_id = p_workspace and o.visitor_id = p_to and o.client_id = k.client_id
      ) then k.id else k.client_id end,
    changed_xid = pg_current_xact_id()
  where k.workspace_id = p_workspace and k.id = any(v_ids);
  update miradesk.entries e
  set author_id = p_to,
    client_id = case when exists (
        select from miradesk.entries o
        where o.workspace_id = p_workspace and o.author_kind = 'visitor' and o.author_id = p_to and o.client_id = e.client_id
      ) then null else e.client_id end
  where e.workspace_id = p_workspace and e.conversation_id = any(v_ids) and e.author_kind = 'visitor' and e.author_id = p_from;
  perform miradesk.adopt_files(p_workspace, p_from, p_to, v_ids);

  -- What was said without proof fills what is not known yet.
  select v.* into v_before from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_to;
  v_visitor := miradesk.with_profile(v_before, jsonb_strip_nulls(jsonb_build_object(
    'name', case when v_before.name is null then v_from.name end,
    'email', case when v_before.email is null then v_from.email end,
    'phone', case when v_before.phone is null then v_from.phone end,
    'attributes', v_from.attributes - array(select jsonb_object_keys(v_before.attributes)),
    'tags', to_jsonb(v_from.tags))), false, p_limits);
  update miradesk.visitors v
  set name = v_visitor.name, email = v_visitor.email, phone = v_visitor.phone, attributes = v_visitor.attributes, tags = v_visitor.tags,
    user_id = p_user, created_at = least(v.created_at, v_from.created_at)
  where v.workspace_id = p_workspace and v.id = p_to;
  update miradesk.visitor_events e set visitor_id = p_to where e.workspace_id = p_workspace and e.visitor_id = p_from;
  perform miradesk.add_events(p_workspace, p_to, '[]', (p_limits ->> 'events')::integer);
  delete from miradesk.visitors v where v.workspace_id = p_workspace and v.id = p_from;
  if (v_visitor.name, v_visitor.email) is distinct from (v_before.name, v_before.email) then perform miradesk.touch_conversations(p_workspace, p_to); end if;
  return to_json(v_ids);
end $$;

select miradesk.offer('adopt_visitor');
