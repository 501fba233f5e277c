/** What both namespaces' handshakes have in common. */
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { HANDSHAKE_MAX_BYTES, PROTOCOL_VERSION } from '../shared/limits.ts';
import type { Arrived } from './client-address.ts';
import type { Logger } from './logger.ts';
import type { TokenBuckets } from './rate-limits.ts';
import { payloadBytes } from './payload-size.ts';
import { RequestError, toWireError } from './request-errors.ts';
import { HandshakeError } from './requests.ts';
import type { Results } from './traffic.ts';
import type { WorkInHand } from './work-in-hand.ts';

/** So many of the fields that are wrong are named. */
const FIELDS_NAMED = 10;

export interface HandshakeGate {
  /** How many connections an address may make. */
  connections: TokenBuckets;
  keyOf(request: Arrived): string;
  workInHand: WorkInHand;
  logger: Logger;
}

/** What a handshake is admitted with. `auth` comes from the client and may be anything in an object's shape. */
type Check<S> = (socket: S, auth: unknown) => Promise<void>;

/**
 * Makes a Socket.IO middleware of a check. A refusal becomes connect_error, whose `data` is a WireError. A second CONNECT while the first
 * of the same connection is still being checked ends the connection, as Socket.IO itself does with one that comes later: nobody needs two
 * sessions on one connection, and a client whose packet was doubled on its way comes back, while a refusal would be taken as the last word.
 */
export function admitHandshakes<S extends Pick<Socket, 'conn' | 'handshake' | 'request'>>(gate: HandshakeGate, check: Check<S>, results?: Results) {
  const underway = new WeakSet<object>();
  return (socket: S, next: (error?: Error) => void): void => {
    void gate.workInHand.track(decide(socket, next));
  };

  async function decide(socket: S, next: (error?: Error) => void): Promise<void> {
    let refused: HandshakeError | undefined;
    try {
      await admit(socket);
    } catch (error) {
      refused = refusal(error);
    }
    results?.count(refused?.data.code ?? 'ok');
    next(refused);
  }

  async function admit(socket: S): Promise<void> {
    if (gate.workInHand.ending) throw new RequestError('unavailable', { retryAfterMs: gate.workInHand.retryAfterMs });
    gate.connections.claim(gate.keyOf(socket.request));
    if (underway.has(socket.conn)) {
      socket.conn.close();
      throw new RequestError('bad_request');
    }
    underway.add(socket.conn);
    try {
      const { auth } = socket.handshake;
      if (isTooLarge(auth)) throw tooLarge(auth);
      await check(socket, auth);
    } finally {
      underway.delete(socket.conn);
      // Read once; Socket.IO would keep it, and with it the token, for as long as the connection lives.
      socket.handshake.auth = {};
    }
  }

  function refusal(error: unknown): HandshakeError {
    const wire = toWireError(error);
    if (wire.code === 'internal') gate.logger.error({ err: error }, 'handshake failed');
    else gate.logger.debug({ code: wire.code }, 'handshake refused');
    return new HandshakeError(wire);
  }
}

const isTooLarge = (auth: unknown): boolean => payloadBytes(auth, HANDSHAKE_MAX_BYTES) > HANDSHAKE_MAX_BYTES;

/** Where it is what a site says of its visitor that is too large, a client can go on without that. Nobody looks at it. */
function tooLarge({ identity, protocol, workspace, token }: Record<string, unknown>): RequestError {
  if (identity === undefined || isTooLarge({ protocol, workspace, token })) return new RequestError('payload_too_large');
  return identityRefused('What this website says of its visitor is too large.', { reason: 'size' });
}

/** As with any identity that is not confirmed. The sentence is for the site's developer: its page is told, nobody else. */
function identityRefused(message: string, details: Record<string, unknown>): RequestError {
  return new RequestError('identity_invalid', { message, details });
}

/** Reads the handshake's `auth`. The version is looked at first, because everything else may be different in another one. */
export function readHandshake<S extends z.ZodType>(schema: S, auth: unknown): z.output<S> {
  const protocol = typeof auth === 'object' && auth !== null && 'protocol' in auth ? auth.protocol : undefined;
  if (protocol !== PROTOCOL_VERSION) throw new RequestError('protocol_unsupported', { details: { supported: [PROTOCOL_VERSION] } });
  const result = schema.safeParse(auth);
  if (!result.success) {
    const fields = [...new Set(result.error.issues.map(({ path }) => path.join('.')))];
    // Only what a site says of its visitor is wrong: the client can go on without that.
    if (fields.every((field) => field.startsWith('identity'))) {
      const named = fields.slice(0, FIELDS_NAMED);
      throw identityRefused(`What this website says of its visitor is not in the right form: ${named.join(', ')}.`, { reason: 'form', fields: named });
    }
    throw new RequestError('bad_request', { details: { fields: fields.slice(0, FIELDS_NAMED) } });
  }
  return result.data;
}
