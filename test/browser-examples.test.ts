/** The examples, each as a site owner would copy it, on the built files. (The shop has browser-shop.test.ts.) */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { useSite } from './harness/owner-page.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';
import { forgetProcess, noteProcess } from './harness/workplace.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const examples = join(root, 'examples');
const pages = globSync('*/*.html', { cwd: examples, exclude: ['shop/**'] }).toSorted();
const folders = [...new Set(pages.map((file) => dirname(file)))];
const at = (path: string): string => `${gateway.url}/demo/${path}`;

/** The widget's hosts in the page; one, or none. */
const widgets = (page: Page): Promise<number> => page.locator('#miradesk').count();

async function hasWidgets(page: Page, count: number): Promise<void> {
  await until(async () => await widgets(page) === count, { what: `${count} widget(s) on the page` });
}

it('are eight, each with a page, in the list of the shop and in the guide', () => {
  expect(folders).toEqual(['identity', 'languages', 'migrating', 'own-launcher', 'plain', 'react', 'single-page', 'strict-csp']);
  const list = readFileSync(join(examples, 'shop/examples.html'), 'utf8');
  const guide = readFileSync(join(examples, 'README.md'), 'utf8');
  for (const folder of folders) {
    expect(list).toContain(`<a href="${folder}/">`);
    expect(guide).toContain(`[${folder}/](${folder}/)`);
  }
  for (const file of globSync('*.html', { cwd: join(examples, 'shop') })) expect(readFileSync(join(examples, 'shop', file), 'utf8'), file).toContain('href="examples.html"');
});

it('have no inline script or style, take nothing from elsewhere, and their links lead somewhere', async () => {
  for (const file of pages) {
    // What is shown as code is only to be read.
    const html = readFileSync(join(examples, file), 'utf8').replace(/<pre>[^]*?<\/pre>/g, '');
    expect(html, file).not.toMatch(/unsafe-|<style|\sstyle=|\son\w+=|<script>|(?:src|href)="https?:/);
    for (const [, path = ''] of html.matchAll(/<(?!a class="ask")[^>]+(?:href|src)="([^"#]+)/g)) {
      expect((await fetch(new URL(path, at(file)))).status, `${file} -> ${path}`).toBe(200);
    }
  }
  expect((await fetch(at('plain'))).url).toBe(at('plain/'));
  for (const path of ['identity/server.mjs', 'react/app.jsx', 'README.md', 'proxy/nginx-sticky.conf', 'single-page/a/b']) expect((await fetch(at(path))).status, path).toBe(404);
});

it.each([
  ['desktop', { viewport: { width: 1280, height: 860 } }],
  ['phone', { viewport: { width: 320, height: 700 }, isMobile: true, hasTouch: true }],
  ['dark', { colorScheme: 'dark' as const }],
])('are accessible and fit: %s', async (look, options) => {
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const seen = watch(page);
  for (const file of pages) {
    await page.goto(at(file));
    await hasWidgets(page, 1);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), file).toBe(true);
    if (look === 'desktop') await keepPicture(page, `example-${file.replaceAll(/[/.]/g, '-')}`);
  }
  await page.goto(at('examples'));
  await expectAccessible(page);
  expect(seen.errors).toEqual([]);
});

it('copied to a website elsewhere, with the address and the policy as the guide says, they have the chat', async () => {
  showLogOnFailure(gateway);
  const types: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };
  const files = globSync(['*.{css,js}', '{plain,single-page,strict-csp,own-launcher,languages,migrating}/*'], { cwd: examples });
  const site = await useSite(Object.fromEntries(files.map((file) => {
    const copied = readFileSync(join(examples, file), 'utf8').replaceAll(/"\/w\//g, `"${gateway.url}/w/`)
      .replace(/script-src 'self'|img-src 'self'/g, (directive) => `${directive} ${gateway.url}`).replace("connect-src 'self'", `connect-src 'self' ${gateway.url} ${gateway.url.replace('http', 'ws')}`);
    return [`/${file}`, { html: copied, headers: { 'content-type': types[file.split('.').at(-1) ?? ''] ?? 'text/plain' } }];
  })));
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    const page = await browser.page();
    const { errors } = watch(page);
    await page.goto(`${site.origin}/${file}`);
    await hasWidgets(page, 1);
    await page.evaluate(() => (window as unknown as { MiraDesk: { sendMessage(text: string): void } }).MiraDesk.sendMessage('From a copy'));
    await page.evaluate(() => (window as unknown as { MiraDesk: { open(): void } }).MiraDesk.open());
    await page.locator('#miradesk').getByText('From a copy').waitFor();
    await until(() => page.evaluate(() => (window as unknown as { MiraDesk: { getState(): { connection: string } } }).MiraDesk.getState().connection === 'online'), { what: `${file} to be connected` });
    expect([file, errors.filter((error) => !error.includes('404'))]).toEqual([file, []]);
    await page.context().close();
  }
});

it('plain: every button calls, and every event is written down', async () => {
  const page = await browser.page();
  const visitor = new Visitor(page);
  await page.goto(at('plain/'));
  const events = page.getByRole('list').last();
  await events.getByText('ready', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Ask us' }).click();
  await visitor.composer.waitFor();
  await events.getByText('open', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Close the chat' }).click();
  await events.getByText('close', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Ask about the mug' }).click();
  await expect.poll(() => visitor.composer.inputValue()).toBe('Is the Harbour mug dishwasher-safe?');
  await visitor.composer.press('Enter');
  await events.getByText(/^message:sent .*dishwasher-safe/).waitFor();
  await page.getByRole('button', { name: 'Close the chat' }).click();
  await page.getByRole('button', { name: 'Hide the launcher' }).click();
  await visitor.launcher.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Show it' }).click();
  await visitor.launcher.waitFor();
  await page.getByRole('button', { name: 'Take it away' }).click();
  await hasWidgets(page, 0);
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await visitor.launcher.waitFor();
  await events.getByText('destroy', { exact: true }).waitFor();
});

it('single-page: the chat stays open from view to view, goes where it is not wanted, and comes back', async () => {
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  await page.goto(at('single-page/teas'));
  await page.getByRole('heading', { name: 'Teas', exact: true }).waitFor();
  await visitor.openChat();
  await visitor.composer.fill('Half a thought');
  await page.getByRole('link', { name: 'Shelf' }).click();
  await page.getByRole('heading', { name: 'Shelf' }).waitFor();
  expect([await visitor.composer.inputValue(), new URL(page.url()).pathname]).toEqual(['Half a thought', '/demo/single-page/']);
  await page.getByRole('link', { name: 'Workshop' }).click();
  await hasWidgets(page, 0);
  await page.goBack();
  await page.getByRole('heading', { name: 'Shelf' }).waitFor();
  await hasWidgets(page, 1);
  await visitor.openChat();
  expect(await visitor.composer.inputValue()).toBe('Half a thought');
  await page.goto(at('single-page/workshop'));
  await page.getByRole('heading', { name: 'Workshop', exact: true }).waitFor();
  await hasWidgets(page, 0);
  expect(seen.errors).toEqual([]);
});

it('react: StrictMode mounts twice and there is one widget; it goes and comes with its component', async () => {
  const { outputFiles: [development] } = await esbuild.build({
    absWorkingDir: root, entryPoints: ['examples/react/app.jsx'], bundle: true, write: false, format: 'esm',
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsxdev', jsxImportSource: 'react' } }, define: { 'process.env.NODE_ENV': '"development"' },
  });
  for (const build of ['development', 'production']) {
    const page = await browser.page();
    const seen = watch(page);
    if (build === 'development') await page.route('**/react/app.js', (route) => route.fulfill({ contentType: 'text/javascript', body: development?.text ?? '' }));
    await page.goto(at('react/'));
    const visitor = new Visitor(page);
    await visitor.launcher.waitFor();
    await page.getByRole('button', { name: 'Add a mug' }).click();
    await page.getByText('1 mug in your cart.').waitFor();
    const box = page.getByRole('checkbox', { name: 'With chat' });
    for (let round = 0; round < 3; round += 1) {
      await box.uncheck();
      await hasWidgets(page, 0);
      await box.check();
      await hasWidgets(page, 1);
    }
    await page.getByRole('button', { name: 'Ask us' }).click();
    await visitor.composer.waitFor();
    expect(seen.requests.filter((address) => /\/w\/[\w-]+\.js$/.test(address)), build).toHaveLength(1);
    expect(seen.errors, build).toEqual([]);
  }
});

it('strict-csp: a conversation, and nothing is refused; what is, is counted', async () => {
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  const agent = new Agent(await browser.page());
  await visitor.visit(at('strict-csp/'));
  await visitor.say('Hello from a strict page');
  await agent.enter(gateway);
  await agent.open('Hello from a strict page');
  await agent.reply('Strict, and friendly');
  await visitor.sees('Strict, and friendly');
  expect(await page.locator('#violations').textContent()).toBe('Nothing.');
  expect(seen.errors).toEqual([]);
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await page.getByText('the last by style-src-attr').waitFor();
});

/** The example's own server; it is ended with the test. */
async function startSigningServer(secret: string): Promise<string> {
  const server: ChildProcess = spawn(process.execPath, ['examples/identity/server.mjs'], { cwd: root, env: { PATH: process.env.PATH, IDENTITY_SECRET: secret, GATEWAY: gateway.url, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = server;
  if (pid !== undefined) noteProcess(pid, 'examples/identity/server.mjs');
  onTestFinished(() => {
    server.kill();
    if (pid !== undefined) forgetProcess(pid);
  });
  let printed = '';
  server.stdout?.setEncoding('utf8').on('data', (text: string) => { printed += text; });
  return until(() => /http:\/\/\S+/.exec(printed)?.[0], { what: 'the address of the signing server' });
}

it('identity: customers are who the site\'s server says, on every device, and nobody else reads along', async () => {
  showLogOnFailure(gateway);
  const { cookie } = await gateway.session();
  const { secret } = await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json() as { secret: string };
  const site = await startSigningServer(secret);
  const context = await browser.context();
  const page = await context.newPage();
  const seen = watch(page);
  await page.goto(site);
  await page.getByRole('link', { name: 'Margit' }).click();
  await page.getByText('You are signed in as Margit').waitFor();
  const visitor = new Visitor(page);
  await visitor.openChat();
  await visitor.say('Written on my laptop');
  await visitor.sees('Written on my laptop');
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Written on my laptop');
  await agent.pane.getByText('Margit').first().waitFor();
  await agent.reply('Good to hear from you');
  await visitor.sees('Good to hear from you');

  const phone = new Visitor(await browser.page());
  await phone.page.goto(`${site}sign-in?as=margit`);
  await phone.openChat();
  await phone.sees('Good to hear from you');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('Nobody is signed in').waitFor();
  await until(() => page.evaluate(() => localStorage.length === 0), { what: 'the device to forget' });
  await page.getByRole('link', { name: 'Anselm' }).click();
  await page.getByText('You are signed in as Anselm').waitFor();
  await visitor.openChat();
  expect(await visitor.shown()).toEqual([]);
  expect(seen.errors).toEqual([]);
});

it('identity: the page under /demo/ says that nothing is signed there, and tells an unproven profile', async () => {
  const page = await browser.page();
  const visitor = new Visitor(page);
  await page.goto(at('identity/'));
  await page.getByText('This page is served without that server.').waitFor();
  await visitor.openChat();
  await visitor.say('Am I believed?');
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Am I believed?');
  await agent.pane.getByText('Margit').first().waitFor();
});

it('own-launcher: our launcher stays away, the page\'s elements open and close, and the button knows', async () => {
  const page = await browser.page();
  const visitor = new Visitor(page);
  await page.goto(at('own-launcher/'));
  await hasWidgets(page, 1);
  await visitor.launcher.waitFor({ state: 'hidden' });
  const button = page.getByRole('button', { name: 'Talk to Ines or Tom' });
  await button.click();
  await visitor.composer.waitFor();
  expect(await button.getAttribute('aria-expanded')).toBe('true');
  await page.getByText('We are in the studio.').waitFor();
  await visitor.say('Through your own button');
  await visitor.sees('Through your own button');
  await button.click();
  await visitor.composer.waitFor({ state: 'hidden' });
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Through your own button');
  await agent.reply('It works');
  await button.getByText('1 new').waitFor();
  await page.getByRole('link', { name: 'this link' }).click();
  await visitor.composer.waitFor();
  await button.getByText('1 new').waitFor({ state: 'hidden' });
});

it('languages: the chat speaks the page\'s language, and the one that is chosen', async () => {
  const page = await browser.page();
  const speaks = (): Promise<string | null> => page.locator('#miradesk').getAttribute('lang');
  for (const [file, language] of [['', 'en'], ['de.html', 'de'], ['ja', 'ja'], ['ar.html', 'ar']] as const) {
    await page.goto(at(`languages/${file}`));
    await hasWidgets(page, 1);
    await expect.poll(speaks, { message: file }).toBe(language);
  }
  const panel = page.getByRole('dialog');
  await page.locator('#miradesk .launcher').click();
  await panel.getByRole('textbox').waitFor();
  expect(await panel.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
  await page.getByRole('combobox').selectOption('uk');
  await expect.poll(speaks).toBe('uk');
  await page.goto(at('languages/de.html'));
  await page.locator('#miradesk .launcher').click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Nachricht' }).waitFor();
});

it('migrating: a page for Intercom works unchanged, looks as it said, and says what has no counterpart', async () => {
  const page = await browser.page();
  const seen = watch(page);
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  const visitor = new Visitor(page);
  await page.goto(at('migrating/'));
  await visitor.launcher.waitFor();
  await expect.poll(async () => (await visitor.launcher.boundingBox())?.x ?? 999).toBeLessThan(100);
  await page.getByRole('button', { name: 'Messages', exact: true }).click();
  await page.getByText('The messenger is open').waitFor();
  await page.getByRole('button', { name: 'Hide' }).click();
  await page.getByText('The messenger is closed').waitFor();
  await page.getByRole('button', { name: 'Ask about an order' }).click();
  await expect.poll(() => visitor.composer.inputValue()).toBe('Where is my order K-204?');
  await visitor.composer.press('Enter');
  await visitor.sees('Where is my order K-204?');
  for (let time = 0; time < 2; time += 1) await page.getByRole('button', { name: 'Take the tour' }).click();
  expect(warnings).toEqual(["MiraDesk: Intercom('startTour') has no counterpart"]);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Where is my order K-204?');
  await agent.pane.getByText('Margit').first().waitFor();
  expect(seen.errors).toEqual([]);
});
