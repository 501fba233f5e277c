/**
 * The error codes of the wire contract, each with the sentence a person may be shown.
 * A code is never given another meaning; one that goes out of use moves to RETIRED_CODES and is never used again.
 */
export const ERRORS = {
  /** The payload is not what the event takes: wrong type, missing field, malformed id. `details.fields`, where there is any, names what is wrong. */
  bad_request: 'The request is not in the form this event takes.',
  /** No event of this name exists in the namespace. */
  unknown_event: 'There is no event of this name.',
  /** The client's protocol version is missing, too old or unknown. `details.supported` lists what is. */
  protocol_unsupported: 'This client speaks a version of the protocol that is not supported. Reload the page to get the current one.',
  /** The page's origin is not on the workspace's list, or a request crossed origins. */
  origin_not_allowed: 'This website is not allowed to use this chat.',
  /** The visitor token's signature, form or workspace is wrong. Start again without it. */
  token_invalid: 'This chat session is not valid. A new one can be started.',
  /** The visitor token was right once. Start again without it. */
  token_expired: 'This chat session has expired. A new one can be started.',
  /** Who the site says this visitor is was not signed with the workspace's secret, or not for this visitor or workspace. Connect again without it. `details.reason` tells the site's developer what is wrong. */
  identity_invalid: 'We could not confirm who you are. Please sign in again.',
  /** What the site signed was right once. Get a fresh one from the site. */
  identity_expired: 'Your sign-in has run out. Please sign in again.',
  /** What the site signed for one browser (its `jti`) came from another one. */
  identity_replayed: 'This sign-in was used in another browser before. Please sign in again.',
  /** No member is signed in on this connection. */
  sign_in_required: 'Please sign in.',
  /** E-mail and password do not belong together. Never says which of the two is wrong. */
  sign_in_failed: 'This e-mail and password do not match.',
  /** Signed in, but this role may not do it. */
  forbidden: 'You are not allowed to do this.',
  /** No such thing in this workspace; also the answer for things of another workspace or another visitor. */
  not_found: 'This does not exist, or not any more.',
  /** Text without a single visible character. */
  text_empty: 'There is nothing to send yet.',
  /** Text over TEXT_MAX. */
  text_too_long: 'This message is too long. Please split it.',
  /** Text with control characters or broken Unicode. */
  text_invalid: 'This text contains characters that cannot be sent.',
  /** Payload over PAYLOAD_MAX_BYTES. */
  payload_too_large: 'This is too large to send.',
  /** A file over FILE_MAX_BYTES. */
  file_too_large: 'This file is too large to send.',
  /** What is in the file, whatever its name says, is not of a kind that may be sent. */
  file_type_not_allowed: 'This kind of file cannot be sent.',
  /** Too many files are uploaded that were not sent yet. */
  files_too_many: 'There are too many files waiting. Send or remove some first.',
  /** Too many in too short a time. `retryAfterMs` says when to try again. */
  rate_limited: 'That was a little too fast. It will be tried again in a moment.',
  /** The gateway's queue is full. `retryAfterMs` says when to try again. */
  overloaded: 'We are very busy right now. It will be tried again in a moment.',
  /** The database cannot be reached. `retryAfterMs` says when to try again. */
  unavailable: 'We cannot save messages right now. It will be tried again in a moment.',
  /** Our fault; the detail is in the gateway's log, never on the wire. */
  internal: 'Something went wrong on our side.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Codes that once existed. They stay listed so that they are never given a new meaning. */
export const RETIRED_CODES: readonly string[] = [];

/** What a failed request answers with. */
export interface WireError {
  code: ErrorCode;
  message: string;
  /** Only with rate_limited, overloaded, unavailable: milliseconds to wait before trying again. */
  retryAfterMs?: number;
  /** Only where the code's description names it. */
  details?: Record<string, unknown>;
}

/**
 * Codes after which the same request, unchanged, may succeed later. A sender keeps the message and tries again;
 * after any other code it stops and shows the reason.
 */
export const RETRYABLE: ReadonlySet<string> = new Set(['rate_limited', 'overloaded', 'unavailable', 'internal']);

/** Builds the error a request answers with; the sentence comes from the table, unless there is more to say. */
export function wireError(code: ErrorCode, extra: Partial<Omit<WireError, 'code'>> = {}): WireError {
  return { code, message: ERRORS[code], ...extra };
}
