/** The headers that keep browsers to what a page needs, a set for each kind of page. */
import { createHash } from 'node:crypto';
import type { FastifyHelmetOptions } from '@fastify/helmet';

type Policy = Pick<FastifyHelmetOptions, 'contentSecurityPolicy' | 'referrerPolicy'>;

const NOTHING = { 'default-src': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'none'"], 'frame-ancestors': ["'none'"] };

/** A page of ours: its own files, its own socket, and no text ever turned into script. */
const OWN_PAGE = {
  ...NOTHING,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'form-action': ["'self'"],
  'require-trusted-types-for': ["'script'"],
};

/** Not every browser takes 'self' for the WebSocket of the same host. Host headers are clients' words: only what looks like one is repeated. */
function connectSources(host: string | undefined): string {
  return host !== undefined && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}

/** For everything that is no page: JSON, scripts, redirects. */
export const FILE_POLICY: Policy = { contentSecurityPolicy: { useDefaults: false, directives: NOTHING }, referrerPolicy: { policy: 'no-referrer' } };

/** For files that people send: should a browser open one as a page, it may load nothing, run nothing, and has no origin. */
export const FILE_FROM_PEOPLE: Policy = { contentSecurityPolicy: { useDefaults: false, directives: { ...NOTHING, sandbox: [] } }, referrerPolicy: { policy: 'no-referrer' } };

/** For the console and the demo. `hostOf` tells the host a request was made to. */
export function pagePolicy(hostOf: (request: { headers: Record<string, string | string[] | undefined>; socket: { remoteAddress?: string | undefined } }) => string | undefined): Policy {
  return {
    contentSecurityPolicy: { useDefaults: false, directives: { ...OWN_PAGE, 'connect-src': ["'self'", (request) => connectSources(hostOf(request))] } },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  };
}

/** For a page that is one file with its style inside. */
export function singlePagePolicy(style: string): Policy {
  const hash = createHash('sha256').update(style).digest('base64');
  return { contentSecurityPolicy: { useDefaults: false, directives: { ...NOTHING, 'style-src': [`'sha256-${hash}'`] } }, referrerPolicy: { policy: 'no-referrer' } };
}

/** Helmet's options for all answers. HSTS only where the public address is https: it would lock people out of a plain one. */
export function helmetOptions(https: boolean): FastifyHelmetOptions {
  return {
    ...FILE_POLICY,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    originAgentCluster: true,
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
    global: true,
  };
}
