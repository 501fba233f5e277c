-- MiraDesk's tables. They are private: functions of this schema, in the migrations after this one, are the only way in.
--
-- Every row belongs to one workspace and every key begins with it, so that no lookup can cross from one to another (rule D8).
-- Ids compare byte by byte (collate "C"): the same order in every database, whatever its locale, and quicker.

create schema if not exists miradesk;

create table miradesk.workspaces (
  id text collate "C" primary key,
  name text not null,
  settings jsonb not null,
  allowed_origins jsonb not null,
  token_secret text not null,
  created_at timestamptz not null default now()
);

create table miradesk.members (
  workspace_id text collate "C" not null references miradesk.workspaces (id),
  id text collate "C" not null,
  name text not null,
  email text not null,
  role text not null check (role in ('owner', 'agent')),
  password_hash text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- One member an address, however it is written.
create unique index members_email on miradesk.members (workspace_id, lower(email));

-- A signed-in browser of a member. The secret itself is only in the browser's cookie.
create table miradesk.sessions (
  workspace_id text collate "C" not null,
  token_hash text collate "C" not null,
  member_id text collate "C" not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, token_hash),
  foreign key (workspace_id, member_id) references miradesk.members (workspace_id, id)
);

create index sessions_member on miradesk.sessions (workspace_id, member_id);

-- A visitor exists from the first message on.
create table miradesk.visitors (
  workspace_id text collate "C" not null references miradesk.workspaces (id),
  id text collate "C" not null,
  name text,
  email text,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- The state of a conversation as its log says, kept so that nothing has to be counted or replayed to list it, and how far
-- its people have read. Changed only together with the log, under the row's lock.
create table miradesk.conversations (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  visitor_id text collate "C" not null,
  -- The visitor's own name for it: starting it again under this name starts nothing (rule D2).
  client_id text collate "C" not null,
  status text collate "C" not null default 'open' check (status in ('open', 'closed')),
  assignee_id text collate "C",
  last_seq integer not null default 0,
  last_visible_seq integer not null default 0,
  visitor_messages integer not null default 0,
  preview_author text,
  preview_text text,
  page jsonb,
  visitor_delivered integer not null default 0,
  visitor_seen integer not null default 0,
  -- The agent who got furthest; each agent's own reading is in `reads`.
  agents_delivered integer not null default 0,
  agents_seen integer not null default 0,
  created_at timestamptz not null default now(),
  activity_at timestamptz not null default now(),
  -- The transaction of the last change; see inbox_changes.
  changed_xid xid8 not null default pg_current_xact_id(),
  primary key (workspace_id, id),
  foreign key (workspace_id, visitor_id) references miradesk.visitors (workspace_id, id),
  foreign key (workspace_id, assignee_id) references miradesk.members (workspace_id, id)
);

-- A visitor's own conversations, and the one of a given name.
create unique index conversations_visitor on miradesk.conversations (workspace_id, visitor_id, client_id);
-- The inbox: all open, all closed …
create index conversations_activity on miradesk.conversations (workspace_id, status, activity_at, id);
-- … and the open ones of one member, or of nobody.
create index conversations_assignee on miradesk.conversations (workspace_id, assignee_id, activity_at, id) where status = 'open';
create index conversations_changed on miradesk.conversations (workspace_id, changed_xid);

-- The log. Append-only: no function changes or removes a row.
-- It has no foreign key to conversations: append_entries, the only writer, holds the conversation's row while it writes, and a
-- check for each message would only slow it down.
create table miradesk.entries (
  workspace_id text collate "C" not null,
  conversation_id text collate "C" not null,
  seq integer not null,
  -- The last entry before this one that the visitor may see; null when the visitor may not see this one.
  prev_visible integer,
  -- How many messages of the visitor the log holds up to here, this one included: "unread" is then a subtraction.
  visitor_messages integer not null,
  kind text collate "C" not null check (kind in ('message', 'note', 'assigned', 'status')),
  author_kind text collate "C" not null check (author_kind in ('visitor', 'agent', 'system')),
  author_id text collate "C",
  author_name text,
  client_id text collate "C",
  body text,
  page jsonb,
  status text collate "C",
  assignee_id text collate "C",
  -- The name at that time: the log stays true when the member is renamed or gone.
  assignee_name text,
  at timestamptz not null,
  primary key (workspace_id, conversation_id, seq),
  check ((body is not null) = (kind in ('message', 'note'))),
  check ((status is not null) = (kind = 'status'))
);

-- Rule D2: one author gives a name once.
create unique index entries_client_id on miradesk.entries (workspace_id, author_kind, author_id, client_id) where client_id is not null;

-- How far each member has read each conversation. `read_messages`: the visitor's messages up to `seen`.
create table miradesk.reads (
  workspace_id text collate "C" not null,
  conversation_id text collate "C" not null,
  member_id text collate "C" not null,
  delivered integer not null default 0,
  seen integer not null default 0,
  read_messages integer not null default 0,
  primary key (workspace_id, conversation_id, member_id)
);

-- How many conversations there are of each status and assignee ('' for nobody), so that the inbox's counts don't grow slower
-- with the inbox.
create table miradesk.inbox_counts (
  workspace_id text collate "C" not null,
  status text collate "C" not null,
  assignee_id text collate "C" not null,
  conversations integer not null,
  primary key (workspace_id, status, assignee_id)
);
