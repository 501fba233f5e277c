/** Gateways that do not hear from each other: everybody still sees everything, within seconds, and is told that it may take that long. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { name, startConversation, type Client } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

/** What is promised, in milliseconds. */
const PROMISED_MS = 5_000;
/** What a busy machine may add to it. */
const ROOM_MS = 5_000;

let cluster: Cluster;

const showLogs = (): void => onTestFailed(() => console.log(cluster.log));

/** A visitor at the first gateway and an agent at the second, in a conversation. */
async function people(): Promise<{ visitor: Client; agent: Client; conversationId: string }> {
  const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
  const conversationId = await startConversation(visitor);
  await agent.hears('entry:created', ({ entry }) => entry.conversationId === conversationId);
  return { visitor, agent, conversationId };
}

/** Both write, and the longest that one of them waited for what the other wrote, in milliseconds. */
async function talk({ visitor, agent, conversationId }: Awaited<ReturnType<typeof people>>, what: string): Promise<number> {
  const waited: number[] = [];
  for (const [from, to] of [[visitor, agent], [agent, visitor]] as const) {
    const text = `${what} ${name()}`;
    await from.does('message:send', { conversationId, clientId: name(), text });
    const since = performance.now();
    await to.hears('entry:created', ({ entry }) => entry.text === text);
    waited.push(performance.now() - since);
  }
  return Math.max(...waited);
}

/** Everything that a client was told of a conversation is told once, and with what it asks for it has the whole log in order. */
async function expectWhole({ visitor, agent, conversationId }: Awaited<ReturnType<typeof people>>): Promise<void> {
  for (const client of [visitor, agent]) {
    const seqs = client.heard('entry:created').filter(({ entry }) => entry.conversationId === conversationId).map(({ entry }) => entry.seq);
    expect(seqs).toEqual([...new Set(seqs)]);
    const { conversations } = await client.does('log:sync', { conversations: [{ id: conversationId, seq: 0 }] });
    const { entries } = conversations[0].catchup;
    expect(entries.map(({ seq }: { seq: number }) => seq)).toEqual(entries.map((_: unknown, index: number) => index + 1));
    expect(new Set(entries.map(({ seq }: { seq: number }) => seq))).toEqual(new Set(seqs));
  }
}

const degradedNews = (client: Client): boolean[] => client.heard('service:updated').map(({ degraded }) => degraded);

describe('two gateways whose Redis', () => {
  beforeAll(async () => {
    cluster = await startCluster({ gateways: 2, relays: true });
    await cluster.are('ready');
  });
  afterEach(() => cluster.disconnect());
  afterAll(() => cluster.stop());

  const outages: Array<[what: string, begin: () => unknown, end: () => unknown]> = [
    ['is frozen', () => cluster.redis.freeze(), () => cluster.redis.thaw()],
    ['is killed and comes back empty', () => cluster.redis.kill(), () => cluster.redis.start()],
    ['cannot be reached by one of them', () => cluster.relays[0]?.silence(), () => cluster.relays[0]?.restore()],
  ];
  for (const [what, begin, end] of outages) {
    it(`${what} [D1, D6]: messages are committed and reach everybody within 5 seconds, and it comes back by itself`, async () => {
      showLogs();
      const here = await people();
      expect(await talk(here, 'before')).toBeLessThan(PROMISED_MS);
      await begin();
      // Also what is written before anybody noticed.
      expect(await talk(here, 'at once')).toBeLessThan(PROMISED_MS + ROOM_MS);
      await cluster.are('degraded');
      for (const client of [here.visitor, here.agent]) await until(() => degradedNews(client).at(-1) === true);
      for (let round = 0; round < 3; round += 1) expect(await talk(here, 'during')).toBeLessThan(PROMISED_MS + ROOM_MS);
      const burst = Array.from({ length: 15 }, (_, index) => `${what} burst ${index}`);
      for (const text of burst) await here.visitor.does('message:send', { conversationId: here.conversationId, clientId: name(), text });
      await until(() => here.agent.heard('entry:created').some(({ entry }) => entry.text === burst.at(-1)));
      expect(here.agent.heard('entry:created').map(({ entry }) => entry.text).filter((text) => burst.includes(text))).toEqual(burst);
      // Who comes meanwhile is told.
      await (await cluster.visitor(0)).hears('service:updated', ({ degraded }) => degraded);
      await end();
      await cluster.are('ready');
      for (const client of [here.visitor, here.agent]) await until(() => degradedNews(client).at(-1) === false);
      expect(degradedNews(here.agent)).toEqual([true, false]);
      expect(await talk(here, 'after')).toBeLessThan(PROMISED_MS);
      await expectWhole(here);
    });
  }

  it('is frozen holds up nothing between people at the same gateway, not even before anybody noticed', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(0)];
    const conversationId = await startConversation(visitor);
    await agent.hears('entry:created', ({ entry }) => entry.conversationId === conversationId);
    const order: string[] = [];
    agent.socket.on('entry:created', ({ entry }) => order.push(entry.text));
    agent.socket.on('service:updated', ({ degraded }) => order.push(degraded ? 'degraded' : 'well'));
    cluster.redis.freeze();
    try {
      for (let count = 1; count <= 5; count += 1) await visitor.does('message:send', { conversationId, clientId: name(), text: `${count}` });
      await until(() => order.includes('degraded'));
      expect(order).toEqual(['1', '2', '3', '4', '5', 'degraded']);
    } finally {
      cluster.redis.thaw();
    }
    await cluster.are('ready');
  });

  it('goes away while a member signs out at one gateway ends their windows at the other all the same', async () => {
    showLogs();
    const dan = await cluster.member('Dan');
    const window = await cluster.agent(1, dan);
    cluster.redis.freeze();
    try {
      await cluster.are('degraded');
      await fetch(`${cluster.gateway(0).url}/api/session`, { method: 'DELETE', headers: { cookie: dan.cookie, origin: cluster.gateway(0).url } });
      await window.hears('session:ended');
      await until(() => !window.socket.connected);
    } finally {
      cluster.redis.thaw();
    }
    await cluster.are('ready');
  });

  it('goes away still know who is there, what they look at, and how far everybody has read', async () => {
    showLogs();
    const eve = await cluster.member('Eve');
    const { visitor, agent, conversationId } = await people();
    cluster.redis.freeze();
    try {
      await cluster.are('degraded');
      const window = await cluster.agent(0, eve);
      await agent.hears('member:updated', ({ member }) => member.id === eve.member.id && member.online);
      await agent.does('viewing:set', { conversationId });
      await window.does('viewing:set', { conversationId });
      await agent.hears('viewing:updated', ({ members }) => members.length === 2);
      await agent.does('read:mark', { conversationId, seen: 1 });
      await visitor.hears('read:updated', ({ reads }) => reads.agents.seen === 1);
      window.socket.disconnect();
      await agent.hears('member:updated', ({ member }) => member.id === eve.member.id && !member.online);
    } finally {
      cluster.redis.thaw();
    }
    await cluster.are('ready');
  });
});

describe('two gateways without REDIS_URL', () => {
  beforeAll(async () => {
    cluster = await startCluster({ gateways: 2, redis: false });
    await cluster.are('degraded');
  });
  afterEach(() => cluster.disconnect());
  afterAll(() => cluster.stop());

  it('[D6] bring messages to everybody within 5 seconds, and say so once in the log', async () => {
    showLogs();
    const here = await people();
    for (let round = 0; round < 3; round += 1) expect(await talk(here, 'round')).toBeLessThan(PROMISED_MS + ROOM_MS);
    await expectWhole(here);
    expect(degradedNews(here.agent)).toEqual([true]);
    for (const gateway of cluster.gateways) expect(gateway.stderr.match(/REDIS_URL is not set/g)).toHaveLength(1);
  });

  it('are one when the other has gone, with nothing to say about it', async () => {
    showLogs();
    const agent = await cluster.agent(0);
    await cluster.gateway(1).kill();
    await cluster.are('ready', [0]);
    await agent.hears('service:updated', ({ degraded }) => !degraded);
    await cluster.gateway(1).start();
    await cluster.are('degraded');
  });
});
