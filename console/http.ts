/** Requests to the gateway's HTTP API: signing in and the workspace's settings. The session travels as a cookie. */
import { ERRORS, wireError, type WireError } from '../shared/errors.ts';

/** `unreachable`: nobody answered, so nothing is known about the request. */
export type HttpAnswer<T> = { ok: true; data: T } | { ok: false; error: WireError; status: number } | { ok: false; unreachable: true };

/** Sends one request and answers what came back; never rejects. Addresses are those of docs/protocol.md. */
export async function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<HttpAnswer<T>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { ok: false, unreachable: true };
  }
  return answerOf(response.status, await response.json().catch(() => null));
}

/** What an answer means. `body`: its JSON, or null. */
export function answerOf<T>(status: number, body: unknown): HttpAnswer<T> {
  if (status >= 200 && status < 300) return { ok: true, data: body as T };
  const error = (body as { error?: Partial<WireError> } | null)?.error;
  if (error?.code && error.code in ERRORS) return { ok: false, status, error: { ...wireError(error.code), ...error } };
  // A proxy in front of a gateway that is away answers with its own page.
  if (status >= 502 && status <= 504) return { ok: false, unreachable: true };
  return { ok: false, status, error: wireError(status === 429 ? 'rate_limited' : status === 401 ? 'sign_in_required' : status === 413 ? 'file_too_large' : 'internal') };
}
