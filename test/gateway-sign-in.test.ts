import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { TRUST_PROXY: '127.0.0.1', RATE_SIGN_IN_EMAIL: '3/0.1', RATE_SIGN_IN_IP: '6/0.1' } });
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

let addresses = 0;
/** An address of its own for every test, so that no test uses up another one's tries. */
const address = () => `198.51.100.${(addresses += 1)}`;

interface Try { email?: string; password?: string; from?: string; headers?: Record<string, string>; at?: string; body?: string }

function signIn({ email = workspace.owner.email, password = PASSWORD, from = address(), headers = {}, at = gateway.url, body }: Try = {}): Promise<Response> {
  return fetch(`${at}/api/session`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers }, body: body ?? JSON.stringify({ workspace: workspace.id, email, password }),
  });
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code;
}

describe('signing in', () => {
  it('answers member and workspace, never the hash, and a cookie scripts cannot read', async () => {
    const response = await signIn();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      member: { id: workspace.owner.id, name: 'Olive', email: workspace.owner.email, role: 'owner' }, workspace: { id: workspace.id, name: 'Kettle & Co' },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const [cookie = '', ...more] = response.headers.getSetCookie();
    expect(more).toEqual([]);
    expect(cookie).toMatch(new RegExp(`^miradesk_session=${workspace.id}\\.[A-Za-z0-9_-]{43}; Max-Age=1209600; Path=/; HttpOnly; SameSite=Lax$`));
  });

  it('marks the cookie Secure when people come by https', async () => {
    expect((await signIn({ headers: { 'x-forwarded-proto': 'https' } })).headers.getSetCookie()[0]).toContain('; Secure');
    const published = await startTestGateway({ store: gateway.store, env: { PUBLIC_URL: 'https://chat.example' } });
    const response = await signIn({ at: published.url });
    await published.close();
    expect(response.headers.getSetCookie()[0]).toContain('; Secure');
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('takes the e-mail address however it is written', async () => {
    expect((await signIn({ email: ` ${workspace.owner.email.toUpperCase()} ` })).status).toBe(200);
  });

  it('is remembered until it is ended', async () => {
    const cookie = await gateway.signIn(workspace);
    const ask = (method = 'GET') => fetch(`${gateway.url}/api/session`, { method, headers: { cookie, 'x-forwarded-for': address() } });
    expect(await (await ask()).json()).toMatchObject({ member: { name: 'Olive' } });
    const ended = await ask('DELETE');
    expect(ended.status).toBe(204);
    expect(ended.headers.getSetCookie()[0]).toMatch(/^miradesk_session=; .*(Expires=Thu, 01 Jan 1970|Max-Age=0)/);
    const after = await ask();
    expect([after.status, await codeOf(after)]).toEqual([401, 'sign_in_required']);
    expect((await ask('DELETE')).status).toBe(204);
  });
});

describe('signing in without the right to', () => {
  it('tells the same whether e-mail, password or workspace are wrong', async () => {
    const answers = await Promise.all([
      signIn({ password: 'not this one' }), signIn({ email: 'nobody@nowhere.example' }),
      signIn({ body: JSON.stringify({ workspace: 'no-such-workspace', email: workspace.owner.email, password: PASSWORD }) }),
    ]);
    const told = await Promise.all(answers.map(async (response) => [response.status, await response.json(), response.headers.getSetCookie()]));
    expect(told[0]).toEqual([401, { error: { code: 'sign_in_failed', message: expect.any(String) } }, []]);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  it('works as long for somebody who is no member: a password is checked each time', async () => {
    const timed = async (email: string) => {
      const began = performance.now();
      await signIn({ email });
      return performance.now() - began;
    };
    const times = [await timed('nobody-a@nowhere.example'), await timed('nobody-b@nowhere.example')];
    // Without the check it is one or two milliseconds; scrypt cannot be done in ten.
    expect(Math.min(...times)).toBeGreaterThan(10);
  });

  it('is slowed down per e-mail address, from wherever it is tried, and says until when', async () => {
    const email = 'target@nowhere.example';
    for (let i = 0; i < 3; i += 1) expect(await codeOf(await signIn({ email }))).toBe('sign_in_failed');
    const refused = await signIn({ email: email.toUpperCase() });
    expect(refused.status).toBe(429);
    const { error } = (await refused.json()) as { error: { code: string; retryAfterMs: number } };
    expect(error.code).toBe('rate_limited');
    expect(error.retryAfterMs).toBeGreaterThan(5_000);
    expect(Number(refused.headers.get('retry-after'))).toBe(Math.ceil(error.retryAfterMs / 1_000));
    expect((await signIn({ email: 'another@nowhere.example' })).status).toBe(401);
  });

  it('does not keep out the member who signs in from where they have signed in before, while somebody guesses elsewhere', async () => {
    const member = await gateway.member(workspace, 'Penelope');
    const [home, elsewhere] = [address(), address()];
    const right = (from: string) => signIn({ email: member.email, from });
    expect((await right(home)).status).toBe(200);
    for (let tries = 0; tries < 5; tries += 1) await signIn({ email: member.email, password: 'guess', from: elsewhere });
    expect((await right(elsewhere)).status).toBe(429);
    expect((await right(address())).status).toBe(429);
    expect((await right(home)).status).toBe(200);
    // From there, too, only so many tries are free.
    const guesses = [];
    for (let tries = 0; tries < 4; tries += 1) guesses.push((await signIn({ email: member.email, password: 'guess', from: home })).status);
    expect(guesses).toEqual([401, 401, 401, 429]);
  });

  it('is slowed down per address, whoever it is tried as', async () => {
    const from = address();
    for (let i = 0; i < 6; i += 1) expect((await signIn({ from, email: `somebody-${i}@nowhere.example` })).status).toBe(401);
    expect((await signIn({ from })).status).toBe(429);
    expect((await signIn()).status).toBe(200);
  });

  it('does not count against those who get it right', async () => {
    const from = address();
    for (let i = 0; i < 8; i += 1) expect((await signIn({ from })).status).toBe(200);
  });

  it('cannot keep the gateway busy with checking passwords: beyond some at a time it says so', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn({ email: `crowd-${i}@nowhere.example` })));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 503]));
    const busy = answers.find(({ status }) => status === 503) as Response;
    expect(await busy.json()).toMatchObject({ error: { code: 'overloaded', retryAfterMs: 1_000 } });
    expect((await signIn()).status).toBe(200);
  });

  it('does not let a proxy nobody trusts say where it comes from', async () => {
    const direct = await startTestGateway({ store: gateway.store, env: { RATE_SIGN_IN_IP: '2/0.1' } });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await signIn({ at: direct.url, email: `x${i}@nowhere.example` })).status);
    await direct.close();
    expect(statuses).toEqual([401, 401, 429]);
  });
});

describe('requests from other websites', () => {
  const foreign: Array<[string, Record<string, string>]> = [
    ['an Origin of another website', { origin: 'https://evil.example' }],
    ['an Origin that is null', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  ];
  for (const [what, headers] of foreign) {
    it(`change nothing: ${what}`, async () => {
      const cookie = await gateway.signIn(workspace);
      for (const method of ['POST', 'DELETE', 'PATCH']) {
        const response = await fetch(`${gateway.url}/api/${method === 'PATCH' ? 'workspace' : 'session'}`, {
          method, headers: { ...headers, cookie, 'content-type': 'application/json', 'x-forwarded-for': address() }, body: '{}',
        });
        expect([response.status, await codeOf(response)]).toEqual([403, 'origin_not_allowed']);
      }
      expect((await fetch(`${gateway.url}/api/session`, { headers: { cookie, 'x-forwarded-for': address() } })).status).toBe(200);
    });
  }

  it('of our own pages are taken', async () => {
    expect((await signIn({ headers: { origin: gateway.url, 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
  });

  it('cannot be forms: only JSON is read', async () => {
    const body = new URLSearchParams({ workspace: workspace.id, email: workspace.owner.email, password: PASSWORD }).toString();
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', 'text/plain; application/json']) {
      const response = await signIn({ headers: { 'content-type': type }, body });
      expect([type, response.status, await codeOf(response)]).toEqual([type, 415, 'bad_request']);
    }
  });
});

describe('sign-in requests that make no sense', () => {
  const nonsense: Array<[string, string, number, string]> = [
    ['no JSON', '{"email":', 400, 'bad_request'],
    ['a list', '[]', 400, 'bad_request'],
    ['nothing', '{}', 400, 'bad_request'],
    ['an e-mail with NUL', '{"email":"a\\u0000@b.example","password":"x"}', 400, 'bad_request'],
    ['an e-mail that is an object', '{"email":{"$gt":""},"password":"x"}', 400, 'bad_request'],
    ['a password that is a list', '{"email":"a@b.example","password":["x"]}', 400, 'bad_request'],
    ['a prototype', '{"__proto__":{"email":"a@b.example"},"password":"x"}', 400, 'bad_request'],
    ['a password of a megabyte', JSON.stringify({ email: 'a@b.example', password: 'x'.repeat(1_000_000) }), 413, 'payload_too_large'],
  ];
  for (const [what, body, status, code] of nonsense) {
    it(`get their code: ${what}`, async () => {
      const response = await signIn({ body });
      expect([response.status, await codeOf(response)]).toEqual([status, code]);
    });
  }
});
