/**
 * A conversation held by docs/protocol.md alone: plain socket.io-client and fetch, nothing of shared/, widget/ or console/.
 */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
const sockets: Socket[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
});

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await gateway.close();
});

/** A visitor's client in the document's words: keeps an unbroken run of entries, and asks when something is missing. */
class Visitor {
  readonly socket: Socket;
  readonly entries: any[] = [];
  conversation: any;
  session: any;
  typing: any[] = [];
  reads: any;

  constructor(token?: string) {
    this.socket = io(`${gateway.url}/visitor`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1, workspace: workspace.id, token } });
    sockets.push(this.socket);
    this.socket.on('session:started', (session) => {
      this.session = session;
      void this.sync();
    });
    this.socket.on('entry:created', ({ entry }) => this.take(entry));
    this.socket.on('typing:updated', (news) => this.typing.push(news));
    this.socket.on('read:updated', ({ reads }) => { this.reads = reads; });
  }

  get last(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  take(entry: any): void {
    if (entry.seq <= this.last) return;
    if (entry.prev === this.last) this.entries.push(entry);
    else void this.sync();
  }

  async sync(): Promise<void> {
    const known = this.conversation ? [{ id: this.conversation.id, seq: this.last }] : [];
    const { data } = await this.socket.emitWithAck('log:sync', { conversations: known });
    for (const { conversation, catchup } of data.conversations) {
      this.conversation = conversation;
      this.reads = conversation.reads;
      if (catchup.answer === 'start-over') this.entries.splice(0, this.entries.length, ...catchup.entries);
      else for (const entry of catchup.entries) this.take(entry);
    }
  }

  texts(): string[] {
    return this.entries.filter(({ kind }) => kind === 'message').map(({ text }) => text);
  }
}

describe('a conversation by the document', () => {
  it('[D1] [D3] holds a conversation between a visitor and an agent who signed in over HTTP', async () => {
    const visitor = new Visitor();
    await until(() => visitor.session);
    expect(visitor.session).toMatchObject({ protocol: 1, heartbeatMs: 10_000, workspace: { id: workspace.id, name: 'Kettle & Co' } });
    expect(Date.parse(visitor.session.serverTime)).toBeGreaterThan(0);

    const response = await fetch(`${gateway.url}/api/session`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: gateway.url },
      body: JSON.stringify({ workspace: workspace.id, email: workspace.owner.email, password: PASSWORD }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      member: { id: workspace.owner.id, name: 'Olive', email: workspace.owner.email, role: 'owner' }, workspace: { id: workspace.id, name: 'Kettle & Co' },
    });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const agent = io(`${gateway.url}/agent`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1 }, extraHeaders: { cookie } });
    sockets.push(agent);
    const created: any[] = [];
    let session: any;
    let reads: any;
    agent.on('session:started', (news) => { session = news; });
    agent.on('entry:created', (news) => created.push(news));
    agent.on('read:updated', (news) => { reads = news; });
    await until(() => session);
    expect(session).toMatchObject({ protocol: 1, member: { name: 'Olive', role: 'owner' }, workspace: { id: workspace.id } });
    const { data: first } = await agent.emitWithAck('inbox:sync', { cursor: null });

    const start = {
      clientId: randomUUID(), message: { clientId: randomUUID(), text: 'Do you ship to Norway?' }, page: { url: 'https://shop.example/kettles', title: 'Kettles' },
      somethingFromTheFuture: true,
    };
    const started = await visitor.socket.emitWithAck('conversation:start', start);
    expect(started).toMatchObject({ ok: true, data: {
      conversation: { clientId: start.clientId, status: 'open', head: 1 },
      entry: { seq: 1, prev: 0, kind: 'message', text: 'Do you ship to Norway?', clientId: start.message.clientId, author: { kind: 'visitor', id: visitor.session.visitorId } },
    } });
    const conversationId = started.data.conversation.id;
    visitor.conversation = started.data.conversation;

    const told = await until(() => created[0]);
    expect(told).toMatchObject({
      entry: { id: started.data.entry.id, conversationId, text: 'Do you ship to Norway?' },
      conversation: { id: conversationId, visitorMessages: 1, head: 1, assignee: null, preview: { author: 'visitor', text: 'Do you ship to Norway?' }, page: { url: 'https://shop.example/kettles', title: 'Kettles', referrer: '' } },
    });
    const { data: changes } = await agent.emitWithAck('inbox:sync', { cursor: first.cursor });
    expect(changes).toMatchObject({ answer: 'changes', conversations: [{ id: conversationId, visitorMessages: 1, readMessages: 0 }], counts: { unassigned: 1, mine: 0, all: 1, closed: 0 } });
    const { data: listed } = await agent.emitWithAck('inbox:list', { filter: 'unassigned' });
    expect(listed).toMatchObject({ conversations: [{ id: conversationId }], next: null });

    await agent.emitWithAck('typing:set', { conversationId, typing: true });
    await until(() => visitor.typing[0]);
    expect(visitor.typing[0]).toEqual({ conversationId, typing: true, author: { kind: 'agent', id: workspace.owner.id, name: 'Olive' } });

    expect(await agent.emitWithAck('conversation:assign', { conversationId, clientId: randomUUID(), memberId: workspace.owner.id }))
      .toMatchObject({ ok: true, data: { entry: { kind: 'assigned', assignee: { name: 'Olive' } }, conversation: { assignee: { id: workspace.owner.id } } } });
    expect(await agent.emitWithAck('note:add', { conversationId, clientId: randomUUID(), text: 'Asks about Norway again' })).toMatchObject({ ok: true, data: { entry: { kind: 'note', seq: 3 } } });
    const reply = await agent.emitWithAck('message:send', { conversationId, clientId: randomUUID(), text: 'Yes, in three days.' });
    expect(reply).toMatchObject({ ok: true, data: { entry: { seq: 4, prev: 3 } } });

    await until(() => visitor.texts().length === 2);
    expect(visitor.entries.at(-1)).toMatchObject({ seq: 4, prev: 1, text: 'Yes, in three days.', author: { kind: 'agent', name: 'Olive' } });
    expect(JSON.stringify(visitor.entries)).not.toContain(workspace.owner.email);

    expect(await visitor.socket.emitWithAck('read:mark', { conversationId, delivered: 4, seen: 4 })).toEqual({ ok: true, data: { delivered: 4, seen: 4 } });
    await until(() => reads?.reads.visitor.seen === 4);
    expect(await agent.emitWithAck('read:mark', { conversationId, seen: 4 })).toMatchObject({ ok: true, data: { seen: 4, readMessages: 1 } });
    await until(() => visitor.reads?.agents.seen === 4);

    expect(await agent.emitWithAck('status:set', { conversationId, clientId: randomUUID(), status: 'closed' })).toMatchObject({ ok: true, data: { conversation: { status: 'closed' } } });
    const again = await visitor.socket.emitWithAck('message:send', { conversationId, clientId: randomUUID(), text: 'Lovely, thanks!' });
    expect(again).toMatchObject({ ok: true, data: { entry: { kind: 'message', text: 'Lovely, thanks!' } } });
    await until(() => visitor.texts().length === 3);
    expect(visitor.entries.map(({ kind, status }) => status ?? kind)).toEqual(['message', 'message', 'closed', 'open', 'message']);
    await until(() => created.at(-1)?.entry.text === 'Lovely, thanks!');
    expect(created.map(({ entry }) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(created.at(-1).conversation).toMatchObject({ status: 'open', visitorMessages: 2 });

    const { data: page } = await visitor.socket.emitWithAck('history:load', { conversationId, before: 6, limit: 2 });
    expect(page.entries.map(({ seq }: { seq: number }) => seq)).toEqual([4, 5]);
    expect(page.earlier).toBe(true);
    const { data: members } = await agent.emitWithAck('member:list', {});
    expect(members.members).toEqual([{ id: workspace.owner.id, name: 'Olive', online: true }]);
  });

  it('[D2] answers a repeated request with the entry that is there, and tells nobody again', async () => {
    const visitor = new Visitor();
    await until(() => visitor.session);
    const start = { clientId: randomUUID(), message: { clientId: randomUUID(), text: 'once' } };
    const one = await visitor.socket.emitWithAck('conversation:start', start);
    const two = await visitor.socket.emitWithAck('conversation:start', start);
    expect(two).toEqual(one);
    const message = { conversationId: one.data.conversation.id, clientId: randomUUID(), text: 'twice' };
    const [three, four] = await Promise.all([visitor.socket.emitWithAck('message:send', message), visitor.socket.emitWithAck('message:send', message)]);
    expect(four.data.entry).toEqual(three.data.entry);
    await visitor.sync();
    expect(visitor.texts()).toEqual(['once', 'twice']);
  });

  it('[D5] goes on with the token on a new connection, and catches up exactly', async () => {
    const before = new Visitor();
    await until(() => before.session);
    const { data } = await before.socket.emitWithAck('conversation:start', { clientId: randomUUID(), message: { clientId: randomUUID(), text: 'first' } });
    before.socket.disconnect();
    const after = new Visitor(before.session.token);
    await until(() => after.texts().length === 1);
    expect(after.session.visitorId).toBe(before.session.visitorId);
    expect(after.conversation.id).toBe(data.conversation.id);
    await after.socket.emitWithAck('message:send', { conversationId: data.conversation.id, clientId: randomUUID(), text: 'second' });
    const missed = await after.socket.emitWithAck('log:sync', { conversations: [{ id: data.conversation.id, seq: 1 }, { id: 'nothing-here', seq: 3 }] });
    expect(missed.data).toMatchObject({ conversations: [{ catchup: { answer: 'entries', entries: [{ seq: 2, text: 'second' }] } }], gone: ['nothing-here'] });
  });
});
