/** The HTTP server as every feature finds it: safe headers, limits, one form of error, and a log line a request. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { wireError, type WireError } from '../shared/errors.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { NOT_FOUND_PAGE, NOT_FOUND_STYLE } from './not-found-page.ts';
import { helmetOptions, singlePagePolicy } from './page-policies.ts';
import { RequestError, statusOf, toWireError } from './request-errors.ts';

/** Largest body of a request under /api/, in bytes. */
const BODY_MAX = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Those whose route says so may take so long: a large file over a slow line. */
const LONGEST_REQUEST_MS = 600_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may take long, and is looked after by the route. */
    longBody?: boolean;
  }
}

export interface HttpOptions { config: Pick<Config, 'publicUrl'>; clientAddress: ClientAddress; logger: Logger }

/** Makes the server, without routes and not listening yet. */
export async function createHttp({ config, clientAddress, logger }: HttpOptions): Promise<FastifyInstance> {
  const malformed = new WeakSet<object>();
  const fastify: FastifyInstance = Fastify({
    // Request lines are written below: Fastify's own would carry whole addresses.
    logger: false,
    trustProxy: (address) => clientAddress.trusts(address),
    bodyLimit: BODY_MAX,
    requestTimeout: LONGEST_REQUEST_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS },
    routerOptions: { maxParamLength: 200 },
    // For an address that cannot be read Fastify would answer without any hook, and so without the safe headers: such a request takes the
    // way of one for an address that does not exist.
    frameworkErrors: (_, request, reply) => {
      malformed.add(request.raw);
      request.raw.url = isApi(request) ? '/api/malformed' : '/malformed';
      fastify.routing(request.raw, reply.raw);
    },
  });
  await fastify.register(helmet, helmetOptions(config.publicUrl?.protocol === 'https:'));
  await fastify.register(cookie);
  // A form of another website can send text/plain without asking; JSON it cannot.
  fastify.removeContentTypeParser('text/plain');

  fastify.addHook('onRequest', async ({ raw, routeOptions }) => {
    if (routeOptions.config.longBody || (raw.headers['content-length'] ?? raw.headers['transfer-encoding']) === undefined) return;
    const patience = setTimeout(() => raw.destroy(), REQUEST_TIMEOUT_MS).unref();
    raw.once('close', () => clearTimeout(patience));
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const line = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (reply.statusCode >= 500) logger.warn(line, 'request');
    else logger.debug(line, 'request');
  });
  fastify.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
    const [status, wire] = describe(error);
    if (wire.code === 'internal') logger.error({ route: request.routeOptions.url, err: error }, 'request failed');
    return sendError(request, reply, status, wire);
  });
  const policy = singlePagePolicy(NOT_FOUND_STYLE);
  fastify.setNotFoundHandler((request, reply) => {
    if (malformed.has(request.raw)) return sendError(request, reply, 400, wireError('bad_request'));
    if (isApi(request)) return sendError(request, reply, 404, wireError('not_found'));
    reply.helmet(policy);
    return reply.code(404).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(NOT_FOUND_PAGE);
  });
  return fastify;
}

/** Limits the requests of one address to the routes that are added to this instance. */
export async function limitRequests(fastify: FastifyInstance, rate: Config['rateHttp'], clientAddress: ClientAddress): Promise<void> {
  await fastify.register(rateLimit, {
    max: rate.burst,
    timeWindow: Math.max(1_000, Math.round((rate.burst / rate.perSecond) * 1_000)),
    cache: 10_000,
    keyGenerator: (request) => clientAddress.keyOf(request.raw),
    errorResponseBuilder: (_, { ttl }) => new RequestError('rate_limited', { retryAfterMs: ttl }),
  });
}

function describe(error: FastifyError | RequestError): [number, WireError] {
  const wire = toWireError(error);
  if (wire.code !== 'internal') return [statusOf(wire.code), wire];
  const status = 'statusCode' in error ? error.statusCode ?? 500 : 500;
  if (status === 413) return [413, wireError('payload_too_large')];
  return status >= 400 && status < 500 ? [status, wireError('bad_request')] : [500, wire];
}

function sendError(request: FastifyRequest, reply: FastifyReply, status: number, error: WireError): FastifyReply {
  if (error.retryAfterMs !== undefined) void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
  void reply.code(status).header('cache-control', 'no-store');
  return isApi(request) ? reply.send({ error }) : reply.type('text/plain; charset=utf-8').send(`${error.message}\n`);
}

/** Whether a program is at the other end. Files are fetched by people, too, but uploaded by programs only. */
function isApi({ url, method }: FastifyRequest): boolean {
  return url.startsWith('/api/') || url === '/api' || (url.startsWith('/files/') && method !== 'GET' && method !== 'HEAD');
}
