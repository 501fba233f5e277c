/** Two gateways on one database and one Redis: what is done at one is seen at the other. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { name, startConversation } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ gateways: 2 });
  await cluster.are('ready');
});
afterEach(() => cluster.disconnect());
afterAll(() => cluster.stop());

const showLogs = (): void => onTestFailed(() => console.log(cluster.log));

describe('two gateways', () => {
  it('[D3] bring messages to each other, both ways, each once and in order', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
    const conversationId = await startConversation(visitor, 'First');
    for (let count = 1; count <= 20; count += 1) {
      await visitor.does('message:send', { conversationId, clientId: name(), text: `question ${count}` });
      await agent.does('message:send', { conversationId, clientId: name(), text: `answer ${count}` });
    }
    for (const client of [visitor, agent]) {
      await until(() => client.heard('entry:created').some(({ entry }) => entry.text === 'answer 20'));
      const seqs = client.heard('entry:created').filter(({ entry }) => entry.conversationId === conversationId).map(({ entry }) => entry.seq);
      expect(seqs.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
    }
    expect(agent.heard('entry:created')[0].conversation).toMatchObject({ id: conversationId, visitor: { id: visitor.visitorId } });
  });

  it('keep notes from visitors, and tell the visitor’s other tabs at the other gateway', async () => {
    showLogs();
    const visitor = await cluster.visitor(0);
    const conversationId = await startConversation(visitor);
    const [tab, agent] = [await cluster.visitor(1, visitor.token), await cluster.agent(0)];
    await agent.does('note:add', { conversationId, clientId: name(), text: 'a note' });
    await agent.does('message:send', { conversationId, clientId: name(), text: 'an answer' });
    await visitor.does('message:send', { conversationId, clientId: name(), text: 'thanks' });
    await tab.hears('entry:created', ({ entry }) => entry.text === 'thanks');
    expect(tab.heard('entry:created').map(({ entry }) => [entry.text, entry.prev])).toEqual([['an answer', 1], ['thanks', 3]]);
  });

  it('[D7] tell how far everybody has read', async () => {
    showLogs();
    const [visitor, agent, window] = [await cluster.visitor(0), await cluster.agent(1), await cluster.agent(0)];
    const conversationId = await startConversation(visitor);
    await agent.does('read:mark', { conversationId, seen: 1 });
    expect(await visitor.hears('read:updated')).toMatchObject({ conversationId, reads: { agents: { delivered: 1, seen: 1 } } });
    // The same member's other window, at the other gateway, counts it as read.
    expect(await window.hears('read:updated')).toMatchObject({ conversationId, member: { seen: 1, readMessages: 1 } });
    await visitor.does('read:mark', { conversationId, seen: 1 });
    await agent.hears('read:updated', ({ reads }) => reads.visitor.seen === 1);
  });

  it('tell who is typing', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
    const conversationId = await startConversation(visitor);
    await visitor.does('typing:set', { conversationId, typing: true });
    expect(await agent.hears('typing:updated')).toMatchObject({ conversationId, author: { kind: 'visitor' }, typing: true });
    await agent.does('typing:set', { conversationId, typing: true });
    expect(await visitor.hears('typing:updated')).toMatchObject({ conversationId, author: { kind: 'agent', name: 'Olive' }, typing: true });
    await agent.does('typing:set', { conversationId, typing: false });
    await visitor.hears('typing:updated', ({ typing }) => !typing);
  });

  it('know who is there, and who looks at what', async () => {
    showLogs();
    const ben = await cluster.member('Ben');
    const olive = await cluster.agent(0);
    const window = await cluster.agent(1, ben);
    await olive.hears('member:updated', ({ member }) => member.id === ben.member.id && member.online);
    for (const client of [olive, window]) expect((await client.does('member:list', {})).members.every(({ online }: { online: boolean }) => online)).toBe(true);
    const conversationId = await startConversation(await cluster.visitor(0));
    await olive.does('viewing:set', { conversationId });
    expect((await window.does('viewing:set', { conversationId })).members).toHaveLength(2);
    await olive.hears('viewing:updated', ({ members }) => members.length === 2);
    window.socket.disconnect();
    await until(() => olive.heard('viewing:updated').at(-1).members.length === 1);
    await olive.hears('member:updated', ({ member }) => member.id === ben.member.id && !member.online);
    expect((await olive.does('member:list', {})).members.find(({ id }: { id: string }) => id === ben.member.id).online).toBe(false);
  });

  it('sign a member out everywhere at once', async () => {
    showLogs();
    const cat = await cluster.member('Cat');
    const windows = [await cluster.agent(0, cat), await cluster.agent(1, cat)];
    const other = await cluster.agent(1);
    await fetch(`${cluster.gateway(0).url}/api/session`, { method: 'DELETE', headers: { cookie: cat.cookie, origin: cluster.gateway(0).url } });
    for (const window of windows) {
      await window.hears('session:ended');
      await until(() => !window.socket.connected);
    }
    expect(await other.ask('member:list', {})).toMatchObject({ ok: true });
  });

  it('[D2] store a message once that is sent to both', async () => {
    showLogs();
    const [visitor, agent] = [await cluster.visitor(0), await cluster.agent(1)];
    const conversationId = await startConversation(visitor);
    const elsewhere = await cluster.visitor(1, visitor.token);
    const message = { conversationId, clientId: name(), text: 'only once' };
    const [one, two] = await Promise.all([visitor.does('message:send', message), elsewhere.does('message:send', message)]);
    expect(one.entry).toEqual(two.entry);
    await agent.does('message:send', { conversationId, clientId: name(), text: 'end' });
    await visitor.hears('entry:created', ({ entry }) => entry.text === 'end');
    for (const client of [visitor, elsewhere, agent]) expect(client.heard('entry:created').filter(({ entry }) => entry.text === 'only once')).toHaveLength(1);
  });
});
