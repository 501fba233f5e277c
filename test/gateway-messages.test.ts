import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppendCommand, Store } from '../gateway/store/store.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
/** What a test does to commits. */
let onAppend: (command: AppendCommand) => Promise<void> = async () => {};
let afterAppend: () => Promise<void> = async () => {};

beforeAll(async () => {
  gateway = await startTestGateway({
    wrap: (store): Store => ({
      ...store,
      append: async (workspaceId, command) => {
        await onAppend(command);
        const appended = await store.append(workspaceId, command);
        await afterAppend();
        return appended;
      },
    }),
  });
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

const texts = (client: Client): string[] => client.heard('entry:created').map(({ entry }) => entry.text ?? entry.kind);

describe('messages', () => {
  it('reach all tabs of their visitor and all agents, the sender\'s own too, and no other visitor', async () => {
    const visitor = await gateway.visitor(workspace);
    const otherTab = await gateway.visitor(workspace, visitor.token);
    const stranger = await gateway.visitor(workspace);
    const agents = [await gateway.agent(workspace), await gateway.agent(workspace)];
    const conversationId = await startConversation(visitor, 'hello');
    await agents[0]?.does('message:send', { conversationId, clientId: name(), text: 'good morning' });
    for (const client of [visitor, otherTab, ...agents]) await until(() => texts(client).length === 2);
    for (const client of [visitor, otherTab, ...agents]) expect(texts(client)).toEqual(['hello', 'good morning']);
    expect(stranger.heard('entry:created')).toEqual([]);
  });

  it('come with a page whose title no database could keep: cut in the middle of a character, or with control characters', async () => {
    const visitor = await gateway.visitor(workspace);
    const page = { url: 'https://shop.example/', title: `${'x'.repeat(1_999)}🫖`, referrer: 'a\u0000b\ud83d' };
    const { entry } = await visitor.does('conversation:start', { clientId: name(), message: { clientId: name(), text: 'hello' }, page });
    expect(entry.page).toEqual({ url: 'https://shop.example/', title: 'x'.repeat(1_999), referrer: 'ab' });
  });

  it('are acknowledged before they are told to the sender', async () => {
    const visitor = await gateway.visitor(workspace);
    let toldBefore = -1;
    await new Promise<void>((resolve) => {
      visitor.socket.emit('conversation:start', { clientId: name(), message: { clientId: name(), text: 'hello' } }, () => {
        toldBefore = visitor.heard('entry:created').length;
        resolve();
      });
    });
    expect(toldBefore).toBe(0);
    await visitor.hears('entry:created');
  });

  it('[D1] are neither acknowledged nor told before they are committed', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'before');
    await agent.hears('entry:created');
    let commit = () => {};
    onAppend = () => new Promise((resolve) => { commit = resolve; });
    let acknowledged = false;
    const sent = visitor.does('message:send', { conversationId, clientId: name(), text: 'slow' }).then(() => { acknowledged = true; });
    // Requests that came later are answered meanwhile, so the wait is for the commit and not for the wire.
    expect((await visitor.does('log:sync', { conversations: [] })).conversations[0].conversation.head).toBe(1);
    await agent.does('member:list', {});
    expect([acknowledged, texts(agent)]).toEqual([false, ['before']]);
    onAppend = async () => {};
    commit();
    await sent;
    await until(() => texts(agent).length === 2);
  });

  it('[D1] [D2] whose commit was not answered are told to nobody, and are stored once when sent again', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'before');
    await agent.hears('entry:created');
    const message = { conversationId, clientId: name(), text: 'stored, but who knows' };
    afterAppend = () => Promise.reject(new Error('the answer got lost'));
    expect(await visitor.fails('message:send', message)).toBe('internal');
    afterAppend = async () => {};
    const { entry } = await visitor.does('message:send', message);
    expect(entry.seq).toBe(2);
    // It was there already, so this is no news; who has not got it finds it in the log.
    await agent.does('member:list', {});
    expect(texts(agent)).toEqual(['before']);
    expect((await agent.does('log:sync', { conversations: [{ id: conversationId, seq: 1 }] })).conversations[0].catchup.entries).toMatchObject([{ text: 'stored, but who knows' }]);
  });

  it('[D2] sent again are answered with the same entry and told to nobody', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'before');
    const message = { conversationId, clientId: name(), text: 'once' };
    const first = await visitor.does('message:send', message);
    const again = await visitor.does('message:send', { ...message, text: 'or is it twice?' });
    expect(again).toEqual(first);
    const reply = { conversationId, clientId: name(), text: 'reply' };
    expect(await agent.does('message:send', reply)).toEqual(await agent.does('message:send', reply));
    await until(() => texts(agent).includes('reply'));
    expect(texts(agent)).toEqual(['before', 'once', 'reply']);
    expect(texts(visitor)).toEqual(['before', 'once', 'reply']);
  });

  it('[D3] sent at once by many are told to everybody in one order, without a gap', async () => {
    const visitor = await gateway.visitor(workspace);
    const [one, two] = [await gateway.agent(workspace), await gateway.agent(workspace)];
    const conversationId = await startConversation(visitor, 'start');
    await Promise.all(Array.from({ length: 60 }, (_, i) => {
      if (i % 3 === 0 && i < 60) return visitor.does('message:send', { conversationId, clientId: name(), text: `visitor ${i}` });
      return (i % 2 === 0 ? one : two).does(i % 5 === 0 ? 'note:add' : 'message:send', { conversationId, clientId: name(), text: `agent ${i}` });
    }));
    const heard = (client: Client) => client.heard('entry:created').map(({ entry }) => entry).filter((entry) => entry.conversationId === conversationId);
    for (const agent of [one, two]) {
      await until(() => heard(agent).length === 61);
      expect(heard(agent).map(({ seq, prev }) => [seq, prev])).toEqual(Array.from({ length: 61 }, (_, i) => [i + 1, i]));
    }
    const visible = heard(one).filter(({ kind }) => kind === 'message').length;
    await until(() => heard(visitor).length === visible);
    let last = 0;
    for (const { seq, prev } of heard(visitor)) {
      expect(prev).toBe(last);
      last = seq;
    }
  });

  it('keep the order of one sender who does not wait for the acknowledgements', async () => {
    const visitor = await gateway.visitor(workspace);
    const conversationId = await startConversation(visitor, 'start');
    const entries = await Promise.all(Array.from({ length: 20 }, (_, i) => visitor.does('message:send', { conversationId, clientId: name(), text: `${i}` })));
    expect(entries.map(({ entry }) => entry.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  });
});

describe('what visitors do not see', () => {
  it('is notes, assignments, e-mail addresses, and who else is there', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'hello');
    await agent.does('note:add', { conversationId, clientId: name(), text: 'a canary of a note' });
    await agent.does('conversation:assign', { conversationId, clientId: name(), memberId: workspace.owner.id });
    await agent.does('message:send', { conversationId, clientId: name(), text: 'good morning' });
    await agent.does('status:set', { conversationId, clientId: name(), status: 'closed' });
    await visitor.hears('entry:created', ({ entry }) => entry.kind === 'status');
    const seen = JSON.stringify([visitor.news, await visitor.does('log:sync', { conversations: [] }), await visitor.does('history:load', { conversationId, before: 100 })]);
    for (const secret of ['canary', 'assigned', 'assignee', workspace.owner.email, 'readMessages', 'visitorMessages', 'preview', 'prevVisible']) expect(seen).not.toContain(secret);
    expect(visitor.heard('entry:created').map(({ entry }) => [entry.seq, entry.prev, entry.kind])).toEqual([[1, 0, 'message'], [4, 1, 'message'], [5, 4, 'status']]);
  });

  it('lets agents see all of it, in the conversation too', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'hello');
    await agent.does('conversation:assign', { conversationId, clientId: name(), memberId: workspace.owner.id });
    const told = await agent.hears('entry:created', ({ entry }) => entry.kind === 'assigned' && entry.conversationId === conversationId);
    expect(told).toMatchObject({ entry: { prev: 1, assignee: { id: workspace.owner.id, name: 'Olive' } }, conversation: { assignee: { name: 'Olive' }, status: 'open' } });
    expect(JSON.stringify(agent.news)).not.toContain('prevVisible');
    expect(await agent.does('conversation:assign', { conversationId, clientId: name(), memberId: workspace.owner.id })).toMatchObject({ entry: null, conversation: { id: conversationId } });
  });
});

describe('a closed conversation', () => {
  it('is opened again by its visitor\'s message, in the same commit', async () => {
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor, 'hello');
    await agent.does('status:set', { conversationId, clientId: name(), status: 'closed' });
    await visitor.does('message:send', { conversationId, clientId: name(), text: 'one more thing' });
    await agent.hears('entry:created', ({ entry }) => entry.text === 'one more thing');
    const mine = agent.heard('entry:created').filter(({ entry }) => entry.conversationId === conversationId);
    expect(mine.map(({ entry }) => entry.status ?? entry.text)).toEqual(['hello', 'closed', 'open', 'one more thing']);
    expect(mine.at(-1).conversation.status).toBe('open');
  });
});
