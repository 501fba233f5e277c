/** The connection over both of its wires, against a real gateway: one contract for both, and for a tab that goes through another's. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WireError } from '../shared/errors.ts';
import { createConnection, type Connection, type ConnectionOptions, type ConnectionState, type OpenWire } from '../widget/connection.ts';
import { openSocketIo } from '../widget/connection-socketio.ts';
import { openWebSocket } from '../widget/connection-websocket.ts';
import { shareWire } from '../widget/shared-wire.ts';
import { name, startConversation, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { openTestStore, type TestStore } from './harness/store.ts';
import { until } from './harness/until.ts';
import { FakeTabs, type FakeTab } from './widget-fake-tabs.ts';

interface Watched { connection: Connection; states: ConnectionState[]; sessions: Array<{ visitorId: string; token: string }> }

/** Through a second tab: each has its own channel and lock, and one before it that leads. */
const throughAnotherTab: OpenWire = (origin, auth, events) => {
  const browser = new FakeTabs();
  const [leader, follower] = [browser.open(), browser.open()];
  const share = (tab: FakeTab): OpenWire => shareWire(openWebSocket, { name: 'wire', locks: tab.locks, Channel: tab.Channel, mustLead: () => false });
  const leading = share(leader)(origin, auth, { news: () => {}, refused: () => {}, closed: () => {} });
  const following = share(follower)(origin, auth, events);
  return {
    emit: following.emit,
    close() {
      following.close();
      leading.close();
    },
  };
};

const wires: Array<[string, OpenWire]> = [['our WebSocket client', openWebSocket], ['socket.io-client over HTTP', openSocketIo], ['another tab\'s WebSocket', throughAnotherTab]];

describe.each(wires)('%s', (_, openWire) => {
  let opened: TestStore;
  let gateway: TestGateway;
  let workspace: TestWorkspace;
  const connections: Connection[] = [];

  beforeAll(async () => {
    opened = await openTestStore();
    gateway = await startTestGateway({ store: opened.store });
    workspace = await gateway.workspace();
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(async () => {
    await gateway.close();
    await opened.close();
  });

  function connect(change: Partial<ConnectionOptions> = {}): Watched {
    const states: ConnectionState[] = [];
    const sessions: Watched['sessions'] = [];
    const connection = createConnection({
      origin: gateway.url, openWire,
      auth: () => ({ protocol: 1, workspace: workspace.id }),
      onState: (state) => states.push(state),
      random: () => 0.1,
      ...change,
    });
    connections.push(connection);
    connection.on('session:started', (news) => sessions.push(news));
    connection.connect();
    return { connection, states, sessions };
  }

  const online = ({ connection }: Watched) => until(() => connection.state.name === 'online', { what: 'the connection' });

  it('is online with session:started, and not before', async () => {
    const watched = connect();
    await online(watched);
    expect(watched.states.map((state) => state.name)).toEqual(['connecting', 'online']);
    expect(watched.sessions).toHaveLength(1);
    expect(watched.sessions[0]).toMatchObject({ visitorId: expect.any(String), token: expect.any(String), heartbeatMs: 10_000 });
  });

  it('answers each request with its own acknowledgement', async () => {
    const watched = connect();
    await online(watched);
    const start = (text: string) => watched.connection.request('conversation:start', { clientId: name(), message: { clientId: name(), text } });
    const [one, two, empty] = await Promise.all([start('one'), start('two'), start('  ')]);
    expect(one).toMatchObject({ ok: true, data: { entry: { text: 'one' } } });
    expect(two).toMatchObject({ ok: true, data: { entry: { text: 'two' } } });
    expect(empty).toMatchObject({ ok: false, error: { code: 'text_empty' } });
  });

  it('brings news', async () => {
    const watched = connect();
    await online(watched);
    const heard: string[] = [];
    watched.connection.on('entry:created', ({ entry }) => void heard.push(entry.kind === 'message' ? entry.text : entry.kind));
    const started = await watched.connection.request('conversation:start', { clientId: name(), message: { clientId: name(), text: 'grüße 🙂\n"quoted"' } });
    if (!started.ok) throw new Error(started.error.code);
    const conversationId = started.data.conversation.id;
    const agent = await gateway.agent(workspace);
    await agent.does('message:send', { conversationId, clientId: name(), text: 'answer' });
    await until(() => heard.length === 2);
    expect(heard).toEqual(['grüße 🙂\n"quoted"', 'answer']);
  });

  it('stays away where asking again would not help, and says why', async () => {
    const unknown = connect({ auth: () => ({ protocol: 1, workspace: 'nowhere' }) });
    await until(() => unknown.connection.state.name === 'refused');
    expect(unknown.connection.state).toMatchObject({ error: { code: 'not_found' } });
    const old = connect({ auth: () => ({ protocol: 0, workspace: workspace.id }) });
    await until(() => old.connection.state.name === 'refused');
    expect(old.connection.state).toMatchObject({ error: { code: 'protocol_unsupported', details: { supported: [1] } } });
    expect(old.states.map((state) => state.name)).toEqual(['connecting', 'refused']);
  });

  it('comes back at once without a token that is not accepted', async () => {
    let token: string | undefined = 'forged';
    const refusals: WireError[] = [];
    const watched = connect({
      auth: () => ({ protocol: 1, workspace: workspace.id, token }),
      onRefused(error) {
        refusals.push(error);
        token = undefined;
        return true;
      },
    });
    await online(watched);
    expect(refusals.map(({ code }) => code)).toEqual(['token_invalid']);
    expect(watched.states.map((state) => state.name)).toEqual(['connecting', 'connecting', 'online']);
  });

  it('keeps the visitor with the token, and changes it with restart()', async () => {
    let token: string | undefined;
    const watched = connect({ auth: () => ({ protocol: 1, workspace: workspace.id, token }) });
    await online(watched);
    token = watched.sessions[0]?.token;
    watched.connection.restart();
    await until(() => watched.sessions.length === 2);
    token = undefined;
    watched.connection.restart();
    await until(() => watched.sessions.length === 3);
    const [first, second, third] = watched.sessions.map(({ visitorId }) => visitorId);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('gives up what is under way when it closes, and is quiet from then on', async () => {
    const watched = connect();
    await online(watched);
    const asked = watched.connection.request('log:sync', { conversations: [] });
    watched.connection.close();
    await expect(asked).rejects.toThrow('no answer');
    await expect(watched.connection.request('log:sync', { conversations: [] })).rejects.toThrow('no answer');
    expect(watched.connection.state).toEqual({ name: 'idle' });
    expect(watched.states.at(-1)).toEqual({ name: 'idle' });
    watched.connection.connect();
    await online(watched);
  });

  it('waits for a gateway that is not there, and finds it when it comes', async () => {
    const before = await startTestGateway({ store: opened.store });
    await before.close();
    const watched = connect({ origin: before.url });
    await until(() => watched.states.filter((state) => state.name === 'waiting').length === 2);
    expect(watched.connection.state).toMatchObject({ reason: 'unopened' });
    const after = await startTestGateway({ store: opened.store, env: { PORT: String(before.port) } });
    await online(watched);
    watched.connection.close();
    await after.close();
  });

  it('goes when the gateway says it is closing, and comes back after about as long as it was told', async () => {
    const before = await startTestGateway({ store: opened.store });
    const watched = connect({ origin: before.url });
    await online(watched);
    const closing: Array<{ retryInMs: number; toldAt: number }> = [];
    watched.connection.on('server:closing', ({ retryInMs }) => void closing.push({ retryInMs, toldAt: Date.now() }));
    // Over HTTP it is heard by who waits for an answer; between two requests there is nobody to tell.
    const { clients } = before.app.io.engine as unknown as { clients: Record<string, { transport: { writable: boolean } }> };
    await until(() => Object.values(clients).every(({ transport }) => transport.writable));
    const stopped = before.close();
    await until(() => watched.connection.state.name === 'waiting');
    const { until: comesBack } = watched.connection.state as { until: number };
    expect(closing).toHaveLength(1);
    const { retryInMs, toldAt } = closing[0] ?? { retryInMs: 0, toldAt: 0 };
    // `random` answers 0.1: not before 0.6 of what was asked for (less what passes between two lines).
    expect(comesBack - toldAt).toBeGreaterThan(retryInMs * 0.6 - 100);
    await stopped;
    const after = await startTestGateway({ store: opened.store, env: { PORT: String(before.port) } });
    await online(watched);
    expect(watched.sessions).toHaveLength(2);
    watched.connection.close();
    await after.close();
  });

  it('leaves nothing on the gateway when it closes', async () => {
    const watched = connect();
    await online(watched);
    const other = await gateway.visitor(workspace, watched.sessions[0]?.token);
    await startConversation(other);
    watched.connection.close();
    await until(async () => (await gateway.app.io.of('/visitor').fetchSockets()).filter(({ data }) => data.session.visitorId === other.visitorId).length === 1);
  });
});
