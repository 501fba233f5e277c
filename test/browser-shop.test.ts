/** The demo shop: a shop of its own that carries the widget by the snippet a site owner would paste, and nothing else of ours. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const shop = join(root, 'examples/shop');
const pages = globSync('*.html', { cwd: shop }).toSorted();

it('carries the snippet once on every page, under a policy without inline script or style', () => {
  expect(pages).toContain('index.html');
  for (const file of pages) {
    const html = readFileSync(join(shop, file), 'utf8');
    expect(html.match(/<script async src="\/w\/demo\.js"><\/script>/g), file).toHaveLength(1);
    expect(html, file).toMatch(/http-equiv="Content-Security-Policy" content="default-src 'none'/);
    expect(html, file).not.toMatch(/unsafe-|<style|\sstyle=|\son\w+=|https?:\/\//);
  }
});

it('every link and picture leads somewhere', async () => {
  for (const file of pages) {
    const html = readFileSync(join(shop, file), 'utf8');
    for (const [, path = ''] of html.matchAll(/(?:href|src)="([^"#]+)/g)) {
      const address = new URL(path, `${gateway.url}/demo/${file}`);
      expect((await fetch(address)).status, `${file} -> ${path}`).toBe(200);
    }
  }
  expect((await fetch(gateway.url)).url).toBe(`${gateway.url}/demo/`);
});

it.each([
  ['desktop', { viewport: { width: 1280, height: 860 } }],
  ['phone', { viewport: { width: 320, height: 700 }, isMobile: true, hasTouch: true }],
  ['dark', { colorScheme: 'dark' as const }],
])('is accessible and fits: %s', async (look, options) => {
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const seen = watch(page);
  for (const file of pages) {
    await page.goto(`${gateway.url}/demo/${file}`);
    await new Visitor(page).launcher.waitFor();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), file).toBe(true);
  }
  await page.goto(`${gateway.url}/demo/`);
  await new Visitor(page).launcher.waitFor();
  await keepPicture(page, `shop-${look}`);
  expect(seen.errors).toEqual([]);
});

it('has a cart that remembers, counts and lets go', async () => {
  const page = await browser.page();
  await page.goto(`${gateway.url}/demo/mug.html`);
  await page.getByLabel('Quantity').selectOption('2');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('status').getByText('Harbour mug is in your cart').waitFor();
  await page.getByRole('link', { name: 'Moon teapot' }).click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: /^Cart/ }).click();
  await page.getByText('€130.00').waitFor();
  await page.getByLabel('Quantity of Harbour mug').fill('1');
  await page.getByLabel('Quantity of Harbour mug').press('Tab');
  await page.getByText('€102.00').waitFor();
  await page.reload();
  await page.getByText('€102.00').waitFor();
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.getByText('nothing is sold and nothing is charged').waitFor();
  await page.getByRole('button', { name: 'Remove Harbour mug' }).click();
  await page.getByRole('button', { name: 'Remove Moon teapot' }).click();
  await page.getByText('Nothing in it yet').waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});
