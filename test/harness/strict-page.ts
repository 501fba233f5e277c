/** A website that allows next to nothing: scripts by nonce or from the gateway, Trusted Types, no inline styles. */
import type { SitePage } from './site.ts';

export function strictPolicy(gateway: string): string {
  return [
    "default-src 'none'", `script-src 'nonce-x' ${gateway}`, `connect-src ${gateway} ${gateway.replace(/^http/, 'ws')}`, `img-src ${gateway}`,
    "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join('; ');
}

/** `gateway`: its origin. */
export function strictPage(gateway: string): SitePage & { headers: Record<string, string> } {
  return {
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Strict</title><link rel="icon" href="${gateway}/demo/art/mark.svg"><h1>A strict page</h1><script nonce="x" async src="${gateway}/w/demo.js"></script></html>`,
    headers: { 'content-security-policy': strictPolicy(gateway), 'content-type': 'text/html; charset=utf-8' },
  };
}
