/**
 * GET /metrics. The figures tell strangers how busy a business is, so they are for who knows METRICS_TOKEN; without one, for programs
 * on this machine only, and for everybody else the address does not exist.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from './config.ts';
import type { Metrics } from './metrics.ts';

/** A request with one of these was passed on by a proxy: that the proxy is on this machine says nothing about who asked. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export interface MetricsPageOptions { metrics: Metrics; config: Pick<Config, 'metricsToken' | 'publicUrl'> }

export async function metricsPage(fastify: FastifyInstance, { metrics, config }: MetricsPageOptions): Promise<void> {
  const { metricsToken: token, publicUrl } = config;

  fastify.get('/metrics', async (request, reply) => {
    if (token === null && !isLocal(request, publicUrl)) return reply.callNotFound();
    void reply.header('cache-control', 'no-store');
    if (token !== null && !matches(request.headers.authorization, token)) {
      return reply.code(401).header('www-authenticate', 'Bearer').type('text/plain; charset=utf-8').send('The figures are for who knows METRICS_TOKEN.\n');
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** Proxies that say nothing about themselves are told by the host that people see. */
function isLocal({ raw, headers }: FastifyRequest, publicUrl: URL | null): boolean {
  const peer = (raw.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(peer) === 0 || !loopback.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4')) return false;
  return !PASSED_ON.some((name) => headers[name] !== undefined) && (publicUrl === null || headers.host !== publicUrl.host);
}

/** Compared by hashes: those have the same length whatever was sent, and comparing them takes the same time. */
function matches(authorization: string | undefined, token: string): boolean {
  const sent = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1] ?? '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(sent), hash(token));
}
