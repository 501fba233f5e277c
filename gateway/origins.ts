/** Which websites may use a workspace's widget, and which origin is the gateway's own. */

/** Says whether a page of this origin may use the widget. `https://*.shop.example` takes subdomains at any depth, not shop.example itself. */
export function originAllowed(origin: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern === '*' || pattern === origin) return true;
    const star = pattern.indexOf('://*.');
    return star > 0 && origin.startsWith(pattern.slice(0, star + 3)) && origin.endsWith(pattern.slice(star + 4)) && origin.length >= pattern.length;
  });
}

/** Says whether what sends this may use a workspace's widget. Without an Origin it is no browser: no page speaks through it, and whoever runs it could write any. */
export function mayUseWidget({ allowedOrigins }: { allowedOrigins: readonly string[] }, addressed: Addressed, publicUrl: URL | null): boolean {
  const { origin } = addressed;
  return origin === undefined || isOwnOrigin(addressed, publicUrl) || originAllowed(origin, allowedOrigins);
}

/** What is needed of a request to tell the gateway's own origin. */
export interface Addressed { origin: string | undefined; host: string | undefined }

/**
 * Says whether a request comes from a page of the gateway itself: its Origin has the host the request was made to, or is PUBLIC_URL.
 * `host` is the Host header, or X-Forwarded-Host of a trusted proxy.
 */
export function isOwnOrigin({ origin, host }: Addressed, publicUrl: URL | null): boolean {
  if (origin === undefined) return false;
  if (publicUrl && (origin === publicUrl.origin || host === publicUrl.host)) return origin === publicUrl.origin;
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`);
}
