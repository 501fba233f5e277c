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
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, data: answer as T };
  const error = (answer as { error?: Partial<WireError> } | null)?.error;
  if (error?.code && error.code in ERRORS) return { ok: false, status: response.status, error: { ...wireError(error.code), ...error } };
  // A proxy in front of a gateway that is away answers with its own page.
  if (response.status >= 502 && response.status <= 504) return { ok: false, unreachable: true };
  return { ok: false, status: response.status, error: wireError(response.status === 429 ? 'rate_limited' : response.status === 401 ? 'sign_in_required' : 'internal') };
}
