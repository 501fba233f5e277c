/**
 * The whole wire contract: what travels between the gateway and its clients, in both namespaces.
 * docs/protocol.md explains it to people who write a client in another language; limits and error codes are in
 * limits.ts and errors.ts. The gateway parses every request with these schemas. The widget imports the types only.
 *
 * Requests are `noun:verb` and are always acknowledged with an Ack; news are `noun:past`.
 * Unknown fields are ignored by both ends.
 */
import { z } from 'zod';
import type { WireError } from './errors.ts';
import * as limits from './limits.ts';
import { textProblem, withoutUnstorable } from './text.ts';

/** The acknowledgement of every request. `ok: true` on anything that writes means: it is committed (rule D1). */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: WireError };

// ---- fields ---------------------------------------------------------------------------------------------------

/** An id made by the gateway. Opaque: clients only hand it back. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** A name the sender gives to what it sends, so that sending again stores nothing (rule D2). Random, 8 to 64 characters. */
const clientId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
/** Position in a conversation's log: 1, 2, 3 … without holes. 0 stands for "before the first". */
const seq = z.int().min(0);
/** Moment in UTC, ISO 8601 with milliseconds: 2026-01-31T12:00:00.000Z. */
const time = z.iso.datetime();
/** Text as it may be stored; the message of an issue is the error code. */
const text = z.string().superRefine((value, context) => {
  const problem = textProblem(value);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});
// Cut first: the cut may leave half a character behind.
const pageField = z.string().transform((value) => withoutUnstorable(value.slice(0, limits.PAGE_FIELD_MAX)));
/** Where a list goes on; made by the gateway, opaque to clients. */
const cursor = z.string().regex(/^[\x20-\x7e]{0,200}$/);
/** The page the visitor is on. */
export const Page = z.object({ url: pageField, title: pageField.default(''), referrer: pageField.default('') });
export type Page = z.infer<typeof Page>;

// ---- what a conversation is -----------------------------------------------------------------------------------

/** Who wrote an entry. A visitor's client never gets more of an agent than id and name. */
export const Author = z.object({ kind: z.enum(['visitor', 'agent', 'system']), id: id.nullable(), name: z.string().nullable() });
export type Author = z.infer<typeof Author>;
/** A member of the workspace as others see them. */
export const MemberRef = z.object({ id, name: z.string() });
export type MemberRef = z.infer<typeof MemberRef>;

export const Status = z.enum(['open', 'closed']);
export type Status = z.infer<typeof Status>;

const entryBase = {
  /** Unique in the workspace. */
  id: z.string(),
  conversationId: id,
  seq,
  /** `seq` of the entry before this one that the receiver may see; 0 for its first. Not the last one I know: I missed something (rule D3). */
  prev: seq,
  author: Author,
  /** The name its sender gave it; null for entries of the system. */
  clientId: z.string().nullable(),
  at: time,
};
/** One entry of a conversation's log. A client skips kinds it does not know, but counts their `seq`. */
export const Entry = z.discriminatedUnion('kind', [
  z.object({ ...entryBase, kind: z.literal('message'), text: z.string(), page: Page.optional() }),
  /** For agents only. */
  z.object({ ...entryBase, kind: z.literal('note'), text: z.string() }),
  /** For agents only. */
  z.object({ ...entryBase, kind: z.literal('assigned'), assignee: MemberRef.nullable() }),
  z.object({ ...entryBase, kind: z.literal('status'), status: Status }),
]);
export type Entry = z.infer<typeof Entry>;

/** How far somebody got: their device has all up to `delivered`, they looked at all up to `seen`. */
export const ReadState = z.object({ delivered: seq, seen: seq });
export type ReadState = z.infer<typeof ReadState>;

/** A conversation as its visitor sees it. */
export const VisitorConversation = z.object({
  id,
  /** The name the visitor's client gave it in conversation:start. */
  clientId: z.string(),
  status: Status,
  /** `seq` of the last entry the visitor may see. */
  head: seq,
  createdAt: time,
  /** How far the visitor, and the agent who got furthest, have read. */
  reads: z.object({ visitor: ReadState, agents: ReadState }),
});
export type VisitorConversation = z.infer<typeof VisitorConversation>;

/** A conversation as the inbox lists it. */
export const InboxConversation = z.object({
  id,
  visitor: z.object({ id, name: z.string().nullable(), email: z.string().nullable() }),
  status: Status,
  assignee: MemberRef.nullable(),
  /** `seq` of the last entry. */
  head: seq,
  /** How many messages the visitor has written in it. */
  visitorMessages: z.int(),
  createdAt: time,
  /** Time of the last message or change of status; what the inbox sorts by. */
  activityAt: time,
  /** The newest message, shortened, or null. */
  preview: z.object({ author: Author.shape.kind, text: z.string() }).nullable(),
  /** The page the visitor last wrote from. */
  page: Page.nullable(),
  reads: z.object({ visitor: ReadState, agents: ReadState }),
});
export type InboxConversation = z.infer<typeof InboxConversation>;

/** A conversation in an answer to one member: unread = visitorMessages - readMessages. News leave `readMessages` out: it differs per member. */
export const ListedConversation = InboxConversation.extend({ readMessages: z.int(), seen: seq });
export type ListedConversation = z.infer<typeof ListedConversation>;

/** The answer to "I have all up to seq": these entries, or start over with this newest page (rule D5). There is no third. */
export const Catchup = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('entries'), entries: z.array(Entry) }),
  /** `earlier`: there is more before the first of `entries`, see history:load. */
  z.object({ answer: z.literal('start-over'), entries: z.array(Entry), earlier: z.boolean() }),
]);
export type Catchup = z.infer<typeof Catchup>;

// ---- requests -------------------------------------------------------------------------------------------------

const syncRequest = z.object({ conversations: z.array(z.object({ id, seq })).max(limits.SYNC_CONVERSATIONS_MAX) });
const historyRequest = z.object({ conversationId: id, before: seq.min(1), limit: z.int().min(1).max(limits.HISTORY_MAX).default(limits.PAGE_ENTRIES) });
const typingRequest = z.object({ conversationId: id, typing: z.boolean() });
const readRequest = z.object({ conversationId: id, delivered: seq.default(0), seen: seq.default(0) });
const inboxFilter = z.enum(['unassigned', 'mine', 'all', 'closed']);
export type InboxFilter = z.infer<typeof inboxFilter>;

/** Requests of the namespace /visitor: event name -> schema of its payload. */
export const visitorRequests = {
  /** Starts a conversation with its first message. Both are named by the client, so a repetition stores nothing. */
  'conversation:start': z.object({ clientId, message: z.object({ clientId, text }), page: Page.optional() }),
  'message:send': z.object({ conversationId: id, clientId, text, page: Page.optional() }),
  /** Resume and heartbeat in one: what I have of each conversation. Conversations I do not name come back as start-over. */
  'log:sync': syncRequest,
  'history:load': historyRequest,
  'typing:set': typingRequest,
  /** Only ever moves forward; smaller numbers are ignored. */
  'read:mark': readRequest,
};

/** Requests of the namespace /agent. */
export const agentRequests = {
  'message:send': z.object({ conversationId: id, clientId, text }),
  'note:add': z.object({ conversationId: id, clientId, text }),
  /** `memberId` null: nobody. */
  'conversation:assign': z.object({ conversationId: id, clientId, memberId: id.nullable() }),
  'status:set': z.object({ conversationId: id, clientId, status: Status }),
  /** The conversations I hold entries of; the rest of the inbox comes with inbox:sync. */
  'log:sync': syncRequest,
  'history:load': historyRequest,
  'typing:set': typingRequest,
  'read:mark': readRequest,
  /** Newest activity first. `after`: `next` of the page before. */
  'inbox:list': z.object({ filter: inboxFilter, after: cursor.nullable().default(null), limit: z.int().min(1).max(limits.INBOX_PAGE_MAX).default(50) }),
  /** Resume and heartbeat of the list: what changed since `cursor`; null asks for a first cursor. */
  'inbox:sync': z.object({ cursor: cursor.nullable() }),
  'member:list': z.object({}),
  /** The conversation this window shows; null: none. Said again after every connection. */
  'viewing:set': z.object({ conversationId: id.nullable() }),
};

export type VisitorRequest = keyof typeof visitorRequests;
export type AgentRequest = keyof typeof agentRequests;
/** What a client passes: defaults may be left out. */
export type VisitorPayload<E extends VisitorRequest> = z.input<(typeof visitorRequests)[E]>;
export type AgentPayload<E extends AgentRequest> = z.input<(typeof agentRequests)[E]>;

/** How many conversations each filter holds, for this member. */
export interface InboxCounts { unassigned: number; mine: number; all: number; closed: number }

/** `data` of the acknowledgements in /visitor. */
export interface VisitorAnswers {
  'conversation:start': { conversation: VisitorConversation; entry: Entry };
  'message:send': { entry: Entry };
  'log:sync': { conversations: Array<{ conversation: VisitorConversation; catchup: Catchup }>; gone: string[] };
  'history:load': { entries: Entry[]; earlier: boolean };
  'typing:set': Record<string, never>;
  'read:mark': ReadState;
}

/** `data` of the acknowledgements in /agent. */
export interface AgentAnswers {
  'message:send': { entry: Entry };
  'note:add': { entry: Entry };
  /** `entry` is null where nothing had to change (already assigned so, already that status). */
  'conversation:assign': { entry: Entry | null; conversation: InboxConversation };
  'status:set': { entry: Entry | null; conversation: InboxConversation };
  'log:sync': { conversations: Array<{ conversation: ListedConversation; catchup: Catchup }>; gone: string[] };
  'history:load': { entries: Entry[]; earlier: boolean };
  'typing:set': Record<string, never>;
  'read:mark': ReadState & { readMessages: number };
  'inbox:list': { conversations: ListedConversation[]; next: string | null; counts: InboxCounts };
  'inbox:sync':
    | { answer: 'changes'; conversations: ListedConversation[]; cursor: string; counts: InboxCounts }
    | { answer: 'start-over'; cursor: string; counts: InboxCounts };
  'member:list': { members: Array<MemberRef & { online: boolean }> };
  /** All who look at it, the asking member too. */
  'viewing:set': { members: MemberRef[] };
}

// ---- the handshake --------------------------------------------------------------------------------------------

/** `auth` of the Socket.IO CONNECT packet to /visitor. Without a token the visitor is a new one. */
export const VisitorHandshake = z.object({ protocol: z.unknown(), workspace: id, token: z.string().max(2_000).nullish() });
/** `auth` to /agent; who it is comes from the session cookie. */
export const AgentHandshake = z.object({ protocol: z.unknown() });

// ---- news -----------------------------------------------------------------------------------------------------

interface SessionStarted { protocol: number; serverTime: string; heartbeatMs: number }

/** News in both namespaces. */
interface CommonNews {
  /** The gateway is about to stop; connect again after about this long (spread by chance). */
  'server:closing': (news: { retryInMs: number }) => void;
  /** Whether news of what others do may come a few seconds late. Told when it changes, and after session:started while it is so. */
  'service:updated': (news: { degraded: boolean }) => void;
  /** The answer to a request that came without an acknowledgement to answer to. */
  'request:failed': (news: { event: string; error: WireError }) => void;
}

export interface VisitorNews extends CommonNews {
  /** First of all after connecting. Keep the token (a fresh one each time) for the next handshake. */
  'session:started': (news: SessionStarted & { visitorId: string; token: string; workspace: { id: string; name: string } }) => void;
  'entry:created': (news: { entry: Entry }) => void;
  'read:updated': (news: { conversationId: string; reads: VisitorConversation['reads'] }) => void;
  'typing:updated': (news: { conversationId: string; author: Author; typing: boolean }) => void;
}

export interface AgentNews extends CommonNews {
  'session:started': (news: SessionStarted & { member: MemberRef & { email: string; role: string }; workspace: { id: string; name: string } }) => void;
  /** Every entry of the workspace, with the conversation as it is after it. */
  'entry:created': (news: { entry: Entry; conversation: InboxConversation }) => void;
  /** `member`: set when a member's own reading changed, for their other windows. */
  'read:updated': (news: { conversationId: string; reads: InboxConversation['reads']; member?: { id: string; seen: number; readMessages: number } }) => void;
  'typing:updated': (news: { conversationId: string; author: Author; typing: boolean }) => void;
  'member:updated': (news: { member: MemberRef & { online: boolean } }) => void;
  /** All who look at a conversation, told to those who do. */
  'viewing:updated': (news: { conversationId: string; members: MemberRef[] }) => void;
  /** Signed out elsewhere, or the session ended; the gateway disconnects after this. */
  'session:ended': (news: Record<string, never>) => void;
}
