/** Both faces by keyboard alone, and what axe says of each of their states. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { type Gateway, OWNER, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { ownersPage, OwnersScript, snippet, useSite } from './harness/owner-page.ts';
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

it('in forced colours, too, one sees that the composer has the keyboard', async () => {
  const page = await browser.page({ forcedColors: 'active' });
  const visitor = new Visitor(page);
  await visitor.visit(`${gateway.url}/demo/mug.html`);
  const frame = visitor.composer.locator('..');
  const ring = (): Promise<string> => frame.evaluate((field) => getComputedStyle(field).outlineStyle);
  await visitor.composer.focus();
  expect(await ring()).toBe('solid');
  await visitor.button('Close chat').focus();
  expect(await ring()).toBe('none');
});

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

/** Every control of the widget that can be seen, and how large its target is. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.locator('#miradesk').evaluate((host) => [...host.shadowRoot?.querySelectorAll('button, a[href], input:not([hidden]), select, textarea, [tabindex="0"]') ?? []].flatMap((control) => {
    const { width, height } = control.getBoundingClientRect();
    // A link within a sentence is as high as its line, which WCAG excepts.
    const inText = control.matches('a') && control.closest('p, .bubble') !== null;
    return width > 0 && height > 0 && !inText && Math.min(width, height) < 24 ? [`${control.tagName} ${control.getAttribute('aria-label') ?? control.textContent}: ${width} x ${height}`] : [];
  }));
}

const widgetLooks: Array<[string, BrowserContextOptions, lang: string]> = [...looks.map(([look, options]): [string, BrowserContextOptions, string] => [look, options, 'en']), ['from right to left', {}, 'ar']];

it.each(widgetLooks)('[W6] axe finds nothing, and no target is too small, in everything the widget can show %s', async (look, options, lang) => {
  showLogOnFailure(gateway);
  const attributes = `data-pre-chat='[{"key":"name","label":"Name","required":true},{"key":"plan","label":"Plan","kind":"choice","choices":["Free","Paid"]},{"key":"more","label":"More","kind":"longtext"}]' data-consent-text="Kept for a year." data-privacy-link="https://kettle.example/"`;
  const site = await useSite({ '/': ownersPage(snippet(gateway, attributes), { lang }) });
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  const panel = page.locator('#miradesk [role=dialog]');
  const fine = async (state: string): Promise<void> => {
    await expectAccessible(page, rulesFor(look));
    expect(await smallTargets(page), state).toEqual([]);
  };
  const composer = panel.locator('textarea[aria-describedby=hint]');
  const head = panel.locator('.head button');
  await fine('closed');
  await script.call('open');
  await panel.locator('form').waitFor();
  await fine('the form');
  await panel.locator('form button[type=submit]').click();
  await panel.locator('[aria-invalid=true]').waitFor();
  await fine('the form, wrong');
  await panel.locator('#field-name').fill('Margit');
  await panel.locator('form button[type=submit]').click();
  await composer.waitFor();
  await fine('empty');
  await panel.locator('.tool').first().click();
  await panel.locator('.emoji').waitFor();
  await fine('emoji');
  await page.keyboard.press('Escape');
  await panel.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Two spoons.') });
  await panel.getByText('notes.txt').first().waitFor();
  await fine('a file');
  await composer.fill(`With a file, ${look}`);
  await expect.poll(() => panel.locator('.send').getAttribute('aria-disabled')).toBe('false');
  await panel.locator('.send').click();
  await script.hears('message:sent');
  await panel.locator('.bubble a').first().waitFor();
  await fine('the conversation');
  await head.nth(1).click();
  await panel.locator('.menu li').first().waitFor();
  await fine('the menu');
  await panel.locator('.menu li button').nth(-2).click();
  await panel.locator('kbd').first().waitFor();
  await fine('the shortcuts');
  await page.keyboard.press('Escape');
  await head.nth(1).click();
  await panel.locator('.menu .bad').click();
  await panel.getByRole('alertdialog').waitFor();
  await fine('asking before everything is deleted');
  await page.keyboard.press('Escape');
  await head.first().click();
  await fine('the list');
  await page.keyboard.press('Escape');
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open(`With a file, ${look}`);
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  await panel.locator('.rating').waitFor();
  await fine('the rating');
});

it.each(widgetLooks)('[W6] axe finds nothing where something went wrong %s', async (look, options, lang) => {
  showLogOnFailure(gateway);
  const site = await useSite({ '/': ownersPage(snippet(gateway, `data-pre-chat='[{"key":"name","label":"Name","required":true}]'`), { lang }) });
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const script = await new OwnersScript(page).listen();
  const panel = page.locator('#miradesk [role=dialog]');
  const launcher = page.locator('#miradesk .launcher');
  const fine = async (state: string): Promise<void> => {
    await keepPicture(page, `axe-widget-${state.replaceAll(' ', '-')}-${look.replaceAll(' ', '-')}`);
    await expectAccessible(page, rulesFor(look));
    expect(await smallTargets(page), state).toEqual([]);
  };
  // The panel cannot be had.
  await page.route(/panel\.js/, (route) => route.abort());
  await page.goto(site.origin);
  await script.ready();
  await launcher.click();
  await page.locator('#miradesk .note:not(:empty)').waitFor();
  await fine('no panel');
  await page.unroute(/panel\.js/);
  // A form, without a connection.
  await launcher.click();
  await panel.locator('form').waitFor();
  await gateway.kill();
  await panel.locator('.banner p').waitFor();
  await fine('form offline');
  await gateway.start();
  await panel.locator('[data-connection=online]').waitFor({ state: 'attached' });
  // Drawing fails.
  await panel.locator('#field-name').fill('Margit');
  await panel.locator('form button[type=submit]').click();
  await page.evaluate(() => Object.assign(Date.prototype, { toLocaleTimeString() { throw new TypeError('A broken page'); } }) && undefined);
  await panel.locator('.composer textarea').fill('Do you draw this?');
  await panel.locator('.send').click();
  await panel.getByRole('alert').waitFor();
  await fine('broken');
  // The site's error reports hear of it.
  expect(errors).toEqual(expect.arrayContaining([expect.stringContaining('A broken page')]));
  // The gateway refuses this site.
  await page.routeWebSocket(/socket\.io/, (socket) => {
    socket.onMessage((message) => { if (String(message).startsWith('40/visitor')) socket.send('44/visitor,{"message":"origin_not_allowed","data":{"code":"origin_not_allowed","message":"This website may not use this workspace."}}'); });
    socket.send('0{"sid":"refused","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000}');
  });
  await page.reload();
  await script.ready();
  await script.call('open');
  await panel.locator('.banner.bad p').waitFor();
  await fine('refused');
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
