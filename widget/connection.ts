/**
 * The connection to the gateway's namespace /visitor: one interface over two ways there (connection-websocket.ts, and
 * connection-socketio.ts where WebSocket is blocked). This file keeps it up: when to try again, when to give up, what became
 * of a request. It knows no DOM, so it runs under Node as well.
 */
import type { WireError } from '../shared/errors.ts';
import { RETRYABLE } from '../shared/errors.ts';
import { ACK_TIMEOUT_MS } from '../shared/limits.ts';
import type { Ack, VisitorAnswers, VisitorNews, VisitorPayload, VisitorRequest } from '../shared/protocol.ts';

/** Why a wire ended: it never opened, or as if it did and then said nothing, broke, fell silent, carried something that is not the protocol, or was ended by the gateway. */
export type CloseReason = 'unopened' | 'mute' | 'broken' | 'silent' | 'garbage' | 'ended';

/** One physical connection, from its opening to its end. */
export interface Wire {
  /** Puts a request on the wire; `answer` is called with whatever its acknowledgement carries, or never. */
  emit(event: string, payload: unknown, answer: (data: unknown) => void): void;
  /** Ends it without a further event. */
  close(): void;
}

/** What a wire reports, never before `openWire` has returned. `refused` and `closed` are its last words. */
export interface WireEvents {
  news(event: string, payload: unknown): void;
  /** The namespace did not let us in; `data` is what it said. */
  refused(data: unknown): void;
  closed(reason: CloseReason): void;
}

/** Opens a wire to the gateway at `origin`, naming ourselves with `auth`, which is asked when it is time to. */
export type OpenWire = (origin: string, auth: () => Record<string, unknown>, events: WireEvents) => Wire;

export type ConnectionState =
  /** Not wanted. */
  | { name: 'idle' }
  | { name: 'connecting' }
  /** session:started has arrived. */
  | { name: 'online' }
  /** Lost, or not reached; tried again at `until` (milliseconds since 1970). */
  | { name: 'waiting'; reason: CloseReason | 'refused'; until: number }
  /** The gateway will not have us, and asking again would not change that. */
  | { name: 'refused'; error: WireError };

type News = VisitorNews;
type Payload<E extends keyof News> = Parameters<News[E]>[0];

export interface Connection {
  readonly state: ConnectionState;
  /** Opens it where it is not open or opening; also after a refusal. */
  connect(): void;
  /** Tries at once where it waits, unless the gateway asked for patience. For "online again" and "looked at again". */
  wake(): void;
  /** Opens a new wire at once, because auth() has another answer now. */
  restart(): void;
  /** The wire looks alive but did not answer: takes it for lost. */
  suspect(): void;
  /** Resolves with the acknowledgement; rejects when there is no connection, it broke, or no answer came in time. */
  request<E extends VisitorRequest>(event: E, payload: VisitorPayload<E>): Promise<Ack<VisitorAnswers[E]>>;
  /** Calls `listener` at such news. */
  on<E extends keyof News>(event: E, listener: (news: Payload<E>) => void): void;
  /** Lets go of the wire; nothing is tried until the next connect(). */
  close(): void;
}

export interface ConnectionOptions {
  /** Origin of the gateway: https://chat.example */
  origin: string;
  openWire: OpenWire;
  /** Brings the other way in, for networks that block the first; rejects where the gateway cannot be reached by plain HTTP either. */
  fallback?(): Promise<OpenWire>;
  /** Who we are; asked at every attempt. */
  auth(): Record<string, unknown>;
  /** The gateway refused us. True: auth() has another answer now, so try again at once. */
  onRefused?(error: WireError): boolean;
  onState(state: ConnectionState): void;
  /** 0 to 1; replaced in tests. */
  random?(): number;
}

const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 15_000;
/** From the first attempt to session:started, before we try anew. */
const OPEN_TIMEOUT_MS = 15_000;
/** A connection that ends sooner than this after it began counts as one more failed attempt. */
const SETTLED_MS = 1_000;
/** So many wires in a row that did not open, while HTTP works, speak for a network that blocks them. Of those that say nothing one does: a gateway that is away is not silent for so long. */
const BLOCKED_AFTER = 3;

/** Milliseconds until the next attempt after `attempts` failed ones; `chance` from 0 to 1 spreads those who were cut off together. */
export function nextDelay(attempts: number, chance: number): number {
  return chance * Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts);
}

export function createConnection(options: ConnectionOptions): Connection {
  const { random = Math.random } = options;
  const listeners: Array<{ event: string; listener: (news: never) => void }> = [];
  /** Ends of the requests under way. */
  const underWay = new Set<() => void>();
  let state: ConnectionState = { name: 'idle' };
  let openWire = options.openWire;
  let wire: Wire | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let unopened = 0;
  let onlineSince = 0;
  /** The gateway asked us to stay away until then; milliseconds since 1970. */
  let notBefore = 0;

  function become(next: ConnectionState): void {
    state = next;
    options.onState(next);
  }

  function drop(): void {
    clearTimeout(timer);
    wire?.close();
    wire = undefined;
    failAll();
  }

  function failAll(): void {
    for (const fail of underWay) fail();
  }

  function open(): void {
    drop();
    become({ name: 'connecting' });
    timer = setTimeout(lost, OPEN_TIMEOUT_MS, 'mute');
    let opened: Wire | undefined;
    const current = (): boolean => wire === opened;
    try {
      opened = wire = openWire(options.origin, options.auth, {
        news: (event, payload) => current() && take(event, payload),
        refused: (data) => current() && refused(data),
        closed: (reason) => current() && lost(reason),
      });
    } catch {
      // Some browsers throw where a content security policy forbids the address.
      lost('unopened');
    }
  }

  function take(event: string, payload: unknown): void {
    if (event === 'session:started') {
      clearTimeout(timer);
      // On a wire that another tab gave up and this one took over, what was asked before is answered by nobody.
      if (state.name === 'online') failAll();
      unopened = 0;
      onlineSince = Date.now();
      become({ name: 'online' });
    } else if (event === 'server:closing') {
      // Everybody is sent away at once; spread by chance we don't all come back at once.
      const { retryInMs } = payload as Payload<'server:closing'>;
      if (retryInMs > 0) notBefore = Date.now() + retryInMs * (0.5 + random());
    }
    for (const entry of listeners) if (entry.event === event) entry.listener(payload as never);
  }

  function refused(data: unknown): void {
    const error = asError(data);
    if (error && options.onRefused?.(error)) open();
    else if (!error || RETRYABLE.has(error.code)) {
      if (error?.retryAfterMs) notBefore = Date.now() + error.retryAfterMs * (1 + random() / 2);
      lost('refused');
    } else {
      drop();
      become({ name: 'refused', error });
    }
  }

  function lost(reason: CloseReason | 'refused'): void {
    drop();
    if (onlineSince && Date.now() - onlineSince > SETTLED_MS) attempts = 0;
    onlineSince = 0;
    const until = Math.max(Date.now() + nextDelay(attempts++, random()), notBefore);
    timer = setTimeout(open, until - Date.now());
    become({ name: 'waiting', reason, until });
    if (reason === 'mute' || reason === 'unopened') considerFallback(reason).catch(() => {});
  }

  async function considerFallback(reason: CloseReason): Promise<void> {
    if (openWire !== options.openWire) {
      // The other way in did not open either, so it is not the first one that is blocked.
      openWire = options.openWire;
      unopened = 0;
    } else if ((++unopened >= BLOCKED_AFTER || reason === 'mute') && options.fallback) {
      const other = await options.fallback();
      // The first may have opened meanwhile after all; else nothing is left to wait for.
      if (!unopened) return;
      openWire = other;
      if (state.name === 'connecting') open();
      wake();
    }
  }

  function wake(): void {
    if (state.name !== 'waiting' || Date.now() < notBefore) return;
    // There is a reason to hope, and a person who waits.
    attempts = 0;
    open();
  }

  return {
    get state() {
      return state;
    },
    connect() {
      if (state.name === 'idle' || state.name === 'refused') open();
      wake();
    },
    wake,
    restart() {
      if (state.name !== 'idle') open();
    },
    suspect() {
      if (state.name === 'online') lost('silent');
    },
    request(event, payload) {
      return new Promise((resolve, reject) => {
        const timeout = setTimeout(fail, ACK_TIMEOUT_MS);
        function fail(): void {
          if (settled()) reject(new Error('no answer'));
        }
        function settled(): boolean {
          clearTimeout(timeout);
          return underWay.delete(fail);
        }
        underWay.add(fail);
        if (state.name !== 'online') fail();
        else wire?.emit(event, payload, (data) => {
          if (!isAck(data)) fail();
          else if (settled()) resolve(data as Ack<never>);
        });
      });
    },
    on(event, listener) {
      listeners.push({ event, listener });
    },
    close() {
      drop();
      attempts = 0;
      if (state.name !== 'idle') become({ name: 'idle' });
    },
  };
}

function isAck(data: unknown): boolean {
  const { ok, error } = (data ?? {}) as Partial<{ ok: unknown; error: unknown }>;
  return ok === true || (ok === false && !!asError(error));
}

function asError(data: unknown): WireError | undefined {
  const error = data as WireError | null | undefined;
  return typeof error?.code === 'string' && typeof error.message === 'string' ? error : undefined;
}
