/**
 * What the inbox knows of conversations, and how news and answers change it. Pure. Whatever order they arrive in, the
 * newest state wins: the one with the higher `head`; what was read only ever grows.
 */
import type { InboxConversation, InboxCounts, InboxFilter, ListedConversation, ReadState } from '../shared/protocol.ts';

/** A conversation as the inbox keeps it. */
export interface KnownConversation extends ListedConversation {
  /** How much this member has read was not told yet; what stands there is a guess, and any answer is better. */
  readGuessed: boolean;
}

/** What news or an answer say of a conversation; news leave out what this member has read. */
export type IncomingConversation = InboxConversation & Partial<Pick<ListedConversation, 'readMessages' | 'seen'>>;

export const NO_COUNTS: InboxCounts = { unassigned: 0, mine: 0, all: 0, closed: 0 };

function furthest(one: ReadState, other: ReadState): ReadState {
  return { delivered: Math.max(one.delivered, other.delivered), seen: Math.max(one.seen, other.seen) };
}

/**
 * Takes in a conversation. News do not say how much this member has read of it; where that was not known yet, everything
 * but the newest message counts as read until the next answer says better.
 */
export function mergeConversation(known: KnownConversation | undefined, incoming: IncomingConversation): KnownConversation {
  const told = incoming.readMessages;
  if (!known) {
    const news = incoming.preview?.author === 'visitor' ? 1 : 0;
    return { ...incoming, readMessages: told ?? Math.max(0, incoming.visitorMessages - news), seen: incoming.seen ?? 0, readGuessed: told === undefined };
  }
  const body = incoming.head >= known.head ? incoming : known;
  return {
    ...body,
    reads: { visitor: furthest(known.reads.visitor, incoming.reads.visitor), agents: furthest(known.reads.agents, incoming.reads.agents) },
    readMessages: told !== undefined && known.readGuessed ? told : Math.max(known.readMessages, told ?? 0),
    readGuessed: told === undefined && known.readGuessed,
    seen: Math.max(known.seen, incoming.seen ?? 0),
  };
}

/** How many of the visitor's messages this member has not read. */
export function unreadOf(conversation: ListedConversation): number {
  return Math.max(0, conversation.visitorMessages - conversation.readMessages);
}

/** Whether a view holds a conversation. "All" is everything that is open. */
export function belongs(conversation: InboxConversation, view: InboxFilter, memberId: string): boolean {
  if (view === 'closed') return conversation.status === 'closed';
  if (conversation.status === 'closed') return false;
  if (view === 'unassigned') return conversation.assignee === null;
  return view === 'all' || conversation.assignee?.id === memberId;
}

/** Newest activity first; where that is equal, by id, so that the order is the same everywhere. */
export function byActivity(one: InboxConversation, other: InboxConversation): number {
  if (one.activityAt !== other.activityAt) return one.activityAt < other.activityAt ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}

/**
 * The ids of a view, in order. `floor`: the activity of the last conversation that was loaded for this view; older ones that are known
 * from elsewhere wait until paging gets there, so that the list never has holes. Null: it was loaded to its end.
 */
export function orderOf(conversations: Iterable<ListedConversation>, view: InboxFilter, memberId: string, floor: string | null): string[] {
  const shown: ListedConversation[] = [];
  for (const conversation of conversations) {
    if (belongs(conversation, view, memberId) && (floor === null || conversation.activityAt >= floor)) shown.push(conversation);
  }
  return shown.sort(byActivity).map((conversation) => conversation.id);
}

/** What the counts become when a conversation changes. `before` undefined: it is a new one. */
export function countsAfter(counts: InboxCounts, before: InboxConversation | undefined, after: InboxConversation, memberId: string): InboxCounts {
  const next = { ...counts };
  for (const view of Object.keys(next) as InboxFilter[]) {
    const change = Number(belongs(after, view, memberId)) - Number(before ? belongs(before, view, memberId) : false);
    next[view] = Math.max(0, next[view] + change);
  }
  return next;
}

/** What the counts become when a conversation is there no more. */
export function countsWithout(counts: InboxCounts, gone: InboxConversation, memberId: string): InboxCounts {
  const next = { ...counts };
  for (const view of Object.keys(next) as InboxFilter[]) if (belongs(gone, view, memberId)) next[view] = Math.max(0, next[view] - 1);
  return next;
}

/** For the title: open conversations with something unread that are this member's or nobody's. */
export function waitingFor(conversations: Iterable<ListedConversation>, memberId: string): number {
  let waiting = 0;
  for (const conversation of conversations) {
    if (unreadOf(conversation) > 0 && (belongs(conversation, 'mine', memberId) || belongs(conversation, 'unassigned', memberId))) waiting += 1;
  }
  return waiting;
}

/** Whether a change moves a conversation within the lists, or into or out of one. */
export function movesInList(before: InboxConversation | undefined, after: InboxConversation): boolean {
  return before?.activityAt !== after.activityAt || before.status !== after.status || before.assignee?.id !== after.assignee?.id;
}

/**
 * The conversation to go to from the current one: 1 is the next older, -1 the next newer. `lastIndex`: where the current one stood before
 * it left the list (it was assigned or closed), so that the way goes on from there.
 */
export function neighbourOf(order: readonly string[], current: string | null, step: 1 | -1, lastIndex: number): string | null {
  const at = current ? order.indexOf(current) : -1;
  if (at >= 0) return order[at + step] ?? null;
  if (!current) return order[0] ?? null;
  return order[step === 1 ? Math.min(lastIndex, order.length - 1) : lastIndex - 1] ?? null;
}
