-- Lets the gateway call functions of later migrations: `select miradesk.offer('name', …)`. A new function may be executed by everybody
-- until that is taken back, so this also closes all that was made meanwhile; what is not offered stays internal.

create function miradesk.offer(variadic p_functions text[]) returns void
language plpgsql as $$
declare
  v_role text;
  v_function regprocedure;
begin
  for v_role in select 'public' union all select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated') loop
    execute format('revoke all on all functions in schema miradesk from %s', v_role);
  end loop;
  if exists (select from pg_roles r where r.rolname = 'service_role') then
    -- All that may be offered runs with the rights of the tables' owner; what does not is internal, also where it is granted by default.
    for v_function in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'miradesk'::regnamespace and not p.prosecdef loop
      execute format('revoke all on function %s from service_role', v_function);
    end loop;
    execute format('grant execute on function %s to service_role',
      (select string_agg(format('miradesk.%I', f), ', ') from unnest(p_functions) f));
  end if;
end $$;

revoke all on function miradesk.offer from public;
