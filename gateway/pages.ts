/** The pages of the gateway: the inbox, the demo shop with the other examples, and the way from the front door. */
import type { FastifyInstance } from 'fastify';
import type { Assets } from './assets.ts';
import type { ClientAddress } from './client-address.ts';
import { pagePolicy } from './page-policies.ts';
import { sendFile, type ServedFile } from './served-files.ts';

/** Asked for again each time; the ETag makes that cheap. */
const FRESH = 'no-cache';
const IMMUTABLE = 'public, max-age=31536000, immutable';

export async function pages(fastify: FastifyInstance, { assets, clientAddress }: { assets: Assets; clientAddress: ClientAddress }): Promise<void> {
  const own = { helmet: pagePolicy((request) => clientAddress.hostOf(request)) };

  fastify.get('/', (_, reply) => reply.redirect('/demo/'));
  fastify.get('/console', (_, reply) => reply.redirect('/console/'));
  fastify.get('/demo', (_, reply) => reply.redirect('/demo/'));

  // The inbox finds its own way: every address under /console/ that is no file is the same page, so that links to conversations work.
  fastify.get<{ Params: { '*': string } }>('/console/*', own, async (request, reply) => {
    const path = request.params['*'];
    const file = assets.console.get(path);
    if (file && path.startsWith('assets/')) return sendFile(request, reply, file, IMMUTABLE);
    const page = path.startsWith('assets/') ? undefined : file ?? assets.console.get('index.html');
    return page ? sendFile(request, reply, page, FRESH) : reply.callNotFound();
  });

  fastify.get<{ Params: { '*': string } }>('/demo/*', own, async (request, reply) => {
    const path = request.params['*'];
    const file = assets.demo.get(path) ?? assets.demo.get(path === '' || path.endsWith('/') ? `${path}index.html` : `${path}.html`) ?? viewOf(path);
    if (file) return sendFile(request, reply, file, FRESH);
    return assets.demo.has(`${path}/index.html`) ? reply.redirect(`/demo/${path}/`) : reply.callNotFound();
  });

  /** The single-page example finds its own way, too. */
  function viewOf(path: string): ServedFile | undefined {
    return /^single-page\/[\w-]+$/.test(path) ? assets.demo.get('single-page/index.html') : undefined;
  }
}
