-- What the planner should know from the first row on.
--
-- A plan is made once per connection and then kept, often while the tables are still empty, and an empty table has no statistics. The
-- planner then takes a workspace for a small part of everything, any index that begins with it for as good as another, and goes on
-- reading whole workspaces when they have grown. So it is told here that one workspace may be everything (n_distinct), and is shown
-- tables as they will be: made-up rows, each of another workspace, so that none is remembered as a common or a rare one.

alter table miradesk.members alter column workspace_id set (n_distinct = 1);
alter table miradesk.sessions alter column workspace_id set (n_distinct = 1);
alter table miradesk.visitors alter column workspace_id set (n_distinct = 1);
alter table miradesk.conversations alter column workspace_id set (n_distinct = 1);
alter table miradesk.entries alter column workspace_id set (n_distinct = 1);
alter table miradesk.reads alter column workspace_id set (n_distinct = 1);
alter table miradesk.inbox_counts alter column workspace_id set (n_distinct = 1);

-- No workspace of a person can begin with a dot.
insert into miradesk.workspaces (id, name, settings, allowed_origins, token_secret)
select '.' || i, '', '{}', '[]', '' from generate_series(1, 500) i;
insert into miradesk.members (workspace_id, id, name, email, role, password_hash)
select '.' || i, 'member' || i, 'name' || i, i || '@example.com', 'agent', repeat('-', 90) from generate_series(1, 500) i;
insert into miradesk.sessions (workspace_id, token_hash, member_id, expires_at)
select '.' || i, repeat('-', 40) || i, 'member' || i, now() from generate_series(1, 500) i;
insert into miradesk.visitors (workspace_id, id)
select '.' || i, 'visitor' || i from generate_series(1, 500) i;
insert into miradesk.conversations (workspace_id, id, visitor_id, client_id, status, assignee_id, last_seq, preview_author, preview_text, activity_at)
select '.' || i, 'conversation' || i, 'visitor' || i, 'conversation' || i, case when i % 4 = 0 then 'closed' else 'open' end,
  case when i % 4 = 1 then 'member' || i end, 4, 'visitor', repeat('-', 100), now() - i * interval '1 minute'
from generate_series(1, 500) i;
insert into miradesk.entries (workspace_id, conversation_id, seq, prev_visible, visitor_messages, kind, author_kind, author_id, client_id, body, at)
select '.' || i, 'conversation' || i, s, s - 1, s, 'message', 'visitor', 'visitor' || i, 'message' || i || '-' || s, repeat('-', 100), now()
from generate_series(1, 500) i, generate_series(1, 4) s;
insert into miradesk.reads (workspace_id, conversation_id, member_id)
select '.' || i, 'conversation' || i, 'member' || m from generate_series(1, 500) i, generate_series(1, 2) m;
insert into miradesk.inbox_counts (workspace_id, status, assignee_id, conversations)
select '.' || i, s, 'member' || i, 1 from generate_series(1, 500) i, unnest(array['open', 'closed']) s;

analyze miradesk.members, miradesk.sessions, miradesk.visitors, miradesk.conversations, miradesk.entries, miradesk.reads, miradesk.inbox_counts;

delete from miradesk.inbox_counts where workspace_id like '.%';
delete from miradesk.reads where workspace_id like '.%';
delete from miradesk.entries where workspace_id like '.%';
delete from miradesk.conversations where workspace_id like '.%';
delete from miradesk.visitors where workspace_id like '.%';
delete from miradesk.sessions where workspace_id like '.%';
delete from miradesk.members where workspace_id like '.%';
delete from miradesk.workspaces where id like '.%';
