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

interface Waiting { clientId: string; event: 'message:send' | 'note:add'; conversationId: string; text: string }

/** A client gives up on an answer after this long and asks again. */
const ANSWER_MS = 10_000;
/** How often it asks whether it missed something; more often than a client has to, so that a test is over sooner. */
const HEARTBEAT_MS = 1_000;
const RETRYABLE = new Set(['rate_limited', 'overloaded', 'unavailable', 'internal']);

export class AgentClient {
  readonly sent: string[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Codes of refusals that stay refusals; a sound run has none. */
  readonly refused: string[] = [];
  readonly name: string;
  /** Whole logs by conversation: what this client would show. A reload loses them; what waits to be sent it does not. */
  logs = new Map<string, WireEntry[]>();
  readonly #url: string;
  readonly #cookie: string;
  readonly #waiting: Waiting[] = [];
  #socket: Socket | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #sending = false;
  #syncing = false;

  constructor(options: { url: string; cookie: string; name: string }) {
    this.name = options.name;
    this.#url = options.url;
    this.#cookie = options.cookie;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Connects, and from then on connects again by itself whenever the connection is lost. */
  start(): void {
    const socket = io(`${this.#url}/agent`, {
      forceNew: true, transports: ['websocket'], auth: { protocol: 1 },
      extraHeaders: { cookie: this.#cookie, origin: this.#url },
      reconnectionDelay: 50, reconnectionDelayMax: 300,
    });
    this.#socket = socket;
    socket.on('session:started', () => {
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
    this.#heartbeat = setInterval(() => void this.#sync(), HEARTBEAT_MS);
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

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#waiting[0]; next && this.#socket?.connected; next = this.#waiting[0]) {
        const { event, ...payload } = next;
        // Without an answer (the connection broke, or time ran out) it stays and goes again, under its old name.
        const ack = await this.#ask<{ entry: WireEntry }>(event, payload).catch(() => null);
        if (ack?.ok) {
          this.acknowledged.push({ clientId: next.clientId, conversationId: ack.data.entry.conversationId, seq: ack.data.entry.seq });
          this.#waiting.shift();
        } else if (ack && !RETRYABLE.has(ack.error.code)) {
          this.refused.push(ack.error.code);
          this.#waiting.shift();
        } else if (ack?.error.retryAfterMs !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, ack.error.retryAfterMs));
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Asks for everything this client does not have, of every conversation there is. */
  async #sync(): Promise<void> {
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
  }

  /** Takes an entry in. False: something before it is missing. */
  #take(entry: WireEntry): boolean {
    const last = this.#last(entry.conversationId);
    if (entry.seq <= last) return true;
    if (entry.prev !== last) return false;
    const log = this.logs.get(entry.conversationId);
    if (log) log.push(entry);
    else this.logs.set(entry.conversationId, [entry]);
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
