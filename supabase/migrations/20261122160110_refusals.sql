-- Refusals that HTTP understands: PostgREST answers a SQLSTATE of the form PTnnn with the status nnn, where it would otherwise tell an error of
-- the caller (or, in some servers that are compatible with it, of the server). PT404 means what MD404 meant, and PT409 what MD409 did.

create or replace function miradesk.fail_not_found(p_what text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'PT404', message = p_what || ' not found';
end $$;

create function miradesk.fail_conflict(p_what text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'PT409', message = p_what || ' exists already';
end $$;

create or replace function miradesk.create_workspace(p_workspace text, p_name text, p_settings jsonb, p_allowed_origins jsonb, p_token_secret text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  insert into miradesk.workspaces (id, name, settings, allowed_origins, token_secret)
  values (p_workspace, p_name, p_settings, p_allowed_origins, p_token_secret)
  on conflict do nothing;
  if not found then perform miradesk.fail_conflict('a workspace of this id'); end if;
  return 'null';
end $$;

create or replace function miradesk.add_member(p_workspace text, p_member text, p_name text, p_email text, p_role text, p_password_hash text) returns json
language plpgsql security definer set search_path = '' as $$
begin
  -- Share, not update: adding members doesn't wait for each other, only for a workspace being removed.
  perform from miradesk.workspaces w where w.id = p_workspace for key share;
  if not found then perform miradesk.fail_not_found('workspace'); end if;
  insert into miradesk.members (workspace_id, id, name, email, role, password_hash)
  values (p_workspace, p_member, p_name, p_email, p_role, p_password_hash)
  on conflict do nothing;
  if not found then perform miradesk.fail_conflict('a member of this id or e-mail'); end if;
  return 'null';
end $$;

-- Closes the new function to everybody, as all that is not named; offer() has to be told one name at least.
select miradesk.offer('create_workspace', 'add_member');
