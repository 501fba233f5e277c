import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../shared/errors.ts';
import { startTestGateway, type TestGateway } from './harness/gateway-app.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${gateway.url}${path}`, { redirect: 'manual', ...init });

const policyOf = (response: Response): Record<string, string> =>
  Object.fromEntries((response.headers.get('content-security-policy') ?? '').split(';').map((directive) => {
    const [name = '', ...sources] = directive.trim().split(' ');
    return [name, sources.join(' ')];
  }));

describe('pages', () => {
  it('have a way from the front door, and from addresses without the slash', async () => {
    for (const [path, target] of [['/', '/demo/'], ['/demo', '/demo/'], ['/console', '/console/']] as const) {
      const response = await get(path);
      expect([response.status, response.headers.get('location')]).toEqual([302, target]);
    }
  });

  for (const path of ['/console/', '/demo/']) {
    it(`${path} runs under the strictest policy: only our own files, no inline script or style, Trusted Types`, async () => {
      const response = await get(path);
      expect(response.status).toBe(200);
      const host = `127.0.0.1:${gateway.port}`;
      expect(policyOf(response)).toEqual({
        'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self' data:", 'font-src': "'self'",
        'connect-src': `'self' ws://${host} wss://${host}`, 'base-uri': "'none'", 'form-action': "'self'", 'frame-ancestors': "'none'", 'require-trusted-types-for': "'script'",
      });
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'strict-origin-when-cross-origin',
        'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8',
      });
      expect(response.headers.get('strict-transport-security')).toBeNull();
      expect(response.headers.get('x-powered-by')).toBeNull();
    });
  }

  it('repeat only hosts that look like hosts in the policy', async () => {
    const { headers } = await gateway.app.fastify.inject({ url: '/console/', headers: { host: "x; script-src 'unsafe-inline'" } });
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  it('of the inbox are one: links to conversations work', async () => {
    for (const path of ['/console/', '/console/all', '/console/c/abc123', '/console/sign-in?next=%2Fc%2Fabc']) {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.text()).toContain('<title>Inbox</title>');
    }
  });

  it('have hashed files that never change, and no page in the place of one that is gone', async () => {
    const file = await get('/console/assets/main-BBBB2222.js');
    expect([file.status, file.headers.get('cache-control'), file.headers.get('content-type')]).toEqual([200, 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8']);
    expect((await get('/console/assets/main-OLD.js')).status).toBe(404);
  });

  it('are asked for again, cheaply', async () => {
    const { headers } = await get('/console/');
    expect((await get('/console/', { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status).toBe(304);
  });

  it('that do not exist say so kindly, and lead back', async () => {
    for (const path of ['/nothing', '/demo/nothing', '/consoles/', '/demo/../package.json', '/demo/%2e%2e/package.json', '/w', '/.env', '/%']) {
      const response = await get(path);
      expect([path, [400, 404].includes(response.status)]).toEqual([path, true]);
    }
    const response = await get('/nothing');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).toContain('There is nothing at this address');
    expect(page).toContain('href="/console/"');
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
    expect(policyOf(response)).toEqual({ 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'", 'style-src': `'sha256-${hash}'` });
  });

  it('whose address cannot be read get an answer as safe as any other', async () => {
    const usual = await fetch(`${gateway.url}/nothing-here.js`);
    for (const path of ['/%', '/%C0%AF', '/console/%E0%A4%A', `/w/${'a'.repeat(201)}.js`, '/api/%', '/api/session/%ZZ']) {
      const response = await fetch(gateway.url + path);
      expect([path, response.status]).toEqual([path, 400]);
      for (const header of ['x-content-type-options', 'x-frame-options', 'cross-origin-resource-policy', 'referrer-policy', 'cache-control']) {
        expect([path, header, response.headers.get(header)]).toEqual([path, header, usual.headers.get(header)]);
      }
      expect(policyOf(response)).toMatchObject({ 'default-src': "'none'", 'frame-ancestors': "'none'" });
      const text = await response.text();
      if (path.startsWith('/api/')) expect(JSON.parse(text)).toMatchObject({ error: { code: 'bad_request' } });
      else expect(text).toBe(`${ERRORS.bad_request}\n`);
    }
    expect((await fetch(`${gateway.url}/%`, { method: 'POST', body: 'x' })).status).toBe(400);
  });

  it('of the API that do not exist are JSON', async () => {
    for (const [path, method] of [['/api/nothing', 'GET'], ['/api', 'GET'], ['/api/session', 'PUT'], ['/api/workspace', 'POST']] as const) {
      const response = await get(path, { method });
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toEqual({ error: { code: 'not_found', message: expect.any(String) } });
    }
  });
});

describe('the workspace over HTTP', () => {
  it('is shown to its members, with the snippet to paste', async () => {
    const workspace = await gateway.workspace({ allowedOrigins: ['https://shop.example'] });
    const response = await get('/api/workspace', { headers: { cookie: await gateway.signIn(workspace) } });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      workspace: { id: workspace.id, name: 'Kettle & Co', settings: expect.objectContaining({ color: '#1f5f4f' }), allowedOrigins: ['https://shop.example'] },
      snippet: `<script async src="${gateway.url}/w/${workspace.id}.js"></script>`,
    });
    expect((await get('/api/workspace')).status).toBe(401);
  });

  it('is changed by owners only, setting by setting', async () => {
    const workspace = await gateway.workspace();
    const change = (cookie: string, body: unknown) => get('/api/workspace', { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const owner = await gateway.signIn(workspace);
    const colleague = await gateway.signIn(workspace, (await gateway.member(workspace, 'Pia')).email);
    expect((await change(colleague, { name: 'Mine now' })).status).toBe(403);
    expect((await change(owner, { settings: { color: '#ff0000', unknown: true } })).status).toBe(200);
    const changed = await (await change(owner, { name: 'Tea & Co', settings: { teamName: 'Tea' }, allowedOrigins: ['https://tea.example'] })).json();
    expect(changed).toMatchObject({ workspace: { name: 'Tea & Co', settings: { teamName: 'Tea', color: '#ff0000', position: 'bottom-right' }, allowedOrigins: ['https://tea.example'] } });
    expect((changed as { workspace: { settings: object } }).workspace.settings).not.toHaveProperty('unknown');
    expect(await gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id }, extraHeaders: { origin: 'https://other.example' } }).refused()).toMatchObject({ code: 'origin_not_allowed' });
  });

  it('names the settings that are wrong, however deep', async () => {
    const workspace = await gateway.workspace();
    const cookie = await gateway.signIn(workspace);
    const wrong = async (settings: object): Promise<unknown> => {
      const response = await get('/api/workspace', { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ settings }) });
      const { error } = await response.json() as { error: { code: string; details: { fields: string[] } } };
      return [response.status, error.code, error.details.fields];
    };
    const week = [[['09:00', '17:00'], ['17:00', '09:00']], [], [], [], [], [], [['09:00', '25:00']]];
    const question = { key: 'plan', label: 'Your plan' };
    const cases: Array<[object, string[]]> = [
      [{ color: 'red', position: 'middle', offsetX: -1 }, ['color', 'position', 'offsetX']],
      [{ preChat: [{ key: 'email', label: '' }, { key: 'Bad Key', label: 'Fine' }] }, ['preChat.0.label', 'preChat.1.key']],
      [{ preChat: [{ ...question, kind: 'choice' }] }, ['preChat.0.choices']],
      [{ preChat: [question, { ...question, label: 'Again' }] }, ['preChat.1.key']],
      [{ hours: { timeZone: 'Mars/Olympus', week: week.map(() => []) } }, ['hours.timeZone']],
      [{ hours: { timeZone: '+01:00', week: week.map(() => []) } }, ['hours.timeZone']],
      [{ hours: { timeZone: 'Europe/Berlin', week, holidays: ['2026-02-30'] } }, ['hours.week.0.1', 'hours.week.6.0.1', 'hours.holidays.0']],
      [{ faces: [{ name: 'Olive', picture: 'javascript:alert(1)' }] }, ['faces.0.picture']],
      [{ privacyLink: 'https://shop.example/\u0000' }, ['privacyLink']],
      [{ privacyLink: 'https://shop.example/\ud83d' }, ['privacyLink']],
      [{ privacyLink: 'shop.example' }, ['privacyLink']],
    ];
    for (const [settings, fields] of cases) expect([settings, await wrong(settings)]).toEqual([settings, [400, 'bad_request', fields]]);
    expect((await gateway.store.workspace(workspace.id))?.settings).toMatchObject({ color: '#1f5f4f', preChat: [], hours: null });
  });

  it('gives questions about the person the kind their answers are stored as', async () => {
    const workspace = await gateway.workspace();
    const cookie = await gateway.signIn(workspace);
    const response = await get('/api/workspace', {
      method: 'PATCH', headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { preChat: [{ key: 'email', label: 'E-mail', required: true }, { key: 'name', label: 'Name', kind: 'longtext' }, { key: 'plan', label: 'Plan', kind: 'choice', choices: ['Free', 'Paid'] }] } }),
    });
    expect(await response.json()).toMatchObject({ workspace: { settings: { preChat: [
      { key: 'email', label: 'E-mail', kind: 'email', required: true, choices: [] }, { key: 'name', kind: 'text' }, { key: 'plan', kind: 'choice', choices: ['Free', 'Paid'] },
    ] } } });
  });

  it('is not changed by what makes no sense', async () => {
    const workspace = await gateway.workspace();
    const cookie = await gateway.signIn(workspace);
    for (const body of [{ settings: { color: 'red' } }, { settings: [] }, { name: '' }, { allowedOrigins: [] }, { allowedOrigins: ['javascript:alert(1)'] }, { allowedOrigins: '*' }, { settings: { greeting: 'x'.repeat(501) } }, { name: 'a\u0000b' }, { settings: { greeting: 'half \ud83d' } }]) {
      const response = await get('/api/workspace', { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      expect([JSON.stringify(body).slice(0, 60), response.status]).toEqual([JSON.stringify(body).slice(0, 60), 400]);
    }
    expect(await gateway.store.workspace(workspace.id)).toMatchObject({ name: 'Kettle & Co', allowedOrigins: ['*'], settings: { color: '#1f5f4f' } });
  });
});
