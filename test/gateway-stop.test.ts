import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../gateway/store/store.ts';
import { name, startConversation, startTestGateway, type TestGateway } from './harness/gateway-app.ts';
import { openTestStore, type TestStore } from './harness/store.ts';
import { until } from './harness/until.ts';

let opened: TestStore;
const gateways: TestGateway[] = [];

beforeAll(async () => {
  opened = await openTestStore();
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

afterAll(() => opened.close());

async function start(options: { port?: number; wrap?: (store: Store) => Store } = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ store: opened.store, env: { PORT: String(options.port ?? 0) }, ...(options.wrap ? { wrap: options.wrap } : {}) });
  gateways.push(gateway);
  return gateway;
}

/** A gate that commits wait at. */
function gate() {
  let release = () => {};
  const passed = new Promise<void>((resolve) => { release = resolve; });
  return { release, passed };
}

describe('a graceful stop', () => {
  it('[D1] commits and acknowledges what was begun, refuses what comes after, and tells everybody when to come back', async () => {
    const slow = gate();
    let slowly = false;
    let begun = false;
    const gateway = await start({ wrap: (store) => ({ ...store, append: async (...args) => {
      begun = true;
      if (slowly) await slow.passed;
      return store.append(...args);
    } }) });
    const workspace = await gateway.workspace();
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor);
    slowly = true;
    begun = false;
    let acknowledged: unknown;
    const order: string[] = [];
    visitor.socket.on('disconnect', (reason) => order.push(reason));
    visitor.socket.emit('message:send', { conversationId, clientId: name(), text: 'in the last moment' }, (ack: unknown) => {
      acknowledged = ack;
      order.push('acknowledged');
    });
    await until(() => begun);
    const closing = gateway.app.close();
    expect(await visitor.hears('server:closing')).toEqual({ retryInMs: expect.any(Number) });
    await agent.hears('server:closing');
    expect(await visitor.ask('message:send', { conversationId, clientId: name(), text: 'too late' })).toMatchObject({ ok: false, error: { code: 'unavailable', retryAfterMs: 1_000 } });
    expect(order).toEqual([]);
    slow.release();
    await closing;
    await until(() => order.length === 2);
    expect(acknowledged).toMatchObject({ ok: true, data: { entry: { seq: 2, text: 'in the last moment' } } });
    // "Transport close" is a drop, after which a client connects again by itself; "server disconnect" would not be.
    expect(order).toEqual(['acknowledged', 'transport close']);
    expect(agent.heard('entry:created').map(({ entry }) => entry.text)).toContain('in the last moment');
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('lets clients of both transports come back by themselves to the next gateway, with nothing lost', async () => {
    const first = await start();
    const workspace = await first.workspace();
    const visitor = await first.visitor(workspace);
    const poller = await first.visitor(workspace, visitor.token, { transports: ['polling'], upgrade: false });
    const agent = await first.agent(workspace);
    const conversationId = await startConversation(visitor, 'before');
    await first.app.close();
    for (const { socket } of [visitor, poller, agent]) await until(() => !socket.connected);
    const second = await start({ port: first.port });
    for (const client of [visitor, poller, agent]) await until(() => client.heard('session:started').length === 2);
    await agent.does('message:send', { conversationId, clientId: name(), text: 'after' });
    for (const client of [visitor, poller]) await client.hears('entry:created', ({ entry }) => entry.text === 'after');
    expect(second.port).toBe(first.port);
  });

  it('lets nobody new in, and does not wait for those who do not go', async () => {
    const slow = gate();
    const gateway = await start({ wrap: (store) => ({ ...store, append: async (...args) => { await slow.passed; return store.append(...args); } }) });
    const workspace = await gateway.workspace();
    const visitor = await gateway.visitor(workspace);
    visitor.socket.emit('conversation:start', { clientId: name(), message: { clientId: name(), text: 'slow' } }, () => {});
    await visitor.does('log:sync', { conversations: [] });
    // A connection that was opened before the stop and enters only now.
    const late = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard: string[] = [];
    late.addEventListener('message', ({ data }) => heard.push(String(data)));
    await until(() => heard[0]);
    const closing = gateway.app.close();
    await visitor.hears('server:closing');
    late.send(`40/visitor,${JSON.stringify({ protocol: 1, workspace: workspace.id })}`);
    expect(await until(() => heard.find((packet) => packet.startsWith('44/visitor')))).toContain('"code":"unavailable"');
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow('fetch failed');
    slow.release();
    await closing;
  });

  it('can be asked for twice', async () => {
    const gateway = await start();
    const [one, two] = [gateway.app.close(), gateway.app.close()];
    await Promise.all([one, two]);
    await gateway.app.close();
    expect(gateway.app.fastify.server.listening).toBe(false);
  });

  it('does not begin work that was not begun, nor wait for what never ends', async () => {
    const gateway = await start({ wrap: (store) => ({ ...store, append: () => new Promise(() => {}) }) });
    const visitor = await gateway.visitor(await gateway.workspace());
    visitor.socket.emit('conversation:start', { clientId: name(), message: { clientId: name(), text: 'for ever' } }, () => {});
    await visitor.does('log:sync', { conversations: [] });
    const began = performance.now();
    await gateway.app.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(gateway.log()).toContain('stopping before all requests were answered');
  });
});
