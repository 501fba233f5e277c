/**
 * Messages and notes on their way through the SQL function append_messages: which commands of a batch it may take, what it is given,
 * and what its answer means. Everything else goes through append_entries.
 */
import { previewOf } from '../../shared/text.ts';
import { answered, inboxConversation, visitorConversation, type ConversationRow } from './results.ts';
import { storeErrorOf } from './sql-errors.ts';
import { StoreError, type AppendCommand, type Appended, type StoredEntry } from './store.ts';

/** Messages here bring no files: those have to be looked at one by one. */
export type MessageCommand = Extract<AppendCommand, { kind: 'message' | 'note' }>;

/**
 * The places of the commands that append_messages may take, and of the others. All commands of a conversation go the same way, so that their
 * order stays, and a name that occurs twice goes the way on which the second one finds the first.
 */
export function splitBatch(commands: readonly AppendCommand[]): { messages: number[]; others: number[] } {
  const names = new Set<string>();
  const apart = new Set<string>();
  for (const command of commands) {
    const { author, clientId, conversationId } = command;
    const name = `${author.kind} ${author.id} ${clientId}`;
    if (!isPlain(command) || names.has(name)) apart.add(conversationId);
    names.add(name);
  }
  const split = { messages: [] as number[], others: [] as number[] };
  commands.forEach(({ conversationId }, place) => (apart.has(conversationId) ? split.others : split.messages).push(place));
  return split;
}

function isPlain(command: AppendCommand): boolean {
  return command.kind === 'note' || (command.kind === 'message' && !command.attachments?.length);
}

/** The commands in columns. */
export function columnsOf(commands: readonly MessageCommand[]): Record<string, unknown[]> {
  return {
    conversationId: commands.map(({ conversationId }) => conversationId),
    kind: commands.map(({ kind }) => kind),
    authorKind: commands.map(({ author }) => author.kind),
    authorId: commands.map(({ author }) => author.id),
    authorName: commands.map(({ author }) => author.name),
    clientId: commands.map(({ clientId }) => clientId),
    text: commands.map(({ text }) => text),
    // What lists show; left out where that is the whole text.
    preview: commands.map(({ text }) => {
      const preview = previewOf(text);
      return preview === text ? null : preview;
    }),
    page: commands.map((command) => (command.kind === 'message' ? command.page : null)),
  };
}

type Trouble = 'apart' | 'MD404';
type OutcomeRow = [trouble: Trouble] | [trouble: null, seq: number, prevVisible: number | null];
type ConversationColumns = [
  id: string, clientId: string, visitorId: string, visitorName: string | null, visitorEmail: string | null, status: ConversationRow['status'],
  assigneeId: string | null, assigneeName: string | null, lastSeq: number, lastVisibleSeq: number, visitorMessages: number,
  previewAuthor: ConversationRow['preview_author'], previewText: string | null, page: ConversationRow['page'],
  visitorDelivered: number, visitorSeen: number, agentsDelivered: number, agentsSeen: number, createdAt: number, activityAt: number,
];

/** What became of each command, in their order; null: it is for append_entries, nothing was done with it. */
export function messagesAppended(value: unknown, commands: readonly MessageCommand[]): Array<Appended | StoreError | null> {
  const { at, outcomes, conversations } = answered<{ at: number; outcomes: OutcomeRow[]; conversations: ConversationColumns[] }>(
    'append_messages', value, 'at', 'outcomes', 'conversations',
  );
  if (outcomes.length !== commands.length) throw new StoreError('internal', 'append_messages left a command without an answer');
  const time = new Date(at).toISOString();
  const states = new Map(conversations.map((columns) => [columns[0], stateOf(columns)]));
  return commands.map((command, place) => {
    const [trouble, seq, prevVisible] = outcomes[place] as OutcomeRow;
    if (trouble === 'apart') return null;
    if (trouble !== null) return storeErrorOf(trouble);
    const state = states.get(command.conversationId);
    if (!state || seq === undefined || prevVisible === undefined) return new StoreError('internal', 'append_messages answered half');
    const entry = entryOf(command, seq, prevVisible, time);
    return { entry, repeated: false, added: [entry], ...state };
  });
}

function entryOf({ kind, conversationId, author, clientId, text, ...command }: MessageCommand, seq: number, prevVisible: number | null, at: string): StoredEntry {
  const page = 'page' in command ? command.page : null;
  return {
    id: `${conversationId}.${seq}`, conversationId, seq, prev: seq - 1, author: { kind: author.kind, id: author.id, name: author.name }, clientId, at,
    kind, text, ...(page ? { page } : {}), prevVisible,
  };
}

function stateOf(columns: ConversationColumns): Pick<Appended, 'conversation' | 'visitorConversation'> {
  const row: ConversationRow = {
    id: columns[0], client_id: columns[1], visitor_id: columns[2], visitor_name: columns[3], visitor_email: columns[4], status: columns[5],
    assignee_id: columns[6], assignee_name: columns[7], last_seq: columns[8], last_visible_seq: columns[9], visitor_messages: columns[10],
    preview_author: columns[11], preview_text: columns[12], page: columns[13],
    visitor_delivered: columns[14], visitor_seen: columns[15], agents_delivered: columns[16], agents_seen: columns[17],
    created_at: new Date(columns[18]).toISOString(), activity_at: new Date(columns[19]).toISOString(), seen: 0, read_messages: 0,
  };
  return { conversation: inboxConversation(row), visitorConversation: visitorConversation(row) };
}
