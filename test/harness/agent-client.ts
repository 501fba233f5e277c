/**
 * An agent's client of our own for the tests, by docs/protocol.md alone: plain socket.io-client, nothing of shared/ or console/.
 * It keeps whole logs, sends one thing after another under its own names, and repeats what was not acknowledged.
 */
import { io, type Socket } from 'socket.io-client';
import { nanoid } from 'nanoid';
import type { Acknowledged } from './compare-logs.ts';

/** An entry as it comes over the wire; fields this client does not need are left out. */
export interface WireEntry { conversationId: string; seq: number; prev: number; kind: string; clientId: string | null; text?: string; author: { kind: string } }

type Ack<T> = { ok: true; data: T } | { ok: false; error: { code: string; message: string; retryAfterMs?: number } };

export interface Waiting { clientId: string; event: 'message:send' | 'note:add'; conversationId: string; text: string }

/** A client gives up on an answer after this long and asks again. */
const ANSWER_MS = 10_000;
/** Before something is tried again, where the gateway says nothing about that. */
const RETRY_MS = 500;
const RETRYABLE = new Set(['rate_limited', 'overloaded', 'unavailable', 'internal']);

export interface AgentClientOptions {
  url: string;
  cookie: string;
  name: string;
  onAcknowledged?: (ack: Acknowledged) => void;
  /** Told each entry when it is shown; again after a reload. */
  onShown?: (entry: WireEntry) => void;
}

export class AgentClient {
  readonly sent: string[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Codes of refusals that stay refusals; a sound run has none. */
  readonly refused: string[] = [];
  /** Sessions that began, and answers to a sync that brought what had been missed. */
  readonly counts = { sessions: 0, repaired: 0 };
  readonly name: string;
  /** Whole logs by conversation: what this client would show. A reload loses them; what waits to be sent it does not. */
  logs = new Map<string, WireEntry[]>();
  readonly #url: string;
  readonly #cookie: string;
  readonly #told: Pick<AgentClientOptions, 'onAcknowledged' | 'onShown'>;
  readonly #waiting: Waiting[] = [];
  #socket: Socket | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #sending = false;
  #syncing = false;
  #syncAgain = false;

  constructor(options: AgentClientOptions) {
    this.name = options.name;
    this.#url = options.url;
    this.#cookie = options.cookie;
    this.#told = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The texts of what waits. */
  get unsent(): string[] {
    return this.#waiting.map(({ text }) => text);
  }

  /** Connects, and from then on connects again by itself whenever the connection is lost. */
  start(): void {
    const socket = io(`${this.#url}/agent`, {
      forceNew: true, transports: ['websocket'], auth: { protocol: 1 },
      extraHeaders: { cookie: this.#cookie, origin: this.#url },
      reconnectionDelay: 50, reconnectionDelayMax: 300,
    });
    this.#socket = socket;
    socket.on('session:started', ({ heartbeatMs }: { heartbeatMs: number }) => {
      this.counts.sessions += 1;
      clearInterval(this.#heartbeat);
      this.#heartbeat = setInterval(() => void this.#sync(), heartbeatMs);
      void this.#sync();
      void this.#flush();
    });
    socket.on('entry:created', ({ entry }: { entry: WireEntry }) => {
      if (!this.#take(entry)) void this.#sync();
    });
    // A gateway that closes a socket on purpose leaves connecting again to the client.
    socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') socket.connect();
    });
    // Turned away at the door: what may pass is tried again, after as long as was asked for.
    socket.on('connect_error', ({ data }: Error & { data?: { code: string; retryAfterMs?: number } }) => {
      if (!data) return;
      if (RETRYABLE.has(data.code)) setTimeout(() => { if (this.#socket === socket) socket.connect(); }, data.retryAfterMs ?? RETRY_MS);
      else this.refused.push(data.code);
    });
    socket.on('session:ended', () => this.refused.push('session:ended'));
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    this.#socket?.disconnect();
    this.#socket = undefined;
  }

  /** What closing and opening the window does: what was shown is gone, what waits is still there. */
  reload(): void {
    this.stop();
    this.logs = new Map();
    this.start();
  }

  /** Sends a reply or a note; it counts as sent from here on, whatever happens. */
  say(event: Waiting['event'], conversationId: string, text: string): void {
    const clientId = nanoid();
    this.sent.push(text);
    this.#waiting.push({ clientId, event, conversationId, text });
    void this.#flush();
  }

  /** What this client shows, by conversation. */
  shown(): Map<string, Array<{ seq: number; kind: string; text: string | null }>> {
    return new Map(Array.from(this.logs, ([id, entries]) => [id, entries.map(({ seq, kind, text }) => ({ seq, kind, text: text ?? null }))]));
  }

  /** What is sent next: the oldest. */
  protected next(waiting: readonly Waiting[]): Waiting | undefined {
    return waiting[0];
  }

  #done(clientId: string): void {
    this.#waiting.splice(this.#waiting.findIndex((one) => one.clientId === clientId), 1);
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.next(this.#waiting); next && this.#socket?.connected; next = this.next(this.#waiting)) {
        const { event, ...payload } = next;
        const { clientId } = next;
        // Without an answer (the connection broke, or time ran out) it stays and goes again, under its old name.
        const ack = await this.#ask<{ entry: WireEntry }>(event, payload).catch(() => null);
        if (ack?.ok) {
          const told = { clientId, conversationId: ack.data.entry.conversationId, seq: ack.data.entry.seq };
          this.acknowledged.push(told);
          this.#told.onAcknowledged?.(told);
          this.#done(clientId);
        } else if (ack && !RETRYABLE.has(ack.error.code)) {
          this.refused.push(ack.error.code);
          this.#done(clientId);
        } else {
          await new Promise((resolve) => setTimeout(resolve, (ack && !ack.ok && ack.error.retryAfterMs) || RETRY_MS));
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Asks for everything this client does not have, of every conversation there is. */
  async #sync(): Promise<void> {
    this.#syncAgain = this.#syncing;
    if (this.#syncing || !this.#socket?.connected) return;
    this.#syncing = true;
    try {
      const ids = new Set([...await this.#listed('all'), ...await this.#listed('closed')]);
      const known = Array.from(ids, (id) => ({ id, seq: this.#last(id) }));
      for (let at = 0; at < known.length; at += 50) {
        const answer = await this.#answer<{ conversations: Array<{ conversation: { id: string }; catchup: { answer: string; entries: WireEntry[]; earlier?: boolean } }> }>('log:sync', { conversations: known.slice(at, at + 50) });
        for (const { conversation, catchup } of answer.conversations) await this.#catchUp(conversation.id, catchup);
      }
    } catch {
      // The connection broke in between; the next start or heartbeat asks again.
    } finally {
      this.#syncing = false;
    }
    // What showed to be missing in the meantime may have come after what was asked.
    if (this.#syncAgain) await this.#sync();
  }

  async #listed(filter: string): Promise<string[]> {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: { conversations: Array<{ id: string }>; next: string | null } = await this.#answer('inbox:list', { filter, after, limit: 100 });
      ids.push(...page.conversations.map((conversation) => conversation.id));
      after = page.next;
    } while (after !== null);
    return ids;
  }

  async #catchUp(conversationId: string, catchup: { answer: string; entries: WireEntry[]; earlier?: boolean }): Promise<void> {
    if (catchup.answer === 'entries') {
      if (catchup.entries.length > 0 && this.#last(conversationId) > 0) this.counts.repaired += 1;
      for (const entry of catchup.entries) this.#take(entry);
      return;
    }
    const entries = [...catchup.entries];
    for (let earlier = catchup.earlier ?? false; earlier;) {
      const page: { entries: WireEntry[]; earlier: boolean } = await this.#answer('history:load', { conversationId, before: entries[0]?.seq ?? 1, limit: 100 });
      entries.unshift(...page.entries);
      earlier = page.earlier;
    }
    this.logs.set(conversationId, entries);
    for (const entry of entries) this.#told.onShown?.(entry);
  }

  /** Takes an entry in. False: something before it is missing. */
  #take(entry: WireEntry): boolean {
    const last = this.#last(entry.conversationId);
    if (entry.seq <= last) return true;
    if (entry.prev !== last) return false;
    const log = this.logs.get(entry.conversationId);
    if (log) log.push(entry);
    else this.logs.set(entry.conversationId, [entry]);
    this.#told.onShown?.(entry);
    return true;
  }

  #last(conversationId: string): number {
    return this.logs.get(conversationId)?.at(-1)?.seq ?? 0;
  }

  async #answer<T>(event: string, payload: object): Promise<T> {
    const ack = await this.#ask<T>(event, payload);
    if (!ack.ok) throw new Error(`${event}: ${ack.error.code}`);
    return ack.data;
  }

  async #ask<T>(event: string, payload: object): Promise<Ack<T>> {
    if (!this.#socket) throw new Error('Not connected');
    return await this.#socket.timeout(ANSWER_MS).emitWithAck(event, payload) as Ack<T>;
  }
}
