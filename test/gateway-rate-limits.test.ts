import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TokenBuckets } from '../gateway/rate-limits.ts';
import { name, startConversation, startTestGateway, type Answer, type TestGateway } from './harness/gateway-app.ts';
import { openTestStore, type TestStore } from './harness/store.ts';
import { until } from './harness/until.ts';

let opened: TestStore | undefined;
let gateway: TestGateway | undefined;

async function start(env: Record<string, string> = {}): Promise<TestGateway> {
  opened ??= await openTestStore();
  gateway = await startTestGateway({ store: opened.store, env });
  return gateway;
}

afterEach(() => gateway?.close());
afterAll(() => opened?.close());

const codes = (answers: Answer[]): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(answers, (answer) => (answer.ok ? 'ok' : answer.error.code))).map(([code, list]) => [code, list?.length ?? 0]));

describe('token buckets', () => {
  it('let the burst through, then as much as comes in, and say how long to wait', () => {
    let now = 0;
    const buckets = new TokenBuckets({ burst: 3, perSecond: 2 }, { now: () => now });
    expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
    expect(buckets.take('a')).toBe(500);
    expect(buckets.take('b')).toBe(0);
    now += 499;
    expect(buckets.take('a')).toBeGreaterThan(0);
    now += 1;
    expect(buckets.take('a')).toBe(0);
    now += 60_000;
    expect([1, 2, 3, 4].map(() => buckets.take('a') === 0)).toEqual([true, true, true, false]);
  });

  it('take nothing from who has to wait, so waiting helps', () => {
    let now = 0;
    const buckets = new TokenBuckets({ burst: 1, perSecond: 1 }, { now: () => now });
    buckets.take('a');
    for (let i = 0; i < 1_000; i += 1) buckets.take('a');
    now += buckets.take('a');
    expect(buckets.take('a')).toBe(0);
  });

  it('forget who has been quiet, and never know more than so many', () => {
    let now = 0;
    const buckets = new TokenBuckets({ burst: 10, perSecond: 10 }, { now: () => now, max: 1_000 });
    for (let i = 0; i < 5_000; i += 1) buckets.take(`key-${i}`);
    expect(buckets.size).toBeLessThanOrEqual(1_000);
    now += 1_001;
    for (let i = 0; i < 1_000; i += 1) buckets.take('only me');
    expect(buckets.size).toBe(1);
  });

  it('hold the busy to their limit even when thousands of others come by', () => {
    const buckets = new TokenBuckets({ burst: 5, perSecond: 0.001 }, { now: () => 0, max: 100 });
    let through = 0;
    for (let i = 0; i < 5_000; i += 1) {
      if (buckets.take('busy') === 0) through += 1;
      buckets.take(`passer-by ${i}`);
    }
    expect(through).toBe(5);
  });
});

describe('a visitor who is too fast', () => {
  it('is let send 30 messages at once, then told when to try again; what was refused is not stored', async () => {
    const { workspace, visitor } = await start();
    const one = await visitor(await workspace());
    const conversationId = await startConversation(one);
    const answers = await Promise.all(Array.from({ length: 40 }, () => one.ask('message:send', { conversationId, clientId: name(), text: 'hello' })));
    const { ok = 0, rate_limited = 0, ...others } = codes(answers);
    expect(others).toEqual({});
    // 29 and what came in meanwhile.
    expect(ok).toBeGreaterThanOrEqual(29);
    expect(rate_limited).toBeGreaterThan(0);
    const refused = answers.find((answer) => !answer.ok) as Extract<Answer, { ok: false }>;
    expect(refused.error.retryAfterMs).toBeGreaterThan(0);
    expect(refused.error.retryAfterMs).toBeLessThanOrEqual(200);
    expect((await one.does('log:sync', { conversations: [] })).conversations[0].conversation.head).toBe(1 + ok);
    expect(one.socket.connected).toBe(true);
  });

  it('is one visitor over all their tabs', async () => {
    const { workspace, visitor } = await start({ RATE_VISITOR_MESSAGES: '6/0.01' });
    const ws = await workspace();
    const one = await visitor(ws);
    const two = await visitor(ws, one.token);
    const other = await visitor(ws);
    const conversationId = await startConversation(one);
    const answers = [];
    for (let i = 0; i < 8; i += 1) answers.push(await (i % 2 ? one : two).ask('message:send', { conversationId, clientId: name(), text: 'hello' }));
    expect(codes(answers)).toEqual({ ok: 5, rate_limited: 3 });
    expect(await startConversation(other)).toBeTruthy();
  });

  it('may still ask for what was missed: reading has a limit of its own', async () => {
    const { workspace, visitor } = await start({ RATE_VISITOR_MESSAGES: '1/0.01', RATE_VISITOR_REQUESTS: '5/0.01' });
    const one = await visitor(await workspace());
    await startConversation(one);
    expect(await one.fails('conversation:start', { clientId: name(), message: { clientId: name(), text: 'x' } })).toBe('rate_limited');
    const answers = [];
    for (let i = 0; i < 7; i += 1) answers.push(await one.ask('log:sync', { conversations: [] }));
    expect(codes(answers)).toEqual({ ok: 5, rate_limited: 2 });
  });
});

describe('a member who is too fast', () => {
  it('is one member over all their windows', async () => {
    const { workspace, agent, member, signIn } = await start({ RATE_MEMBER_REQUESTS: '6/0.01' });
    const ws = await workspace();
    const [one, two] = [await agent(ws), await agent(ws)];
    const colleague = await agent(ws, await signIn(ws, (await member(ws, 'Pia')).email));
    const answers = [];
    for (let i = 0; i < 8; i += 1) answers.push(await (i % 2 ? one : two).ask('member:list', {}));
    expect(codes(answers)).toEqual({ ok: 6, rate_limited: 2 });
    expect(await colleague.ask('member:list', {})).toMatchObject({ ok: true });
  });
});

describe('an address that connects too often', () => {
  it('is told when to come back', async () => {
    const { workspace, connect } = await start({ RATE_CONNECTIONS: '4/0.01' });
    const auth = { protocol: 1, workspace: (await workspace()).id };
    for (let i = 0; i < 4; i += 1) await connect('/visitor', { auth }).started();
    const refused = await connect('/visitor', { auth }).refused();
    expect(refused).toMatchObject({ code: 'rate_limited' });
    expect(refused.retryAfterMs).toBeGreaterThan(1_000);
  });

  it('counts people behind a trusted proxy one by one', async () => {
    const { workspace, connect } = await start({ RATE_CONNECTIONS: '1/0.01', TRUST_PROXY: '127.0.0.0/8' });
    const auth = { protocol: 1, workspace: (await workspace()).id };
    const from = (address: string) => connect('/visitor', { auth, extraHeaders: { 'x-forwarded-for': address } });
    await from('203.0.113.1').started();
    await from('203.0.113.2').started();
    expect(await from('203.0.113.1').refused()).toMatchObject({ code: 'rate_limited' });
    // What the client itself wrote stands further left and counts for nothing.
    expect(await from('203.0.113.99, 203.0.113.1').refused()).toMatchObject({ code: 'rate_limited' });
    await from('2001:db8:1:1::1').started();
    expect(await from('2001:db8:1:1::2').refused()).toMatchObject({ code: 'rate_limited' });
    await from('2001:db8:1:2::1').started();
  });

  it('is turned away before the handshake when it only opens connections', async () => {
    const { url } = await start({ RATE_CONNECTIONS: '1/0.01' });
    const open = () => fetch(`${url}/socket.io/?EIO=4&transport=polling`).then(({ status }) => status);
    expect([await open(), await open(), await open(), await open(), await open()]).toEqual([200, 200, 200, 200, 403]);
  });
});

describe('a connection that goes on regardless', () => {
  it('is closed after much nonsense, and may come back', async () => {
    const { workspace, visitor } = await start({ RATE_VISITOR_REQUESTS: '1000/1000' });
    const one = await visitor(await workspace());
    let refused = 0;
    let closed = '';
    one.socket.on('disconnect', (reason) => { closed = reason; });
    for (let i = 0; i < 400; i += 1) one.socket.emit('nonsense', {}, () => { refused += 1; });
    await until(() => closed);
    expect(closed).toBe('transport close');
    expect(refused).toBeGreaterThanOrEqual(200);
    await until(() => one.socket.connected);
    expect(await one.ask('log:sync', { conversations: [] })).toMatchObject({ ok: true });
  });

  it('is closed when it sends far more than anybody may ask', async () => {
    const { workspace, connect, log } = await start({ RATE_VISITOR_REQUESTS: '10/10', RATE_VISITOR_MESSAGES: '10/10', RATE_MEMBER_REQUESTS: '10/10' });
    const one = connect('/visitor', { auth: { protocol: 1, workspace: (await workspace()).id }, reconnection: false });
    await one.started();
    for (let i = 0; i < 300; i += 1) one.socket.emit('log:sync', { conversations: [] }, () => {});
    await until(() => !one.socket.connected);
    expect(log()).toContain('a connection that sent too much was closed');
  });
});

describe('HTTP requests', () => {
  it('under /api are limited per address, with Retry-After', async () => {
    const { url } = await start({ RATE_HTTP: '3/0.1' });
    const ask = () => fetch(`${url}/api/session`);
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([401, 401, 401]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    const { error } = (await refused.json()) as { error: { code: string; retryAfterMs: number } };
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});
