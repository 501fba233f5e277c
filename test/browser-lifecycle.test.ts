/** Pages that replace themselves, go and come back, and carry more than one chat: the widget stays what it was. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../gateway/cli.ts';
import { useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { ownersPage, OwnersScript, snippet, useSite } from './harness/owner-page.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.stop();
  const code = await runCli(['workspace', 'add', 'kiln', '--name', 'Kiln', '--owner-email', 'kim@kiln.example', '--owner-password', 'fired-at-twelve-hundred'], { DATA_DIR: gateway.dataDir }, { out: () => {}, err: (text) => console.error(text) });
  expect(code).toBe(0);
  await gateway.start();
});
afterAll(() => gateway.stop());

async function arrive(): Promise<{ visitor: Visitor; script: OwnersScript; origin: string; seen: ReturnType<typeof watch> }> {
  const page = await browser.page();
  const seen = watch(page);
  const site = await useSite({ '/': ownersPage(snippet(gateway)), '/next': ownersPage(snippet(gateway)) });
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  return { visitor: new Visitor(page), script, origin: site.origin, seen };
}

/** What single-page sites do when somebody follows a link. */
const navigations: Record<string, (page: Page) => Promise<void>> = {
  'a new body, as Turbo does': (page) => page.evaluate((html) => {
    const next = new DOMParser().parseFromString(html, 'text/html');
    document.head.replaceChildren(...next.head.children);
    document.documentElement.replaceChild(document.adoptNode(next.body), document.body);
  }, '<!doctype html><head><title>Two</title></head><body><h1>Two</h1></body>'),
  'the History API and new content': (page) => page.evaluate(() => {
    history.pushState(null, '', '/two');
    document.body.replaceChildren(Object.assign(document.createElement('h1'), { textContent: 'Two' }));
  }),
  'a view transition': (page) => page.evaluate(async () => {
    await document.startViewTransition(() => document.body.replaceChildren(Object.assign(document.createElement('h1'), { textContent: 'Two' }))).finished;
  }),
  'a document written anew': (page) => page.evaluate(() => {
    const root = document.createElement('html');
    const body = root.appendChild(document.createElement('body'));
    body.append(Object.assign(document.createElement('h1'), { textContent: 'Two' }));
    document.replaceChild(root, document.documentElement);
  }),
};

it.each(Object.keys(navigations))('stays open, with what was typed and said, through %s', async (name) => {
  showLogOnFailure(gateway);
  const { visitor, script, seen } = await arrive();
  await visitor.openChat();
  await visitor.say(`Said before ${name}`);
  await script.hears('message:sent');
  await visitor.composer.fill('Half a thought');
  await navigations[name]?.(visitor.page);
  await visitor.page.getByRole('heading', { name: 'Two' }).waitFor();
  await until(async () => await visitor.page.locator('#miradesk').count() === 1, { what: 'the widget to be there' });
  await visitor.shows([`Said before ${name}`]);
  expect([await visitor.composer.inputValue(), (await script.state()).open]).toEqual(['Half a thought', true]);
  await visitor.composer.press('Enter');
  await script.hears('message:sent', 2);
  expect(seen.sockets).toHaveLength(1);
  expect(seen.errors.filter((error) => !error.includes('404'))).toEqual([]);
});

it('a page put aside for the back button lets go of its connection, and takes it up again', async () => {
  showLogOnFailure(gateway);
  const { visitor, script } = await arrive();
  await visitor.openChat();
  await visitor.say('Before I looked around');
  await script.hears('message:sent');
  // As the browser tells it; whether it keeps the page is up to it.
  await visitor.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await until(async () => (await script.state()).connection === 'idle', { what: 'the connection to be let go' });
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Before I looked around');
  await agent.reply('Welcome back');
  await visitor.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await visitor.sees('Welcome back');
  await visitor.shows(['Before I looked around', 'Welcome back']);
});

it('the scripts of two workspaces on one page: the first is the chat, the second leaves it alone', async () => {
  const site = await useSite({ '/': ownersPage(`<script src="${gateway.url}/w/demo.js"></script><script src="${gateway.url}/w/kiln.js"></script>`) });
  const page = await browser.page();
  const seen = watch(page);
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  const visitor = new Visitor(page);
  await visitor.openChat();
  await visitor.say('Who is there?');
  await script.hears('message:sent');
  expect(await page.locator('#miradesk').count()).toBe(1);
  expect(seen.requests.filter((address) => address.includes('kiln.json'))).toEqual([]);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['miradesk:demo']);
  expect(seen.errors).toEqual([]);
});
