import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../gateway/store/store.ts';
import { scriptJson } from '../gateway/widget-files.ts';
import { languageFor } from '../shared/accept-language.ts';
import { LAUNCHER_ICONS } from '../shared/launcher-icons.ts';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { LOCALES, splitSettings, WidgetSettings } from '../shared/settings.ts';
import { startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let open: TestWorkspace;
let closed: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway();
  open = await gateway.workspace();
  closed = await gateway.workspace({ allowedOrigins: ['https://shop.example'] });
});

afterAll(() => gateway.close());

interface Raw { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

/** Node's own client: fetch decompresses and hides what it did. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', from = gateway.url): Promise<Raw> {
  return new Promise((resolve, reject) => {
    request(`${from}${path}`, { headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });
}

/** Runs a loader as a browser would, and answers what its settings were. */
function run(script: string): Record<string, unknown> {
  const window: { loaded?: Record<string, unknown> } = {};
  // oxlint-disable-next-line no-implied-eval -- the test has to run the script it was served
  new Function('window', script)(window);
  return window.loaded ?? {};
}

const loader = (workspace: TestWorkspace): string => `/w/${workspace.id}.js`;
const panelSettings = (workspace: TestWorkspace): string => `/w/${workspace.id}.json`;

describe('the loader', () => {
  it('carries the settings of its workspace, and where to find the panel', async () => {
    const { status, headers, body } = await get(loader(open));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(run(body.toString())).toEqual({
      color: '#1f5f4f', position: 'bottom-right', offsetX: 20, offsetY: 20, zIndex: 2_147_483_000, launcherIcon: LAUNCHER_ICONS.chat, locale: 'auto',
      workspace: open.id, panel: 'assets/panel-AAAA1111.js', language: 'en', ...LAUNCHER_WORDS.en,
    });
    expect(body.toString()).not.toContain('greeting');
  });

  it('carries the language the browser asks for, where we speak it, and caches know the difference', async () => {
    const workspace = await gateway.workspace();
    const asked = async (languages: string) => {
      const { headers, body } = await get(loader(workspace), { 'accept-language': languages });
      const { language, loadFailed } = run(body.toString());
      return { language, loadFailed, vary: headers.vary, etag: headers.etag };
    };
    const [german, english] = [await asked('de-AT,de;q=0.9,en;q=0.8'), await asked('en-GB')];
    expect(german).toMatchObject({ language: 'de', loadFailed: LAUNCHER_WORDS.de.loadFailed, vary: 'accept-language, accept-encoding' });
    expect(english).toMatchObject({ language: 'en', loadFailed: LAUNCHER_WORDS.en.loadFailed });
    expect(german.etag).not.toBe(english.etag);
    expect((await asked('de')).etag).toBe(german.etag);
  });

  it('leaves out what is empty or on, and carries what is not', async () => {
    const workspace = await gateway.workspace();
    const change = { launcher: false, launcherLabel: 'Ask us', launcherSelector: '.chat', launcherIcon: 'help' as const };
    await gateway.store.updateWorkspace(workspace.id, { settings: { ...WidgetSettings.parse({}), ...change } });
    expect(run((await get(loader(workspace))).body.toString())).toMatchObject({ ...change, launcherIcon: LAUNCHER_ICONS.help });
    expect(Object.keys(run((await get(loader(open))).body.toString())).filter((name) => name.startsWith('launcher'))).toEqual(['launcherIcon']);
  });

  it('of a workspace from before there were four corners is read as it was meant', async () => {
    const workspace = await gateway.workspace();
    await gateway.store.updateWorkspace(workspace.id, { settings: { teamName: 'T', greeting: 'Hello', replyTime: '', color: '#000000', position: 'left' } as unknown as WidgetSettings });
    expect(run((await get(loader(workspace))).body.toString())).toMatchObject({ position: 'bottom-left', color: '#000000', offsetX: 20 });
    expect(JSON.parse((await get(panelSettings(workspace))).body.toString())).toMatchObject({ teamName: 'T', greeting: 'Hello', hours: null, preChat: [] });
  });

  it('loses only the setting that cannot be read any more', async () => {
    const workspace = await gateway.workspace();
    const week = Array.from({ length: 7 }, () => []);
    await gateway.store.updateWorkspace(workspace.id, { settings: { ...WidgetSettings.parse({ color: '#000000', teamName: 'T' }), hours: { timeZone: 'Europe/Gone', week, holidays: [] } } });
    expect(run((await get(loader(workspace))).body.toString())).toMatchObject({ color: '#000000' });
    expect(JSON.parse((await get(panelSettings(workspace))).body.toString())).toMatchObject({ teamName: 'T', hours: null });
  });

  it('may be kept for a minute, used while it is fetched anew, and while we are down', async () => {
    const { headers } = await get(loader(open));
    expect(headers['cache-control']).toBe('public, max-age=60, stale-while-revalidate=86400, stale-if-error=604800');
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('is not sent again to who has it, whatever form they have', async () => {
    const plain = await get(loader(open));
    const brotli = await get(loader(open), { 'accept-encoding': 'br' });
    expect(plain.headers.etag).not.toBe(brotli.headers.etag);
    for (const tag of [plain.headers.etag, brotli.headers.etag, `W/${String(plain.headers.etag)}`, `"other", ${String(brotli.headers.etag)}`]) {
      const { status, headers, body } = await get(loader(open), { 'if-none-match': String(tag), 'accept-encoding': 'br' });
      expect([status, body.length, headers.etag, headers.vary]).toEqual([304, 0, brotli.headers.etag, 'accept-language, accept-encoding']);
      expect(headers['cache-control']).toContain('max-age=60');
    }
    expect((await get(loader(open), { 'if-none-match': '"something-else"' })).status).toBe(200);
  });

  it('goes out compressed as the browser takes it', async () => {
    const plain = await get(loader(open));
    const takes = async (accepted: string) => {
      const { headers, body } = await get(loader(open), { 'accept-encoding': accepted });
      return { encoding: headers['content-encoding'], body, vary: headers.vary };
    };
    const brotli = await takes('gzip, deflate, br');
    expect([brotli.encoding, brotli.vary, brotliDecompressSync(brotli.body).equals(plain.body)]).toEqual(['br', 'accept-language, accept-encoding', true]);
    const gzip = await takes('gzip');
    expect([gzip.encoding, gunzipSync(gzip.body).equals(plain.body)]).toEqual(['gzip', true]);
    expect(brotli.body.length).toBeLessThan(plain.body.length / 3);
    expect((await takes('br;q=0, gzip;q=0.0, identity')).encoding).toBeUndefined();
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect((await takes('br;q=0.5')).encoding).toBe('br');
  });

  it('answers HEAD without a body', async () => {
    const { status, headers, body } = await get(loader(open), {}, 'HEAD');
    expect([status, body.length, Number(headers['content-length']) > 500]).toEqual([200, 0, true]);
  });

  it('changes when the settings change', async () => {
    const workspace = await gateway.workspace();
    const before = await get(loader(workspace));
    const cookie = await gateway.signIn(workspace);
    const response = await fetch(`${gateway.url}/api/workspace`, { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ settings: { launcherLabel: 'Tea?', teamName: 'Tea' } }) });
    expect(response.status).toBe(200);
    const after = await get(loader(workspace), { 'if-none-match': String(before.headers.etag) });
    expect([after.status, run(after.body.toString()).launcherLabel]).toEqual([200, 'Tea?']);
    expect(JSON.parse((await get(panelSettings(workspace))).body.toString())).toMatchObject({ teamName: 'Tea' });
  });

  it('cannot be broken out of by what somebody wrote into the settings', async () => {
    const workspace = await gateway.workspace();
    const launcherLabel = '</script><script>1<!-- \u2028 \u2029"\\${`}';
    await gateway.store.updateWorkspace(workspace.id, { settings: { ...WidgetSettings.parse({}), launcherLabel } });
    const { body } = await get(loader(workspace));
    expect(body.toString()).not.toMatch(/<|\u2028|\u2029/);
    expect(run(body.toString()).launcherLabel).toBe(launcherLabel);
    expect(scriptJson({ a: '<!--\u2028' })).toBe('{"a":"\\u003c!--\\u2028"}');
  });

  it('of a workspace that does not exist tells the developer, in the console', async () => {
    for (const path of ['/w/no-such.js', '/w/no-such', '/w/..%2f..%2fetc.js', `/w/${'x'.repeat(150)}.js`, '/w/constructor.js']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers['content-type'], headers['cache-control']]).toEqual([path, 404, 'text/javascript; charset=utf-8', 'no-store']);
      expect(body.toString()).toMatch(/^console\.warn\("MiraDesk has no workspace for [^<]*"\);\n$/);
    }
  });
});

describe('the loader that is served from elsewhere', () => {
  it('names the gateway\'s own address, whatever the request says', async () => {
    const elsewhere = await startTestGateway({ env: { PUBLIC_URL: 'https://chat.example.com' } });
    try {
      const workspace = await elsewhere.workspace();
      const gatewayIn = async (query: string, headers: Record<string, string> = {}) => run((await get(`${loader(workspace)}${query}`, headers, 'GET', elsewhere.url)).body.toString()).gateway;
      for (const query of ['?gateway', '?gateway=https://evil.example', '?gateway=&gateway=https://evil.example']) {
        expect(await gatewayIn(query, { host: 'evil.example', 'x-forwarded-host': 'evil.example' }), query).toBe('https://chat.example.com');
      }
      expect(await gatewayIn('')).toBeUndefined();
    } finally {
      await elsewhere.close();
    }
  });

  it('is not made by a gateway that does not know its address, and says what to do', async () => {
    const { status, headers, body } = await get(`${loader(open)}?gateway`);
    expect([status, headers['cache-control'], body.toString()]).toEqual([404, 'no-store', expect.stringMatching(/^console\.warn\("[^"]*Set PUBLIC_URL/)]);
  });
});

describe('the loader on websites', () => {
  it('that may not use it is refused where the browser says who asks, and loads where it does not', async () => {
    const refused = await get(loader(closed), { origin: 'https://evil.example' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect(refused.body.toString()).toMatch(/^console\.warn\(/);
    expect((await get(loader(closed), { referer: 'https://evil.example/page' })).status).toBe(200);
  });

  it('that may is allowed by name, and caches know the difference', async () => {
    const { status, headers } = await get(loader(closed), { origin: 'https://shop.example' });
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([200, 'https://shop.example', 'origin, accept-language, accept-encoding']);
    expect((await get(loader(closed), { origin: gateway.url })).status).toBe(200);
    expect((await get(loader(closed))).headers.vary).toBe('origin, accept-language, accept-encoding');
  });
});

describe('the panel\'s settings', () => {
  it('are what the launcher does not need, as JSON for any page that may show the chat', async () => {
    const { status, headers, body } = await get(panelSettings(open), { origin: 'https://shop.example' });
    expect([status, headers['content-type'], headers['access-control-allow-origin'], headers['cross-origin-resource-policy']]).toEqual([200, 'application/json; charset=utf-8', '*', 'cross-origin']);
    expect(headers['cache-control']).toBe('public, max-age=60, stale-while-revalidate=86400, stale-if-error=604800');
    expect(headers['set-cookie']).toBeUndefined();
    expect(JSON.parse(body.toString())).toEqual(splitSettings(WidgetSettings.parse({})).panel);
    const again = await get(panelSettings(open), { 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await get(panelSettings(open), {}, 'HEAD')).status).toBe(200);
  });

  it('go to the websites on the list only, and say so in JSON', async () => {
    const allowed = await get(panelSettings(closed), { origin: 'https://shop.example' });
    expect([allowed.status, allowed.headers['access-control-allow-origin'], allowed.headers.vary]).toEqual([200, 'https://shop.example', 'origin']);
    const refused = await get(panelSettings(closed), { origin: 'https://evil.example' });
    expect([refused.status, refused.headers['access-control-allow-origin'], refused.headers['cache-control'], refused.headers.vary]).toEqual([403, undefined, 'no-store', 'origin']);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ error: { code: 'origin_not_allowed' } });
    expect((await get(panelSettings(closed), { origin: gateway.url })).status).toBe(200);
  });

  it('of a workspace that does not exist are an error in JSON', async () => {
    for (const path of ['/w/no-such.json', '/w/..%2f..%2fetc.json', `/w/${'x'.repeat(150)}.json`, '/w/constructor.json']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers['content-type'], headers['cache-control']]).toEqual([path, 404, 'application/json; charset=utf-8', 'no-store']);
      expect(JSON.parse(body.toString())).toMatchObject({ error: { code: 'not_found' } });
    }
  });

  it('are unavailable, in JSON too, while the database is', async () => {
    const down = await startTestGateway({ wrap: (store) => ({ ...store, workspace: () => Promise.reject(new StoreError('unavailable', 'gone')) }) });
    try {
      const response = await fetch(`${down.url}/w/any.json`);
      expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'unavailable' } }]);
    } finally {
      await down.close();
    }
  });
});

describe('the language of a browser', () => {
  it('is the most wanted one we speak, in any region\'s form; else English', () => {
    const wanted: Record<string, string> = {
      'pt-BR': 'pt', 'zh-TW': 'zh', 'zh-Hant-HK,en;q=0.5': 'zh', 'nb': 'en', 'nb-NO,nb;q=0.9,de;q=0.5': 'de', 'iw': 'he', 'iw-IL': 'he', 'DE-at': 'de',
      'en;q=0.3, fr;q=0.8': 'fr', 'fr;q=0, it': 'it', 'fr;q=0': 'en', '*': 'en', '': 'en', ';;;,,,q=': 'en', 'fr;q=oops, es': 'es', 'constructor, __proto__': 'en',
      'de;level=1;q=0.1, uk ; q = 1': 'uk',
    };
    for (const [header, language] of Object.entries(wanted)) expect([header, languageFor(header)]).toEqual([header, language]);
    expect(languageFor(undefined)).toBe('en');
    expect(languageFor(`${'xx,'.repeat(5_000)}de`)).toBe('en');
    for (const locale of LOCALES) expect(languageFor(locale)).toBe(locale);
  });

  it('comes with the launcher\'s words in it', async () => {
    for (const locale of LOCALES) {
      expect(run((await get(loader(open), { 'accept-language': locale })).body.toString())).toMatchObject({ language: locale, ...LAUNCHER_WORDS[locale] });
    }
  });
});

describe('the shims', () => {
  it('are scripts under an address that stays, for any website', async () => {
    const { status, headers, body } = await get('/w/migrate/intercom.js', { origin: 'https://shop.example' });
    expect([status, body.toString()]).toEqual([200, 'window.Intercom = () => {};']);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect((await get('/w/migrate/intercom.js', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  it('that do not exist are a 404 that names those that do', async () => {
    for (const path of ['/w/migrate/olark.js', '/w/migrate/..%2fintercom.js', '/w/migrate/__proto__', '/w/migrate/desk.js']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers['cache-control']]).toEqual([path, 404, 'no-store']);
      expect(body.toString()).toBe('console.warn("MiraDesk has no shim of this name; there are intercom.js.");\n');
    }
  });
});

describe('the panel\'s files', () => {
  it('never change, and may be imported by any website', async () => {
    const { status, headers, body } = await get('/w/assets/panel-AAAA1111.js', { origin: 'https://shop.example' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(body.toString()).toContain('export const panel');
    expect(headers.etag).toMatch(/^"[\w-]{22}"$/);
  });

  it('of another version, which an older loader asks for, are ours in its stead', async () => {
    for (const name of ['panel-ZZZZ9999.js', '0123456789/panel.js', '0123456789//panel.js', '0123456789///panel.js']) {
      const { status, headers, body } = await get(`/w/assets/${name}`, { origin: 'https://shop.example' });
      expect([name, status, body.toString()]).toEqual([name, 200, 'export * from "/w/assets/panel-AAAA1111.js";\n']);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'access-control-allow-origin': '*', 'content-type': 'text/javascript; charset=utf-8' });
    }
  });

  it('that are not there (any more) are a 404 that says so and is not kept', async () => {
    for (const path of ['/w/assets/panel-OLD.js', '/w/assets/../../package.json', '/w/assets/%2e%2e/%2e%2e/package.json', '/w/assets/', '/w/assets/__proto__']) {
      const { status, headers } = await get(path);
      expect([path, status]).toEqual([path, 404]);
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});
