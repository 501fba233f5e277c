/** The recipe of docs/operations.md for PGlite: stop, copy the directory, start from the copy. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startGateway, type Gateway } from './harness/gateway.ts';
import { Client, name, startConversation } from './harness/gateway-app.ts';
import { temporaryDirectory } from './harness/workplace.ts';
import { io } from 'socket.io-client';

const gateways: Gateway[] = [];
const clients: Client[] = [];

afterAll(async () => {
  for (const { socket } of clients) socket.disconnect();
  for (const gateway of gateways) await gateway.stop();
});

async function start(dataDir?: string): Promise<Gateway> {
  const gateway = await startGateway(dataDir ? { dataDir } : {});
  gateways.push(gateway);
  return gateway;
}

async function visit(gateway: Gateway, token?: string): Promise<{ client: Client; token: string }> {
  const client = new Client(io(`${gateway.url}/visitor`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1, workspace: 'demo', token } }));
  clients.push(client);
  return { client, token: (await client.started()).token };
}

it('a copy of the directory of a stopped gateway is the whole of it, and clients that know more start over', async () => {
  const original = await start();
  const { client, token } = await visit(original);
  const conversationId = await startConversation(client, 'before the back-up');
  await original.stop();
  const copy = join(temporaryDirectory('back-up'), 'data');
  cpSync(original.dataDir, copy, { recursive: true });
  await original.start();
  const later = await visit(original, token);
  const { entry } = await later.client.does('message:send', { conversationId, clientId: name(), text: 'after the back-up' });
  expect(entry.seq).toBe(2);
  await original.stop();

  const restored = await start(copy);
  const back = await visit(restored, token);
  const { conversations } = await back.client.does('log:sync', { conversations: [{ id: conversationId, seq: 2 }] });
  expect(conversations).toMatchObject([{ conversation: { id: conversationId, head: 1 }, catchup: { answer: 'start-over', entries: [{ text: 'before the back-up' }] } }]);
  const again = await back.client.does('message:send', { conversationId, clientId: name(), text: 'after the restore' });
  expect(again.entry.seq).toBe(2);
});
