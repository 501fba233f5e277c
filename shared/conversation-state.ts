/**
 * The state of a conversation is what its log says: this is how. Pure; the database keeps the same state beside the log so that nothing
 * has to be replayed to list it, and a test replays logs to see that the two agree.
 */
import type { Author, Entry, MemberRef, Page, Status } from './protocol.ts';
import { messagePreview } from './text.ts';

export interface ConversationState {
  status: Status;
  /** With the name of that time. */
  assignee: MemberRef | null;
  /** `seq` of the last entry; 0: nothing yet. */
  head: number;
  /** `seq` of the last entry the visitor may see. */
  visibleHead: number;
  visitorMessages: number;
  preview: { author: Author['kind']; text: string } | null;
  page: Page | null;
  createdAt: string | null;
  /** Time of the last message, change of status or rating. */
  activityAt: string | null;
}

export const EMPTY_CONVERSATION: ConversationState = {
  status: 'open', assignee: null, head: 0, visibleHead: 0, visitorMessages: 0, preview: null, page: null, createdAt: null, activityAt: null,
};

/** What an entry changes. Entries come in the order of `seq`, without holes, as an agent sees them. */
export function applyEntry(state: ConversationState, entry: Entry): ConversationState {
  if (entry.seq !== state.head + 1) throw new RangeError(`entry ${entry.seq} cannot follow ${state.head}`);
  const next: ConversationState = { ...state, head: entry.seq, createdAt: state.createdAt ?? entry.at };
  switch (entry.kind) {
    case 'message': {
      const byVisitor = entry.author.kind === 'visitor';
      return {
        ...next,
        visibleHead: entry.seq,
        visitorMessages: state.visitorMessages + (byVisitor ? 1 : 0),
        preview: { author: entry.author.kind, text: messagePreview(entry) },
        page: (byVisitor ? entry.page : undefined) ?? state.page,
        activityAt: entry.at,
      };
    }
    case 'status':
      return { ...next, visibleHead: entry.seq, status: entry.status, activityAt: entry.at };
    case 'rating':
      return { ...next, visibleHead: entry.seq, activityAt: entry.at };
    case 'assigned':
      return { ...next, assignee: entry.assignee };
    case 'note':
      return next;
  }
}

/** The state a whole log leads to. */
export function replay(log: readonly Entry[]): ConversationState {
  return log.reduce(applyEntry, EMPTY_CONVERSATION);
}
