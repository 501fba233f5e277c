import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOwnOrigin, originAllowed } from '../gateway/origins.ts';
import { isOriginPattern } from '../shared/origins.ts';
import { startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let shop: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway();
  shop = await gateway.workspace({ allowedOrigins: ['https://shop.example', 'http://localhost:8080', 'https://*.branch.example'] });
});

afterAll(() => gateway.close());

function visit(origin: string | undefined, workspace = shop): Client {
  return gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id }, ...(origin === undefined ? {} : { extraHeaders: { origin } }) });
}

describe('websites that may use the widget', () => {
  for (const origin of ['https://shop.example', 'http://localhost:8080', 'https://oslo.branch.example', 'https://a.b.branch.example']) {
    it(`are those on the list: ${origin}`, async () => {
      expect(await visit(origin).started()).toMatchObject({ workspace: { id: shop.id } });
    });
  }

  for (const origin of [
    'http://shop.example', 'https://shop.example:8443', 'https://shop.example.evil.example', 'https://evilshop.example', 'https://www.shop.example',
    'http://localhost', 'https://branch.example', 'https://evilbranch.example', 'null', 'file://',
  ]) {
    it(`are no others: ${origin}`, async () => {
      expect(await visit(origin).refused()).toMatchObject({ code: 'origin_not_allowed' });
    });
  }

  it('include the gateway\'s own, and clients that are no browser', async () => {
    expect(await visit(gateway.url).started()).toBeTruthy();
    expect(await visit(undefined).started()).toBeTruthy();
  });

  it('are all of them where the list says *', async () => {
    const open = await gateway.workspace();
    expect(await visit('https://anything.example', open).started()).toBeTruthy();
    expect(await visit('null', open).started()).toBeTruthy();
  });
});

describe('an agent\'s socket', () => {
  it('is opened by pages of the gateway only, though the browser sends the cookie for any', async () => {
    const cookie = await gateway.signIn(shop);
    const open = (origin: string) => gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie, origin } });
    expect(await open(gateway.url).started()).toMatchObject({ member: { name: 'Olive' } });
    for (const origin of ['https://shop.example', 'https://evil.example', 'null', gateway.url.replace(/\d+$/, '1')]) {
      expect(await open(origin).refused()).toMatchObject({ code: 'origin_not_allowed' });
    }
  });
});

describe('the rules about origins', () => {
  it('know what may stand on a list', () => {
    for (const good of ['*', 'https://shop.example', 'http://localhost:8080', 'https://*.shop.example', 'http://192.168.1.5:3000', 'http://[::1]:3000']) expect(isOriginPattern(good), good).toBe(true);
    for (const bad of ['', 'shop.example', 'https://shop.example/', 'https://shop.example/path', 'ftp://shop.example', 'https://*', 'https://a.*.example', 'https://Shop.Example', 'javascript:alert(1)', `https://${'a'.repeat(300)}`]) {
      expect(isOriginPattern(bad), bad).toBe(false);
    }
  });

  it('take a star for one or more names in front, never for the name itself', () => {
    expect(originAllowed('https://a.shop.example', ['https://*.shop.example'])).toBe(true);
    expect(originAllowed('https://shop.example', ['https://*.shop.example'])).toBe(false);
    expect(originAllowed('https://.shop.example', ['https://*.shop.example'])).toBe(false);
    expect(originAllowed('http://a.shop.example', ['https://*.shop.example'])).toBe(false);
  });

  it('tell the gateway\'s own origin by the Host header, or by PUBLIC_URL where that is the host', () => {
    const at = (origin: string | undefined, host: string, publicUrl: string | null = null) => isOwnOrigin({ origin, host }, publicUrl === null ? null : new URL(publicUrl));
    expect(at('http://localhost:3000', 'localhost:3000')).toBe(true);
    expect(at('http://localhost:3001', 'localhost:3000')).toBe(false);
    expect(at(undefined, 'localhost:3000')).toBe(false);
    expect(at('https://chat.example', 'chat.example', 'https://chat.example')).toBe(true);
    expect(at('http://chat.example', 'chat.example', 'https://chat.example')).toBe(false);
    expect(at('https://chat.example', '10.0.0.7:3000', 'https://chat.example')).toBe(true);
    expect(at('http://10.0.0.7:3000', '10.0.0.7:3000', 'https://chat.example')).toBe(true);
  });
});
