/**
 * A gateway in memory, as docs/protocol.md describes /visitor, with a network that tests hold in their hand: packets lie in two
 * queues per wire until they are delivered, and a wire can break with packets in it. Shows what the widget's core makes of every order of events.
 */
import { wireError, type ErrorCode, type WireError } from '../shared/errors.ts';
import { PAGE_ENTRIES, SYNC_ENTRIES_MAX } from '../shared/limits.ts';
import type { Ack, Attachment, Author, Catchup, Entry, Identity, ReadState, Status, VisitorAnswers, VisitorConversation, VisitorNews, VisitorPayload, VisitorRequest } from '../shared/protocol.ts';
import type { OpenWire, WireEvents } from '../widget/connection.ts';

/** An entry as it is kept: notes are in the log and not for visitors. */
type Stored = Entry & { hidden?: true };

interface Log { conversation: VisitorConversation; visitorId: string; entries: Stored[] }

type Draft = { kind: 'message' | 'note'; text: string; attachments?: Attachment[] } | { kind: 'status'; status: Status } | { kind: 'rating'; score: number; comment: string };

type Handlers = { [E in VisitorRequest]: (visitorId: string, payload: VisitorPayload<E>) => VisitorAnswers[E] | ErrorCode };

const AGENT: Author = { kind: 'agent', id: 'ana', name: 'Ana' };

/** Everything the gateway keeps, over all wires. */
export class FakeGateway {
  readonly logs = new Map<string, Log>();
  readonly wires = new Set<FakeWire>();
  readonly expired = new Set<string>();
  /** Files that were uploaded, by id. */
  readonly files = new Map<string, Attachment>();
  /** Requests that reached it, oldest first. */
  readonly requests: Array<{ event: string; payload: unknown; visitorId: string }> = [];
  /** Answers every request of this event with this error. */
  readonly refusing = new Map<string, WireError>();
  refuseHandshake: WireError | undefined;
  reachable = true;
  /** Packets travel by themselves; false: only by deliver(). */
  automatic = true;
  heartbeatMs = 60_000;
  pageEntries = PAGE_ENTRIES;
  #visitors = 0;
  #tokens = 0;
  #conversations = 0;
  #clock = Date.parse('2026-03-01T12:00:00.000Z');

  /** What the widget opens instead of a socket. */
  readonly openWire: OpenWire = (_, auth, events) => new FakeWire(this, auth, events);

  now(): string {
    this.#clock += 1_000;
    return new Date(this.#clock).toISOString();
  }

  /** An identity is accepted with the proof `proven`; whoever is somebody has the id `user-THEIRS` everywhere. */
  handshake({ token, protocol, identity }: Record<string, unknown>): { visitorId: string; token: string; identity: { userId: string } | null } | WireError {
    if (this.refuseHandshake) return this.refuseHandshake;
    if (protocol !== 1) return wireError('protocol_unsupported');
    if (typeof token === 'string' && this.expired.has(token)) return wireError('token_expired');
    const presented = typeof token === 'string' ? (token.split('.')[0] ?? '') : undefined;
    const { userId, token: proof } = (identity ?? {}) as Identity;
    if (userId && proof !== 'proven') return wireError('identity_invalid');
    const visitorId = userId ? `user-${userId}` : (presented ?? `visitor-${++this.#visitors}`);
    // What nobody owned goes over; from one person to another nothing does.
    if (presented?.startsWith('visitor-')) for (const log of this.logs.values()) if (log.visitorId === presented) log.visitorId = visitorId;
    const [, known] = /^user-(.*)$/.exec(visitorId) ?? [];
    return { visitorId, token: `${visitorId}.${++this.#tokens}`, identity: known === undefined ? null : { userId: known } };
  }

  /** Delivers one packet, chosen by a number from 0 up to 1. False: none is under way. */
  deliver(choice: number): boolean {
    const queues = [...this.wires].flatMap((wire) => [wire.up, wire.down]).filter((queue) => queue.length > 0);
    queues[Math.floor(choice * queues.length)]?.shift()?.();
    return queues.length > 0;
  }

  /** All wires break, with what is in them. */
  cut(): void {
    for (const wire of this.wires) wire.end('broken');
  }

  tell<E extends keyof VisitorNews>(visitorId: string, event: E, news: Parameters<VisitorNews[E]>[0]): void {
    for (const wire of this.wires) if (wire.visitorId === visitorId) wire.send(() => wire.events.news(event, structuredClone(news)));
  }

  append(log: Log, draft: Draft, author: Author, clientId: string | null): Entry {
    const prev = log.entries.findLast((entry) => !entry.hidden)?.seq ?? 0;
    const seq = log.entries.length + 1;
    const entry = { ...draft, id: `${log.conversation.id}.${seq}`, conversationId: log.conversation.id, seq, prev, author, clientId, at: this.now() } as Stored;
    if (draft.kind === 'note') entry.hidden = true;
    else log.conversation.head = seq;
    if (draft.kind === 'status') log.conversation.status = draft.status;
    log.entries.push(entry);
    if (!entry.hidden) this.tell(log.visitorId, 'entry:created', { entry });
    return entry;
  }

  /** The agent writes. */
  say(conversationId: string, text: string): Entry {
    return this.append(this.log(conversationId), { kind: 'message', text }, AGENT, `agent-${Math.random()}`);
  }

  /** The agent writes something that visitors don't get. */
  note(conversationId: string): void {
    this.append(this.log(conversationId), { kind: 'note', text: 'between us' }, AGENT, null);
  }

  setStatus(conversationId: string, status: Status): void {
    this.append(this.log(conversationId), { kind: 'status', status }, AGENT, null);
  }

  read(conversationId: string, agents: ReadState): void {
    const { conversation, visitorId } = this.log(conversationId);
    conversation.reads = { ...conversation.reads, agents };
    this.tell(visitorId, 'read:updated', { conversationId, reads: conversation.reads });
  }

  type(conversationId: string, typing: boolean): void {
    this.tell(this.log(conversationId).visitorId, 'typing:updated', { conversationId, author: AGENT, typing });
  }

  log(conversationId: string): Log {
    const log = this.logs.get(conversationId);
    if (!log) throw new Error(`no conversation ${conversationId}`);
    return log;
  }

  /** All texts of visitors, conversation by conversation, in the order of the log. */
  texts(): string[] {
    return [...this.logs.values()].flatMap(({ entries }) => entries.flatMap((entry) => (entry.kind === 'message' && entry.author.kind === 'visitor' ? [entry.text] : [])));
  }

  answer(visitorId: string, event: VisitorRequest, payload: never): Ack<unknown> {
    this.requests.push({ event, payload, visitorId });
    const refusal = this.refusing.get(event);
    if (refusal) return { ok: false, error: refusal };
    const data = this.#handlers[event](visitorId, payload);
    return typeof data === 'string' ? { ok: false, error: wireError(data) } : { ok: true, data };
  }

  readonly #handlers: Handlers = {
    'conversation:start': (visitorId, { clientId, message }) => {
      const log = this.#logs(visitorId).find(({ conversation }) => conversation.clientId === clientId) ?? this.#create(visitorId, clientId);
      const entry = this.#write(log, visitorId, message);
      return { conversation: log.conversation, entry };
    },
    'message:send': (visitorId, { conversationId, ...message }) => {
      const log = this.#own(visitorId, conversationId);
      return log ? { entry: this.#write(log, visitorId, message) } : 'not_found';
    },
    'log:sync': (visitorId, { conversations }) => {
      const held = new Map(conversations.map(({ id, seq }) => [id, seq]));
      return {
        conversations: this.#logs(visitorId).map(({ conversation, entries }) => {
          const known = held.get(conversation.id);
          const visible = entries.filter(({ hidden }) => !hidden);
          const missed = visible.filter(({ seq }) => seq > (known ?? 0));
          const catchup: Catchup = known === undefined || missed.length > SYNC_ENTRIES_MAX
            ? { answer: 'start-over', entries: visible.slice(-this.pageEntries), earlier: visible.length > this.pageEntries }
            : { answer: 'entries', entries: missed };
          return { conversation, catchup };
        }),
        gone: [...held.keys()].filter((id) => !this.#own(visitorId, id)),
      };
    },
    'history:load': (visitorId, { conversationId, before }) => {
      const log = this.#own(visitorId, conversationId);
      if (!log) return 'not_found';
      const older = log.entries.filter(({ hidden, seq }) => !hidden && seq < before);
      return { entries: older.slice(-this.pageEntries), earlier: older.length > this.pageEntries };
    },
    'typing:set': () => ({}),
    'read:mark': (visitorId, { conversationId, delivered = 0, seen = 0 }) => {
      const log = this.#own(visitorId, conversationId);
      if (!log) return 'not_found';
      const { reads } = log.conversation;
      const mine = { delivered: Math.max(reads.visitor.delivered, delivered), seen: Math.max(reads.visitor.seen, seen) };
      log.conversation.reads = { ...reads, visitor: mine };
      this.tell(visitorId, 'read:updated', { conversationId, reads: log.conversation.reads });
      return mine;
    },
    'rating:set': (visitorId, { conversationId, clientId, score, comment = '' }) => {
      const log = this.#own(visitorId, conversationId);
      return log ? { entry: this.append(log, { kind: 'rating', score, comment }, { kind: 'visitor', id: visitorId, name: null }, clientId) } : 'not_found';
    },
    'profile:set': () => ({}),
    'event:track': () => ({}),
    'visitor:erase': (visitorId) => {
      const own = this.#logs(visitorId);
      for (const { conversation } of own) this.logs.delete(conversation.id);
      // The acknowledgement goes first.
      queueMicrotask(() => this.tell(visitorId, 'visitor:erased', {}));
      return { conversations: own.length };
    },
  };

  #logs(visitorId: string): Log[] {
    return [...this.logs.values()].filter((log) => log.visitorId === visitorId).reverse();
  }

  #own(visitorId: string, conversationId: string): Log | undefined {
    const log = this.logs.get(conversationId);
    return log?.visitorId === visitorId ? log : undefined;
  }

  #create(visitorId: string, clientId: string): Log {
    const nobody = { delivered: 0, seen: 0 };
    const conversation: VisitorConversation = {
      id: `conversation-${++this.#conversations}`, clientId, status: 'open', head: 0, createdAt: this.now(), reads: { visitor: nobody, agents: nobody },
    };
    const log: Log = { conversation, visitorId, entries: [] };
    this.logs.set(conversation.id, log);
    return log;
  }

  /** Rule D2: a name used before stores nothing and answers the same entry. */
  #write(log: Log, visitorId: string, { clientId, text, attachments: ids = [] }: { clientId: string; text: string; attachments?: string[] | undefined }): Entry {
    const repeated = this.#logs(visitorId).flatMap(({ entries }) => entries).find((entry) => entry.clientId === clientId);
    if (repeated) return repeated;
    const author: Author = { kind: 'visitor', id: visitorId, name: null };
    if (log.conversation.status === 'closed') this.append(log, { kind: 'status', status: 'open' }, { kind: 'system', id: null, name: null }, null);
    const attachments = ids.flatMap((id) => this.files.get(id) ?? []);
    return this.append(log, { kind: 'message', text, ...(attachments.length > 0 && { attachments }) }, author, clientId);
  }
}

/** One connection: two queues of packets, and an end. */
export class FakeWire {
  readonly up: Array<() => void> = [];
  readonly down: Array<() => void> = [];
  readonly events: WireEvents;
  readonly #gateway: FakeGateway;
  visitorId = '';
  #open = true;

  constructor(gateway: FakeGateway, auth: () => Record<string, unknown>, events: WireEvents) {
    this.events = events;
    this.#gateway = gateway;
    gateway.wires.add(this);
    // Asked, as a real wire does, when it has opened, and sent then.
    this.#put(this.up, () => this.#accept(structuredClone(auth())));
  }

  emit(event: string, payload: unknown, answer: (data: unknown) => void): void {
    const sent = structuredClone(payload) as never;
    this.#put(this.up, () => {
      const ack = structuredClone(this.#gateway.answer(this.visitorId, event as VisitorRequest, sent));
      this.send(() => answer(ack));
    });
  }

  close(): void {
    this.#open = false;
    this.#gateway.wires.delete(this);
  }

  end(reason: 'broken' | 'unopened'): void {
    if (!this.#open) return;
    this.close();
    this.events.closed(reason);
  }

  send(packet: () => void): void {
    this.#put(this.down, packet);
  }

  #accept(auth: Record<string, unknown>): void {
    if (!this.#gateway.reachable) {
      this.end('unopened');
      return;
    }
    const session = this.#gateway.handshake(auth);
    if ('code' in session) {
      this.send(() => {
        this.close();
        this.events.refused(session);
      });
      return;
    }
    this.visitorId = session.visitorId;
    const { heartbeatMs } = this.#gateway;
    const workspace = { id: 'demo', name: 'Demo' };
    this.send(() => this.events.news('session:started', { protocol: 1, serverTime: this.#gateway.now(), heartbeatMs, ...session, workspace }));
  }

  #put(queue: Array<() => void>, packet: () => void): void {
    const guarded = (): void => {
      if (this.#open) packet();
    };
    if (!this.#gateway.automatic) {
      queue.push(guarded);
      return;
    }
    // One after the other, in order, and never before the caller has returned.
    queue.push(guarded);
    queueMicrotask(() => queue.shift()?.());
  }
}
