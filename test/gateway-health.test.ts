import { afterEach, describe, expect, it } from 'vitest';
import { health } from '../gateway/health.ts';
import { WorkInHand } from '../gateway/work-in-hand.ts';
import Fastify, { type FastifyInstance } from 'fastify';

let fastify: FastifyInstance | undefined;

afterEach(() => fastify?.close());

async function ask(ping: () => Promise<void>, workInHand = new WorkInHand()): Promise<Array<[number, unknown, unknown]>> {
  fastify = Fastify();
  await fastify.register(health, { store: { ping }, workInHand });
  const server = fastify;
  return Promise.all(['/healthz', '/readyz'].map(async (url) => {
    const response = await server.inject({ url });
    return [response.statusCode, response.json().status, response.headers['cache-control']];
  }));
}

describe('health', () => {
  it('is ready while the database answers', async () => {
    expect(await ask(async () => {})).toEqual([[200, 'alive', 'no-store'], [200, 'ready', 'no-store']]);
  });

  it('is alive but not ready while it does not', async () => {
    expect(await ask(() => Promise.reject(new Error('gone')))).toEqual([[200, 'alive', 'no-store'], [503, 'database unavailable', 'no-store']]);
  });

  it('does not wait for ever for a database that hangs', async () => {
    expect(await ask(() => new Promise(() => {}))).toEqual([[200, 'alive', 'no-store'], [503, 'database unavailable', 'no-store']]);
  });

  it('is not ready while it stops', async () => {
    const workInHand = new WorkInHand();
    await workInHand.end(0);
    expect(await ask(async () => {}, workInHand)).toEqual([[200, 'alive', 'no-store'], [503, 'stopping', 'no-store']]);
  });
});
