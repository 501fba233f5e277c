import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError, type Store } from '../gateway/store/store.ts';
import { ERRORS } from '../shared/errors.ts';
import { agentRequests, visitorRequests } from '../shared/protocol.ts';
import { name, startConversation, startTestGateway, type TestGateway } from './harness/gateway-app.ts';
import { parseMetrics, total, type Family } from './harness/prometheus.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let databaseIsThere = true;

beforeAll(async () => {
  gateway = await startTestGateway({
    env: { RATE_VISITOR_REQUESTS: '10000/10000' },
    wrap: (store): Store => ({ ...store, ping: async () => { if (!databaseIsThere) throw new StoreError('unavailable', 'gone'); } }),
  });
});

afterAll(() => gateway.close());

async function figures(of: TestGateway = gateway): Promise<Map<string, Family>> {
  const response = await fetch(`${of.url}/metrics`);
  expect(response.status).toBe(200);
  return parseMetrics(await response.text());
}

/** How much each of these grew while something was done. */
async function growth(wanted: Array<[string, Record<string, string>]>, work: () => Promise<unknown>): Promise<number[]> {
  const before = await figures();
  await work();
  const after = await figures();
  return wanted.map(([figure, labels]) => total(after, figure, labels) - total(before, figure, labels));
}

describe('the figures', () => {
  it('are in Prometheus\' text format, each with a help text, a unit in its name where it has one, and our prefix', async () => {
    const response = await fetch(`${gateway.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const families = parseMetrics(await response.text());
    expect(families.size).toBeGreaterThan(20);
    for (const { name: figure, help } of families.values()) {
      expect(figure).toMatch(/^miradesk_[a-z_]+$/);
      expect(help, figure).toMatch(/^[A-Z1].{10,}\.$/);
    }
    expect(families.get('miradesk_build_info')?.samples).toEqual([
      { name: 'miradesk_build_info', value: 1, labels: { version: expect.stringMatching(/^\d+\.\d+/), node: process.versions.node, protocol: '1' } }]);
  });

  it('move with a conversation: requests, latency, batches, broadcasts', async () => {
    const workspace = await gateway.workspace();
    const [visitor, agent] = [await gateway.visitor(workspace), await gateway.agent(workspace)];
    expect(await growth([
      ['miradesk_requests_total', { namespace: 'visitor', event: 'conversation:start', result: 'ok' }],
      ['miradesk_requests_total', { namespace: 'agent', event: 'message:send', result: 'ok' }],
      ['miradesk_requests_total', { namespace: 'agent', event: 'message:send', result: 'text_empty' }],
      ['miradesk_ack_latency_seconds_count', { namespace: 'visitor', event: 'conversation:start' }],
      ['miradesk_commit_batch_size_count', {}],
      ['miradesk_commit_batch_size_sum', {}],
      ['miradesk_commit_duration_seconds_count', {}],
      ['miradesk_broadcasts_total', { namespace: 'visitor', news: 'entry:created' }],
      ['miradesk_broadcasts_total', { namespace: 'agent', news: 'entry:created' }],
    ], async () => {
      const conversationId = await startConversation(visitor);
      await agent.does('message:send', { conversationId, clientId: name(), text: 'We do.' });
      await visitor.hears('entry:created', ({ entry }) => entry.text === 'We do.');
      await agent.fails('message:send', { conversationId, clientId: name(), text: ' ' });
    })).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2]);
    const after = await figures();
    expect(total(after, 'miradesk_ack_latency_seconds_sum', { event: 'conversation:start' })).toBeGreaterThan(0);
    expect(total(after, 'miradesk_commit_duration_seconds_sum')).toBeGreaterThan(0);
    expect(total(after, 'miradesk_commit_queue_length')).toBe(0);
  });

  it('count who is connected, and who was let in or not and why', async () => {
    const workspace = await gateway.workspace({ allowedOrigins: ['https://shop.example'] });
    const connected = (await figures()).get('miradesk_connections');
    expect(connected?.samples.map(({ labels }) => labels.namespace)).toEqual(['visitor', 'agent']);
    const visitors = async () => total(await figures(), 'miradesk_connections', { namespace: 'visitor' });
    const before = await visitors();
    expect(await growth([
      ['miradesk_handshakes_total', { namespace: 'visitor', result: 'ok' }],
      ['miradesk_handshakes_total', { namespace: 'visitor', result: 'token_invalid' }],
      ['miradesk_handshakes_total', { namespace: 'visitor', result: 'origin_not_allowed' }],
      ['miradesk_handshakes_total', { namespace: 'agent', result: 'sign_in_required' }],
      ['miradesk_handshakes_total', { namespace: 'other', result: 'not_found' }],
    ], async () => {
      const visitor = await gateway.visitor(workspace);
      expect(await visitors()).toBe(before + 1);
      expect(total(await figures(), 'miradesk_transport_connections')).toBeGreaterThanOrEqual(1);
      const auth = { protocol: 1, workspace: workspace.id };
      await gateway.connect('/visitor', { auth: { ...auth, token: 'forged' } }).refused();
      await gateway.connect('/visitor', { auth, extraHeaders: { origin: 'https://elsewhere.example' } }).refused();
      await gateway.connect('/agent', { auth: { protocol: 1 } }).refused();
      await gateway.connect('/', {}).refused();
      visitor.socket.disconnect();
    })).toEqual([1, 1, 1, 1, 1]);
    await until(async () => (await visitors()) === before);
  });

  it('[D6] tell who came back and what they had missed, and which gaps were repaired', async () => {
    const workspace = await gateway.workspace();
    const visitor = await gateway.visitor(workspace);
    const conversationId = await startConversation(visitor);
    const resumed = (missed: string): [string, Record<string, string>] => ['miradesk_resumes_total', { namespace: 'visitor', missed }];
    const wanted = [resumed('nothing'), resumed('entries'), resumed('start-over'), ['miradesk_gaps_repaired_total', { namespace: 'visitor' }]] as Array<[string, Record<string, string>]>;
    const sync = (seq: number) => ({ conversations: [{ id: conversationId, seq }] });

    expect(await growth(wanted, async () => {
      const returning = await gateway.visitor(workspace, visitor.token);
      await returning.does('log:sync', sync(1));
      await returning.does('log:sync', sync(1));
    }), 'nothing missed').toEqual([1, 0, 0, 0]);
    await visitor.does('message:send', { conversationId, clientId: name(), text: 'Hello?' });
    expect(await growth(wanted, async () => {
      const returning = await gateway.visitor(workspace, visitor.token);
      await returning.does('log:sync', sync(1));
    }), 'entries missed').toEqual([0, 1, 0, 0]);
    expect(await growth(wanted, async () => {
      const anew = await gateway.visitor(workspace, visitor.token);
      await anew.does('log:sync', { conversations: [] });
      await anew.does('log:sync', sync(1)); // as after a broadcast that was lost
      await anew.does('log:sync', sync(2));
    }), 'a new page, and a gap').toEqual([0, 0, 1, 1]);
    expect(await growth(wanted, async () => {
      const stranger = await gateway.visitor(workspace);
      await stranger.does('log:sync', { conversations: [] });
    }), 'somebody new').toEqual([0, 0, 0, 0]);
  });

  it('say whether the database answers, and count what could not be committed', async () => {
    expect(total(await figures(), 'miradesk_database_up')).toBe(1);
    databaseIsThere = false;
    expect(total(await figures(), 'miradesk_database_up')).toBe(0);
    databaseIsThere = true;
    const lonely = await startTestGateway();
    const visitor = await lonely.visitor(await lonely.workspace());
    await lonely.store.close();
    expect(await visitor.fails('conversation:start', { clientId: name(), message: { clientId: name(), text: 'x' } })).toBe('unavailable');
    const after = await figures(lonely);
    expect(total(after, 'miradesk_requests_total', { event: 'conversation:start', result: 'unavailable' })).toBe(1);
    expect(total(after, 'miradesk_database_up')).toBe(0);
    await lonely.close();
  });

  it('list what alerts wait for before it happens, so that its first time shows as a step', async () => {
    const fresh = await startTestGateway({ store: gateway.store });
    const families = await figures(fresh);
    const results = (name: string, labels: Record<string, string>) => (families.get(name)?.samples ?? [])
      .filter((sample) => Object.entries(labels).every(([label, text]) => sample.labels[label] === text)).map((sample) => [sample.labels.result, sample.value]);
    expect(results('miradesk_requests_total', { namespace: 'visitor', event: 'message:send' })).toEqual([['ok', 0], ['overloaded', 0], ['unavailable', 0], ['internal', 0]]);
    expect(results('miradesk_handshakes_total', { namespace: 'visitor' })).toContainEqual(['origin_not_allowed', 0]);
    await fresh.close();
  });

  it('say how a lonely gateway stands: alone, and not degraded', async () => {
    const families = await figures();
    expect([total(families, 'miradesk_degraded'), total(families, 'miradesk_gateways_alive')]).toEqual([0, 1]);
    expect(families.get('miradesk_redis_up')?.samples).toEqual([]);
  });

  it('say how the process is', async () => {
    await figures();
    const families = await until(async () => {
      const now = await figures();
      return (now.get('miradesk_event_loop_delay_seconds')?.samples.length ?? 0) > 0 && now;
    });
    expect(families.get('miradesk_event_loop_delay_seconds')?.samples.map(({ labels }) => labels.quantile)).toEqual(['0.5', '0.99', '1']);
    expect(total(families, 'miradesk_process_memory_bytes', { kind: 'resident' })).toBeGreaterThan(20_000_000);
    expect(total(families, 'miradesk_process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(total(families, 'miradesk_event_loop_busy_seconds_total')).toBeGreaterThan(0);
    expect(Math.abs(total(families, 'miradesk_process_start_time_seconds') - (Date.now() / 1_000 - process.uptime()))).toBeLessThan(60);
  });
});

describe('[S1] hostile names', () => {
  it('of events are counted together, so that nobody makes the answer grow', async () => {
    const workspace = await gateway.workspace();
    const visitor = await gateway.visitor(workspace);
    const events = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'unknown', '', 'a"b\n} 1', ...Array.from({ length: 100 }, (_, i) => `made-up-${i}`)];
    expect(await growth([['miradesk_requests_total', { namespace: 'visitor', event: 'unknown', result: 'unknown_event' }]], () =>
      Promise.all(events.map((event) => visitor.ask(event, {}))))).toEqual([events.length]);
    const families = await figures();
    const known: Record<string, Set<string>> = {
      event: new Set([...Object.keys(visitorRequests), ...Object.keys(agentRequests), 'unknown']),
      result: new Set(['ok', ...Object.keys(ERRORS)]),
      namespace: new Set(['visitor', 'agent', 'other']),
      news: new Set(['entry:created', 'read:updated', 'typing:updated', 'server:closing', 'member:updated', 'viewing:updated', 'service:updated']),
      missed: new Set(['nothing', 'entries', 'start-over']),
      kind: new Set(['resident', 'heap_used', 'external']),
      mode: new Set(['user', 'system']),
      quantile: new Set(['0.5', '0.99', '1']),
    };
    for (const { samples } of families.values()) {
      for (const { name: line, labels } of samples) {
        for (const [label, value] of Object.entries(labels)) {
          if (['le', 'version', 'node', 'protocol'].includes(label)) continue;
          expect(known[label]?.has(value), `${line} ${label}="${value}"`).toBe(true);
        }
      }
    }
  });

  it('and words of people are nowhere in it', async () => {
    const workspace = await gateway.workspace({ name: 'Canary Birds' });
    const visitor = await gateway.visitor(workspace);
    await startConversation(visitor, 'a canary sings');
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    for (const secret of ['anary', workspace.id, workspace.owner.email, visitor.visitorId]) expect(text).not.toContain(secret);
  });
});

describe('who may read them', () => {
  const status = (url: string, headers: Record<string, string> = {}) => new Promise<number | undefined>((resolve, reject) => {
    request(`${url}/metrics`, { headers }, (response) => { response.resume(); resolve(response.statusCode); }).on('error', reject).end();
  });

  it('without a token: programs on this machine, and nobody who comes through a proxy', async () => {
    expect(await status(gateway.url)).toBe(200);
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) expect([header, await status(gateway.url, { [header]: 'for=127.0.0.1' })]).toEqual([header, 404]);
    // Whoever guesses gets what an address that does not exist gets.
    const hidden = await fetch(`${gateway.url}/metrics`, { headers: { forwarded: 'for=192.0.2.1' } });
    const nothing = await fetch(`${gateway.url}/nothing-here`);
    expect([hidden.status, await hidden.text()]).toEqual([404, await nothing.text()]);
  });

  it('without a token: nobody from another machine, nor through a proxy that keeps the host and says nothing else', async () => {
    const open = await startTestGateway({ store: gateway.store, env: { HOST: '0.0.0.0', PUBLIC_URL: 'https://chat.example' } });
    expect(await status(open.url)).toBe(200);
    expect(await status(open.url, { host: 'chat.example' })).toBe(404);
    const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).find(({ internal, family }) => !internal && family === 'IPv4');
    // A machine without a network has no other address to ask from.
    if (outside) expect(await status(`http://${outside.address}:${open.port}`)).toBe(404);
    await open.close();
  });

  it('with a token: who names it, from anywhere, and nobody else', async () => {
    const token = 'a-token-of-some-length';
    const guarded = await startTestGateway({ store: gateway.store, env: { METRICS_TOKEN: token } });
    const ask = (authorization?: string, more: Record<string, string> = {}) => status(guarded.url, { ...more, ...(authorization === undefined ? {} : { authorization }) });
    expect(await ask(`Bearer ${token}`)).toBe(200);
    expect(await ask(`bearer ${token}`, { 'x-forwarded-for': '192.0.2.1' })).toBe(200);
    for (const wrong of [undefined, '', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer  x${token}`]) expect([wrong, await ask(wrong)]).toEqual([wrong, 401]);
    const refused = await fetch(`${guarded.url}/metrics`);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused.text()).not.toContain('miradesk_');
    expect(guarded.log()).not.toContain(token);
    await guarded.close();
  });
});
