/** [D5] What a client that comes back is told: these entries, or start over. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYNC_ENTRIES_MAX } from '../shared/limits.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let visitor: Client;
let agent: Client;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { RATE_VISITOR_MESSAGES: '10000/1000', RATE_MEMBER_REQUESTS: '10000/1000' } });
  workspace = await gateway.workspace();
  visitor = await gateway.visitor(workspace);
  agent = await gateway.agent(workspace);
  conversationId = await startConversation(visitor, 'message 1');
  // Entries 2 to 9: a note at every even place.
  for (let seq = 2; seq < 10; seq += 1) {
    await agent.does(seq % 2 === 0 ? 'note:add' : 'message:send', { conversationId, clientId: name(), text: `entry ${seq}` });
  }
});

afterAll(() => gateway.close());

interface Synced { conversation: { id: string; head: number }; catchup: { answer: string; entries: Array<{ seq: number; prev: number }>; earlier?: boolean } }

async function sync(client: Client, seq: number): Promise<Synced | undefined> {
  const { conversations } = await client.does('log:sync', { conversations: [{ id: conversationId, seq }] }) as { conversations: Synced[] };
  return conversations.find(({ conversation }) => conversation.id === conversationId);
}

const seqs = (synced: Synced | undefined) => synced?.catchup.entries.map(({ seq }) => seq);

describe('[D5] coming back', () => {
  it('brings a visitor exactly what was missed, in one unbroken run', async () => {
    for (const [known, missed] of [[1, [3, 5, 7, 9]], [3, [5, 7, 9]], [7, [9]], [9, []]] as const) {
      const synced = await sync(visitor, known);
      expect([synced?.catchup.answer, seqs(synced), synced?.conversation.head]).toEqual(['entries', missed, 9]);
      let last: number = known;
      for (const { seq, prev } of synced?.catchup.entries ?? []) {
        expect(prev).toBe(last);
        last = seq;
      }
    }
  });

  it('brings an agent exactly what was missed, notes too', async () => {
    expect(seqs(await sync(agent, 4))).toEqual([5, 6, 7, 8, 9]);
    expect(await sync(agent, 9)).toMatchObject({ catchup: { answer: 'entries', entries: [] } });
  });

  it('starts over with nothing known', async () => {
    expect(await sync(visitor, 0)).toMatchObject({ catchup: { entries: [{ seq: 1, prev: 0 }, { seq: 3 }, { seq: 5 }, { seq: 7 }, { seq: 9 }] } });
  });

  it('starts over when the client knows more than the log: the log is the truth', async () => {
    const synced = await sync(visitor, 1_000);
    expect(synced?.catchup).toMatchObject({ answer: 'start-over', earlier: false });
    expect(seqs(synced)).toEqual([1, 3, 5, 7, 9]);
  });

  it('starts over, with the newest page, when too much was missed; the rest pages back', async () => {
    const long = await gateway.visitor(workspace);
    const id = await startConversation(long, 'message 1');
    await Promise.all(Array.from({ length: SYNC_ENTRIES_MAX + 20 }, (_, i) => long.does('message:send', { conversationId: id, clientId: name(), text: `message ${i + 2}` })));
    const { conversations } = await long.does('log:sync', { conversations: [{ id, seq: 1 }] });
    const { answer, entries, earlier } = conversations[0].catchup;
    expect([answer, earlier, entries.length, entries.at(-1).seq]).toEqual(['start-over', true, 50, SYNC_ENTRIES_MAX + 21]);
    const back = await long.does('history:load', { conversationId: id, before: entries[0].seq, limit: 100 });
    expect([back.entries.length, back.entries.at(-1).seq, back.earlier]).toEqual([100, entries[0].seq - 1, true]);
    const { conversations: [near] } = await long.does('log:sync', { conversations: [{ id, seq: 100 }] });
    expect([near.catchup.answer, near.catchup.entries.length]).toEqual(['entries', SYNC_ENTRIES_MAX + 21 - 100]);
  });

  it('on a new connection finds what happened while there was none', async () => {
    const before = await gateway.visitor(workspace);
    const id = await startConversation(before, 'hello');
    before.socket.disconnect();
    await agent.does('message:send', { conversationId: id, clientId: name(), text: 'are you still there?' });
    const after = await gateway.visitor(workspace, before.token);
    const { conversations } = await after.does('log:sync', { conversations: [{ id, seq: 1 }] });
    expect(conversations[0].catchup).toMatchObject({ answer: 'entries', entries: [{ text: 'are you still there?', prev: 1 }] });
  });

  it('of the inbox brings every conversation that changed, or starts over', async () => {
    const first = await agent.does('inbox:sync', { cursor: null });
    expect(first).toMatchObject({ answer: 'changes', conversations: [], cursor: expect.any(String) });
    const quiet = await agent.does('inbox:sync', { cursor: first.cursor });
    expect(quiet.answer).toBe('changes');
    const someone = await gateway.visitor(workspace);
    const id = await startConversation(someone, 'news');
    const changes = await agent.does('inbox:sync', { cursor: quiet.cursor });
    expect(changes.answer).toBe('changes');
    expect(changes.conversations.map((conversation: { id: string }) => conversation.id)).toContain(id);
    expect(await agent.ask('inbox:sync', { cursor: 'not one of ours' })).toMatchObject({ ok: true, data: { answer: 'start-over' } });
  });
});
