/** The widget on pages that allow next to nothing: a strict content security policy with Trusted Types, on its own and on another origin. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { startSite } from './harness/site.ts';
import { until } from './harness/until.ts';
import { strictPage, strictPolicy } from './harness/strict-page.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** Collects what the browser reports against the page's policy. */
async function watchViolations(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) => violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
  });
  return () => page.evaluate(() => (window as unknown as { violations: string[] }).violations);
}

/** All that a conversation has: opening, writing, links, an answer, typing, closing. */
async function converse(visitor: Visitor, agent: Agent, greeting: string): Promise<void> {
  await visitor.openChat();
  await visitor.say(greeting);
  await agent.enter(gateway);
  await agent.open(greeting);
  await agent.composer.pressSequentially('See https://kettle.example/pots');
  await visitor.log.getByText('is typing').waitFor();
  await agent.composer.press('Enter');
  await visitor.log.getByRole('link', { name: 'https://kettle.example/pots' }).waitFor();
  await visitor.panel.getByRole('button', { name: 'Close chat' }).click();
  await visitor.composer.waitFor({ state: 'hidden' });
}

it.each(['the same origin', 'another origin'])('a whole conversation on a strict page of %s is without a violation', async (where) => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const agent = new Agent(await browser.page());
  const seen = watch(page);
  const violations = await watchViolations(page);
  const site = await startSite({ '/': strictPage(gateway.url) });
  try {
    if (where === 'the same origin') {
      await page.route(`${gateway.url}/strict`, (route) => {
        const { html, headers } = strictPage(gateway.url);
        return route.fulfill({ body: html, headers });
      });
      await page.goto(`${gateway.url}/strict`);
    } else {
      await page.goto(site.origin);
    }
    const visitor = new Visitor(page);
    await converse(visitor, agent, `Hello from a page of ${where}`);
    await visitor.openChat();
    await gateway.kill();
    await visitor.banner.waitFor();
    await visitor.say('Written meanwhile');
    await gateway.start();
    await agent.sees('Written meanwhile');
    expect(await violations()).toEqual([]);
    expect(seen.errors).toEqual([]);

    // The policy is in force and would have been heard of.
    await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
    await expect.poll(violations).toHaveLength(1);
  } finally {
    await site.close();
  }
});

it('the demo shop runs under its own strict policy, in a conversation too', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const violations = await watchViolations(page);
  const agent = new Agent(await browser.page());
  await page.goto(`${gateway.url}/demo/`);
  expect(await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')).toContain("require-trusted-types-for 'script'");
  await converse(new Visitor(page), agent, 'Hello from the shop');
  expect(await violations()).toEqual([]);
});

it('[W4] every part, look and language runs on a strict page, without a violation', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page({ colorScheme: 'dark' });
  const seen = watch(page);
  const violations = await watchViolations(page);
  const { html, headers } = strictPage(gateway.url);
  const site = await startSite({ '/': { headers, html: html.replace('async src', `data-pre-chat='[{"key":"name","label":"Your name","required":true}]' data-faces='[{"name":"Ines"}]' data-hours='{"timeZone":"UTC","week":[[],[],[],[],[],[],[]],"holidays":[]}' async src`) } });
  try {
    await page.goto(site.origin);
    const visitor = new Visitor(page);
    await visitor.launcher.click();
    const { panel } = visitor;
    await panel.getByLabel('Your name').fill('Margit');
    await panel.getByLabel(/E-mail/).fill('margit@kettle.example');
    await panel.getByRole('button', { name: 'Start chat' }).click();
    await panel.getByRole('button', { name: 'Emoji' }).click();
    await panel.locator('.emoji button').nth(12).click();
    await visitor.composer.press('End');
    await visitor.composer.pressSequentially(' with *emphasis*');
    await panel.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
    await panel.getByText('Ready to send').waitFor();
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await visitor.log.locator('img').first().waitFor();
    await until(() => visitor.log.locator('img').first().evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0), { what: 'the picture' });
    await panel.getByRole('button', { name: 'More options' }).click();
    await panel.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await visitor.page.keyboard.press('Escape');
    for (const locale of ['de', 'ar', 'ja', 'uk'] as const) {
      await page.evaluate((to) => (window as unknown as { MiraDesk: { setLocale(locale: string): void } }).MiraDesk.setLocale(to), locale);
      await page.locator(`#miradesk[lang=${locale}] textarea`).waitFor();
    }
    expect(await violations()).toEqual([]);
    expect(seen.errors).toEqual([]);
  } finally {
    await site.close();
  }
});

it('a page that allows the script but not the connection says so instead of pretending', async () => {
  const page = await browser.page();
  const site = await startSite({ '/': { ...strictPage(gateway.url), headers: { 'content-security-policy': strictPolicy(gateway.url).replace(/connect-src[^;]+/, "connect-src 'none'") } } });
  try {
    await page.goto(site.origin);
    const visitor = new Visitor(page);
    await visitor.launcher.click();
    await page.getByRole('status').getByText('The chat could not be loaded.').waitFor();
    expect(await visitor.launcher.getAttribute('aria-expanded')).toBe('false');
  } finally {
    await site.close();
  }
});
