/**
 * The inbox's one connection to the gateway: Socket.IO, namespace /agent, websocket first. It always knows its true state, comes back by itself
 * with growing, spread-out pauses, and never keeps a request for later: what must survive a drop belongs in the outbox.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import { io } from 'socket.io-client';
import { ACK_TIMEOUT_MS, PROTOCOL_VERSION } from '../shared/limits.ts';
import type { Ack, AgentAnswers, AgentNews, AgentPayload, AgentRequest } from '../shared/protocol.ts';
import type { WireError } from '../shared/errors.ts';
import { reconnectDelay } from './reconnect-delay.ts';

export type ConnectionState =
  | { at: 'connecting' }
  | { at: 'online' }
  /** Tries again at `until`, milliseconds since 1970. */
  | { at: 'waiting'; until: number }
  /** The gateway said no, and asking again the same way would not help. */
  | { at: 'refused'; error: WireError };

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** News of what others do may come a few seconds late; the gateway says so. */
  readonly slow: ReadonlySignal<boolean>;
  /** Sends one request and answers its acknowledgement. Rejects when there is no connection or no answer came in time. */
  request<E extends AgentRequest>(event: E, payload: AgentPayload<E>): Promise<Ack<AgentAnswers[E]>>;
  /** Listens for news. Returns the way to stop. */
  on<E extends keyof AgentNews>(event: E, handler: AgentNews[E]): () => void;
  /** Tries again now instead of waiting. */
  retry(): void;
  /** Ends it for good. */
  close(): void;
}

/** The socket as a source of news, which Connection.on types by name. */
interface NewsSource {
  on(event: string, handler: (...news: never[]) => void): unknown;
  off(event: string, handler: (...news: never[]) => void): unknown;
}

/** A connection whose session has not started by then is given up. */
const CONNECT_TIMEOUT_MS = 15_000;

/** Codes after which connecting again unchanged cannot work. */
const FINAL = new Set(['protocol_unsupported', 'origin_not_allowed', 'forbidden']);
const SIGNED_OUT = new Set(['sign_in_required', 'token_expired', 'token_invalid']);

function errorIn(data: unknown): WireError | null {
  const candidate = (data as { error?: unknown } | null)?.error ?? data;
  const { code, message } = (candidate ?? {}) as Partial<WireError>;
  return typeof code === 'string' && typeof message === 'string' ? (candidate as WireError) : null;
}

/** Connects. `onSignedOut`: the session is over; the connection is closed then. */
export function createConnection(options: { onSignedOut(): void; url?: string }): Connection {
  const state = signal<ConnectionState>({ at: 'connecting' });
  const slow = signal(false);
  const socket = io(`${options.url ?? ''}/agent`, {
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    auth: { protocol: PROTOCOL_VERSION },
  });
  const news = socket as unknown as NewsSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  /** What the gateway asked us to wait before coming back, once. */
  let askedToWait: number | undefined;
  let closed = false;

  function connect(): void {
    clearTimeout(timer);
    if (closed) return;
    state.value = { at: 'connecting' };
    socket.connect();
    timer = setTimeout(() => {
      // Given up before it was there, a socket may not say that it is gone.
      if (socket.connected) socket.disconnect();
      else {
        socket.disconnect();
        connectLater();
      }
    }, CONNECT_TIMEOUT_MS);
  }

  function connectLater(retryAfterMs = askedToWait): void {
    clearTimeout(timer);
    if (closed) return;
    // Some proxies take a WebSocket and never let anything through: a connection that did not come about begins the other way the next time.
    if (state.peek().at === 'connecting') socket.io.opts.transports = attempt % 2 === 0 ? ['polling', 'websocket'] : ['websocket', 'polling'];
    const delay = reconnectDelay(attempt, Math.random(), retryAfterMs);
    attempt += 1;
    askedToWait = undefined;
    state.value = { at: 'waiting', until: Date.now() + delay };
    timer = setTimeout(connect, delay);
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    removeEventListener('online', retry);
    document.removeEventListener('visibilitychange', lookAgain);
    socket.disconnect();
  }

  function signedOut(): void {
    close();
    options.onSignedOut();
  }

  function retry(): void {
    if (state.value.at === 'waiting') connect();
  }

  /** A device that slept has lost its timers; somebody who looks wants it now. */
  function lookAgain(): void {
    if (!document.hidden) retry();
  }

  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    const refusal = errorIn(error.data);
    if (refusal && SIGNED_OUT.has(refusal.code)) return signedOut();
    if (refusal && FINAL.has(refusal.code)) {
      clearTimeout(timer);
      state.value = { at: 'refused', error: refusal };
      return;
    }
    connectLater(refusal?.retryAfterMs);
  });
  socket.on('disconnect', () => connectLater());
  socket.on('session:started', () => {
    clearTimeout(timer);
    attempt = 0;
    slow.value = false;
    state.value = { at: 'online' };
  });
  socket.on('server:closing', ({ retryInMs }: { retryInMs: number }) => { askedToWait = retryInMs; });
  socket.on('service:updated', ({ degraded }: { degraded: boolean }) => { slow.value = degraded; });
  socket.on('session:ended', signedOut);

  addEventListener('online', retry);
  document.addEventListener('visibilitychange', lookAgain);
  connect();

  return {
    state,
    slow,
    async request(event, payload) {
      if (!socket.connected) throw new Error('There is no connection.');
      try {
        const ack = (await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, payload)) as Ack<AgentAnswers[typeof event]>;
        if (!ack.ok && ack.error.code === 'sign_in_required') signedOut();
        return ack;
      } catch (error) {
        // No answer for this long: whatever the socket believes, this connection does not work. A new one shows the truth.
        if (socket.connected) socket.disconnect();
        throw error;
      }
    },
    on(event, handler) {
      news.on(event, handler);
      return () => { news.off(event, handler); };
    },
    retry,
    close,
  };
}
