/** The core of the widget in stock Firefox, on the built files. Chromium has the long tests; here is what must not differ. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answeringAgent } from './harness/answering-agent.ts';
import { findFirefox } from './harness/firefox-executable.ts';
import { FirefoxVisitor } from './harness/firefox-page.ts';
import { useFirefox } from './harness/firefox.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { PARTS, WIDGET } from './harness/people.ts';
import { ALL_AT_ONCE, BACKDROPS, htmlOf, PLAIN } from './harness/hostile-pages.ts';
import { startSite } from './harness/site.ts';
import { strictPage } from './harness/strict-page.ts';
import { until } from './harness/until.ts';

let gateway: Gateway;

/** Everything that the page keeps in the browser. */
function kept(): Promise<unknown> {
  return indexedDB.databases().then(async (databases) => ({
    localStorage: Object.keys(localStorage), sessionStorage: Object.keys(sessionStorage), databases: databases.map(({ name }) => name),
    caches: await caches.keys(), serviceWorkers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
}

/** In the page: where the parts are, how opaque, and what a backdrop of ours would paint. */
function measure(parts: Record<string, string>): Record<string, unknown[]> {
  const root = Array.from(document.querySelectorAll('#miradesk')).find(({ shadowRoot }) => shadowRoot)?.shadowRoot;
  return Object.fromEntries(Object.entries(parts).flatMap(([name, selector]) => {
    const element = root?.querySelector(selector);
    if (!element) return [];
    const { left, top, width, height } = element.getBoundingClientRect();
    const { opacity, direction, fontSize } = getComputedStyle(element);
    const backdrops = Array.from(root?.querySelectorAll('[popover]') ?? [], (popover) => getComputedStyle(popover, '::backdrop').backgroundColor);
    return [[name, [...[left, top, width, height].map(Math.round), opacity, direction, fontSize, ...backdrops]]];
  }));
}

const NOTHING = { localStorage: [], sessionStorage: [], databases: [], caches: [], serviceWorkers: 0 };

// `npm test` installs a Firefox where it can, says what to do where it cannot, and lists these among what was left out.
describe.skipIf(!findFirefox())('in Firefox', () => {
  const firefox = useFirefox();
  beforeAll(async () => { gateway = await startGateway(); });
  beforeEach(async () => { if (!gateway.running) await gateway.start(); });
  afterAll(() => gateway.stop());

  it('[W1] a page whose visitor only looks gets one request, and keeps nothing', async () => {
    showLogOnFailure(gateway);
    const context = await firefox.context();
    const page = await context.page();
    await page.goto(`${gateway.url}/demo/`);
    await page.find(WIDGET.launcher);
    expect(page.requests.filter((address) => !address.startsWith(`${gateway.url}/demo/`))).toEqual([`${gateway.url}/w/demo.js`]);
    expect(await page.evaluate(kept)).toEqual(NOTHING);

    // Opening it connects, and still keeps nothing.
    await new FirefoxVisitor(page).openChat();
    await until(() => page.requests.some((address) => address.includes('/socket.io/')), { what: 'the connection' });
    expect(await page.evaluate(kept)).toEqual(NOTHING);
    expect(await context.cookies()).toEqual([]);
    expect(page.errors).toEqual([]);
  });

  it('[D7] a visitor and an agent talk both ways, and the conversation is there after a reload', async () => {
    showLogOnFailure(gateway);
    const visitor = new FirefoxVisitor(await firefox.page());
    const agent = await answeringAgent(gateway);
    await visitor.visit(`${gateway.url}/demo/teapot.html`);
    await visitor.say('Does the moon teapot drip?');
    const conversation = await agent.sees('Does the moon teapot drip?');
    agent.reply(conversation, 'Not a drop.');
    await visitor.sees('Not a drop.');
    await visitor.say('Then I take two.');
    await agent.sees('Then I take two.');
    await until(async () => /Sent|Delivered/.test(await visitor.delivery()), { what: 'the message to count as sent' });
    const said = ['Does the moon teapot drip?', 'Not a drop.', 'Then I take two.'];
    await visitor.shows(said);

    await visitor.page.reload();
    await visitor.openChat();
    await visitor.sees('Then I take two.');
    await visitor.shows(said);
    expect(visitor.page.errors).toEqual([]);
  });

  it('the chat is used by keyboard alone, and closing it gives the keyboard back', async () => {
    showLogOnFailure(gateway);
    const visitor = new FirefoxVisitor(await firefox.page());
    const focused = (): Promise<string> => visitor.page.evaluate(() => document.querySelector('#miradesk')?.shadowRoot?.activeElement?.getAttribute('aria-label') ?? '');
    await visitor.page.goto(`${gateway.url}/demo/`);
    await visitor.page.find(WIDGET.launcher);
    for (let presses = 0; presses < 80 && await focused() !== WIDGET.launcher.name; presses += 1) await visitor.page.press('Tab');
    await visitor.page.press('Enter');
    await until(async () => await focused() === WIDGET.composer.name, { what: 'the composer to have the keyboard' });
    await visitor.page.type('By keyboard');
    await visitor.page.press('Enter');
    await (await answeringAgent(gateway)).sees('By keyboard');
    await visitor.page.press('Escape');
    await until(async () => await focused() === WIDGET.launcher.name, { what: 'the launcher to have the keyboard' });
  });

  it('[D4] [D7] what is typed while the gateway is down waits, and goes when it is back', async () => {
    showLogOnFailure(gateway);
    const visitor = new FirefoxVisitor(await firefox.page());
    const site = await startSite({ '/': { html: `<!doctype html><html lang="en"><title>A shop</title><h1>A shop</h1><script async src="${gateway.url}/w/demo.js"></script></html>` } });
    onTestFinished(() => site.close());
    await visitor.visit(site.origin);
    await visitor.say('Before the crash');
    const agent = await answeringAgent(gateway);
    const conversation = await agent.sees('Before the crash');
    await gateway.kill();
    await until(async () => /Reconnecting/.test(await visitor.banner()), { what: 'the widget to notice' });
    await visitor.say('Written while it is down');
    await until(async () => /Waiting to be sent/.test(await visitor.delivery()), { what: 'the message to wait' });
    await visitor.say('and one more');
    await visitor.shows(['Before the crash', 'Written while it is down', 'and one more']);

    await gateway.start();
    await agent.sees('and one more');
    agent.reply(conversation, 'All there');
    await visitor.sees('All there');
    await visitor.shows(['Before the crash', 'Written while it is down', 'and one more', 'All there']);
    await until(async () => await visitor.banner() === '', { what: 'the banner to go' });
  });

  it('[D4] a message that waits when the page is closed is sent when the next one opens', async () => {
    showLogOnFailure(gateway);
    const context = await firefox.context();
    const first = new FirefoxVisitor(await context.page());
    const agent = await answeringAgent(gateway);
    await first.visit(`${gateway.url}/demo/`);
    await first.say('I am still choosing');
    await agent.sees('I am still choosing');
    await gateway.kill();
    await first.say('I take the blue one');
    await until(async () => /Waiting to be sent/.test(await first.delivery()), { what: 'the message to wait' });
    await first.page.close();

    await gateway.start();
    const second = await context.page();
    await second.goto(`${gateway.url}/demo/studio.html`);
    await agent.sees('I take the blue one');
  });

  it('[W4] a whole conversation on a strict page is without a violation', async () => {
    showLogOnFailure(gateway);
    const site = await startSite({ '/': strictPage(gateway.url) });
    onTestFinished(() => site.close());
    const visitor = new FirefoxVisitor(await firefox.page());
    await visitor.page.before(() => {
      const violations: string[] = [];
      Object.assign(window, { violations });
      document.addEventListener('securitypolicyviolation', (event) => violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
    });
    const violations = (): Promise<string[]> => visitor.page.evaluate(() => (window as unknown as { violations: string[] }).violations);
    await visitor.visit(site.origin);
    await visitor.say('Hello from a strict page');
    const agent = await answeringAgent(gateway);
    agent.reply(await agent.sees('Hello from a strict page'), 'See https://kettle.example/pots');
    await visitor.sees('See https://kettle.example/pots');
    await visitor.page.click(WIDGET.close);
    expect(await violations()).toEqual([]);

    // The policy is in force and would have been heard of.
    await visitor.page.evaluate(() => document.body.setAttribute('style', 'color: red'));
    await expect.poll(violations).toHaveLength(1);
  });

  it('the widget is in its corner on a page that reaches for everything, as on a plain one', async () => {
    // Scrollbars move to the other side with the page's direction, as they should.
    const noScrollbars = 'html { scrollbar-width: none !important }';
    const site = await startSite({
      '/plain': { html: htmlOf({ ...PLAIN, css: noScrollbars }, gateway.url) },
      '/hostile': { html: htmlOf({ ...ALL_AT_ONCE, css: `${ALL_AT_ONCE.css} ${BACKDROPS.css} ${noScrollbars}` }, gateway.url) },
    });
    onTestFinished(() => site.close());
    const looks: unknown[] = [];
    for (const path of ['/plain', '/hostile']) {
      // A page each: the mouse stays where it was last.
      const visitor = new FirefoxVisitor(await firefox.page());
      await visitor.page.goto(`${site.origin}${path}`);
      const closed = await visitor.page.find(WIDGET.launcher).then(() => visitor.page.evaluate(measure, PARTS));
      await visitor.openChat();
      // Until it is connected, the log makes room for a line that says so.
      await until(async () => {
        const { panel, online } = await visitor.page.evaluate(measure, { ...PARTS, online: '[data-connection="online"]' });
        return online && panel?.[4] === '1';
      }, { what: 'the panel to have come, and to be connected' });
      // Under the mouse the launcher lifts a little.
      const { launcher: _, ...open } = await visitor.page.evaluate(measure, PARTS);
      looks.push([closed.launcher, open]);
    }
    expect(looks[1]).toEqual(looks[0]);
    expect((looks[0] as [unknown[]])[0].slice(0, 4)).toEqual([1200, 780, 60, 60]);
  });

  it('[D4] two tabs of one visitor are one conversation, in the order of sending', async () => {
    showLogOnFailure(gateway);
    const context = await firefox.context();
    const [one, two] = [new FirefoxVisitor(await context.page()), new FirefoxVisitor(await context.page())];
    const agent = await answeringAgent(gateway);
    await one.visit(`${gateway.url}/demo/`);
    await one.say('From the first tab');
    await agent.sees('From the first tab');
    await two.visit(`${gateway.url}/demo/mug.html`);
    await two.sees('From the first tab');
    await two.say('From the second tab');
    await one.sees('From the second tab');
    await one.say('And the first again');
    await two.sees('And the first again');
    const said = ['From the first tab', 'From the second tab', 'And the first again'];
    await one.shows(said);
    await two.shows(said);
  });
});
