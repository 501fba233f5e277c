import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HANDSHAKE_MAX_BYTES } from '../shared/limits.ts';
import { ERRORS } from '../shared/errors.ts';
import { startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { CONNECT_TIMEOUT_MS: '300' } });
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

function refusal(namespace: string, auth: Record<string, unknown>, headers: Record<string, string> = {}) {
  return gateway.connect(namespace, { auth, extraHeaders: headers }).refused();
}

describe('protocol versions', () => {
  for (const namespace of ['/visitor', '/agent']) {
    for (const [what, protocol] of [['missing', undefined], ['old', 0], ['unknown', 2], ['text', '1'], ['an object', {}]] as const) {
      it(`${namespace} refuses a version that is ${what}, and says which are supported`, async () => {
        expect(await refusal(namespace, { protocol, workspace: workspace.id })).toEqual({
          code: 'protocol_unsupported', message: expect.any(String), details: { supported: [1] },
        });
      });
    }
  }

  it('looks at the version before anything else, because anything else may be different in another one', async () => {
    expect(await refusal('/visitor', { protocol: 7, workspace: ['not', 'text'], token: 5 })).toMatchObject({ code: 'protocol_unsupported' });
  });
});

describe('what a handshake says', () => {
  it('names the workspace, or there is nothing to enter', async () => {
    expect(await refusal('/visitor', { protocol: 1 })).toMatchObject({ code: 'bad_request', details: { fields: ['workspace'] } });
    expect(await refusal('/visitor', { protocol: 1, workspace: 'no-such-workspace' })).toMatchObject({ code: 'not_found' });
    expect(await refusal('/visitor', { protocol: 1, workspace: '../../etc' })).toMatchObject({ code: 'bad_request' });
    expect(await refusal('/visitor', { protocol: 1, workspace: workspace.id, token: { $ne: null } })).toMatchObject({ code: 'bad_request', details: { fields: ['token'] } });
  });

  it('may be overfull: unknown fields are ignored, also hostile ones', async () => {
    const client = gateway.connect('/visitor', { auth: JSON.parse(`{"protocol":1,"workspace":"${workspace.id}","__proto__":{"admin":true},"constructor":5,"hello":"world"}`) });
    expect(await client.started()).toMatchObject({ workspace: { id: workspace.id } });
  });

  it('has a size, and is not kept', async () => {
    for (const namespace of ['/visitor', '/agent']) {
      expect(await refusal(namespace, { protocol: 1, workspace: workspace.id, junk: 'x'.repeat(HANDSHAKE_MAX_BYTES) })).toMatchObject({ code: 'payload_too_large' });
    }
    const visitor = await gateway.visitor(workspace);
    await gateway.visitor(workspace, visitor.token);
    for (const socket of gateway.app.io.of('/visitor').sockets.values()) expect(socket.handshake.auth).toEqual({});
  });

  it('is answered with session:started before any other news', async () => {
    expect((await gateway.visitor(workspace)).news[0]?.event).toBe('session:started');
    expect((await gateway.agent(workspace)).news[0]?.event).toBe('session:started');
  });

  it('gives a visitor who has not written an id and a token, and stores nothing', async () => {
    const client = await gateway.visitor(workspace);
    expect(client.visitorId).toMatch(/^[A-Za-z0-9_-]{21}$/);
    expect(await client.does('log:sync', { conversations: [] })).toEqual({ conversations: [], gone: [] });
    expect((await (await gateway.agent(workspace)).does('inbox:list', { filter: 'all' })).conversations).toEqual([]);
  });

  it('lets no member in without a session', async () => {
    expect(await refusal('/agent', { protocol: 1 })).toMatchObject({ code: 'sign_in_required' });
    expect(await refusal('/agent', { protocol: 1 }, { cookie: `miradesk_session=${workspace.id}.${'A'.repeat(43)}` })).toMatchObject({ code: 'sign_in_required' });
    expect(await refusal('/agent', { protocol: 1 }, { cookie: 'miradesk_session=;miradesk_session=..' })).toMatchObject({ code: 'sign_in_required' });
  });

  it('does not take a session from anywhere but the cookie', async () => {
    const cookie = (await gateway.signIn(workspace)).replace('miradesk_session=', '');
    const client = gateway.connect('/agent', { auth: { protocol: 1, token: cookie, cookie }, query: { miradesk_session: cookie, token: cookie } });
    expect(await client.refused()).toMatchObject({ code: 'sign_in_required' });
  });
});

describe('where there is nothing', () => {
  it('refuses the namespace "/"', async () => {
    expect(await refusal('/', {})).toMatchObject({ code: 'not_found' });
  });

  it('refuses namespaces that do not exist', async () => {
    for (const namespace of ['/admin', '/visitor/', '/agents', '/__proto__']) {
      const client = gateway.connect(namespace);
      expect(await client.refused()).toEqual({ code: 'not_found', message: ERRORS.not_found });
      expect(client.socket.connected).toBe(false);
    }
  });

  it('closes a connection that enters no namespace', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => { socket.addEventListener('close', resolve); });
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });

  it('gives no second session to a connection that asks again, and no refusal to a client whose CONNECT was doubled on its way', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) => heard.push(String(data)));
    await until(() => heard[0]?.startsWith('0'));
    for (let i = 0; i < 20; i += 1) socket.send(`40/visitor,${JSON.stringify({ protocol: 1, workspace: workspace.id })}`);
    // A refusal would be final for a client; a connection that ends is not.
    await until(() => socket.readyState === WebSocket.CLOSED);
    expect(heard.filter((packet) => packet.includes('session:started')).length).toBeLessThanOrEqual(1);
    expect(heard.filter((packet) => packet.startsWith('44'))).toEqual([]);
  });
});
