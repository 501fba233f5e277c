/** Who a visitor is, over two gateways on one Postgres: what one gateway decides holds at the other, and news of it get there. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { name, startConversation, type Client } from './harness/gateway-app.ts';
import { signIdentity } from './harness/signing-site.ts';

let cluster: Cluster;
let secret: string;

beforeAll(async () => {
  cluster = await startCluster({ gateways: 2 });
  await cluster.are('ready');
  const { cookie } = await cluster.owner();
  secret = ((await (await fetch(`${cluster.gateway(0).url}/api/workspace/identity`, { headers: { cookie } })).json()) as { secret: string }).secret;
});
afterEach(() => cluster.disconnect());
afterAll(() => cluster.stop());

function connect(index: number, identity: object, token?: string): Client {
  return cluster.connect(index, '/visitor', { auth: { protocol: 1, workspace: 'demo', token, identity }, reconnection: false });
}

describe('[G1] visitors on two gateways', () => {
  it('may use a token with a jti in one browser only, whichever gateway it meets', async () => {
    const identity = { token: signIdentity(secret, { sub: 'ada', jti: 'once' }) };
    const { token } = await connect(0, identity).started();
    expect(await connect(1, identity).refused()).toMatchObject({ code: 'identity_replayed' });
    expect(await connect(1, identity, token).started()).toMatchObject({ identity: { userId: 'ada' } });
  });

  it('are taken over at one, and their tabs at the other come back', async () => {
    const tab = await cluster.visitor(1);
    const id = await startConversation(tab, 'before');
    const closed = new Promise((resolve) => { tab.socket.on('disconnect', resolve); });
    const known = connect(0, { token: signIdentity(secret, { sub: 'ben' }) }, tab.token);
    const { token } = await known.started();
    expect(await closed).toMatch(/^transport/);
    const back = await cluster.visitor(1, token);
    expect((await back.does('log:sync', { conversations: [] })).conversations.map(({ conversation }: { conversation: { id: string } }) => conversation.id)).toEqual([id]);
    await known.does('message:send', { conversationId: id, clientId: name(), text: 'after' });
    await back.hears('entry:created', ({ entry }) => entry.text === 'after');
  });

  it('are erased at one, and agents and tabs at the other hear of it', async () => {
    const visitor = await cluster.visitor(0);
    const id = await startConversation(visitor);
    const tab = await cluster.visitor(1, visitor.token);
    const agent = await cluster.agent(1);
    await visitor.does('visitor:erase', { confirm: true });
    await agent.hears('conversation:erased', ({ conversationIds }) => conversationIds.includes(id));
    await tab.hears('visitor:erased');
    expect((await agent.does('log:sync', { conversations: [{ id, seq: 1 }] })).gone).toEqual([id]);
  });
});
