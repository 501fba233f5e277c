/**
 * Rebuilds the state of every conversation from its log and compares it with what is stored beside the log. Reads in pages, changes nothing, and
 * works beside running gateways: a conversation is compared as it was when its row was read.
 */
import { createHash } from 'node:crypto';
import { applyEntry, EMPTY_CONVERSATION, type ConversationState } from '../shared/conversation-state.ts';
import type { Page, Status } from '../shared/protocol.ts';
import { answered, entryOf, utc, type EntryRow } from './store/results.ts';
import type { Rpc } from './store/store.ts';

/** Something that is stored otherwise than the log says. */
export interface Difference { workspace: string; conversation: string | null; what: string; stored: unknown; replayed: unknown }

export interface ReplaySummary { workspaces: number; conversations: number; entries: number; differences: number }

interface StoredRow {
  id: string;
  visitor_id: string;
  status: Status;
  assignee_id: string | null;
  last_seq: number;
  last_visible_seq: number;
  visitor_messages: number;
  preview_author: string | null;
  preview_text: string | null;
  page: Page | null;
  visitor_delivered: number;
  visitor_seen: number;
  agents_delivered: number;
  agents_seen: number;
  created_at: string;
  activity_at: string;
}
interface ReadRow { member_id: string; delivered: number; seen: number; read_messages: number }
interface LogRow extends EntryRow { visitor_messages: number }
interface Found { conversation: StoredRow; reads: ReadRow[]; entries: LogRow[] }

const CONVERSATIONS_A_PAGE = 25;
const FIRST_ENTRIES = 100;
const ENTRIES_A_PAGE = 500;
const LOGS_A_PAGE = 2_000;

/** Compares everything. `onDifference` is told each difference as it is found. Rejects with StoreError. */
export async function replayAll(rpc: Rpc, onDifference: (difference: Difference) => void): Promise<ReplaySummary> {
  const summary: ReplaySummary = { workspaces: 0, conversations: 0, entries: 0, differences: 0 };
  for (const { id: workspace } of answered<Array<{ id: string }>>('list_workspaces', await rpc('list_workspaces', {}), 'length')) {
    summary.workspaces += 1;
    const names = new Names();
    const tell = (conversation: string | null) => (what: string, stored: unknown, replayed: unknown): void => {
      summary.differences += 1;
      onDifference({ workspace, conversation, what, stored, replayed });
    };
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: Found[] = answered<Found[]>('replay_conversations', await rpc('replay_conversations', {
        p_workspace: workspace, p_after: after, p_limit: CONVERSATIONS_A_PAGE, p_entries: FIRST_ENTRIES,
      }), 'length');
      for (const found of page) {
        summary.conversations += 1;
        summary.entries += await compareConversation(rpc, workspace, found, names, tell(found.conversation.id));
      }
      after = page.length < CONVERSATIONS_A_PAGE ? undefined : page.at(-1)?.conversation.id;
    }
    for (let after: string | null = ''; after !== null;) {
      const { orphans, next }: { orphans: string[]; next: string | null } = answered('replay_orphans', await rpc('replay_orphans', { p_workspace: workspace, p_after: after, p_limit: LOGS_A_PAGE }), 'orphans', 'next');
      for (const id of orphans) tell(id)('entries', 'in the log', 'without a conversation');
      after = next;
    }
    compareCounts(await rpc('replay_counts', { p_workspace: workspace }), tell(null));
  }
  return summary;
}

type Tell = (what: string, stored: unknown, replayed: unknown) => void;

/** Answers how many entries the log has. */
async function compareConversation(rpc: Rpc, workspace: string, found: Found, names: Names, tell: Tell): Promise<number> {
  const { conversation, reads } = found;
  const head = conversation.last_seq;
  const log = new Log(names, tell, conversation.visitor_id, new Set(reads.map(({ seen }) => seen)));
  let rows = found.entries;
  let limit = FIRST_ENTRIES;
  let headByNow = head;
  for (;;) {
    for (const row of rows) {
      // What came after the conversation's row was read moved its head in the same moment; if not, it is a difference, too.
      if (row.seq <= head) log.add(row);
      else if (row.seq > headByNow) {
        tell('an entry past the head', headByNow, row.seq);
        return log.count;
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < limit || last.seq > head) break;
    limit = ENTRIES_A_PAGE;
    const next = answered<{ head: number; entries: LogRow[] }>('replay_entries', await rpc('replay_entries', {
      p_workspace: workspace, p_conversation: conversation.id, p_after: last.seq, p_limit: limit,
    }), 'head', 'entries');
    ({ head: headByNow, entries: rows } = next);
  }
  if (!log.broken) {
    compareState(conversation, log.state, tell);
    compareReads(conversation, reads, log, tell);
  }
  return log.count;
}

/** A log as it is read: its state so far, and whether its entries agree with each other. */
class Log {
  state: ConversationState = EMPTY_CONVERSATION;
  /** Entries are missing, so the state cannot be compared with anything. */
  broken = false;
  count = 0;
  /** How many messages of the visitor there were at the entries somebody has read up to. */
  readonly messagesAt = new Map<number, number>([[0, 0]]);
  readonly #names: Names;
  readonly #tell: Tell;
  readonly #visitorId: string;
  readonly #wanted: ReadonlySet<number>;

  constructor(names: Names, tell: Tell, visitorId: string, wanted: ReadonlySet<number>) {
    this.#names = names;
    this.#tell = tell;
    this.#visitorId = visitorId;
    this.#wanted = wanted;
  }

  add(row: LogRow): void {
    this.count += 1;
    if (row.client_id !== null && !this.#names.isNew(`${row.author_kind} ${row.author_id} ${row.client_id}`)) this.#tell(`entry ${row.seq}: a clientId its author has used before`, row.client_id, null);
    // A conversation belongs to whoever wrote in it: another's id would open it to them (rule D8).
    if (row.author_kind === 'visitor' && row.author_id !== this.#visitorId) this.#tell(`entry ${row.seq}: written by another visitor than the conversation's`, row.author_id, this.#visitorId);
    if (this.broken) return;
    if (row.seq !== this.state.head + 1) {
      this.#tell('the entry after which the log goes on', row.seq, this.state.head + 1);
      this.broken = true;
      return;
    }
    const visible = row.kind === 'message' || row.kind === 'status' || row.kind === 'rating';
    this.#compare(row.seq, 'prev_visible', row.prev_visible, visible ? this.state.visibleHead : null);
    this.state = applyEntry(this.state, entryOf(row, row.seq - 1));
    this.#compare(row.seq, 'visitor_messages', row.visitor_messages, this.state.visitorMessages);
    if (this.#wanted.has(row.seq)) this.messagesAt.set(row.seq, this.state.visitorMessages);
  }

  #compare(seq: number, what: string, stored: number | null, replayed: number | null): void {
    if (stored !== replayed) this.#tell(`entry ${seq}: ${what}`, stored, replayed);
  }
}

function compareState(row: StoredRow, state: ConversationState, tell: Tell): void {
  const pairs: Array<[what: string, stored: unknown, replayed: unknown]> = [
    ['status', row.status, state.status],
    ['assignee', row.assignee_id, state.assignee?.id ?? null],
    ['head', row.last_seq, state.head],
    ['head for the visitor', row.last_visible_seq, state.visibleHead],
    ['messages of the visitor', row.visitor_messages, state.visitorMessages],
    ['author of the preview', row.preview_author, state.preview?.author ?? null],
    ['preview', row.preview_text, state.preview?.text ?? null],
    ['page', inOrder(row.page), inOrder(state.page)],
    ['created', utc(row.created_at), state.createdAt],
    ['activity', utc(row.activity_at), state.activityAt],
  ];
  for (const [what, stored, replayed] of pairs) if (stored !== replayed) tell(what, stored, replayed);
}

/** Nobody has read what is not there, nor seen what was not delivered; and what is kept of all agents is what their own rows say. */
function compareReads(row: StoredRow, reads: ReadRow[], log: Log, tell: Tell): void {
  const within = (who: string, delivered: number, seen: number, head: number): void => {
    if (delivered > head) tell(`delivered to ${who}, past the head`, delivered, head);
    if (seen > delivered) tell(`seen by ${who}, past what was delivered`, seen, delivered);
  };
  within('the visitor', row.visitor_delivered, row.visitor_seen, row.last_visible_seq);
  for (const { member_id: member, delivered, seen, read_messages: messages } of reads) {
    within(`member ${member}`, delivered, seen, row.last_seq);
    const replayed = log.messagesAt.get(seen);
    if (replayed !== undefined && messages !== replayed) tell(`messages read by member ${member}`, messages, replayed);
  }
  for (const what of ['delivered', 'seen'] as const) {
    const furthest = Math.max(0, ...reads.map((read) => read[what]));
    if (row[`agents_${what}`] !== furthest) tell(`${what} to the agents`, row[`agents_${what}`], furthest);
  }
}

function compareCounts(answer: unknown, tell: Tell): void {
  const { kept, counted } = answered<{ kept: Record<string, number>; counted: Record<string, number> }>('replay_counts', answer, 'kept', 'counted');
  for (const key of new Set([...Object.keys(kept), ...Object.keys(counted)])) {
    if (kept[key] === counted[key]) continue;
    const [status, assignee] = key.split(' ');
    tell(`count of conversations that are ${status} and ${assignee ? `assigned to ${assignee}` : 'unassigned'}`, kept[key] ?? 0, counted[key] ?? 0);
  }
}

/** The same text for the same content, in whatever order the database keeps fields. */
function inOrder(page: Page | null): string | null {
  return page === null ? null : JSON.stringify(Object.entries(page).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The names that were given in a workspace. Nine bytes stand for each, or a million of them would not fit into memory. */
class Names {
  readonly #seen = new Set<string>();

  isNew(name: string): boolean {
    const before = this.#seen.size;
    this.#seen.add(createHash('sha1').update(name).digest().toString('latin1', 0, 9));
    return this.#seen.size > before;
  }
}

/** A line for a person. */
export function sentenceFor({ workspace, conversation, what, stored, replayed }: Difference): string {
  const shown = (value: unknown): string => {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  };
  return `${workspace}${conversation === null ? '' : ` ${conversation}`}: ${what}: stored ${shown(stored)}, replayed ${shown(replayed)}`;
}
