/**
 * Gives the rows that the SQL functions answer the form that clients see. Every object is made anew, field by field: what is not picked
 * here does not leave the store, and each audience gets its own `prev` (rule D3).
 */
import { readSettings } from '../../shared/settings.ts';
import type { Author, Catchup, Entry, InboxConversation, ListedConversation, MemberRef, Page, Status, VisitorConversation } from '../../shared/protocol.ts';
import { storeErrorOf } from './sql-errors.ts';
import { StoreError, type Appended, type Audience, type Store, type StoredEntry, type SyncResult, type Workspace } from './store.ts';

/** A row of miradesk.entries. */
export interface EntryRow {
  conversation_id: string;
  seq: number;
  prev_visible: number | null;
  kind: Entry['kind'];
  author_kind: Author['kind'];
  author_id: string | null;
  author_name: string | null;
  client_id: string | null;
  body: string | null;
  page: Page | null;
  status: Status | null;
  assignee_id: string | null;
  assignee_name: string | null;
  at: string;
}

/** A row of miradesk.conversation_rows. */
export interface ConversationRow {
  id: string;
  client_id: string;
  visitor_id: string;
  visitor_name: string | null;
  visitor_email: string | null;
  status: Status;
  assignee_id: string | null;
  assignee_name: string | null;
  last_seq: number;
  last_visible_seq: number;
  visitor_messages: number;
  preview_author: Author['kind'] | null;
  preview_text: string | null;
  page: Page | null;
  visitor_delivered: number;
  visitor_seen: number;
  agents_delivered: number;
  agents_seen: number;
  created_at: string;
  activity_at: string;
  seen: number;
  read_messages: number;
}

interface OutcomeRow { error: string | null; conversation_id: string; seq: number | null; repeated: boolean; reopened: number | null }

/** Checks that a function answered an object, and that it has the fields named. Anything else is a broken database. */
export function answered<T>(fn: string, value: unknown, ...fields: ReadonlyArray<keyof T & string>): T {
  if (typeof value === 'object' && value !== null && fields.every((field) => field in value)) return value as T;
  throw new StoreError('internal', `${fn} answered something else than agreed`);
}

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The database writes a moment with the offset of its own time zone. */
export function utc(time: string): string {
  return UTC.test(time) ? time : new Date(time).toISOString();
}

function memberRef(id: string | null, name: string | null): MemberRef | null {
  return id === null ? null : { id, name: name ?? '' };
}

export function entryOf(row: EntryRow, prev: number): Entry {
  const base = {
    id: `${row.conversation_id}.${row.seq}`,
    conversationId: row.conversation_id,
    seq: row.seq,
    prev,
    author: { kind: row.author_kind, id: row.author_id, name: row.author_name },
    clientId: row.client_id,
    at: utc(row.at),
  };
  switch (row.kind) {
    case 'message':
      return { ...base, kind: 'message', text: row.body ?? '', ...(row.page ? { page: row.page } : {}) };
    case 'note':
      return { ...base, kind: 'note', text: row.body ?? '' };
    case 'assigned':
      return { ...base, kind: 'assigned', assignee: memberRef(row.assignee_id, row.assignee_name) };
    case 'status':
      return { ...base, kind: 'status', status: row.status ?? 'open' };
  }
}

function entriesFor(audience: Audience['kind'], rows: EntryRow[]): Entry[] {
  if (audience === 'agent') return rows.map((row) => entryOf(row, row.seq - 1));
  // SQL has left out what is not for visitors; what it might not have stays out all the same.
  return rows.flatMap((row) => (row.prev_visible === null ? [] : [entryOf(row, row.prev_visible)]));
}

function readsOf(row: ConversationRow): InboxConversation['reads'] {
  return {
    visitor: { delivered: row.visitor_delivered, seen: row.visitor_seen },
    agents: { delivered: row.agents_delivered, seen: row.agents_seen },
  };
}

export function inboxConversation(row: ConversationRow): InboxConversation {
  return {
    id: row.id,
    visitor: { id: row.visitor_id, name: row.visitor_name, email: row.visitor_email },
    status: row.status,
    assignee: memberRef(row.assignee_id, row.assignee_name),
    head: row.last_seq,
    visitorMessages: row.visitor_messages,
    createdAt: utc(row.created_at),
    activityAt: utc(row.activity_at),
    preview: row.preview_author === null ? null : { author: row.preview_author, text: row.preview_text ?? '' },
    page: row.page,
    reads: readsOf(row),
  };
}

export function visitorConversation(row: ConversationRow): VisitorConversation {
  return { id: row.id, clientId: row.client_id, status: row.status, head: row.last_visible_seq, createdAt: utc(row.created_at), reads: readsOf(row) };
}

function listedConversation(row: ConversationRow): ListedConversation {
  return { ...inboxConversation(row), readMessages: row.read_messages, seen: row.seen };
}

export function listedConversations(rows: unknown): ListedConversation[] {
  return answered<ConversationRow[]>('the inbox', rows, 'length').map(listedConversation);
}

/** The workspace, with the defaults of settings that are newer than its row. */
export function workspaceOf(value: unknown): Workspace {
  const workspace = answered<Workspace>('find_workspace', value, 'id', 'name', 'settings', 'allowedOrigins', 'tokenSecret');
  try {
    return { ...workspace, settings: readSettings(workspace.settings) };
  } catch (cause) {
    throw new StoreError('internal', 'the settings of the workspace are not readable', { cause });
  }
}

/** What append_entries answered for each of `count` commands. */
export function appendedOf(value: unknown, count: number): Array<Appended | StoreError> {
  const { outcomes, entries, conversations } = answered<{ outcomes: OutcomeRow[]; entries: EntryRow[]; conversations: ConversationRow[] }>(
    'append_entries', value, 'outcomes', 'entries', 'conversations',
  );
  if (outcomes.length !== count) throw new StoreError('internal', 'append_entries left a command without an answer');
  const stored = new Map(entries.map((row): [string, StoredEntry] => {
    const entry = { ...entryOf(row, row.seq - 1), prevVisible: row.prev_visible };
    return [entry.id, entry];
  }));
  const states = new Map(conversations.map((row) => [row.id, { conversation: inboxConversation(row), visitorConversation: visitorConversation(row) }]));
  return outcomes.map(({ error, conversation_id: id, seq, repeated, reopened }) => {
    if (error !== null) return storeErrorOf(error);
    const state = states.get(id);
    const entry = seq === null ? null : stored.get(`${id}.${seq}`);
    const before = reopened === null ? null : stored.get(`${id}.${reopened}`);
    if (!state || entry === undefined || before === undefined) return new StoreError('internal', 'append_entries answered half');
    return { entry, repeated, added: repeated ? [] : [before, entry].filter((one) => one !== null), ...state };
  });
}

type CatchupRow = { entries: EntryRow[]; earlier?: boolean };
interface SyncRow { conversations: Array<{ conversation: ConversationRow; catchup: CatchupRow }>; gone: string[] }

function syncOf<C>(value: unknown, audience: Audience['kind'], conversationOf: (row: ConversationRow) => C): SyncResult<C> {
  const { conversations, gone } = answered<SyncRow>('sync', value, 'conversations', 'gone');
  const catchupOf = ({ entries, earlier }: CatchupRow): Catchup => {
    const own = entriesFor(audience, entries);
    return earlier === undefined ? { answer: 'entries', entries: own } : { answer: 'start-over', entries: own, earlier };
  };
  return { conversations: conversations.map(({ conversation, catchup }) => ({ conversation: conversationOf(conversation), catchup: catchupOf(catchup) })), gone };
}

export function visitorSync(value: unknown): SyncResult<VisitorConversation> {
  return syncOf(value, 'visitor', visitorConversation);
}

export function agentSync(value: unknown): SyncResult<ListedConversation> {
  return syncOf(value, 'agent', listedConversation);
}

export function historyOf(value: unknown, audience: Audience['kind']): { entries: Entry[]; earlier: boolean } {
  const { entries, earlier } = answered<{ entries: EntryRow[]; earlier: boolean }>('history', value, 'entries', 'earlier');
  return { entries: entriesFor(audience, entries), earlier };
}

export function changesOf(value: unknown): Awaited<ReturnType<Store['inboxChanges']>> {
  const { answer, conversations, cursor, counts } = answered<Awaited<ReturnType<Store['inboxChanges']>> & { conversations: unknown }>(
    'inbox_changes', value, 'answer', 'cursor', 'counts',
  );
  return answer === 'changes' ? { answer, conversations: listedConversations(conversations), cursor, counts } : { answer, cursor, counts };
}
