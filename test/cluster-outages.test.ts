/** Gateways that die, sleep or lose their database, while the others go on. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { openStore } from '../gateway/store/open-store.ts';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { name, startConversation } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

/** What a busy machine may need on top of what is promised. */
const ROOM_MS = 10_000;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ gateways: 2 });
  await cluster.are('ready');
});
afterEach(() => cluster.disconnect());
afterAll(() => cluster.stop());

const showLogs = (): void => onTestFailed(() => console.log(cluster.log));

describe('a gateway of two', () => {
  it('that is killed takes its members offline within about ten seconds, and they are back with its next start', async () => {
    showLogs();
    const ben = await cluster.member('Ben');
    const olive = await cluster.agent(0);
    const window = await cluster.agent(1, ben);
    const conversationId = await startConversation(await cluster.visitor(0));
    for (const client of [olive, window]) await client.does('viewing:set', { conversationId });
    await olive.hears('member:updated', ({ member }) => member.id === ben.member.id && member.online);
    await olive.hears('viewing:updated', ({ members }) => members.length === 2);
    const since = performance.now();
    await cluster.gateway(1).kill();
    await olive.hears('member:updated', ({ member }) => member.id === ben.member.id && !member.online);
    expect(performance.now() - since).toBeLessThan(10_000 + ROOM_MS);
    expect(olive.heard('viewing:updated').at(-1)).toMatchObject({ conversationId, members: [{ name: 'Olive' }] });
    expect((await olive.does('member:list', {})).members.map(({ online }: { online: boolean }) => online).toSorted()).toEqual([false, true]);
    await cluster.gateway(1).start();
    await until(() => olive.heard('member:updated').filter(({ member }) => member.id === ben.member.id).at(-1).member.online === true);
    await cluster.are('ready');
  });

  it('[D2, D6] that dies between a commit and the telling of it is made good for by the other, when the sender repeats it there', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(0)];
    const conversationId = await startConversation(visitor);
    await agent.hears('entry:created', ({ entry }) => entry.conversationId === conversationId);
    // What such a gateway leaves behind: it is in the log, and nobody was told.
    const message = { conversationId, clientId: name(), text: 'nobody heard of it' };
    const store = await openStore({ dataDir: '', databaseUrl: cluster.databaseUrl });
    await store.append('demo', { kind: 'message', author: { kind: 'visitor', id: visitor.visitorId, name: null }, page: null, ...message });
    await store.close();
    for (let times = 0; times < 2; times += 1) expect((await visitor.does('message:send', message)).entry).toMatchObject({ seq: 2, text: message.text });
    await visitor.does('message:send', { conversationId, clientId: name(), text: 'the next' });
    await agent.hears('entry:created', ({ entry }) => entry.text === 'the next');
    for (const client of [visitor, agent]) expect(client.heard('entry:created').map(({ entry }) => entry.seq)).toEqual([1, 2, 3]);
  });

  it('that stops in order moves its people to the other without anybody seeing them go', async () => {
    showLogs();
    const cat = await cluster.member('Cat');
    const [olive, window] = [await cluster.agent(0), await cluster.agent(1, cat)];
    await olive.hears('member:updated', ({ member }) => member.id === cat.member.id && member.online);
    const stopped = cluster.gateway(1).stop();
    expect(await window.hears('server:closing')).toEqual({ retryInMs: expect.any(Number) });
    await cluster.agent(0, cat);
    await stopped;
    await cluster.gateway(1).start();
    await cluster.are('ready');
    expect(olive.heard('member:updated').filter(({ member }) => member.id === cat.member.id && !member.online)).toEqual([]);
  });

  it('that slept for longer than the others believed in it tells nobody anything twice, and is one of them again', async () => {
    showLogs();
    const dan = await cluster.member('Dan');
    const [visitor, olive, window] = [await cluster.visitor(0), await cluster.agent(0), await cluster.agent(1, dan)];
    const conversationId = await startConversation(visitor, 'before');
    await window.hears('entry:created', ({ entry }) => entry.text === 'before');
    await olive.hears('member:updated', ({ member }) => member.id === dan.member.id && member.online);
    cluster.gateway(1).signal('SIGSTOP');
    try {
      for (let count = 1; count <= 30; count += 1) await visitor.does('message:send', { conversationId, clientId: name(), text: `while it slept ${count}` });
      await olive.hears('member:updated', ({ member }) => member.id === dan.member.id && !member.online);
    } finally {
      cluster.gateway(1).signal('SIGCONT');
    }
    await cluster.are('ready');
    await visitor.does('message:send', { conversationId, clientId: name(), text: 'after' });
    await window.hears('entry:created', ({ entry }) => entry.text === 'after');
    // Its connection held, so it is told the newest at least, nothing twice, and finds the rest as every client does.
    const ids = window.heard('entry:created').filter(({ entry }) => entry.conversationId === conversationId).map(({ entry }) => entry.id);
    expect(ids).toEqual([...new Set(ids)]);
    const { conversations } = await window.does('log:sync', { conversations: [{ id: conversationId, seq: 1 }] });
    expect(conversations[0].catchup.entries).toHaveLength(31);
    await until(() => olive.heard('member:updated').filter(({ member }) => member.id === dan.member.id).at(-1).member.online === true);
    expect((await olive.does('member:list', {})).members.find(({ id }: { id: string }) => id === dan.member.id).online).toBe(true);
  });
});

describe('two gateways whose database', () => {
  it('[D1] goes away acknowledge nothing, say so, and are back within seconds of it, with everybody where they were', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
    const conversationId = await startConversation(visitor);
    await cluster.postgres.kill();
    await cluster.are('database unavailable');
    const message = { conversationId, clientId: name(), text: 'said while it was away' };
    expect(await visitor.fails('message:send', message)).toBe('unavailable');
    expect(agent.heard('entry:created').map(({ entry }) => entry.text)).not.toContain(message.text);
    await cluster.postgres.start();
    const since = performance.now();
    await cluster.are('ready');
    await visitor.does('message:send', message);
    await agent.hears('entry:created', ({ entry }) => entry.text === message.text);
    expect(performance.now() - since).toBeLessThan(5_000 + ROOM_MS);
    expect((await agent.does('member:list', {})).members.find(({ name: found }: { name: string }) => found === 'Olive').online).toBe(true);
    expect(agent.heard('member:updated').filter(({ member }) => !member.online)).toEqual([]);
    expect(agent.heard('service:updated')).toEqual([]);
  });
});
