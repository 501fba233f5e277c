/** The edge's answers: files as browsers want them, and words for developers where there is none. */
import type { Copy } from './edge-copies.ts';
import type { Refusal, WidgetFile } from './edge-gateway.ts';

/** As the gateway protects its files: any website may embed them, and they can do nothing but what they are for. */
const SAFETY = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const YEAR_S = 31_536_000;

/**
 * A copy for this request; 304 when the browser has it. Cloudflare compresses it on its way out, as the browser takes it (a Worker is not
 * even told how that is), which is why the tag is a weak one: all forms of a file have the same.
 */
export function sendCopy(request: Request, copy: Copy): Response {
  const headers = new Headers({ 'cache-control': copy.cacheControl, age: String(Math.max(0, Math.floor((Date.now() - copy.at) / 1_000))) });
  headers.set('vary', [...copy.vary, 'accept-encoding'].join(', '));
  if (copy.hash) headers.set('etag', `W/"${copy.hash}"`);
  if (copy.allowOrigin !== null) headers.set('access-control-allow-origin', copy.allowOrigin);
  if (copy.hash && hasIt(request.headers.get('if-none-match'), copy.hash)) return answer(request, 304, null, headers);
  headers.set('content-type', copy.type);
  return answer(request, 200, copy.body, headers);
}

/** What the gateway refuses, it refuses in its own words. */
export function sendRefusal(request: Request, refusal: Refusal): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const name of ['content-type', 'access-control-allow-origin', 'vary']) {
    const value = refusal.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return answer(request, refusal.status, refusal.body, headers);
}

/** Neither a gateway nor a copy. */
export function sendUnavailable(request: Request, kind: WidgetFile['kind']): Response {
  const message = 'The chat of this page cannot be loaded at the moment; everything else on the page works. Please try again later.';
  const headers = { 'retry-after': '10', 'access-control-allow-origin': '*' };
  if (kind === 'settings') return sendJson(request, 503, { error: { code: 'unavailable', message, retryAfterMs: 10_000 } }, headers);
  return answer(request, 503, `console.warn(${JSON.stringify(`MiraDesk: ${message}`)});\n`, new Headers({ ...headers, 'cache-control': 'no-store', 'content-type': 'text/javascript; charset=utf-8' }));
}

export function sendJson(request: Request, status: number, value: unknown, headers: Record<string, string> = {}): Response {
  return answer(request, status, `${JSON.stringify(value)}\n`, new Headers({ ...headers, 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' }));
}

/** A sentence for whoever looks at the address. */
export function sendText(request: Request, status: number, sentence: string, headers: Record<string, string> = {}): Response {
  return answer(request, status, `${sentence}\n`, new Headers({ ...headers, 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' }));
}

/** Everything here may be read from anywhere, without credentials; what a website may not have, its own answer says. */
export function sendPreflight(request: Request): Response {
  return answer(request, 204, null, new Headers({
    'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*', 'access-control-max-age': '86400', allow: 'GET, HEAD, OPTIONS',
  }));
}

function answer(request: Request, status: number, body: BodyInit | null, headers: Headers): Response {
  for (const [name, value] of Object.entries(SAFETY)) headers.set(name, value);
  if (request.url.startsWith('https:')) headers.set('strict-transport-security', `max-age=${YEAR_S}`);
  return new Response(request.method === 'HEAD' ? null : body, { status, headers });
}

/** As the gateway compares: any form of the same content is the same thing. */
function hasIt(ifNoneMatch: string | null, hash: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || /^(?:W\/)?"([\w-]+?)(?:-br|-gzip)?"$/.exec(tag.trim())?.[1] === hash);
}
