/**
 * The store: everything the gateway keeps, as typed methods over one seam. Features know this interface, never a driver,
 * never SQL text. Each method calls one SQL function of supabase/migrations, with named arguments, in one workspace (rule D8).
 */
import type { Catchup, Entry, InboxConversation, InboxCounts, InboxFilter, ListedConversation, MemberRef, Page, ReadState, Status, VisitorConversation } from '../../shared/protocol.ts';
import type { WidgetSettings } from '../../shared/settings.ts';
import type { ClusterStore } from './cluster-store.ts';
import type { CommitFigures } from './commit-figures.ts';
import type { FileStore } from './file-store.ts';
import type { VisitorStore } from './visitor-store.ts';

/** The seam: calls one SQL function of schema `miradesk` and answers its json. Rejects with StoreError. */
export type Rpc = (fn: string, args: Record<string, unknown>) => Promise<unknown>;

export interface Workspace {
  id: string;
  name: string;
  settings: WidgetSettings;
  /** Origins (scheme://host[:port]) whose pages may use the widget. `*`: every one. */
  allowedOrigins: string[];
  /** Signs visitor tokens; base64url. Never leaves the gateway. */
  tokenSecret: string;
  /** What the site's server signs its users' identities with; made by the database. Leaves the gateway towards owners only. */
  identitySecret: string;
}

export type Role = 'owner' | 'agent';

export interface Member { id: string; name: string; email: string; role: Role }

/** Who appends. The name of an agent is what visitors see with the message. */
export interface AppendAuthor { kind: 'visitor' | 'agent'; id: string; name: string | null }

/** One thing to append to a log. `clientId` is the sender's name for it (rule D2). */
export type AppendCommand = { author: AppendAuthor; clientId: string } & (
  /** Visitors only. Creates the visitor and the conversation where they are new. `attachments`: ids of files of the author's that were not sent yet. */
  | { kind: 'start'; conversationId: string; conversationClientId: string; text: string; attachments?: readonly string[]; page: Page | null }
  /** A visitor's message opens a closed conversation again, in the same commit. */
  | { kind: 'message'; conversationId: string; text: string; attachments?: readonly string[]; page: Page | null }
  | { kind: 'note'; conversationId: string; text: string }
  | { kind: 'assigned'; conversationId: string; memberId: string | null }
  | { kind: 'status'; conversationId: string; status: Status }
  /** The conversation's own visitor only. */
  | { kind: 'rating'; conversationId: string; score: number; comment: string }
);

/** An entry as stored: `prev` is the entry before; `prevVisible` the one before that a visitor may see, null when this one is for agents only. */
export type StoredEntry = Entry & { prevVisible: number | null };

export interface Appended {
  /** The entry of the command; null when nothing had to change (assign or status that already is so). */
  entry: StoredEntry | null;
  /** True when this clientId had been stored before: nothing was stored now, nothing is to be broadcast. */
  repeated: boolean;
  /** Everything this command added to the log, in order (a reopening status before the message). Empty when repeated. */
  added: StoredEntry[];
  conversation: InboxConversation;
  visitorConversation: VisitorConversation;
}

/** Whose eyes: a visitor sees their own conversations without notes and assignments, a member all of the workspace. */
export type Audience = { kind: 'visitor'; visitorId: string } | { kind: 'agent'; memberId: string };

export interface SyncResult<C> { conversations: Array<{ conversation: C; catchup: Catchup }>; gone: string[] }

export interface Store extends ClusterStore, FileStore, VisitorStore {
  createWorkspace(workspace: Omit<Workspace, 'identitySecret'>): Promise<void>;
  /** Null when there is none of this id. */
  workspace(workspaceId: string): Promise<Workspace | null>;
  /** All of them, by id; for the operator's tools. */
  workspaces(): Promise<Array<Pick<Workspace, 'id' | 'name' | 'allowedOrigins'>>>;
  updateWorkspace(workspaceId: string, change: Partial<Pick<Workspace, 'name' | 'settings' | 'allowedOrigins'>>): Promise<Workspace>;

  /** Rejects with `conflict` when the workspace has a member of this e-mail (compared without case). */
  addMember(workspaceId: string, member: Member & { passwordHash: string }): Promise<void>;
  /** Also ends the member's sessions, which were begun with the old password. */
  setPassword(workspaceId: string, memberId: string, passwordHash: string): Promise<void>;
  memberForSignIn(workspaceId: string, email: string): Promise<(Member & { passwordHash: string }) | null>;
  members(workspaceId: string): Promise<MemberRef[]>;

  /** Sessions of members. `tokenHash`: SHA-256 of the cookie's secret, base64url; times in ISO 8601. */
  startSession(workspaceId: string, session: { tokenHash: string; memberId: string; expiresAt: string }): Promise<void>;
  session(workspaceId: string, tokenHash: string): Promise<{ member: Member; expiresAt: string } | null>;
  endSession(workspaceId: string, tokenHash: string): Promise<void>;

  /**
   * Commits one command and answers what it added. Commands of a workspace that arrive together are committed together;
   * the order of calls is the order in the log. Rejects with StoreError: not_found, overloaded, unavailable, internal.
   */
  append(workspaceId: string, command: AppendCommand): Promise<Appended>;

  /** What an audience misses (rule D5). For a visitor, conversations not named are answered too, newest activity first, at most SYNC_CONVERSATIONS_MAX. */
  sync(workspaceId: string, audience: Extract<Audience, { kind: 'visitor' }>, known: Array<{ id: string; seq: number }>): Promise<SyncResult<VisitorConversation>>;
  sync(workspaceId: string, audience: Extract<Audience, { kind: 'agent' }>, known: Array<{ id: string; seq: number }>): Promise<SyncResult<ListedConversation>>;
  history(workspaceId: string, audience: Audience, request: { conversationId: string; before: number; limit: number }): Promise<{ entries: Entry[]; earlier: boolean }>;

  /** Newest activity first. Rejects with `not_found` for an `after` that no page gave as its `next`. */
  inboxList(workspaceId: string, memberId: string, request: { filter: InboxFilter; after: string | null; limit: number }): Promise<{ conversations: ListedConversation[]; next: string | null; counts: InboxCounts }>;
  /** What changed since a cursor, and what was erased (`gone`); null asks for a first one. May name a conversation twice in a row, never leaves one out. */
  inboxChanges(workspaceId: string, memberId: string, cursor: string | null): Promise<
    { answer: 'changes'; conversations: ListedConversation[]; gone: string[]; cursor: string; counts: InboxCounts } | { answer: 'start-over'; cursor: string; counts: InboxCounts }
  >;

  /** Moves a reader forward, never back, never past the head. `changed`: something moved, so others want to know. */
  markRead(workspaceId: string, audience: Audience, request: { conversationId: string; delivered: number; seen: number }): Promise<{
    mine: ReadState & { readMessages: number }; reads: InboxConversation['reads']; visitorId: string; changed: boolean;
  }>;

  /** Whose conversation it is, or null; for typing, which is not stored. */
  conversationVisitor(workspaceId: string, conversationId: string): Promise<string | null>;

  /** What appending is counted by; for whoever watches the gateway. `queued`: commands waiting or under way. */
  figures(): { queued: number; commits: CommitFigures };

  /** Rejects with `unavailable` when the database does not answer. */
  ping(): Promise<void>;
  /** Waits for what is being committed, refuses what comes after, and lets go of the database. */
  close(): Promise<void>;
}

/** What the store rejects with. `code` is one of the wire's codes, or `conflict`, which features turn into a message of their own. */
export class StoreError extends Error {
  readonly code: 'not_found' | 'conflict' | 'overloaded' | 'unavailable' | 'internal';
  readonly retryAfterMs: number | undefined;
  constructor(code: StoreError['code'], message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
