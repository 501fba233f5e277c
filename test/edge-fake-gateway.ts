/** A gateway that serves what a test tells it to, and is as slow, unwell or gone as the test wants it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As the real one says it of its loader. */
export const LOADER_CACHE = 'public, max-age=60, stale-while-revalidate=86400, stale-if-error=604800';
/** At once to be renewed, behind the answer. */
export const STALE = 'public, max-age=0, stale-while-revalidate=86400, stale-if-error=604800';
/** At once too old for that; for times of trouble only. */
export const OLD = 'public, max-age=0, stale-if-error=604800';

export interface Served { status?: number; body: string; headers?: Record<string, string> }
export interface Asked { path: string; query: string; headers: IncomingHttpHeaders }
type Trouble = (response: ServerResponse) => void;

export class FakeGateway {
  /** Every request, in order. */
  readonly asked: Asked[] = [];
  /** What it does instead of answering; null: it is well. */
  trouble: Trouble | null = null;
  readonly #pages = new Map<string, (headers: IncomingHttpHeaders) => Served>();
  readonly #server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://gateway');
    this.asked.push({ path: pathname, query: search, headers: request.headers });
    // It comes and goes too often to keep connections for later.
    response.shouldKeepAlive = false;
    if (this.trouble) {
      this.trouble(response);
      return;
    }
    const { status = 200, body, headers } = this.#pages.get(pathname)?.(request.headers) ?? { status: 404, body: 'console.warn("no such thing");\n', headers: { 'cache-control': 'no-store' } };
    response.writeHead(status, { 'content-type': pathname.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/javascript; charset=utf-8', ...headers }).end(body);
  });
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve); });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Nobody listens any more. It can be started again, on the same port. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  serve(path: string, page: Served | ((headers: IncomingHttpHeaders) => Served)): void {
    this.#pages.set(path, typeof page === 'function' ? page : () => page);
  }

  /** How often a path was asked for. */
  times(path: string): number {
    return this.asked.filter((one) => one.path === path).length;
  }

  /** Keeps everybody waiting until the function it answers is called; then all of them get what is served at that moment. */
  hold(page: () => Served): () => void {
    const waiting: ServerResponse[] = [];
    this.trouble = (response) => void waiting.push(response);
    return () => {
      this.trouble = null;
      for (const response of waiting) {
        const { status = 200, body, headers } = page();
        response.writeHead(status, { 'content-type': 'text/javascript; charset=utf-8', ...headers }).end(body);
      }
    };
  }
}

/** What can be wrong with a gateway that still listens. */
export const TROUBLES: Record<string, Trouble> = {
  'answers 500': (response) => void response.writeHead(500).end('oops'),
  'answers 503': (response) => void response.writeHead(503, { 'retry-after': '5' }).end('later'),
  'answers 429': (response) => void response.writeHead(429).end('slower'),
  'sends to another address': (response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  'answers a page of its proxy, with 200': (response) => void response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'max-age=600' }).end('<h1>Back soon</h1>'),
  'is not found by its proxy': (response) => void response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found'),
  'is kept from us by its proxy': (response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Are you human?</h1>'),
  'answers nothing, with 200': (response) => void response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' }).end(),
  'breaks off in the middle': (response) => {
    response.writeHead(200, { 'content-type': 'text/javascript', 'content-length': '1000', 'cache-control': 'max-age=600' });
    response.write('half', () => response.destroy());
  },
  'hangs up': (response) => void response.destroy(),
  'says nothing': () => {},
};
