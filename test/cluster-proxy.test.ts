/** The configurations of examples/proxy, in a real nginx, with two gateways behind it. */
import { Agent as HttpAgent, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { io } from 'socket.io-client';
import { AgentClient } from './harness/agent-client.ts';
import { FILE_MAX_BYTES } from '../shared/limits.ts';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { Client, name, startConversation } from './harness/gateway-app.ts';
import { OWNER } from './harness/gateway.ts';
import { Nginx } from './harness/nginx.ts';
import { png } from './harness/sample-files.ts';
import { until } from './harness/until.ts';
import { VisitorClient } from './harness/visitor-client.ts';

let cluster: Cluster;
let nginx: Nginx;
const clients: Client[] = [];

beforeAll(async () => {
  cluster = await startCluster({ gateways: 2, env: { TRUST_PROXY: '127.0.0.1', RATE_SIGN_IN_IP: '4/0.001' } });
  await cluster.are('ready');
});
afterEach(() => { for (const { socket } of clients.splice(0)) socket.disconnect(); });
afterAll(() => cluster.stop());

const showLogs = (): void => onTestFailed(() => console.log(cluster.log));

/** A client that comes from an address of its own, through the proxy. */
function connect(namespace: string, address: string, options: object): Client {
  const client = new Client(io(`${nginx.url}${namespace}`, {
    forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 200, agent: new HttpAgent({ localAddress: address }) as never, ...options,
  }));
  clients.push(client);
  return client;
}

async function visitor(address: string, transports: string[], upgrade = true): Promise<Client> {
  const client: Client = connect('/visitor', address, { transports, upgrade, auth: (tell: (auth: object) => void) => tell({ protocol: 1, workspace: 'demo', token: client.heard('session:started').at(-1)?.token }) });
  await client.started();
  return client;
}

async function agent(address: string, transports: string[], upgrade = true, origin = nginx.url): Promise<Client> {
  const { cookie } = await cluster.owner();
  return connect('/agent', address, { transports, upgrade, auth: { protocol: 1 }, extraHeaders: { cookie, origin } });
}

/** Signs in with a wrong password from an address; answers the status. */
function signInFrom(address: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${nginx.url}/api/session`, { method: 'POST', localAddress: address, headers: { 'content-type': 'application/json', origin: nginx.url, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).once('error', reject).end(JSON.stringify({ email: OWNER.email.replace('olive', name()), password: 'not the password' }));
  });
}

async function expectTalk(one: Client, other: Client): Promise<void> {
  const conversationId = await startConversation(one);
  await other.hears('entry:created', ({ entry }) => entry.conversationId === conversationId);
  for (let count = 1; count <= 10; count += 1) {
    await one.does('message:send', { conversationId, clientId: name(), text: `question ${count}` });
    await other.does('message:send', { conversationId, clientId: name(), text: `answer ${count}` });
  }
  for (const client of [one, other]) await client.hears('entry:created', ({ entry }) => entry.conversationId === conversationId && entry.text === 'answer 10');
}

const POLLING = 'transport=polling';

function pollFrom(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${nginx.url}/socket.io/?EIO=4&${POLLING}`, { localAddress: address }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject).end();
  });
}

/** Two addresses whose polling goes to two gateways. */
async function apart(): Promise<[string, string]> {
  const byGateway = new Map<number, string>();
  for (let last = 11; byGateway.size < 2; last += 1) {
    if (last > 60) throw new Error('nginx sends everybody to one gateway');
    const address = `127.0.0.${last}`;
    await pollFrom(address);
    for (const gateway of nginx.gatewaysOf(address, POLLING)) byGateway.set(gateway, address);
  }
  return [...byGateway.values()] as [string, string];
}

describe.each(['nginx-sticky.conf', 'nginx-websocket.conf'])('%s', (example) => {
  beforeAll(async () => {
    nginx = await Nginx.start(example, cluster.gateways.map(({ port }) => port));
  });
  afterAll(() => nginx.stop());

  it('lets visitors and agents talk over WebSocket, through both gateways', async () => {
    showLogs();
    const [one, other] = [await visitor('127.0.0.2', ['websocket']), await agent('127.0.0.3', ['websocket'])];
    await other.started();
    await expectTalk(one, other);
  });

  it('brings pages and scripts, and keeps operators’ addresses to itself', async () => {
    expect((await fetch(`${nginx.url}/w/demo.js`)).status).toBe(200);
    expect((await fetch(`${nginx.url}/console/`)).status).toBe(200);
    for (const path of ['/metrics', '/healthz', '/readyz']) expect((await fetch(`${nginx.url}${path}`)).status, path).toBe(404);
  });

  it('lets files through, up to the limit, and any gateway gives them out', async () => {
    showLogs();
    const one = await visitor('127.0.0.9', ['websocket']);
    const { token } = one.heard('session:started')[0];
    const upload = (size: number): Promise<Response> => fetch(`${nginx.url}/files/demo?name=large.png`, {
      method: 'POST', headers: { authorization: `Bearer ${token}` }, body: new Uint8Array(Buffer.concat([png(), Buffer.alloc(size - png().length)])),
    });
    const response = await upload(FILE_MAX_BYTES);
    expect(response.status).toBe(201);
    const { file } = await response.json() as { file: { id: string } };
    for (const gateway of cluster.gateways) expect((await (await fetch(`${gateway.url}/files/demo/${file.id}/large.png`)).arrayBuffer()).byteLength).toBe(FILE_MAX_BYTES);
    expect(await (await upload(FILE_MAX_BYTES + 1)).json()).toMatchObject({ error: { code: 'file_too_large' } });
  });

  it('tells the gateways where people really come from and which host they asked for', async () => {
    showLogs();
    const other = await agent('127.0.0.4', ['websocket'], true, 'http://elsewhere.example');
    expect(await other.refused()).toMatchObject({ code: 'origin_not_allowed' });
    // The limit counts the client's address, whatever it says about itself.
    const from = example === 'nginx-sticky.conf' ? '127.0.0.5' : '127.0.0.6';
    const statuses: number[] = [];
    for (let count = 1; count <= 12; count += 1) statuses.push(await signInFrom(from, { 'x-forwarded-for': `10.1.1.${count}` }));
    expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    expect(await signInFrom(example === 'nginx-sticky.conf' ? '127.0.0.7' : '127.0.0.8')).toBe(401);
  });

  it('moves people to the other gateway when one stops, and they go on', async () => {
    showLogs();
    const [one, other] = [await visitor('127.0.0.2', ['websocket']), await agent('127.0.0.3', ['websocket'])];
    await other.started();
    for (const gateway of cluster.gateways) {
      await gateway.stop();
      // A library connects again by itself; what it was told is only how long to wait at first.
      await until(() => one.socket.connected && other.socket.connected);
      await until(async () => (await one.ask('log:sync', { conversations: [] })).ok && (await other.ask('member:list', {})).ok);
      await expectTalk(one, other);
      await gateway.start();
    }
    await cluster.are('ready');
  });
});

describe('a rolling restart', () => {
  it('[D1, D2, D4] loses nothing and doubles nothing of what people write meanwhile with our own clients', async () => {
    showLogs();
    nginx = await Nginx.start('nginx-websocket.conf', cluster.gateways.map(({ port }) => port));
    const { cookie } = await cluster.owner();
    const visitors = [1, 2, 3].map((number) => new VisitorClient({ url: nginx.url, name: `visitor ${number} ${name()}` }));
    const agents = [1, 2].map((number) => new AgentClient({ url: nginx.url, cookie, name: `agent ${number}` }));
    const people = [...visitors, ...agents];
    try {
      for (const one of people) one.start();
      for (const visitor of visitors) await visitor.say('the first');
      await until(() => people.every(({ waiting }) => waiting === 0) && agents.every(({ logs }) => logs.size >= visitors.length));
      const theirs = visitors.map((visitor) => [...visitor.shown().keys()][0] ?? '');
      let restarting = true;
      const write = async (): Promise<void> => {
        for (let count = 1; restarting || count <= 20; count += 1) {
          for (const [index, visitor] of visitors.entries()) {
            await until(() => visitor.waiting < 5, { every: 2 });
            await visitor.say(`visitor ${index} writes ${count}`);
          }
          for (const [index, agent] of agents.entries()) {
            await until(() => agent.waiting < 5, { every: 2 });
            agent.say('message:send', theirs[count % theirs.length] ?? '', `agent ${index} writes ${count}`);
          }
        }
      };
      const restart = async (): Promise<void> => {
        for (const gateway of cluster.gateways) {
          await gateway.stop();
          await gateway.start();
        }
        restarting = false;
      };
      await Promise.all([write(), restart()]);
      await until(() => people.every(({ waiting }) => waiting === 0));
      expect(people.flatMap(({ refused }) => refused)).toEqual([]);
      for (const [index, visitor] of visitors.entries()) {
        const id = theirs[index] ?? '';
        const textsOf = (shown: Map<string, Array<{ text: string | null }>>): Array<string | null> => (shown.get(id) ?? []).map(({ text }) => text);
        await visitor.loadAll();
        const whole = await until(() => {
          const [first, ...others] = [...agents.map((agent) => textsOf(agent.shown())), textsOf(visitor.shown())];
          return others.every((other) => other.join('\n') === first?.join('\n')) && first;
        }, { what: 'everybody to see the same' });
        expect(whole.filter((text) => text?.startsWith('visitor') || text === 'the first')).toEqual(visitor.sent);
        expect(whole).toEqual([...new Set(whole)]);
        for (const [number] of agents.entries()) {
          const numbers = whole.flatMap((text) => (text?.startsWith(`agent ${number} `) ? [Number(text.split(' ').at(-1))] : []));
          expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
        }
      }
    } finally {
      for (const one of people) one.stop();
      await nginx.stop();
    }
    await cluster.are('ready');
  });
});

describe('long polling', () => {
  it('works with nginx-sticky.conf: two people at two gateways, and upgrades', async () => {
    showLogs();
    nginx = await Nginx.start('nginx-sticky.conf', cluster.gateways.map(({ port }) => port));
    try {
      const [here, there] = await apart();
      const [one, other] = [await visitor(here, ['polling'], false), await agent(there, ['polling'], false)];
      await other.started();
      await expectTalk(one, other);
      expect([...nginx.gatewaysOf(here, POLLING), ...nginx.gatewaysOf(there, POLLING)]).toHaveLength(2);
      const upgraded = await visitor(here, ['polling', 'websocket']);
      await until(() => upgraded.socket.io.engine.transport.name === 'websocket');
      await expectTalk(upgraded, other);
    } finally {
      await nginx.stop();
    }
  });

  it('is refused at once with nginx-websocket.conf', async () => {
    nginx = await Nginx.start('nginx-websocket.conf', cluster.gateways.map(({ port }) => port));
    try {
      expect((await fetch(`${nginx.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(403);
    } finally {
      await nginx.stop();
    }
  });
});
