/** [D6] A broadcast that is lost is noticed, by a gap or by the heartbeat, and repaired by asking the log. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addEntry, applyCatchup, EMPTY_TIMELINE, type Timeline } from '../shared/timeline.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let visitor: Client;
let agent: Client;
let conversationId: string;

/** Says which news a client never gets: the adapter, which carries broadcasts, forgets them. */
let lose: (namespace: string, event: string) => boolean = () => false;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
  for (const namespace of ['/visitor', '/agent']) {
    const { adapter } = gateway.app.io.of(namespace);
    const broadcast = adapter.broadcast.bind(adapter);
    adapter.broadcast = (packet, options) => {
      if (!lose(namespace, (packet.data as string[])[0] ?? '')) broadcast(packet, options);
    };
  }
});

beforeEach(async () => {
  lose = () => false;
  visitor = await gateway.visitor(workspace);
  agent = await gateway.agent(workspace);
  conversationId = await startConversation(visitor, 'message 1');
});

afterAll(() => gateway.close());

/** What a client does by the document: takes what fits, asks when there is a gap, asks at every heartbeat. */
function follow(client: Client): { timeline(): Timeline; heartbeat(): Promise<void>; gaps(): number } {
  let timeline = EMPTY_TIMELINE;
  let gaps = 0;
  const sync = async (): Promise<void> => {
    const { conversations } = await client.does('log:sync', { conversations: [{ id: conversationId, seq: timeline.last }] });
    const mine = conversations.find(({ conversation }: { conversation: { id: string } }) => conversation.id === conversationId);
    timeline = applyCatchup(timeline, mine.catchup).timeline;
  };
  client.socket.on('entry:created', ({ entry }) => {
    if (entry.conversationId !== conversationId) return;
    const step = addEntry(timeline, entry);
    timeline = step.timeline;
    if (step.outcome !== 'gap') return;
    gaps += 1;
    void sync();
  });
  return { timeline: () => timeline, heartbeat: sync, gaps: () => gaps };
}

const reply = (text: string) => agent.does('message:send', { conversationId, clientId: name(), text });
const texts = (timeline: Timeline) => timeline.entries.map((entry) => ('text' in entry ? entry.text : entry.kind));

describe('[D6] a lost broadcast', () => {
  it('is noticed by the gap before the next one, and repaired at once', async () => {
    const client = follow(visitor);
    await client.heartbeat();
    lose = (namespace, event) => namespace === '/visitor' && event === 'entry:created';
    await reply('lost on the way');
    lose = () => false;
    await reply('arrives');
    await until(() => client.timeline().entries.length === 3);
    expect(texts(client.timeline())).toEqual(['message 1', 'lost on the way', 'arrives']);
    expect(client.gaps()).toBe(1);
  });

  it('that was the last one is found by the heartbeat', async () => {
    const client = follow(visitor);
    await client.heartbeat();
    lose = () => true;
    await reply('the last word');
    lose = () => false;
    expect(texts(client.timeline())).toEqual(['message 1']);
    await client.heartbeat();
    expect(texts(client.timeline())).toEqual(['message 1', 'the last word']);
  });

  it('to an agent is found by the heartbeat of the inbox, with what it changed', async () => {
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    lose = (namespace) => namespace === '/agent';
    const someone = await gateway.visitor(workspace);
    const id = await startConversation(someone, 'is anybody there?');
    lose = () => false;
    const changes = await agent.does('inbox:sync', { cursor });
    expect(changes.conversations.find((conversation: { id: string }) => conversation.id === id)).toMatchObject({ visitorMessages: 1, readMessages: 0, preview: { text: 'is anybody there?' } });
    expect(agent.heard('entry:created').some(({ conversation }) => conversation.id === id)).toBe(false);
  });

  it('of a note, which the visitor never sees, is no gap for the visitor', async () => {
    const client = follow(visitor);
    await client.heartbeat();
    await agent.does('note:add', { conversationId, clientId: name(), text: 'between us' });
    await reply('for you');
    await until(() => client.timeline().entries.length === 2);
    expect([texts(client.timeline()), client.gaps()]).toEqual([['message 1', 'for you'], 0]);
  });

  it('of every second entry, at random, leaves everybody with the same log', async () => {
    const clients = [follow(visitor), follow(await gateway.agent(workspace))];
    let turn = 0;
    lose = (_, event) => event === 'entry:created' && (turn += 1) % 2 === 0;
    for (let i = 0; i < 20; i += 1) await (i % 3 === 0 ? visitor.does('message:send', { conversationId, clientId: name(), text: `visitor ${i}` }) : reply(`agent ${i}`));
    lose = () => false;
    for (const client of clients) {
      await client.heartbeat();
      await until(() => client.timeline().last === 21);
      expect(client.timeline().entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
    }
  });
});
