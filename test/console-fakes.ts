/** What the console's unit tests stand on: a connection whose other end is the test, and conversations and entries to send through it. */
import { signal, type Signal } from '@preact/signals';
import type { Connection, ConnectionState } from '../console/connection.ts';
import type { Ack, AgentAnswers, AgentNews, AgentPayload, AgentRequest, Entry, ListedConversation } from '../shared/protocol.ts';

type Handler<E extends AgentRequest> = (payload: AgentPayload<E>) => Ack<AgentAnswers[E]> | Promise<Ack<AgentAnswers[E]>>;

export interface FakeConnection extends Connection {
  state: Signal<ConnectionState>;
  slow: Signal<boolean>;
  /** Every request that was made, in order. */
  readonly requests: Array<{ event: AgentRequest; payload: unknown }>;
  /** Says how a request is answered from now on. */
  answer<E extends AgentRequest>(event: E, handler: Handler<E>): void;
  /** Sends news. */
  tell<E extends keyof AgentNews>(event: E, ...news: Parameters<AgentNews[E]>): void;
  /** The payloads of one kind of request. */
  asked<E extends AgentRequest>(event: E): Array<AgentPayload<E>>;
}

/** A connection that is online. A request without an answer is one whose connection was lost. */
export function fakeConnection(): FakeConnection {
  const handlers = new Map<AgentRequest, (payload: never) => unknown>();
  const listeners = new Map<string, Set<(...news: never[]) => void>>();
  const requests: FakeConnection['requests'] = [];
  return {
    state: signal<ConnectionState>({ at: 'online' }),
    slow: signal(false),
    requests,
    async request(event, payload) {
      requests.push({ event, payload });
      const handler = handlers.get(event);
      if (!handler) throw new Error(`The connection was lost during ${event}`);
      return (await handler(payload as never)) as never;
    },
    on(event, handler) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(handler));
      return () => void all.delete(handler);
    },
    retry: () => undefined,
    close: () => undefined,
    answer: (event, handler) => void handlers.set(event, handler),
    tell: (event, ...news) => listeners.get(event)?.forEach((listener) => listener(...(news as unknown as never[]))),
    asked: (event) => requests.filter((request) => request.event === event).map(({ payload }) => payload as never),
  };
}

export const ok = <T>(data: T): { ok: true; data: T } => ({ ok: true, data });

/** A moment: `minute` minutes after noon. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString();

/** A conversation in which the visitor has written once and nobody has read it. */
export function conversation(id: string, change: Partial<ListedConversation> = {}): ListedConversation {
  return {
    id,
    visitor: { id: `visitor-${id}`, name: null, email: null, verified: false },
    status: 'open',
    assignee: null,
    head: 1,
    visitorMessages: 1,
    createdAt: at(0),
    activityAt: at(0),
    preview: { author: 'visitor', text: 'Hello' },
    page: null,
    reads: { visitor: { delivered: 1, seen: 1 }, agents: { delivered: 0, seen: 0 } },
    readMessages: 0,
    seen: 0,
    ...change,
  };
}

/** A conversation as news tell it: without what this member has read. */
export function news(id: string, change: Partial<ListedConversation> = {}): Omit<ListedConversation, 'readMessages' | 'seen'> {
  const { readMessages: _, seen: __, ...rest } = conversation(id, change);
  return rest;
}

type Message = Extract<Entry, { kind: 'message' }>;

/** A message of the visitor; its `prev` is the entry before. */
export function message(conversationId: string, seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `${conversationId}.${seq}`,
    conversationId,
    seq,
    prev: seq - 1,
    kind: 'message',
    author: { kind: 'visitor', id: `visitor-${conversationId}`, name: null },
    clientId: `client-${conversationId}-${seq}`,
    at: at(seq),
    text: `Message ${seq}`,
    ...change,
  };
}

/** The counts of an inbox. */
export const counts = (unassigned: number, mine = 0, closed = 0): { unassigned: number; mine: number; all: number; closed: number } => ({ unassigned, mine, all: unassigned + mine, closed });

/** A browser storage in memory. `full`: it refuses to store anything more. */
export function fakeStorage(): Storage & { full: boolean } {
  const items = new Map<string, string>();
  return {
    full: false,
    get length() { return items.size; },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem(key, value) {
      if (this.full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      items.set(key, value);
    },
  };
}
