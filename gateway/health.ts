/** Whether the process lives, and whether it can do its work. */
import type { FastifyInstance } from 'fastify';
import type { Store } from './store/store.ts';
import type { WorkInHand } from './work-in-hand.ts';

const PING_TIMEOUT_MS = 2_000;

export interface HealthOptions {
  store: Pick<Store, 'ping'>;
  workInHand: WorkInHand;
  /** What is known of the other gateways; null where there can be none. */
  cluster?(): { degraded: boolean } | null;
}

export async function health(fastify: FastifyInstance, { store, workInHand, cluster = () => null }: HealthOptions): Promise<void> {
  fastify.addHook('onRequest', async (_, reply) => { void reply.header('cache-control', 'no-store'); });

  fastify.get('/healthz', async () => ({ status: 'alive' }));

  fastify.get('/readyz', async (_, reply) => {
    if (workInHand.ending) return reply.code(503).send({ status: 'stopping' });
    if (!(await answers(store))) return reply.code(503).send({ status: 'database unavailable' });
    // It serves all the same: others' news come a little late.
    return { status: cluster()?.degraded ? 'degraded' : 'ready' };
  });
}

/** Whether the database answers within two seconds. */
export async function answers(store: Pick<Store, 'ping'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS); });
  const answer = store.ping().then(() => true, () => false);
  const result = await Promise.race([answer, late]);
  clearTimeout(timer);
  return result;
}
