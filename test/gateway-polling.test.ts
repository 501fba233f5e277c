import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { name, startConversation, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { PACKET_MAX_BYTES } from '../shared/limits.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

const polling = { transports: ['polling'], upgrade: false };

describe('where WebSocket does not get through', () => {
  it('a conversation is held by polling', async () => {
    const visitor = await gateway.visitor(workspace, undefined, polling);
    const agent = gateway.connect('/agent', { ...polling, auth: { protocol: 1 }, extraHeaders: { cookie: await gateway.signIn(workspace) } });
    await agent.started();
    const conversationId = await startConversation(visitor, 'by the slow road');
    await agent.hears('entry:created', ({ entry }) => entry.text === 'by the slow road');
    await agent.does('message:send', { conversationId, clientId: name(), text: 'it works' });
    await visitor.hears('entry:created', ({ entry }) => entry.text === 'it works');
    expect(visitor.socket.io.engine.transport.name).toBe('polling');
  });

  it('a connection that began by polling goes over to WebSocket where that works', async () => {
    const visitor = await gateway.visitor(workspace, undefined, { transports: ['polling', 'websocket'], upgrade: true });
    await until(() => visitor.socket.io.engine.transport.name === 'websocket');
    expect(await startConversation(visitor, 'faster now')).toBeTruthy();
  });

  it('other websites may poll, but never with cookies', async () => {
    const response = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'https://shop.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('JSONP is not spoken: answers never become scripts in another website', async () => {
    expect((await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&j=0`)).status).toBe(403);
  });

  it('a packet that is too large is refused with 413', async () => {
    const open = await (await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(open.slice(1)) as { sid: string };
    const response = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: `4${'a'.repeat(PACKET_MAX_BYTES)}` });
    expect(response.status).toBe(413);
  });

  it('an older Engine.IO and a connection nobody knows are refused', async () => {
    const status = (query: string) => fetch(`${gateway.url}/socket.io/?${query}`).then((response) => response.status);
    expect([await status('EIO=3&transport=polling'), await status('EIO=4&transport=polling&sid=nobody'), await status('EIO=4&transport=carrier-pigeon')]).toEqual([400, 400, 400]);
    expect((await fetch(`${gateway.url}/socket.io/socket.io.js`)).status).toBe(400);
  });
});
