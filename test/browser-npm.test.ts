/** The npm package in a real browser: under policies that allow next to nothing, and on pages whose content is replaced. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser, watch, type Watch } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const packaged = readFileSync(join(root, 'dist/npm/index.js'), 'utf8');

/** A page of the gateway's origin that boots the chat by the package, under a policy. */
async function openPage(trustedTypes: string): Promise<{ page: Page; seen: Watch }> {
  const page = await browser.page();
  const seen = watch(page);
  const socket = gateway.url.replace(/^http/, 'ws');
  const policy = `default-src 'none'; script-src 'nonce-x' 'strict-dynamic'; connect-src ${gateway.url} ${socket}; require-trusted-types-for 'script'; ${trustedTypes}`;
  const html = '<!doctype html><html lang="en"><head><title>App</title><script nonce="x" type="module" src="/app/main.js"></script></head><body><main>One</main></body></html>';
  const main = "import * as miradesk from './miradesk.js'; Object.assign(window, { miradesk }); miradesk.boot({ workspace: 'demo', gateway: location.origin });";
  await page.route('**/app/*', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/app/main.js') return route.fulfill({ contentType: 'text/javascript', body: main });
    if (pathname === '/app/miradesk.js') return route.fulfill({ contentType: 'text/javascript', body: packaged });
    return route.fulfill({ contentType: 'text/html; charset=utf-8', headers: { 'content-security-policy': policy }, body: html });
  });
  await page.goto(`${gateway.url}/app/`);
  return { page, seen };
}

it.each(['', 'trusted-types miradesk'])('comes with the page\'s nonce, through its policy, without a violation: %j', async (trustedTypes) => {
  const { page, seen } = await openPage(trustedTypes);
  await page.locator('#miradesk').waitFor({ state: 'attached' });
  expect(seen.errors).toEqual([]);
});

it('stays away where the page does not name its policy, and says what to add', async () => {
  const { page, seen } = await openPage("trusted-types 'none'");
  await expect.poll(() => seen.errors.join('\n')).toContain('(trusted-types miradesk)');
  expect(await page.locator('#miradesk').count()).toBe(0);
});

it('stays one widget while Turbo or a view transition replaces the page\'s content and boots again', async () => {
  const { page, seen } = await openPage('');
  await page.locator('#miradesk').waitFor({ state: 'attached' });
  for (const words of ['Two', 'Three']) {
    await page.evaluate(async (text) => {
      const body = document.createElement('body');
      body.append(Object.assign(document.createElement('main'), { textContent: text }));
      const { miradesk } = window as unknown as { miradesk: { boot(options: object): unknown } };
      await document.startViewTransition(() => document.body.replaceWith(body)).finished;
      miradesk.boot({ workspace: 'demo', gateway: location.origin });
    }, words);
    await page.getByText(words).waitFor();
    expect(await page.locator('#miradesk').count()).toBe(1);
  }
  expect(seen.requests.filter((address) => address.endsWith('/w/demo.js'))).toHaveLength(1);
  expect(seen.errors).toEqual([]);
});
