/**
 * Keeps other websites from making a signed-in browser do something (CSRF). The cookie's SameSite=Lax is the first fence, this is the
 * second: a request that changes something has to come from a page of ours, and its body has to be JSON.
 */
import type { FastifyRequest } from 'fastify';
import type { ClientAddress } from './client-address.ts';
import { isOwnOrigin } from './origins.ts';
import { RequestError } from './request-errors.ts';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** An onRequest hook. Requests that carry neither header are not from a browser, and carry no cookie that somebody else could ride on. */
export function requireSameOrigin({ clientAddress, publicUrl }: { clientAddress: ClientAddress; publicUrl: URL | null }) {
  return async (request: FastifyRequest): Promise<void> => {
    if (SAFE.has(request.method)) return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') throw new RequestError('origin_not_allowed');
    if (origin !== undefined && !isOwnOrigin({ origin, host: clientAddress.hostOf(request.raw) }, publicUrl)) throw new RequestError('origin_not_allowed');
  };
}
