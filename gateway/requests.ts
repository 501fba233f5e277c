/**
 * The road of every request over a socket, in four beats: parse, persist, acknowledge, broadcast.
 * A feature's handler does the second and says the fourth; what it says runs only after the acknowledgement,
 * and that only after the handler's promise, which is the commit, resolved (rule D1).
 */
import type { z } from 'zod';
import { wireError, type WireError } from '../shared/errors.ts';
import { PAYLOAD_MAX_BYTES } from '../shared/limits.ts';
import type { Ack } from '../shared/protocol.ts';
import type { Logger } from './logger.ts';
import { payloadBytes } from './payload-size.ts';
import { TokenBuckets } from './rate-limits.ts';
import { isErrorCode, RequestError, toWireError } from './request-errors.ts';
import type { RequestObserver } from './traffic.ts';
import type { WorkInHand } from './work-in-hand.ts';

/** What a handler answers: the data of the acknowledgement, and the news to tell once it is sent. */
export interface Outcome<A> { answer: A; broadcast?: () => void }

export type Handler<C, P, A> = (context: C, payload: P) => Promise<Outcome<A>>;

/** One handler for each request of a namespace. */
export type Handlers<C, Schemas extends Record<string, z.ZodType>, Answers extends { [E in keyof Schemas]: unknown }> = {
  [E in keyof Schemas]: Handler<C, z.output<Schemas[E]>, Answers[E]>;
};

/** What this file needs of a Socket.IO socket. */
export interface RequestSocket {
  use(listener: (event: unknown[], next: (error?: Error) => void) => void): unknown;
  emit(event: 'request:failed', news: { event: string; error: WireError }): unknown;
  readonly conn: { close(): unknown };
}

export interface RequestRoad<C> {
  schemas: Record<string, z.ZodType>;
  handlers: Record<string, Handler<C, never, unknown>>;
  /** Refuses a request by throwing, before it is looked at: rate limits. `event` may be any text. */
  admit(context: C, event: string): void;
  /** Refuses a request by rejecting, before it is handled: sessions that ended. */
  authorize?(context: C): Promise<void>;
  /**
   * What has to be done before a request is handled; rejecting refuses it. Not a part of the handler: what handlers wait for after the commit decides in
   * which order news are told, so they all wait for the same.
   */
  prepare?(context: C, event: string, payload: unknown): Promise<void> | undefined;
  workInHand: WorkInHand;
  logger: Logger;
  observer?: RequestObserver;
}

/** A socket may send about this much nonsense before its connection is closed; it may come back. */
const NONSENSE = { burst: 200, perSecond: 2 };
/** Being too fast is a lesser offence than not making sense. */
const OFFENCE: Partial<Record<WireError['code'], number>> = { bad_request: 1, unknown_event: 1, payload_too_large: 5, rate_limited: 0.1 };

type Acknowledge = (ack: Ack<unknown>) => void;

/**
 * Takes all packets of a socket. None goes on to event listeners: an event of the client's choosing must not meet a listener
 * that was not meant for it.
 */
export function serveRequests<C>(socket: RequestSocket, context: C, road: RequestRoad<C>): void {
  let patience: TokenBuckets | undefined;
  socket.use((event) => {
    const name = typeof event[0] === 'string' ? event[0] : '';
    void road.workInHand.track(receive(name, event[1], acknowledgeOf(event)));
  });

  async function receive(name: string, payload: unknown, acknowledge: Acknowledge | null): Promise<void> {
    const begun = performance.now();
    try {
      road.admit(context, name);
      if (!acknowledge) throw new RequestError('bad_request');
      const outcome = await handle(name, payload);
      acknowledge({ ok: true, data: outcome.answer });
      road.observer?.answered(name, 'ok', performance.now() - begun);
      tell(name, outcome);
    } catch (error) {
      const wire = toWireError(error);
      if (wire.code === 'internal') road.logger.error({ event: name, err: error }, 'request failed');
      if (acknowledge) acknowledge({ ok: false, error: wire });
      else socket.emit('request:failed', { event: name.slice(0, 64), error: wire });
      road.observer?.answered(name, wire.code, performance.now() - begun);
      const offence = OFFENCE[wire.code] ?? 0;
      if (offence > 0 && (patience ??= new TokenBuckets(NONSENSE)).take('', offence) > 0) socket.conn.close();
    }
  }

  async function handle(name: string, payload: unknown): Promise<Outcome<unknown>> {
    const handler = Object.hasOwn(road.handlers, name) ? road.handlers[name] : undefined;
    const schema = Object.hasOwn(road.schemas, name) ? road.schemas[name] : undefined;
    if (!handler || !schema) throw new RequestError('unknown_event');
    const parsed = parsePayload(schema, payload);
    if (road.workInHand.ending) throw new RequestError('unavailable', { retryAfterMs: road.workInHand.retryAfterMs });
    await road.authorize?.(context);
    if (road.prepare) await road.prepare(context, name, parsed);
    return handler(context, parsed as never);
  }

  /** It is committed and acknowledged: whatever goes wrong now, the log has it, and clients will find it there (rule D6). */
  function tell(name: string, { broadcast }: Outcome<unknown>): void {
    try {
      broadcast?.();
    } catch (error) {
      road.logger.error({ event: name, err: error }, 'broadcast failed');
    }
  }
}

/** The parser puts a function at the end of the event where the client asked for an acknowledgement; JSON cannot bring one. */
function acknowledgeOf(event: readonly unknown[]): Acknowledge | null {
  const last = event.length > 1 ? event.at(-1) : undefined;
  return typeof last === 'function' ? (last as Acknowledge) : null;
}

function parsePayload(schema: z.ZodType, payload: unknown): unknown {
  const given = payload === undefined || typeof payload === 'function' ? {} : payload;
  if (payloadBytes(given, PAYLOAD_MAX_BYTES) > PAYLOAD_MAX_BYTES) throw new RequestError('payload_too_large');
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw refusalOf(result.error);
}

/** The text rules give their own codes; anything else that is wrong makes it a bad request, and its fields are named. */
function refusalOf(error: z.ZodError): RequestError {
  const first = error.issues[0]?.message ?? '';
  if (error.issues.every(({ message, code }) => code === 'custom' && message === first) && isErrorCode(first)) return new RequestError(first);
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.')))].slice(0, 10);
  return new RequestError('bad_request', { details: { fields } });
}

/** Parses what comes over HTTP by the same rules. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  return parsePayload(schema, body ?? {}) as z.output<S>;
}

/** The refusal of a handshake: Socket.IO sends it as connect_error, with the wire error as `data`. */
export class HandshakeError extends Error {
  readonly data: WireError;
  constructor(error: WireError) {
    super(error.message);
    this.name = 'HandshakeError';
    this.data = error;
  }
}

/** Refuses a handshake by its code; for namespaces that are not there to be used. */
export function refuseHandshake(code: WireError['code']): HandshakeError {
  return new HandshakeError(wireError(code));
}
