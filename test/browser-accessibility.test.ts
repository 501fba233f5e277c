/** Both faces by keyboard alone, and what axe says of each of their states. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { type Gateway, OWNER, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

/** What has the keyboard, by its accessible name, through shadow roots. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element && element !== document.body ? element.getAttribute('aria-label') ?? element.textContent.trim() : '';
  });
}

/** Presses Tab until the keyboard is there. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reaches ${name}`);
}

it('a visitor and an agent talk by keyboard alone', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const { keyboard } = visitor.page;
  await visitor.page.goto(`${gateway.url}/demo/`);
  await visitor.launcher.waitFor();
  await tabTo(visitor.page, /^Chat/);
  await keyboard.press('Enter');
  await visitor.composer.waitFor();
  await until(async () => (await focused(visitor.page)) === 'Message', { what: 'the composer to have the keyboard' });
  await keyboard.type('By keyboard');
  await keyboard.press('Shift+Enter');
  await keyboard.type('on two lines');
  await keyboard.press('Enter');
  await visitor.log.getByText('Sent').waitFor();
  expect(await focused(visitor.page)).toBe('Message');

  await agent.page.goto(`${gateway.url}/console/`);
  await until(async () => agent.page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.type === 'email'), { what: 'the e-mail field to have the keyboard' });
  await agent.page.keyboard.type(OWNER.email);
  await agent.page.keyboard.press('Tab');
  await agent.page.keyboard.type(OWNER.password);
  await agent.page.keyboard.press('Enter');
  await agent.conversation('By keyboard').waitFor();
  await tabTo(agent.page, /By keyboard on two lines/);
  await agent.page.keyboard.press('Enter');
  await agent.composer.waitFor();
  await agent.page.keyboard.press('r');
  await until(async () => (await focused(agent.page)).startsWith('Reply to'), { what: 'the reply field to have the keyboard' });
  await agent.page.keyboard.type('Answered by keyboard');
  await agent.page.keyboard.press('Enter');
  await visitor.sees('Answered by keyboard');
  expect(await visitor.shown()).toEqual(['By keyboard\non two lines', 'Answered by keyboard']);
  await agent.page.keyboard.press('Escape');
  await agent.page.keyboard.press('e');
  await visitor.panel.getByText('Write any time to reopen it').waitFor();

  // The log can be read by keyboard, and closing gives the keyboard back.
  await tabTo(visitor.page, /By keyboard|^Messages/, 'Shift+Tab');
  await keyboard.press('Escape');
  await visitor.composer.waitFor({ state: 'hidden' });
  expect(await focused(visitor.page)).toMatch(/^Chat/);
  await keyboard.press('Enter');
  await visitor.composer.waitFor();
  await tabTo(visitor.page, /^Close chat/, 'Shift+Tab');
  await keyboard.press('Enter');
  await visitor.composer.waitFor({ state: 'hidden' });
  expect(await focused(visitor.page)).toMatch(/^Chat/);
});

it('new messages are put where screen readers hear them', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Can you hear me?');
  await agent.enter(gateway);
  await agent.open('Can you hear me?');
  await until(async () => (await visitor.log.getAttribute('aria-live')) === 'polite');
  await agent.reply('Loud and clear');
  await visitor.sees('Loud and clear');
  expect(await visitor.log.getAttribute('aria-live')).toBe('polite');
  await visitor.say('Good');
  await agent.page.locator('[aria-live=polite]').getByText(/: Good$/).waitFor();
});

/** axe cannot see the colours that the browser puts in place of a page's own in forced colours. */
const rulesFor = (look: string): string[] => (look.includes('forced') ? ['color-contrast'] : []);

const looks: Array<[string, BrowserContextOptions]> = [
  ['in light colours', {}],
  ['in dark colours', { colorScheme: 'dark' }],
  ['in forced colours', { forcedColors: 'active' }],
  ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
];

it.each(looks)('axe finds nothing in the widget %s', async (look, options) => {
  showLogOnFailure(gateway);
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const visitor = new Visitor(page);
  const agent = new Agent(await browser.page());
  const picture = (state: string): Promise<void> => keepPicture(page, `axe-widget-${state}-${look.replaceAll(' ', '-')}`);
  await page.goto(`${gateway.url}/demo/mug.html`);
  await visitor.launcher.waitFor();
  await expectAccessible(page, rulesFor(look));
  await visitor.openChat();
  await picture('empty');
  await expectAccessible(page, rulesFor(look));
  await visitor.say(`Accessible ${look}?`);
  await agent.enter(gateway);
  await agent.open(`Accessible ${look}?`);
  await agent.reply('See https://kettle.example/');
  await visitor.sees('https://kettle.example/');
  await agent.composer.pressSequentially('and');
  await visitor.log.getByText('is typing').waitFor();
  await picture('conversation');
  await expectAccessible(page, rulesFor(look));
  await visitor.composer.fill('x'.repeat(8_100));
  await visitor.panel.getByText('100 characters too many').waitFor();
  await expectAccessible(page, rulesFor(look));
  await visitor.composer.fill('');
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  await visitor.panel.getByText('Write any time to reopen it').waitFor();
  await picture('closed');
  await expectAccessible(page, rulesFor(look));
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.say('Waiting');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await expectAccessible(page, rulesFor(look));
});

it.each(looks)('axe finds nothing in the inbox %s', async (look, options) => {
  showLogOnFailure(gateway);
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const agent = new Agent(page);
  const visitor = new Visitor(await browser.page());
  const picture = (state: string): Promise<void> => keepPicture(page, `axe-inbox-${state}-${look.replaceAll(' ', '-')}`);
  await page.goto(`${gateway.url}/console/`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Enter the e-mail address').waitFor();
  await picture('sign-in');
  await expectAccessible(page, rulesFor(look));
  await agent.signIn(gateway, '/console/?view=mine');
  await page.getByText('Nothing on your desk').waitFor();
  await picture('empty');
  await expectAccessible(page, rulesFor(look));
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say(`An accessible inbox ${look}?`);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^All/ }).click();
  await agent.conversation(`An accessible inbox ${look}?`).waitFor();
  await picture('list');
  await expectAccessible(page, rulesFor(look));
  await agent.open(`An accessible inbox ${look}?`);
  await agent.note('A note among ourselves');
  await agent.reply('We hope so');
  await visitor.composer.pressSequentially('me too');
  await agent.pane.getByText('is typing').waitFor();
  await picture('conversation');
  await expectAccessible(page, rulesFor(look));
  await page.getByRole('tab', { name: 'Note' }).click();
  await agent.noteComposer.waitFor();
  await expectAccessible(page, rulesFor(look));
  await agent.noteComposer.blur();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await expectAccessible(page, rulesFor(look));
  await page.keyboard.press('Escape');
  await gateway.kill();
  await page.getByText('No connection.').first().waitFor();
  await expectAccessible(page, rulesFor(look));
});
