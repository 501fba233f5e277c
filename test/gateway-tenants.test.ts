/** [D8] Every request with ids of another workspace or another visitor is answered as if they had never existed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentRequests, visitorRequests } from '../shared/protocol.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let theirs: TestWorkspace;
let conversationId: string;
let theirVisitor: Client;
let theirAgent: Client;
let agent: Client;
let neighbour: Client;
let stranger: Client;

beforeAll(async () => {
  gateway = await startTestGateway();
  theirs = await gateway.workspace();
  theirVisitor = await gateway.visitor(theirs);
  conversationId = await startConversation(theirVisitor, 'for your eyes only');
  theirAgent = await gateway.agent(theirs);
  await theirAgent.does('note:add', { conversationId, clientId: name(), text: 'a note' });

  const ours = await gateway.workspace();
  agent = await gateway.agent(ours);
  stranger = await gateway.visitor(ours);
  neighbour = await gateway.visitor(theirs);
  await startConversation(stranger);
  await startConversation(neighbour);
});

afterAll(() => gateway.close());

/** One request of each kind that names a conversation. */
const requests: Record<string, (id: string) => Record<string, unknown>> = {
  'message:send': (id) => ({ conversationId: id, clientId: name(), text: 'let me in' }),
  'note:add': (id) => ({ conversationId: id, clientId: name(), text: 'let me in' }),
  'conversation:assign': (id) => ({ conversationId: id, clientId: name(), memberId: null }),
  'status:set': (id) => ({ conversationId: id, clientId: name(), status: 'closed' }),
  'rating:set': (id) => ({ conversationId: id, clientId: name(), score: 5 }),
  'history:load': (id) => ({ conversationId: id, before: 5 }),
  'typing:set': (id) => ({ conversationId: id, typing: true }),
  'read:mark': (id) => ({ conversationId: id, seen: 1 }),
  'viewing:set': (id) => ({ conversationId: id }),
};
/** Requests that name none, or answer foreign ids in a way of their own (below, and gateway-profile.test.ts for visitors). */
const WITHOUT = ['conversation:start', 'log:sync', 'inbox:list', 'inbox:sync', 'member:list', 'profile:set', 'event:track', 'visitor:erase', 'visitor:load'];

describe('[D8] a conversation of somebody else', () => {
  it('is tried with every request there is', () => {
    expect(new Set([...Object.keys(requests), ...WITHOUT])).toEqual(new Set([...Object.keys(visitorRequests), ...Object.keys(agentRequests)]));
  });

  for (const [event, payloadFor] of Object.entries(requests)) {
    const askers = [
      ...(event in agentRequests ? [['an agent of another workspace', () => agent]] as const : []),
      ...(event in visitorRequests ? [['a visitor of another workspace', () => stranger], ['another visitor of the same workspace', () => neighbour]] as const : []),
    ];
    for (const [who, asker] of askers) {
      it(`is not_found for ${who}: ${event}`, async () => {
        const refused = await asker().ask(event, payloadFor(conversationId));
        const unknown = await asker().ask(event, payloadFor('never-existed'));
        expect(refused).toMatchObject({ ok: false, error: { code: 'not_found' } });
        expect(refused).toEqual(unknown);
      });
    }
  }

  it('is gone from log:sync', async () => {
    for (const asker of [agent, stranger, neighbour]) {
      const { conversations, gone } = await asker.does('log:sync', { conversations: [{ id: conversationId, seq: 0 }] });
      expect(gone).toEqual([conversationId]);
      expect(JSON.stringify(conversations)).not.toContain('for your eyes only');
    }
  });

  it('is in no other inbox', async () => {
    expect(JSON.stringify(await agent.does('inbox:list', { filter: 'all' }))).not.toContain(conversationId);
    expect(JSON.stringify(await agent.does('inbox:sync', { cursor: null }))).not.toContain(conversationId);
    expect(JSON.stringify(await agent.does('member:list', {}))).not.toContain(theirs.owner.id);
  });

  it('takes a name that somebody else used as new', async () => {
    const clientId = name();
    await theirVisitor.does('message:send', { conversationId, clientId, text: 'mine' });
    const { entry, conversation } = await stranger.does('conversation:start', { clientId, message: { clientId, text: 'also mine' } });
    expect([entry.text, conversation.id === conversationId]).toEqual(['also mine', false]);
  });

  it('cannot be given to a member of another workspace', async () => {
    const { members } = await agent.does('member:list', {});
    expect(await theirAgent.fails('conversation:assign', { conversationId, clientId: name(), memberId: members[0].id })).toBe('not_found');
  });

  it('was not touched by any of this, and nobody was told', async () => {
    const { conversations } = await theirVisitor.does('log:sync', { conversations: [{ id: conversationId, seq: 0 }] });
    expect(conversations[0].catchup.entries.map(({ text }: { text: string }) => text)).toEqual(['for your eyes only', 'mine']);
    for (const other of [stranger, neighbour]) expect(JSON.stringify(other.news)).not.toContain(conversationId);
    expect(JSON.stringify(agent.news)).not.toContain(conversationId);
    expect(theirAgent.heard('entry:created').filter(({ entry }) => entry.conversationId === conversationId).map(({ entry }) => entry.kind)).toEqual(['note', 'message']);
    expect(theirAgent.heard('typing:updated')).toEqual([]);
  });
});
