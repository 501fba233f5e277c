/** How a log is laid out for reading: days, groups of messages by one person, events, where the unread ones begin, and what still waits to be sent. Pure. */
import type { Entry, ReadState } from '../shared/protocol.ts';
import type { OutgoingItem } from './sending.ts';
import { dayKey, type TimeStyle } from './times.ts';

export type SpokenEntry = Extract<Entry, { kind: 'message' | 'note' }>;
export type EventEntry = Extract<Entry, { kind: 'assigned' | 'status' | 'rating' }>;

export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  /** `first`: begins a group, so it says who and when. `last`: ends one. */
  | { kind: 'said'; key: string; entry: SpokenEntry; first: boolean; last: boolean }
  | { kind: 'event'; key: string; entry: EventEntry }
  | { kind: 'outgoing'; key: string; item: OutgoingItem; first: boolean };

const GROUP_MS = 5 * 60_000;

/** One message keeps its key from waiting to logged, so that it does not flicker when it arrives. */
function keyOf(entry: Entry): string {
  return entry.clientId ? `${entry.author.kind}:${entry.clientId}` : entry.id;
}

function sameGroup(one: SpokenEntry, other: SpokenEntry): boolean {
  return one.kind === other.kind && one.author.kind === other.author.kind && one.author.id === other.author.id && Date.parse(other.at) - Date.parse(one.at) < GROUP_MS;
}

/**
 * The lines of a conversation. `unreadAfter`: what this member had seen when it was opened; the visitor's first message after it gets a mark.
 * Items that the log already holds (an acknowledgement was lost) are left out. Entries of kinds this version does not know are passed over.
 */
export function linesOf(entries: readonly Entry[], outgoing: readonly OutgoingItem[], options: { unreadAfter: number | null; style?: TimeStyle }): Line[] {
  const lines: Line[] = [];
  const logged = new Set<string>();
  let day = '';
  let open: Extract<Line, { kind: 'said' }> | null = null;
  let marked = options.unreadAfter === null;

  for (const entry of entries) {
    if (entry.clientId) logged.add(entry.clientId);
    if (entry.kind !== 'message' && entry.kind !== 'note' && entry.kind !== 'assigned' && entry.kind !== 'status' && entry.kind !== 'rating') continue;
    const entryDay = dayKey(entry.at, options.style);
    if (entryDay !== day) {
      day = entryDay;
      lines.push({ kind: 'day', key: `day:${entryDay}:${entry.seq}`, at: entry.at });
      open = null;
    }
    if (!marked && entry.kind === 'message' && entry.author.kind === 'visitor' && entry.seq > (options.unreadAfter ?? 0)) {
      marked = true;
      // Where everything is new, a mark says nothing.
      if (lines.some(({ kind }) => kind !== 'day')) {
        lines.push({ kind: 'unread', key: 'unread' });
        open = null;
      }
    }
    if (entry.kind === 'assigned' || entry.kind === 'status' || entry.kind === 'rating') {
      lines.push({ kind: 'event', key: keyOf(entry), entry });
      open = null;
      continue;
    }
    const continues: boolean = open !== null && sameGroup(open.entry, entry);
    if (open && continues) open.last = false;
    open = { kind: 'said', key: keyOf(entry), entry, first: !continues, last: true };
    lines.push(open);
  }

  let before: OutgoingItem | null = null;
  for (const item of outgoing) {
    if (logged.has(item.clientId)) continue;
    lines.push({ kind: 'outgoing', key: `agent:${item.clientId}`, item, first: before?.payload.mode !== item.payload.mode });
    before = item;
  }
  return lines;
}

/** How far a message to the visitor has come (rule D7). */
export function receiptOf(entry: Entry, visitor: ReadState): 'sent' | 'delivered' | 'seen' {
  if (entry.seq <= visitor.seen) return 'seen';
  return entry.seq <= visitor.delivered ? 'delivered' : 'sent';
}

/** The newest message to the visitor: the one whose receipt is written out. */
export function lastToVisitor(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast((entry) => entry.kind === 'message' && entry.author.kind === 'agent');
}
