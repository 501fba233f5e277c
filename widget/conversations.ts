/**
 * What this tab knows of the visitor's conversations: a timeline of each, and how far both sides have read.
 * State and rules only; log-sync.ts does the asking.
 */
import type { Entry, VisitorAnswers, VisitorConversation } from '../shared/protocol.ts';
import { addEntry, applyCatchup, EMPTY_TIMELINE, type Timeline } from '../shared/timeline.ts';

export interface KnownConversation {
  readonly conversation: VisitorConversation;
  readonly timeline: Timeline;
}

type Reads = VisitorConversation['reads'];

export interface Conversations {
  /** The one with the newest activity; what the panel shows until the visitor chooses another. */
  newest(): KnownConversation | undefined;
  get(id: string): KnownConversation | undefined;
  /** The one that was started under this name. */
  named(name: string): KnownConversation | undefined;
  /** Newest activity first. */
  all(): readonly KnownConversation[];
  /** Takes in one entry. `gap`: something before it is missing; ask the log. */
  takeEntry(entry: Entry): 'added' | 'known' | 'gap';
  /** Makes a conversation known that has just been started, with nothing in it yet. */
  add(conversation: VisitorConversation): void;
  /** Takes in the answer to a log:sync that named these. `added`: what is new to a conversation that was known before. */
  takeSync(answer: VisitorAnswers['log:sync'], named: ReadonlySet<string>): { added: Entry[]; gap: boolean };
  /** Puts this in the place of what was known of a conversation. */
  put(conversation: VisitorConversation, timeline: Timeline): void;
  /** Moves readers forward. */
  takeReads(id: string, reads: Partial<Reads>): void;
  clear(): void;
}

export function createConversations(): Conversations {
  const known = new Map<string, KnownConversation>();

  function put(conversation: VisitorConversation, timeline: Timeline): void {
    // What the log says last is so, whether an answer or the news came first.
    const status = timeline.entries.findLast((entry) => entry.kind === 'status')?.status ?? conversation.status;
    known.set(conversation.id, { conversation: { ...conversation, status }, timeline });
  }

  function all(): KnownConversation[] {
    return [...known.values()].sort((one, other) => (activityOf(one) < activityOf(other) ? 1 : -1));
  }

  return {
    newest: () => all()[0],
    get: (id) => known.get(id),
    named: (name) => [...known.values()].find(({ conversation }) => conversation.clientId === name),
    all,
    takeEntry(entry) {
      const one = known.get(entry.conversationId);
      if (!one) return 'gap';
      const { timeline, outcome } = addEntry(one.timeline, entry);
      put(one.conversation, timeline);
      return outcome;
    },
    add(conversation) {
      if (!known.has(conversation.id)) put(conversation, EMPTY_TIMELINE);
    },
    takeSync({ conversations, gone }, named) {
      const news: Entry[] = [];
      let gap = false;
      for (const { conversation, catchup } of conversations) {
        const one = known.get(conversation.id);
        // One that has become known since we asked is further than the answer: nothing of it may go again.
        const overtaken = one && !named.has(conversation.id);
        const { timeline, added, outcome } = applyCatchup(one?.timeline ?? EMPTY_TIMELINE, overtaken ? { answer: 'entries', entries: catchup.entries } : catchup);
        if (one) news.push(...added);
        put({ ...conversation, reads: furthest(conversation.reads, one?.conversation.reads) }, timeline);
        // Also when starting over took us back behind what news had brought.
        if (outcome === 'gap' || timeline.last < Math.max(conversation.head, one?.timeline.last ?? 0)) gap = true;
      }
      for (const id of gone) known.delete(id);
      return { added: news, gap };
    },
    put,
    takeReads(id, reads) {
      const one = known.get(id);
      if (one) put({ ...one.conversation, reads: furthest(one.conversation.reads, reads) }, one.timeline);
    },
    clear: () => known.clear(),
  };
}

/** ISO times in UTC sort as text. */
function activityOf({ conversation, timeline }: KnownConversation): string {
  return timeline.entries.at(-1)?.at ?? conversation.createdAt;
}

/** Whether this can be shown. The gateway validates; this keeps a broken frame from breaking the panel. */
export function isEntry(value: unknown): value is Entry {
  const { seq, prev, at, author, kind, text } = (value ?? {}) as Record<string, unknown>;
  return typeof seq === 'number' && typeof prev === 'number' && typeof at === 'string' && author instanceof Object && (kind !== 'message' || typeof text === 'string');
}

function furthest(one: Reads, other: Partial<Reads> = {}): Reads {
  const max = (side: keyof Reads): Reads['visitor'] => ({
    delivered: Math.max(one[side].delivered, other[side]?.delivered ?? 0),
    seen: Math.max(one[side].seen, other[side]?.seen ?? 0),
  });
  return { visitor: max('visitor'), agents: max('agents') };
}
