/**
 * A Supabase project as a process: Supabase's own compatible server (@supabase/lite) over a Postgres of its own (PGlite, in memory).
 * `node supabase-server.ts PORT SECRET_KEY`; it prints `ready` and its port. POST /harness/sql runs SQL as the owner, for tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App } from '@supabase/lite';
import { memoryStorage } from './supabase-storage.ts';
import { createPgliteConnection } from '@supabase/lite/pglite';

const [port = '0', secretKey = ''] = process.argv.slice(2);

const connection = await createPgliteConnection();
// As in a project of Supabase: its roles, and what it gives them by default.
await connection.driver.exec(`
  create role anon nologin noinherit; create role authenticated nologin noinherit; create role service_role nologin noinherit bypassrls;
  alter default privileges grant all on tables to anon, authenticated, service_role;
  alter default privileges grant all on functions to anon, authenticated, service_role;
`);
const app = new App({
  connection,
  api: { schemas: ['public', 'miradesk'] },
  storage: { enabled: true },
  auth: { enabled: true, secret_key: secretKey, publishable_key: 'sb_publishable_for_tests' },
  options: { server: { disableStudio: true } },
} as unknown as ConstructorParameters<typeof App>[0]);

app._storageAdapter = memoryStorage();
await app.ensureSystemSchema();

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (request.url === '/harness/sql') {
      const results = await connection.driver.exec(body.toString());
      // As PostgREST does on a change of the schema.
      await connection.introspect({ useCache: false });
      response.end(JSON.stringify(results.at(-1)?.rows ?? []));
      return;
    }
    const headers = new Headers(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])));
    const answer = await app.fetch(new Request(`http://127.0.0.1${request.url}`, { method: request.method ?? 'GET', headers, ...(body.length > 0 ? { body } : {}) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch (error) {
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message: String(error) }));
  }
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`));
