import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTyping } from '../gateway/typing.ts';
import type { Namespaces } from '../gateway/rooms.ts';
import { startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

describe('typing', () => {
  it('of a visitor is told to agents', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor);
    expect(await visitor.does('typing:set', { conversationId, typing: true })).toEqual({});
    expect(await agent.hears('typing:updated')).toEqual({ conversationId, typing: true, author: { kind: 'visitor', id: visitor.visitorId, name: null } });
    await visitor.does('typing:set', { conversationId, typing: false });
    await agent.hears('typing:updated', ({ typing }) => !typing);
    expect(visitor.heard('typing:updated')).toEqual([]);
  });

  it('of an agent is told to the visitor and to other members, not to the member\'s own windows', async () => {
    const visitor = await gateway.visitor(workspace);
    const stranger = await gateway.visitor(workspace);
    const [agent, ownWindow] = [await gateway.agent(workspace), await gateway.agent(workspace)];
    const colleague = await gateway.member(workspace, 'Pia');
    const other = await gateway.agent(workspace, await gateway.signIn(workspace, colleague.email));
    const conversationId = await startConversation(visitor);
    await agent.does('typing:set', { conversationId, typing: true });
    const news = { conversationId, typing: true, author: { kind: 'agent', id: workspace.owner.id, name: 'Olive' } };
    expect(await visitor.hears('typing:updated')).toEqual(news);
    expect(await other.hears('typing:updated')).toEqual(news);
    for (const silent of [ownWindow, agent, stranger] as Client[]) {
      await silent.does('log:sync', { conversations: [] });
      expect(silent.heard('typing:updated')).toEqual([]);
    }
  });

  it('said again and again is told once, until it is news again', async () => {
    let told = 0;
    let asked = 0;
    const target = { to: () => target, except: () => target, emit: () => { told += 1; } };
    const typing = createTyping({ conversationVisitor: async () => { asked += 1; return 'v'; } }, { visitors: target, agents: target } as unknown as Namespaces);
    const say = async (now: boolean) => {
      const { broadcast } = await typing.visitor['typing:set']({ workspaceId: 'w', visitorId: 'v', socket: null as never }, { conversationId: 'c', typing: now });
      broadcast?.();
    };
    for (let i = 0; i < 50; i += 1) await say(true);
    expect([told, asked]).toEqual([1, 1]);
    await say(false);
    await say(true);
    expect(told).toBe(3);
  });

  it('is stored nowhere', async () => {
    const visitor = await gateway.visitor(workspace);
    const conversationId = await startConversation(visitor);
    await visitor.does('typing:set', { conversationId, typing: true });
    const { conversations } = await visitor.does('log:sync', { conversations: [{ id: conversationId, seq: 1 }] });
    expect(conversations).toMatchObject([{ conversation: { head: 1 }, catchup: { answer: 'entries', entries: [] } }]);
  });
});
