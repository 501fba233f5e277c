/**
 * The edge: a Cloudflare Worker that serves the widget's files, so that launcher and panel come up while the gateway is slow, failing or
 * gone. It holds nothing but copies of what the gateway answered; docs/operations.md says how it is deployed.
 */
import { languageFor } from '../shared/accept-language.ts';
import { sendCopy, sendJson, sendPreflight, sendRefusal, sendText, sendUnavailable } from './edge-answers.ts';
import { createFiles } from './edge-files.ts';
import type { WidgetFile } from './edge-gateway.ts';
import { warmPanel } from './edge-warming.ts';

/** wrangler.toml sets it. */
interface Environment {
  /** Where the gateway is: `https://chat.example.com`, without a path. */
  GATEWAY_ORIGIN?: string;
}

/** The part of a Worker's context that is needed. */
interface Context { waitUntil(work: Promise<unknown>): void }

const LOADER_OR_SETTINGS = /^\/w\/([A-Za-z0-9_-]{1,64})\.(js|json)$/;
/** The panel's files (`assets/VERSION/parts/menu.js`), and the shims for pages written for another vendor's widget. */
const ASSET = /^\/w\/(?:assets(?:\/\w[\w.-]{0,79}){1,3}(?<=\.js)|migrate\/[a-z0-9-]{1,40}\.js)$/;

/** Longer ones no browser sends; they count as one that says nothing about where it comes from. */
const ORIGIN_MAX = 300;

const busy = new Map<string, number>();
const warm = new Set<string>();

export default {
  async fetch(request: Request, { GATEWAY_ORIGIN }: Environment, context: Context): Promise<Response> {
    const { pathname, origin: self } = new URL(request.url);
    // Slashes more than one are how a loader asks again for what it could not have (widget/loader.ts).
    const path = pathname.replace(/\/+/g, '/');
    const file = fileAt(path);
    if (!file && path !== '/healthz') return sendText(request, 404, 'There is nothing at this address.');
    if (request.method === 'OPTIONS') return sendPreflight(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendText(request, 405, 'This can be read and nothing else.', { allow: 'GET, HEAD, OPTIONS' });
    const gateway = originOf(GATEWAY_ORIGIN);
    if (gateway === null) return sendText(request, 500, 'GATEWAY_ORIGIN is not set right for this Worker; it wants the address of the MiraDesk gateway, such as https://chat.example.com.');
    if (!file) return sendJson(request, 200, { status: 'alive' });

    const files = createFiles({ gateway, self, cache: (caches as CacheStorage & { default: Cache }).default, behind: (work) => context.waitUntil(work), busy });
    const origin = request.headers.get('origin');
    const reader = { origin: (origin?.length ?? 0) > ORIGIN_MAX ? 'null' : origin, language: languageFor(request.headers.get('accept-language')) };
    const answer = await files.obtain(file, reader);
    if (!answer) return sendUnavailable(request, file.kind);
    if ('refusal' in answer) return sendRefusal(request, answer.refusal);
    if (file.kind === 'loader') {
      // The panel will fetch its settings in the page's name, which a plain script tag does not tell.
      const page = reader.origin ?? originOf(request.headers.get('referer'), { path: true });
      const settings: WidgetFile = { kind: 'settings', path: file.path.replace(/js$/, 'json') };
      context.waitUntil(warmPanel(files, answer.copy, settings, { ...reader, origin: page }, warm));
    }
    return sendCopy(request, answer.copy);
  },
};

function fileAt(path: string): WidgetFile | null {
  if (ASSET.test(path)) return { kind: 'asset', path };
  const [, , ending] = LOADER_OR_SETTINGS.exec(path) ?? [];
  return ending === undefined ? null : { kind: ending === 'js' ? 'loader' : 'settings', path };
}

/** The origin of an address; null when it has none, or (without `path`) is more than an origin. */
function originOf(address: string | null | undefined, { path = false } = {}): string | null {
  if (!address || !URL.canParse(address)) return null;
  const { origin, protocol, pathname, search, hash, username } = new URL(address);
  if (!/^https?:$/.test(protocol)) return null;
  return path || (pathname === '/' && search + hash + username === '') ? origin : null;
}
