import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let visitor: Client & { token: string };
let otherTab: Client;
let agent: Client;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

async function setUp(): Promise<void> {
  visitor = await gateway.visitor(workspace);
  otherTab = await gateway.visitor(workspace, visitor.token);
  agent = await gateway.agent(workspace);
  conversationId = await startConversation(visitor);
  await visitor.does('message:send', { conversationId, clientId: name(), text: 'Hello?' });
}

const told = (client: Client) => client.heard('read:updated').filter((news) => news.conversationId === conversationId);

describe('reading', () => {
  it('[D7] of an agent is told to the visitor in all tabs, and to agents with the member\'s own place', async () => {
    await setUp();
    const colleague = await gateway.agent(workspace);
    expect(await agent.does('read:mark', { conversationId, delivered: 2, seen: 1 })).toEqual({ delivered: 2, seen: 1, readMessages: 1 });
    for (const client of [visitor, otherTab]) {
      expect(await client.hears('read:updated')).toEqual({ conversationId, reads: { visitor: { delivered: 0, seen: 0 }, agents: { delivered: 2, seen: 1 } } });
    }
    expect(await colleague.hears('read:updated')).toMatchObject({ conversationId, reads: { agents: { seen: 1 } }, member: { id: workspace.owner.id, seen: 1, readMessages: 1 } });
  });

  it('[D7] of the visitor is told to agents, without a member', async () => {
    await setUp();
    const { entry } = await agent.does('message:send', { conversationId, clientId: name(), text: 'Good morning' });
    expect(await visitor.does('read:mark', { conversationId, delivered: entry.seq })).toEqual({ delivered: 3, seen: 0 });
    const news = await agent.hears('read:updated', ({ reads }) => reads.visitor.delivered === 3);
    expect(news).toEqual({ conversationId, reads: { visitor: { delivered: 3, seen: 0 }, agents: { delivered: 0, seen: 0 } } });
  });

  it('only moves forward, never past the head, and news come only when something moved', async () => {
    await setUp();
    await agent.does('read:mark', { conversationId, seen: 2 });
    const before = (await visitor.hears('read:updated'), told(visitor).length);
    expect(await agent.does('read:mark', { conversationId, seen: 1 })).toMatchObject({ delivered: 2, seen: 2 });
    expect(await agent.does('read:mark', { conversationId, delivered: 2 })).toMatchObject({ delivered: 2, seen: 2 });
    expect(await agent.does('read:mark', { conversationId, seen: 999_999 })).toMatchObject({ delivered: 2, seen: 2 });
    expect(await agent.does('read:mark', { conversationId })).toMatchObject({ delivered: 2, seen: 2 });
    await visitor.does('log:sync', { conversations: [] });
    await agent.does('member:list', {});
    expect([told(visitor).length, told(agent).length]).toEqual([before, before]);
  });

  it('[D7] is not what writing does: what waited in an outbox was written before the others came', async () => {
    await setUp();
    await agent.does('message:send', { conversationId, clientId: name(), text: 'Good morning' });
    const { conversations } = await agent.does('log:sync', { conversations: [{ id: conversationId, seq: 0 }] });
    expect(conversations[0].conversation).toMatchObject({ visitorMessages: 2, readMessages: 0, seen: 0, reads: { visitor: { seen: 0 }, agents: { seen: 0 } } });
    expect(told(visitor)).toEqual([]);
  });

  it('counts unread for each member alone', async () => {
    await setUp();
    const colleague = await gateway.member(workspace, `Pia${Date.now()}`);
    const theirs = await gateway.agent(workspace, await gateway.signIn(workspace, colleague.email));
    await agent.does('read:mark', { conversationId, seen: 2 });
    const unread = async (client: Client) => {
      const { conversations } = await client.does('inbox:list', { filter: 'all' });
      const { visitorMessages, readMessages } = conversations.find(({ id }: { id: string }) => id === conversationId);
      return visitorMessages - readMessages;
    };
    expect([await unread(agent), await unread(theirs)]).toEqual([0, 2]);
  });
});
