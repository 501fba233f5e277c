/**
 * The whole wire contract: what travels between the gateway and its clients, in both namespaces.
 * docs/protocol.md explains it to people who write a client in another language; limits and error codes are in
 * limits.ts and errors.ts. The gateway parses every request with these schemas. The widget imports the types only.
 *
 * Requests are `noun:verb` and are always acknowledged with an Ack; news are `noun:past`.
 * Unknown fields are ignored by both ends.
 */
import { z } from 'zod';
import { isEmail } from './email.ts';
import type { WireError } from './errors.ts';
import * as limits from './limits.ts';
import { isStorable, textProblem, withoutUnstorable } from './text.ts';

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
/** Text of a message, which may be empty where files come with it. */
const messageText = z.string().superRefine((value, context) => {
  const problem = textProblem(value);
  if (problem && problem !== 'text_empty') context.addIssue({ code: 'custom', message: problem });
});
const attachmentIds = z.array(id).max(limits.ATTACHMENTS_MAX).default([]);
const notEmpty = [
  ({ text, attachments }: { text: string; attachments: string[] }) => attachments.length > 0 || textProblem(text) !== 'text_empty', { error: 'text_empty' },
] as const;
const short = (max: number) => z.string().refine(isStorable).trim().max(max);
/** A text that many a site has as a number. */
const orNumber = <S extends z.ZodType<string, string>>(schema: S) => z.union([z.string(), z.number()]).transform(String).pipe(schema);
// Cut first: the cut may leave half a character behind.
const pageField = z.string().transform((value) => withoutUnstorable(value.slice(0, limits.PAGE_FIELD_MAX)));
/** Where a list goes on; made by the gateway, opaque to clients. */
const cursor = z.string().regex(/^[\x20-\x7e]{0,200}$/);
/** The page the visitor is on. */
export const Page = z.object({ url: pageField, title: pageField.default(''), referrer: pageField.default('') });
export type Page = z.infer<typeof Page>;

/** An object whose fields may also be one of `nothing`: then they count as left out, for so sites write what their user does not have. */
export function leavingOut<S extends z.ZodObject>(nothing: readonly unknown[], schema: S) {
  const given = (value: unknown): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => !nothing.includes(field))) : value);
  return z.preprocess(given, schema) as unknown as z.ZodType<z.output<S>, { [K in keyof z.input<S>]: z.input<S>[K] | null }>;
}

export const profileFields = {
  name: orNumber(short(200)).optional(),
  email: z.string().refine((text) => text === '' || isEmail(text)).optional(),
  phone: orNumber(short(50)).optional(),
  /** The site's own facts, by name; null takes one away. */
  attributes: z.record(short(limits.ATTRIBUTE_NAME_MAX), z.union([short(limits.ATTRIBUTE_VALUE_MAX), z.number(), z.boolean(), z.null()]))
    .refine((facts) => Object.keys(facts).length <= limits.ATTRIBUTES_MAX).optional(),
  /** Tags to add. */
  tags: z.array(orNumber(short(limits.TAG_MAX).min(1))).max(limits.TAGS_MAX).optional(),
};
/**
 * What is known of a visitor beside what they write; what is left out stays as it is, what is empty is taken away. Nothing of it is proven unless the
 * site signed it.
 */
export const Profile = leavingOut([null], z.object(profileFields));
export type Profile = z.infer<typeof Profile>;

/** A site's own id of its user; a number is its digits, and one too large to be exact is none. */
export const UserId = z.union([z.string(), z.int()]).transform(String).pipe(z.string().min(1).max(limits.USER_ID_MAX).refine(isStorable));

/**
 * Who the site says this visitor is. Proven by one of two: `token`, a JWT (HS256, with `exp`) whose `sub` or `userId` is the user's id; or
 * `userHash`, the HMAC-SHA256 of `userId` in hexadecimal; both with the workspace's identity secret. What is empty is left out here: pages are filled
 * from databases, and a user without a name is not one whose name is to be taken away.
 */
export const Identity = leavingOut([null, ''], z.object({
  ...profileFields,
  userId: UserId.optional(),
  token: z.string().max(3_000).optional(),
  userHash: z.string().max(200).optional(),
}));
export type Identity = z.infer<typeof Identity>;

// ---- what a conversation is -----------------------------------------------------------------------------------

/** Who wrote an entry. A visitor's client never gets more of an agent than id and name. */
export const Author = z.object({ kind: z.enum(['visitor', 'agent', 'system']), id: id.nullable(), name: z.string().nullable() });
export type Author = z.infer<typeof Author>;
/** A member of the workspace as others see them. */
export const MemberRef = z.object({ id, name: z.string() });
export type MemberRef = z.infer<typeof MemberRef>;

export const Status = z.enum(['open', 'closed']);
export type Status = z.infer<typeof Status>;

/** A file that came with a message. It is fetched at `/files/WORKSPACE/ID/NAME`; whoever knows the id may. */
export const Attachment = z.object({
  id,
  name: z.string(),
  /** By what is in it: `image/png`. */
  type: z.string(),
  /** In bytes. */
  size: z.int(),
  /** Of an image, in pixels. */
  width: z.int().optional(),
  height: z.int().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

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
  z.object({ ...entryBase, kind: z.literal('message'), text: z.string(), page: Page.optional(), attachments: z.array(Attachment).optional() }),
  /** For agents only. */
  z.object({ ...entryBase, kind: z.literal('note'), text: z.string() }),
  /** For agents only. */
  z.object({ ...entryBase, kind: z.literal('assigned'), assignee: MemberRef.nullable() }),
  z.object({ ...entryBase, kind: z.literal('status'), status: Status }),
  /** What the visitor thought of it: 1 to 5. */
  z.object({ ...entryBase, kind: z.literal('rating'), score: z.int(), comment: z.string() }),
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

/** Something the site's page told about the visitor. */
export const TrackedEvent = z.object({ name: z.string(), meta: z.record(z.string(), z.unknown()), page: Page.nullable(), at: time });
export type TrackedEvent = z.infer<typeof TrackedEvent>;

/** All that is known of a visitor, for agents. */
export const VisitorDetails = z.object({
  id, name: z.string().nullable(), email: z.string().nullable(), phone: z.string().nullable(),
  /** The site's own id of its user, where it has proven one. */
  userId: z.string().nullable(),
  attributes: z.record(z.string(), z.unknown()), tags: z.array(z.string()), createdAt: time,
  /** Newest first. */
  events: z.array(TrackedEvent),
  conversations: z.int(),
});
export type VisitorDetails = z.infer<typeof VisitorDetails>;

/** A conversation as the inbox lists it. */
export const InboxConversation = z.object({
  id,
  /** `verified`: the site has proven who it is. */
  visitor: z.object({ id, name: z.string().nullable(), email: z.string().nullable(), verified: z.boolean() }),
  status: Status,
  assignee: MemberRef.nullable(),
  /** `seq` of the last entry. */
  head: seq,
  /** How many messages the visitor has written in it. */
  visitorMessages: z.int(),
  createdAt: time,
  /** Time of the last message, change of status or rating; what the inbox sorts by. */
  activityAt: time,
  /** The newest message, shortened, or null. Of one without text: the name of its first file. */
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
  'conversation:start': z.object({
    clientId, message: z.object({ clientId, text: messageText, attachments: attachmentIds }).refine(...notEmpty), page: Page.optional(), profile: Profile.optional(),
  }),
  'message:send': z.object({ conversationId: id, clientId, text: messageText, attachments: attachmentIds, page: Page.optional() }).refine(...notEmpty),
  /** Resume and heartbeat in one: what I have of each conversation. Conversations I do not name come back as start-over. */
  'log:sync': syncRequest,
  'history:load': historyRequest,
  'typing:set': typingRequest,
  /** Only ever moves forward; smaller numbers are ignored. */
  'read:mark': readRequest,
  /** A later rating of the same conversation stands beside the earlier one. */
  'rating:set': z.object({ conversationId: id, clientId, score: z.int().min(1).max(5), comment: short(limits.RATING_COMMENT_MAX).default('') }),
  /** Of a visitor who has not written yet it is kept until they do, or until the connection ends. */
  'profile:set': z.object({ profile: Profile }),
  'event:track': z.object({
    name: short(limits.EVENT_NAME_MAX).min(1), meta: z.record(short(limits.ATTRIBUTE_NAME_MAX), z.union([short(limits.ATTRIBUTE_VALUE_MAX), z.number(), z.boolean(), z.null()]))
      .refine((meta) => JSON.stringify(meta).length <= limits.EVENT_META_MAX).default({}),
    page: Page.optional(),
  }),
  /** Erases the visitor: conversations, files, everything. Cannot be undone. */
  'visitor:erase': z.object({ confirm: z.literal(true) }),
};

/** Requests of the namespace /agent. */
export const agentRequests = {
  'message:send': z.object({ conversationId: id, clientId, text: messageText, attachments: attachmentIds }).refine(...notEmpty),
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
  /** All that is known of a visitor. */
  'visitor:load': z.object({ visitorId: id }),
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
  'rating:set': { entry: Entry };
  'profile:set': Record<string, never>;
  'event:track': Record<string, never>;
  'visitor:erase': { conversations: number };
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
    /** `gone`: conversations that were erased. */
    | { answer: 'changes'; conversations: ListedConversation[]; gone: string[]; cursor: string; counts: InboxCounts }
    | { answer: 'start-over'; cursor: string; counts: InboxCounts };
  'member:list': { members: Array<MemberRef & { online: boolean }> };
  'visitor:load': { visitor: VisitorDetails };
  /** All who look at it, the asking member too. */
  'viewing:set': { members: MemberRef[] };
}

// ---- the handshake --------------------------------------------------------------------------------------------

/** `auth` of the Socket.IO CONNECT packet to /visitor. Without a token the visitor is a new one. */
export const VisitorHandshake = z.object({ protocol: z.unknown(), workspace: id, token: z.string().max(2_000).nullish(), identity: Identity.nullish() });
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
  'session:started': (news: SessionStarted & { visitorId: string; token: string; workspace: { id: string; name: string }; identity: { userId: string } | null }) => void;
  'entry:created': (news: { entry: Entry }) => void;
  /** Everything of this visitor is gone, by their own wish from this or another tab. Forget it, and connect again without the token. */
  'visitor:erased': (news: Record<string, never>) => void;
  'read:updated': (news: { conversationId: string; reads: VisitorConversation['reads'] }) => void;
  'typing:updated': (news: { conversationId: string; author: Author; typing: boolean }) => void;
}

export interface AgentNews extends CommonNews {
  'session:started': (news: SessionStarted & { member: MemberRef & { email: string; role: string }; workspace: { id: string; name: string } }) => void;
  /** Every entry of the workspace, with the conversation as it is after it. */
  'entry:created': (news: { entry: Entry; conversation: InboxConversation }) => void;
  /** The visitor had everything of theirs erased. Forget these conversations. */
  'conversation:erased': (news: { conversationIds: string[] }) => void;
  /** `member`: set when a member's own reading changed, for their other windows. */
  'read:updated': (news: { conversationId: string; reads: InboxConversation['reads']; member?: { id: string; seen: number; readMessages: number } }) => void;
  'typing:updated': (news: { conversationId: string; author: Author; typing: boolean }) => void;
  'member:updated': (news: { member: MemberRef & { online: boolean } }) => void;
  /** All who look at a conversation, told to those who do. */
  'viewing:updated': (news: { conversationId: string; members: MemberRef[] }) => void;
  /** Signed out elsewhere, or the session ended; the gateway disconnects after this. */
  'session:ended': (news: Record<string, never>) => void;
}
