/** A website of somebody else: pages under an origin of their own, with headers of their own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  /** Without a slash at the end. Another origin than the gateway's: another port, and another host name too. */
  readonly origin: string;
  close(): Promise<void>;
}

export interface SitePage { html: string; headers?: Record<string, string> }

/** Serves pages by path on a free port of 127.0.0.1; everything else is 404. */
export async function startSite(pages: Record<string, SitePage>): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const page = pages[pathname];
    // Browsers ask for an icon; that there is none is no error of the page.
    response.writeHead(page ? 200 : pathname === '/favicon.ico' ? 204 : 404, { 'content-type': 'text/html; charset=utf-8', ...page?.headers });
    response.end(page?.html ?? '');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
