/** The Worker of dist/ in workerd, Cloudflare's own runtime, with a cache that is empty at first. */
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { root } from './build.ts';

export interface Edge {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it as wrangler.toml says, on a free port. */
export async function startEdge(gatewayOrigin: string): Promise<Edge> {
  const settings = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const setting = (name: string): string => new RegExp(`^${name} = "([^"]+)"$`, 'm').exec(settings)?.[1] ?? '';
  const miniflare = new Miniflare({
    modules: true, scriptPath: join(root, setting('main')), compatibilityDate: setting('compatibility_date'), bindings: { GATEWAY_ORIGIN: gatewayOrigin },
    host: '127.0.0.1', port: 0,
    // It would ask Cloudflare what a request from here looks like.
    cf: false,
  });
  const { origin } = await miniflare.ready;
  return { url: origin, close: () => miniflare.dispose() };
}

export interface Raw { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** Asks for a path exactly as it is written, and answers what came over the wire: fetch tidies up both. */
export function rawRequest(origin: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });
}
