/** [S2] Nothing of what people write, and nothing that signs anybody in, is in the log, at any level. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, describeError } from '../gateway/logger.ts';
import { StoreError, type Store } from '../gateway/store/store.ts';
import { name, PASSWORD, startConversation, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

const CANARY = 'canary-7f3a';
let gateway: TestGateway;
let workspace: TestWorkspace;
let broken: () => Error | null = () => null;

beforeAll(async () => {
  const failing = <A extends unknown[], R>(run: (...args: A) => Promise<R>) => (...args: A): Promise<R> => {
    const error = broken();
    return error ? Promise.reject(error) : run(...args);
  };
  gateway = await startTestGateway({
    wrap: (store): Store => ({ ...store, append: failing(store.append), history: failing(store.history), workspace: failing(store.workspace) }),
  });
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

/** Logged lines, parsed. */
const lines = (): Array<Record<string, unknown>> => gateway.log().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('[S2] the log', () => {
  it('has neither words nor secrets after a whole conversation, bad input, and faults of the database', async () => {
    const cookie = await gateway.signIn(workspace);
    const visitor = await gateway.visitor(workspace);
    const agent = await gateway.agent(workspace, cookie);
    const conversationId = await startConversation(visitor, `${CANARY} in a first message`);
    await visitor.does('message:send', { conversationId, clientId: name(), text: `${CANARY} in a message`, page: { url: `https://shop.example/?session=${CANARY}`, title: CANARY } });
    await agent.does('message:send', { conversationId, clientId: name(), text: `${CANARY} in a reply` });
    await agent.does('note:add', { conversationId, clientId: name(), text: `${CANARY} in a note` });
    await agent.does('inbox:list', { filter: 'all' });

    await visitor.fails('message:send', { conversationId: `${CANARY}!`, clientId: CANARY, text: CANARY });
    await visitor.fails('history:load', CANARY);
    await visitor.fails('message:send', { conversationId, clientId: name(), text: `${CANARY}\u0000` });
    visitor.socket.emit('message:send', { text: CANARY });
    await visitor.hears('request:failed');
    await gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, token: `${CANARY}.${CANARY}.${CANARY}` } }).refused();
    await gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie: `miradesk_session=${CANARY}.${'A'.repeat(43)}` } }).refused();
    const post = (body: string) => fetch(`${gateway.url}/api/session?next=${CANARY}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${CANARY}` }, body });
    await post(JSON.stringify({ workspace: workspace.id, email: `${CANARY}@shop.example`, password: CANARY }));
    await post(`{"email": "${CANARY}`);
    await fetch(`${gateway.url}/${CANARY}`);
    await fetch(`${gateway.url}/%${CANARY}`);
    await fetch(`${gateway.url}/w/${CANARY}.js`);

    // What databases and parsers say when they fail: they quote.
    const quoting: Array<() => Error> = [
      () => Object.assign(new Error(`Failing row contains (${CANARY})`), { code: '23514', detail: `Key (text)=(${CANARY})`, where: CANARY }),
      () => new StoreError('internal', 'the database refused (22P02)', { cause: Object.assign(new Error(`invalid input: "${CANARY}"`), { code: '22P02' }) }),
      () => new SyntaxError(`Unexpected token 'c', "${CANARY}" is not valid JSON`),
      () => new Error(`first line\n    at ${CANARY} (${CANARY}.ts:1:1)`),
      () => Object.assign(new Error('x'), { name: CANARY, cause: { text: CANARY } }),
    ];
    for (const make of quoting) {
      broken = make;
      expect(await visitor.fails('message:send', { conversationId, clientId: name(), text: 'hello' })).toBe('internal');
      expect(await visitor.fails('history:load', { conversationId, before: 5 })).toBe('internal');
    }
    broken = () => null;

    const log = gateway.log();
    const session = cookie.split('.')[1] ?? '-';
    for (const secret of [CANARY, PASSWORD, visitor.token, visitor.token.split('.')[2] ?? '-', session, workspace.owner.email, 'scrypt$']) expect(log).not.toContain(secret);
  });

  it('says what failed and where, all the same', () => {
    const failures = lines().filter(({ msg }) => msg === 'request failed');
    expect(failures.length).toBeGreaterThanOrEqual(10);
    expect(failures[0]).toMatchObject({ level: 'error', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), event: 'message:send', err: { type: 'Error', code: '23514' } });
    expect(failures.some(({ err }) => (err as { cause?: { code?: string } }).cause?.code === '22P02')).toBe(true);
    expect(JSON.stringify(failures[0])).toMatch(/gateway-logs\.test\.ts:\d+/);
  });

  it('names routes of requests, not their addresses', () => {
    const requests = lines().filter(({ msg }) => msg === 'request');
    expect(requests).toContainEqual(expect.objectContaining({ method: 'POST', route: '/api/session', status: 401 }));
    expect(requests).toContainEqual(expect.objectContaining({ method: 'GET', route: '/w/:file', status: 404 }));
    expect(requests).toContainEqual(expect.objectContaining({ method: 'GET', route: 'none', status: 404 }));
  });

  it('leaves out what should not have been handed to it', () => {
    let written = '';
    const logger = createLogger('trace', { write: (line: string) => { written += line; } });
    const secrets = { text: CANARY, password: CANARY, token: CANARY, cookie: CANARY, email: CANARY, headers: { cookie: CANARY }, payload: { a: CANARY } };
    logger.info({ ...secrets, nested: secrets, deeper: { nested: secrets } }, 'something');
    expect(written).not.toContain(CANARY);
    expect(written).toContain('[left out]');
  });

  it('repeats the words of errors that speak of programs', () => {
    const described = describeError(new TypeError('x is not a function'));
    expect(described).toMatchObject({ type: 'TypeError', message: 'x is not a function' });
    expect(described.stack?.[0]).toContain('gateway-logs.test.ts');
    expect(describeError('just a text')).toEqual({ type: 'string' });
  });
});
