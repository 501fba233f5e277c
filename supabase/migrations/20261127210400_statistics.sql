-- What the planner should know from the first row on, of the tables about visitors; see 20261122100600_statistics.sql.

insert into miradesk.workspaces (id, name, settings, allowed_origins, token_secret)
select '.' || i, '', '{}', '[]', '' from generate_series(1, 500) i;
insert into miradesk.visitors (workspace_id, id)
select '.' || i, 'visitor' || i from generate_series(1, 500) i;
insert into miradesk.visitor_events (workspace_id, visitor_id, name, meta, at)
select '.' || i, 'visitor' || i, repeat('-', 20), '{}', now() - e * interval '1 minute' from generate_series(1, 500) i, generate_series(1, 4) e;
insert into miradesk.identity_uses (workspace_id, jti_hash, sid, visitor_id, expires_at)
select '.' || i, repeat('-', 40) || i, 'sid' || i, 'visitor' || i, now() + i * interval '1 minute' from generate_series(1, 500) i;
insert into miradesk.erased_conversations (workspace_id, id, changed_xid, erased_at)
select '.' || i, 'conversation' || i, (i + 1000)::text::xid8, now() - i * interval '1 hour' from generate_series(1, 500) i;

analyze miradesk.visitor_events, miradesk.identity_uses, miradesk.erased_conversations;

delete from miradesk.erased_conversations where workspace_id like '.%';
delete from miradesk.identity_uses where workspace_id like '.%';
delete from miradesk.visitor_events where workspace_id like '.%';
delete from miradesk.visitors where workspace_id like '.%';
delete from miradesk.workspaces where id like '.%';
