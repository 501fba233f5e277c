-- Workspaces, their members, and the members' sessions.
--
-- Errors are told by SQLSTATE: MD404 not found (also: of another workspace), MD409 already there. Message texts are for people
-- who read a log and carry no meaning.
--
-- Functions answer rows as they are, as json; the store gives them the form that clients see. Not jsonb: what is only to be sent away
-- would be taken apart and put together again for every level of nesting.

create function miradesk.fail_not_found(p_what text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'MD404', message = p_what || ' not found';
end $$;

create function miradesk.workspace_facts(w miradesk.workspaces) returns json
language sql immutable as $$
  select json_build_object('id', w.id, 'name', w.name, 'settings', w.settings, 'allowedOrigins', w.allowed_origins, 'tokenSecret', w.token_secret)
$$;

create function miradesk.create_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb, p_token_secret text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  insert into miradesk.workspaces (id, name, settings, allowed_origins, token_secret)
  values (p_workspace, p_name, p_settings, p_allowed_origins, p_token_secret)
  on conflict do nothing;
  if not found then
    raise exception using errcode = 'MD409', message = 'a workspace of this id exists';
  end if;
  return 'null';
end $$;

create function miradesk.find_workspace(p_workspace text) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce((select miradesk.workspace_facts(w) from miradesk.workspaces w where w.id = p_workspace), 'null')
$$;

-- For the operator's tools; the one function that is not about one workspace.
create function miradesk.list_workspaces() returns json
language sql stable security definer set search_path = '' as $$
  select coalesce(json_agg(json_build_object('id', w.id, 'name', w.name, 'allowedOrigins', w.allowed_origins) order by w.id), '[]') from miradesk.workspaces w
$$;

-- Null leaves a field as it is.
create function miradesk.update_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb) returns json
language plpgsql security definer set search_path = '' as $$
declare
  v_workspace miradesk.workspaces;
begin
  update miradesk.workspaces w
  set name = coalesce(p_name, w.name), settings = coalesce(p_settings, w.settings), allowed_origins = coalesce(p_allowed_origins, w.allowed_origins)
  where w.id = p_workspace
  returning w.* into v_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return miradesk.workspace_facts(v_workspace);
end $$;

create function miradesk.member_facts(m miradesk.members) returns json
language sql immutable as $$
  select json_build_object('id', m.id, 'name', m.name, 'email', m.email, 'role', m.role)
$$;

create function miradesk.add_member(p_workspace text, p_member text, p_name text, p_email text, p_role text, p_password_hash text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  -- Share, not update: adding members doesn't wait for each other, only for a workspace being removed.
  perform from miradesk.workspaces w where w.id = p_workspace for key share;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  insert into miradesk.members (workspace_id, id, name, email, role, password_hash)
  values (p_workspace, p_member, p_name, p_email, p_role, p_password_hash)
  on conflict do nothing;
  if not found then
    raise exception using errcode = 'MD409', message = 'a member of this id or e-mail exists';
  end if;
  return 'null';
end $$;

-- A new password ends every session that was begun with the old one.
create function miradesk.set_password(p_workspace text, p_member text, p_password_hash text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  update miradesk.members m set password_hash = p_password_hash where m.workspace_id = p_workspace and m.id = p_member;
  if not found then perform miradesk.fail_not_found('member'); end if;
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.member_id = p_member;
  return 'null';
end $$;

create function miradesk.member_for_sign_in(p_workspace text, p_email text) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce((
    select json_build_object('id', m.id, 'name', m.name, 'email', m.email, 'role', m.role, 'passwordHash', m.password_hash)
    from miradesk.members m
    where m.workspace_id = p_workspace and lower(m.email) = lower(p_email)
  ), 'null')
$$;

create function miradesk.list_members(p_workspace text) returns json
language plpgsql stable security definer set search_path = '' as $$
begin
  perform from miradesk.workspaces w where w.id = p_workspace;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  return (
    select coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) order by m.name, m.id), '[]')
    from miradesk.members m
    where m.workspace_id = p_workspace
  );
end $$;

create function miradesk.start_session(p_workspace text, p_token_hash text, p_member text, p_expires_at timestamptz) returns json
language plpgsql security definer set search_path = '' as $$
begin
  perform from miradesk.members m where m.workspace_id = p_workspace and m.id = p_member for key share;
  if not found then perform miradesk.fail_not_found('member'); end if;
  -- The occasion to forget this member's expired ones, so that no clean-up job is needed.
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.member_id = p_member and s.expires_at <= now();
  insert into miradesk.sessions (workspace_id, token_hash, member_id, expires_at) values (p_workspace, p_token_hash, p_member, p_expires_at);
  return 'null';
end $$;

create function miradesk.find_session(p_workspace text, p_token_hash text) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce((
    select json_build_object('member', miradesk.member_facts(m), 'expiresAt', s.expires_at)
    from miradesk.sessions s
    join miradesk.members m on m.workspace_id = s.workspace_id and m.id = s.member_id
    where s.workspace_id = p_workspace and s.token_hash = p_token_hash and s.expires_at > now()
  ), 'null')
$$;

create function miradesk.end_session(p_workspace text, p_token_hash text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  delete from miradesk.sessions s where s.workspace_id = p_workspace and s.token_hash = p_token_hash;
  return 'null';
end $$;
