/** The edge (widget/worker.ts) in workerd, before gateways that are up, slow, unwell and gone. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES } from '../shared/settings.ts';
import { FakeGateway, LOADER_CACHE, OLD, STALE, TROUBLES, type Served } from './edge-fake-gateway.ts';
import { type Edge, type Raw, rawRequest, startEdge } from './harness/edge.ts';
import { startTestGateway } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

const gateway = new FakeGateway();
let edge: Edge;
let down = false;

beforeAll(async () => {
  await gateway.start();
  edge = await startEdge(gateway.url);
});
afterEach(async () => {
  gateway.trouble = null;
  if (down) await gateway.start();
  down = false;
});
afterAll(async () => {
  await edge.close();
  await gateway.stop();
});

async function goDown(): Promise<void> {
  await gateway.stop();
  down = true;
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> => rawRequest(edge.url, path, headers, method);
const textOf = async (path: string, headers: Record<string, string> = {}): Promise<string> => (await get(path, headers)).body.toString();

/** A workspace of its own for a test: the address of its loader. */
let workspaces = 0;
function workspace(page: Served | Parameters<FakeGateway['serve']>[1]): string {
  workspaces += 1;
  const path = `/w/shop${workspaces}.js`;
  gateway.serve(path, page);
  return path;
}

const loader = (body: string, cacheControl = LOADER_CACHE, headers: Record<string, string> = {}): Served =>
  ({ body, headers: { 'cache-control': cacheControl, 'access-control-allow-origin': '*', ...headers } });
/** Long enough to be worth compressing. */
const LONG = `/* ${'the same words again and again '.repeat(60)} */`;

describe('a copy', () => {
  it('that is fresh is served without asking', async () => {
    const path = workspace(loader('one'));
    const first = await get(path);
    gateway.serve(path, loader('two'));
    const second = await get(path);
    expect([first.status, first.body.toString(), second.body.toString(), gateway.times(path)]).toEqual([200, 'one', 'one', 1]);
    expect(second.headers).toMatchObject({ 'cache-control': LOADER_CACHE, 'content-type': 'text/javascript; charset=utf-8', age: expect.stringMatching(/^\d+$/) });
  });

  it('that is stale is served at once, and renewed once for many who come at a time', async () => {
    const path = workspace(loader('old', STALE));
    await get(path);
    const release = gateway.hold(() => loader('new'));
    const answers = await Promise.all(Array.from({ length: 40 }, () => textOf(path)));
    expect(answers).toEqual(Array.from({ length: 40 }, () => 'old'));
    await until(() => gateway.times(path) === 2);
    expect(await textOf(path)).toBe('old');
    release();
    await until(async () => (await textOf(path)) === 'new');
    expect(gateway.times(path)).toBe(2);
  });

  it('of a stale file stays while the gateway cannot renew it, and is renewed when it can', async () => {
    const path = workspace(loader('old', STALE));
    await get(path);
    await goDown();
    for (let round = 0; round < 5; round += 1) expect(await textOf(path)).toBe('old');
    await gateway.start();
    down = false;
    gateway.serve(path, loader('new'));
    await until(async () => (await textOf(path)) === 'new');
  });

  it('that is too old for that waits for the gateway', async () => {
    const path = workspace(loader('old', OLD));
    await get(path);
    gateway.serve(path, loader('new', OLD));
    expect(await textOf(path)).toBe('new');
  });

  it.each(Object.keys(TROUBLES))('that is old does while the gateway %s, and the gateway is left alone for a moment', async (trouble) => {
    const path = workspace(loader('the copy', OLD));
    await get(path);
    gateway.trouble = TROUBLES[trouble] ?? null;
    expect(await get(path)).toMatchObject({ status: 200, body: Buffer.from('the copy') });
    const asked = gateway.times(path);
    expect([await textOf(path), await textOf(path), gateway.times(path)]).toEqual(['the copy', 'the copy', asked]);
  });

  it('that is old does while nobody listens, and no longer', async () => {
    const path = workspace(loader('the copy', OLD));
    await get(path);
    await goDown();
    expect(await get(path)).toMatchObject({ status: 200, body: Buffer.from('the copy') });
    await gateway.start();
    down = false;
    gateway.serve(path, loader('well again', OLD));
    await until(async () => (await textOf(path)) === 'well again');
  });

  it.each([['is not to be kept', 'no-store'], ['is private', 'private, max-age=600, stale-if-error=600'], ['says nothing of how long', 'public'], ['is past all its times', 'max-age=0']])(
    'is not made, or not used, of what %s', async (_, cacheControl) => {
      const path = workspace(loader('once', cacheControl));
      expect(await textOf(path)).toBe('once');
      gateway.trouble = TROUBLES['answers 500'] ?? null;
      expect((await get(path)).status).toBe(503);
    });

  it('is gone when the gateway says that there is no such workspace, or not for this website', async () => {
    for (const status of [404, 410, 403]) {
      const path = workspace(loader('was here', OLD));
      await get(path);
      gateway.serve(path, { status, body: `console.warn("${status}");\n`, headers: { 'cache-control': 'no-store' } });
      expect(await get(path)).toMatchObject({ status, body: Buffer.from(`console.warn("${status}");\n`), headers: { 'cache-control': 'no-store', 'content-type': 'text/javascript; charset=utf-8' } });
      gateway.trouble = TROUBLES['answers 500'] ?? null;
      expect((await get(path)).status).toBe(503);
      gateway.trouble = null;
    }
  });
});

describe('without a copy', () => {
  it('and without a gateway, a developer is told in the console, and nobody keeps that', async () => {
    const path = workspace(loader('here I am'));
    await goDown();
    const { status, headers, body } = await get(path, { origin: 'https://shop.example' });
    expect([status, body.toString()]).toEqual([503, expect.stringMatching(/^console\.warn\("MiraDesk: The chat of this page cannot be loaded at the moment[^"]*"\);\n$/)]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*', 'retry-after': '10' });
    await gateway.start();
    down = false;
    expect(await textOf(path)).toBe('here I am');
  });

  it('a gateway that breaks off once is asked once more', async () => {
    for (const trouble of ['hangs up', 'breaks off in the middle']) {
      const path = workspace(loader('at the second time'));
      gateway.trouble = (response) => {
        gateway.trouble = null;
        TROUBLES[trouble]?.(response);
      };
      expect([await textOf(path), gateway.times(path)]).toEqual(['at the second time', 2]);
    }
  });

  it('settings are refused as JSON', async () => {
    await goDown();
    const { status, headers, body } = await get('/w/nobody-knows.json');
    expect([status, headers['content-type'], JSON.parse(body.toString())]).toEqual([503, 'application/json; charset=utf-8', { error: { code: 'unavailable', message: expect.any(String), retryAfterMs: 10_000 } }]);
  });

  it('and with a gateway that says nothing, the wait ends', async () => {
    gateway.trouble = TROUBLES['says nothing'] ?? null;
    expect((await get('/w/waiting.js')).status).toBe(503);
  });

  it('of an unknown workspace the gateway\'s own words are passed on, and asked for every time', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { status, headers, body } = await get('/w/no-such.js');
      expect([status, headers['cache-control'], body.toString()]).toEqual([404, 'no-store', 'console.warn("no such thing");\n']);
    }
    expect(gateway.times('/w/no-such.js')).toBe(2);
  });
});

describe('what the gateway is told', () => {
  it('is the file, the language and the website, and nothing else of the visitor', async () => {
    const path = workspace(loader('x'));
    await get(`${path}?utm=secret`, {
      cookie: 'secret=1', authorization: 'Bearer secret', referer: 'https://shop.example/secret', 'user-agent': 'secret', 'x-forwarded-for': '192.0.2.77', 'x-secret': 'secret',
      'accept-language': 'de-AT,de;q=0.8', origin: 'https://shop.example',
    });
    const asked = gateway.asked.find((one) => one.path === path);
    expect(asked).toMatchObject({ query: '?gateway', headers: { 'accept-language': 'de', origin: 'https://shop.example' } });
    expect(JSON.stringify(asked)).not.toMatch(/secret|192\.0\.2\.77/);
  });

  it('of a query is nothing, and it makes no copies of its own', async () => {
    const path = workspace(loader('x'));
    for (const query of ['', '?a=1', '?gateway=https://evil.example', '?language=de&origin=https://evil.example']) expect(await textOf(path + query)).toBe('x');
    expect(gateway.times(path)).toBe(1);
  });
});

describe('languages', () => {
  const speaking = (path: string) => async (accepted: string): Promise<string> => textOf(path, { 'accept-language': accepted });

  it('are one of ours each, with a copy each', async () => {
    const path = workspace((headers) => loader(`in ${headers['accept-language']}`, LOADER_CACHE, { vary: 'accept-language, accept-encoding' }));
    const inLanguage = speaking(path);
    for (const locale of LOCALES) expect(await inLanguage(`${locale}-XX;q=0.9, xx`)).toBe(`in ${locale}`);
    expect(gateway.times(path)).toBe(LOCALES.length);
    for (const [accepted, language] of [['DE', 'de'], ['de-CH, en;q=0.5', 'de'], ['en;q=0.5, fr', 'fr'], ['zh-Hant-TW', 'zh'], ['iw', 'he'], ['xx', 'en'], ['', 'en'], ['de;q=0, *', 'en'], [`${'x,'.repeat(300)}de`, 'en'], ['__proto__', 'en']] as const) {
      expect([accepted, await inLanguage(accepted)]).toEqual([accepted, `in ${language}`]);
    }
    expect(gateway.times(path)).toBe(LOCALES.length);
    expect((await get(path)).headers.vary).toBe('accept-language, accept-encoding');
  });

  it('do not stand in for each other while the gateway is gone', async () => {
    const path = workspace(({ 'accept-language': language }) => loader(`in ${language}`));
    await speaking(path)('de');
    await goDown();
    expect(await speaking(path)('de')).toBe('in de');
    expect((await get(path, { 'accept-language': 'ja' })).status).toBe(503);
  });
});

describe('websites', () => {
  const [tea, pots, evil] = ['https://tea.example', 'https://pots.example', 'https://evil.example'];

  /** As the gateway answers for a workspace that names its websites. */
  const named = (cacheControl: string) => ({ origin }: { origin?: string | undefined }): Served =>
    (origin === evil
      ? { status: 403, body: 'console.warn("not you");\n', headers: { 'cache-control': 'no-store', vary: 'origin' } }
      : { body: `for ${origin ?? 'whoever'}`, headers: { 'cache-control': cacheControl, vary: 'origin, accept-encoding', ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }) } });

  const seen = async (path: string, origin?: string) => {
    const { status, body, headers } = await get(path, origin === undefined ? {} : { origin });
    return [status, body.toString(), headers['access-control-allow-origin'], headers.vary];
  };

  it('of a workspace that names them never get each other\'s answer, fresh, stale or in times of trouble', async () => {
    for (const cacheControl of [LOADER_CACHE, STALE, OLD]) {
      const path = workspace(named(cacheControl));
      for (let round = 0; round < 3; round += 1) {
        expect(await seen(path)).toEqual([200, 'for whoever', undefined, 'origin, accept-encoding']);
        expect(await seen(path, tea)).toEqual([200, `for ${tea}`, tea, 'origin, accept-encoding']);
        expect(await seen(path, pots)).toEqual([200, `for ${pots}`, pots, 'origin, accept-encoding']);
        expect(await seen(path, evil)).toEqual([403, 'console.warn("not you");\n', undefined, 'origin']);
      }
      gateway.trouble = TROUBLES['answers 500'] ?? null;
      expect(await seen(path, tea)).toEqual([200, `for ${tea}`, tea, 'origin, accept-encoding']);
      for (const origin of [evil, 'null', `${tea}.evil.example`, 'x'.repeat(5_000)]) expect((await get(path, { origin })).status, origin).toBe(503);
      gateway.trouble = null;
    }
  });

  it('of a workspace for everybody share one copy', async () => {
    const path = workspace(loader('for all'));
    for (const origin of [tea, pots, undefined, 'null']) expect(await seen(path, origin)).toEqual([200, 'for all', '*', 'accept-encoding']);
    expect(gateway.times(path)).toBe(1);
  });

  it('lose the copy for everybody when the workspace begins to name them', async () => {
    const path = workspace(loader('for all', STALE));
    await seen(path, tea);
    gateway.serve(path, named(LOADER_CACHE));
    await until(async () => (await seen(path, evil))[0] === 403);
    expect(await seen(path, tea)).toEqual([200, `for ${tea}`, tea, 'origin, accept-encoding']);
    // And back.
    gateway.serve(path, loader('for all again'));
    expect((await seen(path, 'https://new.example'))[1]).toBe('for all again');
    expect((await seen(path, evil))[1]).toBe('for all again');
  });

  it('may ask first', async () => {
    const { status, headers, body } = await get(workspace(loader('x')), { origin: tea, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-anything' }, 'OPTIONS');
    expect([status, body.length]).toEqual([204, 0]);
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*' });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('on the wire', () => {
  const HASH = 'abcdefghijklmnopqrst-_';

  // The Worker leaves compressing to what stands around it: Cloudflare, and here what stands in for it.
  it('a file goes out compressed as the browser takes it', async () => {
    const path = workspace(loader(LONG));
    const takes = async (accepted?: string) => {
      const { headers, body } = await get(path, accepted === undefined ? {} : { 'accept-encoding': accepted });
      return { encoding: headers['content-encoding'], body, vary: headers.vary };
    };
    const brotli = await takes('br, gzip, deflate, zstd');
    expect([brotli.encoding, brotli.vary, brotliDecompressSync(brotli.body).toString()]).toEqual(['br', 'accept-encoding', LONG]);
    const gzip = await takes('gzip');
    expect([gzip.encoding, gunzipSync(gzip.body).toString()]).toEqual(['gzip', LONG]);
    for (const { body } of [brotli, gzip]) expect(body.length).toBeLessThan(LONG.length / 5);
    for (const accepted of [undefined, 'identity', 'br;q=0, gzip;q=0.0']) expect(await takes(accepted)).toMatchObject({ encoding: undefined, body: Buffer.from(LONG) });
    expect(gateway.times(path)).toBe(1);
  });

  it('a gateway that compresses is understood', async () => {
    const real = await startTestGateway();
    const before = await startEdge(real.url);
    try {
      const { body, headers } = await rawRequest(before.url, '/w/assets/panel-AAAA1111.js', { 'accept-encoding': 'identity' });
      const direct = await rawRequest(real.url, '/w/assets/panel-AAAA1111.js', { 'accept-encoding': 'identity' });
      expect([body.toString(), headers.etag, headers['cache-control']]).toEqual([direct.body.toString(), `W/${direct.headers.etag}`, direct.headers['cache-control']]);
    } finally {
      await before.close();
      await real.close();
    }
  });

  it('what the browser has is not sent again, whatever form it has', async () => {
    for (const tag of [`"${HASH}"`, `"${HASH}-br"`, `W/"${HASH}-gzip"`]) {
      const path = workspace(loader(LONG, LOADER_CACHE, { etag: tag }));
      expect((await get(path, { 'accept-encoding': 'br' })).headers.etag).toBe(`W/"${HASH}"`);
      for (const known of [`"${HASH}"`, `"${HASH}-br"`, `W/"${HASH}-gzip"`, `"other", "${HASH}"`, '*']) {
        const { status, headers, body } = await get(path, { 'if-none-match': known, 'accept-encoding': 'br' });
        expect([status, body.length, headers.etag, headers.vary, headers['cache-control'], headers['content-type']]).toEqual([304, 0, `W/"${HASH}"`, 'accept-encoding', LOADER_CACHE, undefined]);
      }
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  it('HEAD is GET without the body', async () => {
    const path = workspace(loader('short', LOADER_CACHE, { etag: `"${HASH}"` }));
    const { status, headers, body } = await get(path, {}, 'HEAD');
    expect([status, body.length, headers.etag, headers['content-type']]).toEqual([200, 0, `W/"${HASH}"`, 'text/javascript; charset=utf-8']);
  });

  it('every answer carries the headers that keep it to what it is for', async () => {
    const path = workspace(loader('x'));
    const answers = [await get(path), await get(path, {}, 'OPTIONS'), await get(path, {}, 'POST'), await get('/w/no-such.js'), await get('/nothing'), await get('/healthz')];
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 405, 404, 404, 200]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'cross-origin', 'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});

describe('the panel\'s files', () => {
  const asset = (name: string, body = `export default ${JSON.stringify(name)};`): string => {
    gateway.serve(`/w/assets/${name}`, { body, headers: { 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' } });
    return `/w/assets/${name}`;
  };
  const gone: Served = { status: 404, body: 'console.warn("gone");\n', headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' } };

  it('are kept for good, also when the gateway was upgraded and has them no more', async () => {
    for (const name of ['panel.js', 'locales/de.js', 'locales/de-more.js', 'parts/menu.js', 'parts/chunk-AAAA0001.js', 'connection-socketio.js']) {
      const path = asset(`00000000a1/${name}`);
      const first = await get(path, { origin: 'https://tea.example' });
      expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' });
      gateway.serve(path, gone);
      expect(await textOf(path, { origin: 'https://pots.example', 'accept-language': 'ja' })).toBe(first.body.toString());
      await goDown();
      expect(await textOf(path)).toBe(first.body.toString());
      await gateway.start();
      down = false;
    }
  });

  it('are the same with more slashes, by which a loader asks again', async () => {
    const path = asset('00000000a2/parts/menu.js');
    for (const again of ['/w/assets/00000000a2//parts/menu.js', '/w/assets/00000000a2///parts/menu.js', '//w//assets/00000000a2/parts/menu.js']) expect(await textOf(again)).toBe(await textOf(path));
    expect([gateway.times(path), gateway.asked.some((one) => one.path.includes('//'))]).toEqual([1, false]);
  });

  it('of another version, which the gateway answers with its own, are passed on and not kept', async () => {
    const path = '/w/assets/00000000a3/panel.js';
    for (const newest of ['00000000b1', '00000000b2']) {
      gateway.serve(path, { body: `export * from "/w/assets/${newest}/panel.js";\n`, headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' } });
      expect(await textOf(path)).toBe(`export * from "/w/assets/${newest}/panel.js";\n`);
    }
  });

  it('include the shims, which are renewed like a loader', async () => {
    const path = '/w/migrate/other-vendor.js';
    gateway.serve(path, loader('shim one', STALE));
    expect([await textOf(path), await textOf(path, { origin: 'https://tea.example' })]).toEqual(['shim one', 'shim one']);
    gateway.serve(path, loader('shim two'));
    await until(async () => (await textOf(path)) === 'shim two');
  });

  it('are fetched with the loader that will want them: the panel, the words of both languages, its look, and the settings', async () => {
    const names = ['panel.js', 'locales/de.js', 'locales/it.js', 'parts/look.js', 'parts/chunk-CCCC0001.js', 'parts/chunk-CCCC0002.js'];
    for (const name of [...names, 'locales/fr.js', 'locales/de-more.js', 'parts/menu.js', 'connection-socketio.js']) asset(`00000000c1/${name}`);
    asset('00000000c1/parts/look.js', 'import{a}from"./chunk-CCCC0001.js";import"./chunk-CCCC0002.js";import{b}from"../panel.js";');
    asset('00000000c1/parts/chunk-CCCC0001.js', 'import"./chunk-CCCC0002.js";import"./chunk-CCCC0001.js";');
    const path = workspace(loader('(function(M){})({"locale":"it","panel":"assets/00000000c1/panel.js","launcherLabel":"\\"panel\\":\\"assets/no/panel.js\\" \\"locale\\":\\"fr\\""});\n'));
    const settings = path.replace('.js', '.json');
    gateway.serve(settings, ({ origin }) => ({ body: '{"teamName":"Tea"}', headers: { 'cache-control': LOADER_CACHE, vary: 'origin', 'access-control-allow-origin': origin ?? 'none' } }));
    const wanted = names.map((name) => `/w/assets/00000000c1/${name}`);

    await get(path, { 'accept-language': 'de', referer: 'https://tea.example/pots?secret' });
    await until(() => [...wanted, settings].every((one) => gateway.times(one) === 1));
    expect(gateway.asked.find((one) => one.path === settings)?.headers).toMatchObject({ origin: 'https://tea.example' });
    await until(async () => {
      // What was on its way when the gateway went is fetched with the next loader.
      await get(path, { 'accept-language': 'de', referer: 'https://tea.example/pots' });
      await goDown();
      const all = await Promise.all([...wanted, settings].map((one) => get(one, { origin: 'https://tea.example' })));
      await gateway.start();
      down = false;
      return all.every(({ status }) => status === 200);
    }, { every: 200 });
    expect(gateway.asked.some((one) => /00000000c1.*(?:fr|more|menu|socketio)/.test(one.path))).toBe(false);
    // Once is enough.
    const asked = gateway.asked.length;
    for (let round = 0; round < 5; round += 1) await get(path, { 'accept-language': 'de', referer: 'https://tea.example/other' });
    expect(gateway.asked.length).toBe(asked);
  });
});

describe('addresses', () => {
  it('of anything else do not exist, and the gateway does not hear of them', async () => {
    const before = gateway.asked.length;
    const paths = [
      '/', '/w', '/w/', '/w/shop', '/w/shop.txt', '/w/shop.js/', '/w/shop.js.map', '/w/a/b.js', '/w/.js', '/w/a%2fb.js', '/w/..%2fapi.js', '/w/%2e%2e/api/session', '/w/../api/workspace.js', '/w/../../console/index.html',
      '/W/shop.js', `/w/${'x'.repeat(65)}.js`, '/w/assets/', '/w/assets/../shop.txt', '/w/assets/..%2f..%2fpackage.json', '/w/assets/.env', '/w/assets/.a/b.js', '/w/assets/a/.b.js', '/w/assets/a/b/c/d.js', '/w/assets/a.js/', '/w/assets/a.js/b',
      '/w/assets//../../api/a.txt', '/w/assets/a/b.css', '/w/assets/panel', `/w/assets/${'x'.repeat(200)}.js`, '///api/session',
      '/w/assets/a.js%00', '/w/migrate/', '/w/migrate/../a.txt', '/w/migrate/A.js', '/w/migrate/a/b.js', '/w/shop.js%3Fx', '/w/sh\u00f6p.js', '/api/session', '/socket.io/?EIO=4', '/files/shop/1/a.png', '/metrics', '/console/', '/readyz', '/healthz/', '/cdn-cgi-x',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS']) expect([path, (await get(encodeURI(decodeURI(path)) === path ? path : encodeURI(path), {}, method)).status]).toEqual([path, 404]);
    }
    expect(gateway.asked.length).toBe(before);
  });

  it('are for reading', async () => {
    const path = workspace(loader('x'));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      const { status, headers } = await get(path, {}, method);
      expect([method, status, headers.allow, headers['cache-control']]).toEqual([method, 405, 'GET, HEAD, OPTIONS', 'no-store']);
    }
    expect(gateway.times(path)).toBe(0);
  });
});

describe('the Worker itself', () => {
  it('is healthy, also without a gateway', async () => {
    await goDown();
    const { status, headers, body } = await get('/healthz');
    expect([status, headers['cache-control'], JSON.parse(body.toString())]).toEqual([200, 'no-store', { status: 'alive' }]);
  });

  it.each(['', 'chat.example.com', 'ftp://chat.example.com', 'https://chat.example.com/path', 'https://user@chat.example.com', 'https://chat.example.com?x'])('says what it wants when GATEWAY_ORIGIN is "%s"', async (origin) => {
    const unset = await startEdge(origin);
    try {
      for (const path of ['/healthz', '/w/shop.js']) {
        const { status, body } = await rawRequest(unset.url, path);
        expect([status, body.toString()]).toEqual([500, 'GATEWAY_ORIGIN is not set right for this Worker; it wants the address of the MiraDesk gateway, such as https://chat.example.com.\n']);
      }
    } finally {
      await unset.close();
    }
  });

  it('serves what a real gateway has: the loader, which names the gateway\'s public address, for the websites it is for', async () => {
    const real = await startTestGateway({ env: { PUBLIC_URL: 'https://chat.example.com' } });
    const before = await startEdge(real.url);
    try {
      const [open, closed] = [await real.workspace(), await real.workspace({ allowedOrigins: ['https://tea.example'] })];
      for (const { id } of [open, closed]) {
        const direct = await rawRequest(real.url, `/w/${id}.js?gateway`);
        const served = await rawRequest(before.url, `/w/${id}.js`);
        expect(served.body.toString()).toBe(direct.body.toString());
        expect(served.body.toString()).toContain('"gateway":"https://chat.example.com"');
        expect((await rawRequest(before.url, `/w/${id}.js`, { 'accept-language': 'he-IL' })).body.toString()).toContain('"language":"he"');
        expect(served.headers.etag).toBe(`W/${direct.headers.etag}`);
        for (const name of ['cache-control', 'content-type', 'x-content-type-options', 'cross-origin-resource-policy', 'content-security-policy', 'referrer-policy', 'access-control-allow-origin']) {
          expect([name, served.headers[name]]).toEqual([name, direct.headers[name]]);
        }
        const [settings, theirs] = [await rawRequest(before.url, `/w/${id}.json`), await rawRequest(real.url, `/w/${id}.json`)];
        expect([settings.status, JSON.parse(settings.body.toString()), settings.headers['cache-control']]).toEqual([200, JSON.parse(theirs.body.toString()), theirs.headers['cache-control']]);
      }
      const from = async (origin: string) => {
        const { status, headers } = await rawRequest(before.url, `/w/${closed.id}.js`, { origin });
        return [status, headers['access-control-allow-origin']];
      };
      expect([await from('https://tea.example'), await from('https://evil.example'), await from('https://tea.example')]).toEqual([[200, 'https://tea.example'], [403, undefined], [200, 'https://tea.example']]);
      expect((await rawRequest(before.url, '/w/no-such.js')).body.toString()).toMatch(/^console\.warn\("MiraDesk has no workspace/);
      await real.close();
      expect((await rawRequest(before.url, `/w/${open.id}.js`)).status).toBe(200);
    } finally {
      await before.close();
    }
  });
});
