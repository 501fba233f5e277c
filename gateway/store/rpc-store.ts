/** The store over the seam: one method, one SQL function. Knows no driver; a transport brings the `rpc`. */
import { INBOX_CHANGES_MAX, PAGE_ENTRIES, SYNC_CONVERSATIONS_MAX, SYNC_ENTRIES_MAX } from '../../shared/limits.ts';
import type { InboxCounts, MemberRef } from '../../shared/protocol.ts';
import { previewOf } from '../../shared/text.ts';
import { clusterStore } from './cluster-store.ts';
import { columnsOf, messagesAppended, splitBatch, type MessageCommand } from './append-messages.ts';
import { fileStore } from './file-store.ts';
import { GroupCommit } from './group-commit.ts';
import { agentSync, answered, appendedOf, changesOf, historyOf, listedConversations, utc, visitorSync, workspaceOf } from './results.ts';
import { visitorStore } from './visitor-store.ts';
import { StoreError, type AppendCommand, type Appended, type Audience, type Member, type Rpc, type Store, type Workspace } from './store.ts';

export interface Transport {
  rpc: Rpc;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createStore({ rpc, ping, close }: Transport): Store {
  const commits = new GroupCommit<AppendCommand, Appended>({
    commit: commitWith(rpc),
    splitBatch: (commands) => Object.values(splitBatch(commands)),
    sizeOf: (command) => ('text' in command ? command.text.length : 'comment' in command ? command.comment.length : 0),
  });

  async function sync(workspaceId: string, audience: Audience, known: Array<{ id: string; seq: number }>): Promise<never> {
    const limits = { p_entries_max: SYNC_ENTRIES_MAX, p_page_entries: PAGE_ENTRIES };
    // The overloads of Store.sync say which answer belongs to which audience.
    if (audience.kind === 'visitor') {
      return visitorSync(await rpc('sync_visitor', {
        p_workspace: workspaceId, p_visitor: audience.visitorId, p_known: known, ...limits, p_conversations_max: SYNC_CONVERSATIONS_MAX,
      })) as never;
    }
    return agentSync(await rpc('sync_agent', { p_workspace: workspaceId, p_member: audience.memberId, p_known: known, ...limits })) as never;
  }

  return {
    async createWorkspace({ id, name, settings, allowedOrigins, tokenSecret }) {
      await rpc('create_workspace', { p_workspace: id, p_name: name, p_settings: settings, p_allowed_origins: allowedOrigins, p_token_secret: tokenSecret });
    },
    async workspace(workspaceId) {
      const found = await rpc('find_workspace', { p_workspace: workspaceId });
      return found === null ? null : workspaceOf(found);
    },
    async updateWorkspace(workspaceId, { name = null, settings = null, allowedOrigins = null }) {
      return workspaceOf(await rpc('update_workspace', { p_workspace: workspaceId, p_name: name, p_settings: settings, p_allowed_origins: allowedOrigins }));
    },
    async workspaces() {
      const found = await rpc('list_workspaces', {});
      return answered<Array<Pick<Workspace, 'id' | 'name' | 'allowedOrigins'>>>('list_workspaces', found, 'length');
    },

    async addMember(workspaceId, { id, name, email, role, passwordHash }) {
      await rpc('add_member', { p_workspace: workspaceId, p_member: id, p_name: name, p_email: email, p_role: role, p_password_hash: passwordHash });
    },
    async setPassword(workspaceId, memberId, passwordHash) {
      await rpc('set_password', { p_workspace: workspaceId, p_member: memberId, p_password_hash: passwordHash });
    },
    async memberForSignIn(workspaceId, email) {
      const found = await rpc('member_for_sign_in', { p_workspace: workspaceId, p_email: email });
      return found === null ? null : answered<Member & { passwordHash: string }>('member_for_sign_in', found, 'id', 'name', 'email', 'role', 'passwordHash');
    },
    async members(workspaceId) {
      return answered<MemberRef[]>('list_members', await rpc('list_members', { p_workspace: workspaceId }));
    },

    async startSession(workspaceId, { tokenHash, memberId, expiresAt }) {
      await rpc('start_session', { p_workspace: workspaceId, p_token_hash: tokenHash, p_member: memberId, p_expires_at: expiresAt });
    },
    async session(workspaceId, tokenHash) {
      const found = await rpc('find_session', { p_workspace: workspaceId, p_token_hash: tokenHash });
      if (found === null) return null;
      const { member, expiresAt } = answered<{ member: Member; expiresAt: string }>('find_session', found, 'member', 'expiresAt');
      return { member, expiresAt: utc(expiresAt) };
    },
    async endSession(workspaceId, tokenHash) {
      await rpc('end_session', { p_workspace: workspaceId, p_token_hash: tokenHash });
    },

    append: (workspaceId, command) => commits.append(workspaceId, command),

    sync,
    async history(workspaceId, audience, { conversationId, before, limit }) {
      return historyOf(await rpc('history', {
        p_workspace: workspaceId, ...readerOf(audience), p_conversation: conversationId, p_before: before, p_limit: limit,
      }), audience.kind);
    },

    async inboxList(workspaceId, memberId, { filter, after, limit }) {
      const { conversations, next, counts } = answered<{ conversations: unknown; next: string | null; counts: InboxCounts }>(
        'inbox_list',
        await rpc('inbox_list', { p_workspace: workspaceId, p_member: memberId, p_filter: filter, p_after: after, p_limit: limit }),
        'conversations', 'next', 'counts',
      );
      return { conversations: listedConversations(conversations), next, counts };
    },
    async inboxChanges(workspaceId, memberId, cursor) {
      return changesOf(await rpc('inbox_changes', { p_workspace: workspaceId, p_member: memberId, p_cursor: cursor, p_max: INBOX_CHANGES_MAX }));
    },

    async markRead(workspaceId, audience, { conversationId, delivered, seen }) {
      return answered<Awaited<ReturnType<Store['markRead']>>>('mark_read', await rpc('mark_read', {
        p_workspace: workspaceId, ...readerOf(audience), p_conversation: conversationId, p_delivered: delivered, p_seen: seen,
      }), 'mine', 'reads', 'visitorId', 'changed');
    },

    async conversationVisitor(workspaceId, conversationId) {
      const found = await rpc('conversation_visitor', { p_workspace: workspaceId, p_conversation: conversationId });
      return typeof found === 'string' ? found : null;
    },

    figures: () => ({ queued: commits.queued, commits: commits.figures }),
    ...clusterStore(rpc),
    ...fileStore(rpc),
    ...visitorStore(rpc),

    ping,
    async close() {
      await commits.close();
      await close();
    },
  };
}

/** Commits commands that go one way (see splitBatch); messages that turn out to need the other one take it after them. */
function commitWith(rpc: Rpc): (workspaceId: string, commands: AppendCommand[]) => Promise<Array<Appended | StoreError>> {
  async function appendEntries(workspaceId: string, commands: AppendCommand[]): Promise<Array<Appended | StoreError>> {
    return appendedOf(await rpc('append_entries', { p_workspace: workspaceId, p_commands: commands.map(rowOf) }), commands.length);
  }

  return async (workspaceId, commands) => {
    if (splitBatch(commands).others.length > 0) return appendEntries(workspaceId, commands);
    const messages = commands as MessageCommand[];
    const outcomes = messagesAppended(await rpc('append_messages', { p_workspace: workspaceId, p_commands: columnsOf(messages) }), messages);
    const apart = messages.filter((_, place) => outcomes[place] === null);
    if (apart.length === 0) return outcomes as Array<Appended | StoreError>;
    // What is committed stays committed, whatever becomes of these.
    const rest = await appendEntries(workspaceId, apart).catch((error: unknown) => apart.map(() => (error instanceof StoreError ? error : new StoreError('internal', 'the commands failed', { cause: error }))));
    return outcomes.map((outcome) => outcome ?? rest.shift() ?? new StoreError('internal', 'a command was left without an answer'));
  };
}

/**
 * A command as append_entries takes it. Lists show the beginning of a message; what that is, is said in one place, shared/text.ts. Where it is
 * nothing, the database names the first file. A rating's comment is kept as its text.
 */
function rowOf(command: AppendCommand): AppendCommand & { preview?: string; text?: string } {
  if (command.kind === 'message' || command.kind === 'start') return { ...command, preview: previewOf(command.text) };
  return command.kind === 'rating' ? { ...command, text: command.comment } : command;
}

function readerOf(audience: Audience): { p_audience: string; p_reader: string } {
  return { p_audience: audience.kind, p_reader: audience.kind === 'visitor' ? audience.visitorId : audience.memberId };
}
