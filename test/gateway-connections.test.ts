import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConversation, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { RATE_VISITOR_REQUESTS: '100000/100000', PING_INTERVAL_MS: '600000' } });
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

/** A WebSocket client that sends, and reads nothing of what it is told once the connection stands. */
function deafClient(): { send(text: string): void; closed(): boolean; end(): void } {
  const socket = connect(gateway.port, '127.0.0.1');
  let closed = false;
  socket.on('close', () => { closed = true; }).on('error', () => { closed = true; });
  socket.write([
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', `Host: 127.0.0.1:${gateway.port}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, '', '',
  ].join('\r\n'));
  socket.pause();
  return {
    send(text) {
      const payload = Buffer.from(text);
      const mask = randomBytes(4);
      const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
      socket.write(Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]));
    },
    closed: () => closed,
    end: () => socket.destroy(),
  };
}

describe('a connection that reads nothing', () => {
  it('is cut off before what waits for it fills the memory, and nobody else notices', async () => {
    const visitor = await gateway.visitor(workspace);
    const conversationId = await startConversation(visitor, 'x'.repeat(8_000));
    const deaf = deafClient();
    deaf.send(`40/visitor,${JSON.stringify({ protocol: 1, workspace: workspace.id, token: visitor.token })}`);
    await until(() => gateway.app.io.of('/visitor').sockets.size === 2);
    // Each answer is 8 KB; nobody fetches them.
    let id = 0;
    await until(() => {
      for (let i = 0; i < 50; i += 1) deaf.send(`42/visitor,${(id += 1)}["history:load",{"conversationId":"${conversationId}","before":2}]`);
      return gateway.log().includes('a connection that did not read was closed');
    });
    await until(() => gateway.app.io.of('/visitor').sockets.size === 1);
    expect((await visitor.does('log:sync', { conversations: [] })).conversations).toHaveLength(1);
    deaf.end();
  });
});
