/** What visitors think of their conversations: who may say it, who hears of it, and what it changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATING_COMMENT_MAX } from '../shared/limits.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let visitor: Client;
let agent: Client;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
  visitor = await gateway.visitor(workspace);
  agent = await gateway.agent(workspace);
  conversationId = await startConversation(visitor);
});
afterAll(() => gateway.close());

const rating = (change: object = {}) => ({ conversationId, clientId: name(), score: 5, comment: 'Quick, thanks', ...change });

describe('a rating', () => {
  it('is acknowledged as an entry, and both sides hear of it', async () => {
    const { entry } = await visitor.does('rating:set', rating({ score: 4 }));
    expect(entry).toMatchObject({ kind: 'rating', score: 4, comment: 'Quick, thanks', author: { kind: 'visitor' }, conversationId });
    expect(await visitor.hears('entry:created', (news) => news.entry.id === entry.id)).toEqual({ entry });
    const heard = await agent.hears('entry:created', (news) => news.entry.id === entry.id);
    expect(heard).toMatchObject({ entry: { kind: 'rating', score: 4 }, conversation: { status: 'open', visitorMessages: 1, head: entry.seq, activityAt: entry.at, preview: { text: 'Do you ship to Norway?' } } });
  });

  it('leaves a closed conversation closed', async () => {
    await agent.does('status:set', { conversationId, clientId: name(), status: 'closed' });
    const { entry } = await visitor.does('rating:set', rating());
    expect((await agent.hears('entry:created', (news) => news.entry.id === entry.id)).conversation.status).toBe('closed');
    const { conversations } = await visitor.does('log:sync', { conversations: [] });
    expect(conversations[0].conversation).toMatchObject({ status: 'closed', head: entry.seq });
  });

  it('[D2] sent again is the one that is there, and nobody hears of it twice', async () => {
    const first = rating({ score: 1, comment: '' });
    const { entry } = await visitor.does('rating:set', first);
    expect(await visitor.does('rating:set', { ...first, score: 5 })).toEqual({ entry });
    const { entry: later } = await visitor.does('rating:set', rating());
    await agent.hears('entry:created', (news) => news.entry.id === later.id);
    expect(agent.heard('entry:created').filter((news) => news.entry.id === entry.id)).toHaveLength(1);
  });

  it('[S1] has a score from 1 to 5 and a comment that is not too long', async () => {
    for (const wrong of [{ score: 0 }, { score: 6 }, { score: 2.5 }, { score: '5' }, { score: undefined }, { comment: 'x'.repeat(RATING_COMMENT_MAX + 1) }, { comment: '\u0000' }, { clientId: 'short' }]) {
      expect(await visitor.fails('rating:set', rating(wrong)), JSON.stringify(wrong)).toBe('bad_request');
    }
    expect(await visitor.fails('rating:set', rating({ comment: 'x'.repeat(RATING_COMMENT_MAX) }))).toBe('ok');
    const { entry } = await visitor.does('rating:set', rating({ comment: undefined }));
    expect(entry.comment).toBe('');
  });

  it('[D8] is of the visitor\'s own conversation, and never of an agent', async () => {
    const other = await gateway.visitor(workspace);
    expect(await other.fails('rating:set', rating())).toBe('not_found');
    expect(await visitor.fails('rating:set', rating({ conversationId: 'never-there' }))).toBe('not_found');
    expect(await agent.fails('rating:set', rating())).toBe('unknown_event');
  });

  it('is limited like messages', async () => {
    const busy = await gateway.visitor(workspace);
    const own = await startConversation(busy);
    const answers = await Promise.all(Array.from({ length: 40 }, () => busy.ask('rating:set', rating({ conversationId: own }))));
    expect(answers.some((answer) => !answer.ok && answer.error.code === 'rate_limited')).toBe(true);
  });
});
