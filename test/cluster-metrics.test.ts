/** What gateways together tell Prometheus: how many there are, whether they hear from each other, whether the database is there. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { startConversation } from './harness/gateway-app.ts';
import { parseMetrics, total, type Family } from './harness/prometheus.ts';
import { until } from './harness/until.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ gateways: 2 });
  await cluster.are('ready');
});
afterEach(() => cluster.disconnect());
afterAll(() => cluster.stop());

const showLogs = (): void => onTestFailed(() => console.log(cluster.log));

async function figures(index: number): Promise<Map<string, Family>> {
  const response = await fetch(`${cluster.gateway(index).url}/metrics`);
  expect(response.status).toBe(200);
  return parseMetrics(await response.text());
}

/** Until both gateways' figures say this of degraded, redis_up, database_up and gateways_alive. */
async function say(wanted: { degraded: number; redis: number; database: number; gateways: number }): Promise<void> {
  await until(async () => {
    const said = await Promise.all([0, 1].map(async (index) => {
      const of = await figures(index);
      return { degraded: total(of, 'miradesk_degraded'), redis: total(of, 'miradesk_redis_up'), database: total(of, 'miradesk_database_up'), gateways: total(of, 'miradesk_gateways_alive') };
    }));
    expect(said).toEqual([wanted, wanted]);
    return true;
  }, { what: 'both gateways to say so' });
}

describe('the figures of two gateways', () => {
  it('say that there are two, that Redis and the database answer, and that nothing is degraded', async () => {
    showLogs();
    await say({ degraded: 0, redis: 1, database: 1, gateways: 2 });
  });

  it('count a broadcast at the gateway that tells it, once', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
    const told = async (index: number) => total(await figures(index), 'miradesk_broadcasts_total', { namespace: 'agent', news: 'entry:created' });
    const before = [await told(0), await told(1)];
    const conversationId = await startConversation(visitor);
    await agent.hears('entry:created', ({ entry }) => entry.conversationId === conversationId);
    expect([await told(0), await told(1)]).toEqual([(before[0] ?? 0) + 1, before[1]]);
  });

  it('[S1] do not let other gateways hear of namespaces that do not exist', async () => {
    showLogs();
    const written = () => cluster.redis.ask(async (client) => JSON.stringify(await Promise.all((await client.keys('*')).map((key) => client.xrange(key, '-', '+')))));
    const client = cluster.connect(0, '/made-up-by-somebody', {});
    expect(await client.refused()).toMatchObject({ code: 'not_found' });
    await startConversation(await cluster.visitor(0));
    const agent = await cluster.agent(1);
    await startConversation(await cluster.visitor(0), 'written after it');
    await agent.hears('entry:created', ({ entry }) => entry.text === 'written after it');
    const all = await written();
    expect(all).toContain('written after it');
    expect(all).not.toContain('made-up-by-somebody');
  });

  it('say so while Redis is gone, while the database is, and when both are back', async () => {
    showLogs();
    await cluster.redis.kill();
    await say({ degraded: 1, redis: 0, database: 1, gateways: 2 });
    await cluster.redis.start();
    await say({ degraded: 0, redis: 1, database: 1, gateways: 2 });
    await cluster.postgres.stop();
    await until(async () => total(await figures(0), 'miradesk_database_up') === 0);
    await cluster.postgres.start();
    await say({ degraded: 0, redis: 1, database: 1, gateways: 2 });
  });

  it('say that one is alone when the other has stopped', async () => {
    showLogs();
    await cluster.gateway(1).stop();
    await until(async () => total(await figures(0), 'miradesk_gateways_alive') === 1);
    expect(total(await figures(0), 'miradesk_degraded')).toBe(0);
  });
});
