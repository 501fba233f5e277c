-- Nobody but the gateway gets in, and the gateway only through the functions. They run with the rights of the tables' owner, whom
-- row level security doesn't bind; with no policy it shuts out everyone else, also where privileges are granted by default.

alter table miradesk.workspaces enable row level security;
alter table miradesk.members enable row level security;
alter table miradesk.sessions enable row level security;
alter table miradesk.visitors enable row level security;
alter table miradesk.conversations enable row level security;
alter table miradesk.entries enable row level security;
alter table miradesk.reads enable row level security;
alter table miradesk.inbox_counts enable row level security;

-- Roles belong to the database server, and only Supabase has these.
do $$
declare
  v_role text;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') loop
    execute format('revoke all on schema miradesk from %s', v_role);
    execute format('revoke all on all tables in schema miradesk from %s', v_role);
    execute format('revoke all on all functions in schema miradesk from %s', v_role);
  end loop;
  if exists (select from pg_roles r where r.rolname = 'service_role') then
    grant usage on schema miradesk to service_role;
    grant execute on function
      miradesk.create_workspace, miradesk.find_workspace, miradesk.list_workspaces, miradesk.update_workspace,
      miradesk.add_member, miradesk.set_password, miradesk.member_for_sign_in, miradesk.list_members,
      miradesk.start_session, miradesk.find_session, miradesk.end_session,
      miradesk.append_entries, miradesk.sync_visitor, miradesk.sync_agent, miradesk.history, miradesk.conversation_visitor,
      miradesk.inbox_list, miradesk.inbox_changes, miradesk.mark_read, miradesk.ping
      to service_role;
  end if;
end $$;
