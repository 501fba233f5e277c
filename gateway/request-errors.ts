/** What may go wrong with a request, and what is said about it on the wire. */
import { ERRORS, wireError, type ErrorCode, type WireError } from '../shared/errors.ts';
import { StoreError } from './store/store.ts';

type Extra = Partial<Omit<WireError, 'code'>>;

/** A request that is refused for a reason the client is told. Features throw it; nothing else reaches the wire as it is. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  readonly extra: Extra;
  constructor(code: ErrorCode, extra: Extra = {}) {
    super(code);
    this.name = 'RequestError';
    this.code = code;
    this.extra = extra;
  }
}

/** How long clients are told to wait when the store does not say. */
const RETRY_MS = 1_000;

/** Turns whatever was thrown into what the client is told. Anything unforeseen is `internal`, without detail. */
export function toWireError(error: unknown): WireError {
  if (error instanceof RequestError) return wireError(error.code, error.extra);
  if (error instanceof StoreError) {
    if (error.code === 'not_found') return wireError('not_found');
    if (error.code === 'overloaded' || error.code === 'unavailable') return wireError(error.code, { retryAfterMs: error.retryAfterMs ?? RETRY_MS });
  }
  return wireError('internal');
}

/** HTTP status of each code. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  bad_request: 400, text_empty: 400, text_too_long: 400, text_invalid: 400, protocol_unsupported: 400, unknown_event: 404,
  sign_in_required: 401, sign_in_failed: 401, token_invalid: 401, token_expired: 401,
  forbidden: 403, origin_not_allowed: 403, not_found: 404, payload_too_large: 413, file_too_large: 413, file_type_not_allowed: 415, files_too_many: 409, rate_limited: 429, overloaded: 503, unavailable: 503,
};

export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}

/** Says whether a text is one of the codes; the text rules of the protocol name theirs in the issue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
