/** The demo page as a site of its own, with and without the widget: everything else is the same, headers and delays too. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands in place of the loader: itself, nothing at all (no script tag), an empty file, or as many bytes that are parsed and never run. */
export type Variant = 'with' | 'without' | 'empty' | 'parsed';

export interface DemoSite {
  address(variant: Variant): string;
  /** A page with nothing but the script, where what it does stands out. */
  bareAddress(variant: Variant): string;
  /** The loader itself, settings included. */
  loader: string;
  close(): Promise<void>;
}

const TAG = /<script async src="\/w\/demo\.js"><\/script>/;

/** `gateway`: its origin. The variant is the first part of the path. */
export async function startDemoSite(gateway: string): Promise<DemoSite> {
  const loader = await (await fetch(`${gateway}/w/demo.js`)).text();
  const scripts: Partial<Record<Variant, string>> = { empty: '', parsed: `(function(){${loader}\n});` };
  const server = createServer((request, response) => void (async () => {
    const [, variant = '', path = ''] = /^\/(with|without|empty|parsed)(\/.*)$/.exec(request.url ?? '') ?? [];
    if (path === '/bare') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><p>A page.</p><script async src="/${variant}/w/demo.js"></script></html>`);
      return;
    }
    const script = path === '/w/demo.js' ? scripts[variant as Variant] : undefined;
    const answer = await fetch(`${gateway}${path || request.url}`, { headers: { 'accept-encoding': 'identity' } });
    const type = answer.headers.get('content-type') ?? 'text/plain';
    let body: Buffer | string = script ?? Buffer.from(await answer.arrayBuffer());
    if (type.startsWith('text/html')) {
      const html = body.toString();
      if (!TAG.test(html)) throw new Error('The demo page has another script tag than this benchmark knows');
      body = html.replace(TAG, variant === 'without' ? '' : `<script async src="/${variant}/w/demo.js"></script>`);
    }
    response.writeHead(answer.status, { 'content-type': type, 'cache-control': answer.headers.get('cache-control') ?? 'no-cache' }).end(body);
  })().catch((error: unknown) => response.writeHead(502).end(String(error))));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    address: (variant) => `http://localhost:${port}/${variant}/demo/`,
    bareAddress: (variant) => `http://localhost:${port}/${variant}/bare`,
    loader,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
