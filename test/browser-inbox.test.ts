/** The inbox at work, in a real browser on the built files. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';
import { VisitorClient } from './harness/visitor-client.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

it('a hundred conversations arrive at once, and every one can be found, opened and answered', async () => {
  const busy = await startGateway();
  const visitors = Array.from({ length: 100 }, (_, index) => new VisitorClient({ url: busy.url, name: `crowd ${index + 1}` }));
  try {
    showLogOnFailure(busy);
    const agent = new Agent(await browser.page());
    const seen = watch(agent.page);
    await agent.enter(busy);
    for (const visitor of visitors) visitor.start();
    await Promise.all(visitors.map((visitor, index) => visitor.say(`Question number ${index + 1}.`)));
    await until(() => visitors.every((visitor) => visitor.waiting === 0), { timeout: 30_000, what: 'all messages to be sent' });

    await agent.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /Unassigned.*100/ }).waitFor();
    await agent.conversation('Question number').first().waitFor();
    await keepPicture(agent.page, 'inbox-hundred');
    // Scrolled to the end, all of them have been there, each once.
    const found = new Set<string>();
    await until(async () => {
      const rows = await agent.conversation('Question number').allTextContents();
      for (const row of rows) found.add(/Question number \d+\./.exec(row)?.[0] ?? row);
      await agent.conversation('Question number').last().scrollIntoViewIfNeeded();
      return found.size === 100;
    }, { timeout: 30_000, what: 'a hundred rows' });

    await agent.open('Question number 1.');
    await agent.reply('Answer to the first');
    await until(() => [...(visitors[0]?.shown().values() ?? [])].flat().some(({ text }) => text === 'Answer to the first'), { what: 'the answer' });
    // What was just answered is the newest activity.
    await agent.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^All/ }).click();
    await until(async () => (await agent.conversation(/./).first().textContent())?.includes('Answer to the first'), { what: 'it to be on top' });
    expect(seen.errors.filter((error) => !error.includes('401'))).toEqual([]);
  } finally {
    for (const visitor of visitors) visitor.stop();
    await busy.stop();
  }
});

it('unread counts go up with messages that nobody looks at, and down when somebody does', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('One of three');
  await visitor.say('Two of three');
  await visitor.say('Three of three');
  await agent.conversation('Three of three').filter({ hasText: '3 unread messages' }).waitFor();
  await agent.open('Three of three');
  await agent.conversation('Three of three').filter({ hasNotText: 'unread' }).waitFor();
  await visitor.say('And one more');
  await visitor.log.getByText('Seen').waitFor();
  await agent.conversation('And one more').filter({ hasNotText: 'unread' }).waitFor();
});

it('a row keeps its time and its count in view, however long the message and the title of the page', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.page.evaluate(() => { document.title = 'A very long title of a page that nobody ever shortened '.repeat(4); });
  await visitor.say('A long and winding question about a pot '.repeat(6));
  const row = agent.conversation('A long and winding question');
  await row.waitFor();
  const pane = await agent.list.boundingBox();
  for (const part of [row.getByRole('time'), row.getByText('1', { exact: true })]) {
    const box = await part.boundingBox();
    expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual((pane?.x ?? 0) + (pane?.width ?? 0));
  }
});

it('a link to a conversation opens it, after signing in as well, and an unknown one says so', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Find me by link');
  await agent.enter(gateway);
  await agent.open('Find me by link');
  const link = new URL(agent.page.url());

  await agent.page.goto('about:blank');
  await agent.page.goto(link.href);
  await agent.sees('Find me by link');

  const other = new Agent(await browser.page());
  await other.signIn(gateway, link.pathname + link.search);
  await other.sees('Find me by link');
  await other.page.goto(`${gateway.url}${link.pathname.replace(/[^/]+$/, 'there-is-no-such-one')}`);
  await other.page.getByRole('heading', { name: 'This conversation does not exist' }).waitFor();
  await other.page.goto(`${gateway.url}/console/no/such/page`);
  await other.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});

it('closing and reopening is seen by both, and a message of the visitor reopens too', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const views = agent.page.getByRole('navigation', { name: 'Views' });
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('A short question');
  await agent.open('A short question');
  await agent.page.getByRole('button', { name: 'Assign to me' }).click();
  await agent.sees('You assigned this to yourself');
  await views.getByRole('link', { name: /^Mine/ }).click();
  await agent.conversation('A short question').waitFor();

  await agent.open('A short question');
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  await agent.sees('Closed by you');
  await visitor.panel.getByText('Write any time to reopen it').waitFor();
  await views.getByRole('link', { name: /^Closed/ }).click();
  await agent.open('A short question');
  await agent.page.getByRole('button', { name: 'Reopen conversation' }).click();
  await agent.sees('Reopened by you');
  await visitor.panel.getByText('Write any time to reopen it').waitFor({ state: 'hidden' });

  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  await visitor.panel.getByText('Write any time to reopen it').waitFor();
  await visitor.say('One more thing');
  await agent.sees('Reopened by the visitor’s message');
  await agent.sees('One more thing');
  await visitor.panel.getByText('Write any time to reopen it').waitFor({ state: 'hidden' });
  await views.getByRole('link', { name: /^Mine/ }).click();
  await agent.conversation('One more thing').waitFor();
  expect(await visitor.shown()).toEqual(['A short question', 'One more thing']);
});

it('[D3] notes never reach the visitor: not the page, not the wire, not by resuming, not by history', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Am I a good customer?');
  await agent.open('Am I a good customer?');
  await agent.note('SECRET-BEFORE');
  await agent.sees('SECRET-BEFORE');
  await agent.reply('The best');
  await visitor.sees('The best');
  await gateway.crashAndRestart();
  await agent.note('SECRET-AFTER');
  await agent.reply('Anything else?');
  await visitor.sees('Anything else?');
  await page.reload();
  await visitor.openChat();
  await visitor.sees('Anything else?');

  expect(await visitor.shown()).toEqual(['Am I a good customer?', 'The best', 'Anything else?']);
  expect(await agent.shown()).toEqual(['Am I a good customer?', 'SECRET-BEFORE', 'The best', 'SECRET-AFTER', 'Anything else?']);
  expect(seen.received.some((frame) => frame.includes('Anything else?'))).toBe(true);
  expect(seen.received.filter((frame) => frame.includes('SECRET'))).toEqual([]);
  const everything = await page.evaluate(() => {
    const inShadow = (root: ParentNode): string => [...root.querySelectorAll('*')].map((element) => (element.shadowRoot ? element.shadowRoot.textContent + inShadow(element.shadowRoot) : '')).join('');
    return document.documentElement.outerHTML + inShadow(document) + [localStorage, sessionStorage].map((kept) => Object.entries(kept).join()).join();
  });
  expect(everything).not.toContain('SECRET');
});

it('two windows of the team see at once what the other does', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const [one, two] = [new Agent(await browser.page()), new Agent(await browser.page())];
  await one.enter(gateway);
  await two.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Who takes me?');
  await one.open('Who takes me?');
  await two.open('Who takes me?');
  await one.note('I am on it');
  await two.sees('I am on it');
  await two.reply('Hello');
  await one.sees('Hello');
  expect(await one.shown()).toEqual(await two.shown());
  await one.page.getByRole('button', { name: 'Close conversation' }).click();
  await two.page.getByRole('button', { name: 'Reopen conversation' }).waitFor();
});

it('signing out ends all that this browser may do, and signing in again goes on', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  const [one, two] = [new Agent(await context.newPage()), new Agent(await context.newPage())];
  await one.signIn(gateway);
  await two.page.goto(`${gateway.url}/console/`);
  await two.list.waitFor();
  await one.page.getByRole('button', { name: /^Account/ }).click();
  await one.page.getByRole('button', { name: 'Sign out' }).click();
  await one.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // The other tab had the same session.
  await two.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // The news that the session ended may be here before the answer that takes the cookie away.
  await expect.poll(async () => (await context.cookies()).filter(({ name, value }) => name === 'miradesk_session' && value !== '')).toEqual([]);
  await two.signIn(gateway);
});

it('the inbox works on a phone: list, conversation, answer, and back', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }));
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Can you answer from the beach?');
  await agent.enter(gateway);
  await agent.conversation('from the beach').waitFor();
  await keepPicture(agent.page, 'inbox-phone-list');
  await agent.conversation('from the beach').tap();
  await agent.composer.waitFor();
  await agent.list.waitFor({ state: 'hidden' });
  await agent.composer.fill('With sand in the keyboard');
  await agent.page.getByRole('button', { name: 'Send' }).tap();
  await visitor.sees('With sand in the keyboard');
  await keepPicture(agent.page, 'inbox-phone-conversation');
  expect(await agent.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await agent.page.getByRole('link', { name: 'Back to the list' }).tap();
  await agent.conversation('With sand in the keyboard').waitFor();
  await agent.page.goBack();
  await agent.sees('With sand in the keyboard');
});
