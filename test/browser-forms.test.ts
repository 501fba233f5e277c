/** What a visitor is asked, and what they may ask for: forms, ratings, transcripts, silence, being called, being forgotten. In a real browser, on the built files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Hours, WidgetSettings } from '../shared/settings.ts';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { countRows } from './harness/read-log.ts';
import { picture } from './harness/sample-files.ts';
import { Member, setSettings } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(async () => {
  if (!gateway.running) await gateway.start();
  await setSettings(gateway, {});
});
afterAll(() => gateway.stop());

const PRE_CHAT: WidgetSettings['preChat'] = [
  { key: 'name', label: 'Your name', kind: 'text', required: true, choices: [] },
  { key: 'email', label: 'E-mail', kind: 'email', required: true, choices: [] },
  { key: 'phone', label: 'Phone', kind: 'phone', required: false, choices: [] },
  { key: 'about', label: 'What is it about?', kind: 'choice', required: true, choices: ['An order', 'A pot that broke'] },
  { key: 'order', label: 'Order number', kind: 'text', required: false, choices: [] },
];

const DAY_MS = 86_400_000;
/** Open on one day of the week only, three days from now, 9 to 17 in London's winter. */
function closedHours(): { hours: Hours; opens: Date } {
  const opens = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + 3 * DAY_MS + 9 * 3_600_000);
  const week: Hours['week'] = Array.from({ length: 7 }, () => []);
  week[(opens.getUTCDay() + 6) % 7] = [['09:00', '17:00']];
  return { hours: { timeZone: 'UTC', week, holidays: [] }, opens };
}

async function sent(visitor: Visitor): Promise<void> {
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
}

/** Opens the chat where a form comes before the composer. */
async function openForm(visitor: Visitor, address = `${gateway.url}/demo/`): Promise<void> {
  await visitor.page.goto(address);
  await visitor.launcher.click();
  await visitor.button('Start chat').waitFor();
}

it('the form before the first message: says what is missing, is kept over a reload, and tells the team who writes', async () => {
  showLogOnFailure(gateway);
  await setSettings(gateway, { preChat: PRE_CHAT });
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const { page, panel } = visitor;
  await openForm(visitor);
  await until(async () => (await page.evaluate(() => document.querySelector('#miradesk')?.shadowRoot?.activeElement?.id)) === 'field-name', { what: 'the first question to have the keyboard' });
  expect(await visitor.composer.count()).toBe(0);
  await keepPicture(page, 'widget-form');
  await expectAccessible(page);

  await visitor.button('Start chat').click();
  expect(await panel.getByText('Please fill this in.').count()).toBe(3);
  await panel.getByLabel('Your name').fill('Mia Berg');
  await panel.getByLabel('E-mail').fill('mia.example.com');
  await panel.getByLabel('Phone (optional)').fill('call me');
  await panel.getByLabel('What is it about?').selectOption('A pot that broke');
  await page.keyboard.press('Enter');
  await visitor.button('Start chat').click();
  await panel.getByText('This does not look like an e-mail address.').waitFor();
  await panel.getByText('Please use digits, spaces and + only.').waitFor();
  await until(async () => panel.getByLabel('E-mail').evaluate((field) => field.matches(':focus')), { what: 'the first wrong answer to have the keyboard' });
  expect(await panel.getByLabel('E-mail').evaluate((field) => (field.getRootNode() as ShadowRoot).getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent)).toContain('name@example.com');
  await keepPicture(page, 'widget-form-errors');
  await expectAccessible(page);

  await page.reload();
  await visitor.launcher.click();
  await visitor.button('Start chat').waitFor();
  expect([await panel.getByLabel('Your name').inputValue(), await panel.getByLabel('What is it about?').inputValue()]).toEqual(['Mia Berg', 'A pot that broke']);
  await panel.getByLabel('E-mail').fill('mia@example.com');
  await panel.getByLabel('Phone (optional)').fill('+47 22 00 00 00');
  await panel.getByLabel('Order number (optional)').fill('K-1001');
  await panel.getByLabel('Order number (optional)').press('Enter');
  await visitor.composer.waitFor();
  await until(async () => (await visitor.focused()) === 'Message', { what: 'the composer to have the keyboard' });
  // Looking something up on another page first: nothing has to be typed again.
  await page.reload();
  await visitor.launcher.click();
  await visitor.button('Start chat').click();
  await visitor.composer.waitFor();
  await visitor.say('The lid has a crack');
  await sent(visitor);
  await agent.enter(gateway);
  await agent.open('The lid has a crack');
  const details = agent.page.getByRole('region', { name: 'Details' });
  for (const text of ['Mia Berg', 'mia@example.com', '+47 22 00 00 00', 'A pot that broke', 'K-1001']) await details.getByText(text).first().waitFor();
  // It is asked once; what was typed is not kept any longer.
  await page.reload();
  await visitor.openChat();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('mia@example.com');
});

it('[D4] answers that were given while the gateway was away arrive with the message', async () => {
  showLogOnFailure(gateway);
  await setSettings(gateway, { preChat: PRE_CHAT.slice(0, 2) });
  const visitor = new Visitor(await browser.page());
  await openForm(visitor);
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.panel.getByLabel('Your name').fill('Ole');
  await visitor.panel.getByLabel('E-mail').fill('ole@example.com');
  await visitor.button('Start chat').click();
  await visitor.say('Written in the dark');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await visitor.page.close();
  await gateway.start();
  const member = await Member.of(gateway);
  const again = await visitor.page.context().newPage();
  await again.goto(`${gateway.url}/demo/`);
  await member.conversationWith('Written in the dark');
  const { conversations } = await member.client.does('inbox:list', { filter: 'all' });
  expect(conversations.find(({ preview }: { preview: { text: string } }) => preview.text === 'Written in the dark').visitor).toMatchObject({ name: 'Ole', email: 'ole@example.com' });
});

it('while the team is away, it says when it is back where the visitor is, and asks for an address', async () => {
  showLogOnFailure(gateway);
  const { hours, opens } = closedHours();
  await setSettings(gateway, { hours });
  // The device's clock is wrong by two days; the gateway's is right.
  const page = await browser.page({ timezoneId: 'America/New_York' });
  await page.clock.setSystemTime(Date.now() + 2 * DAY_MS);
  const visitor = new Visitor(page);
  await openForm(visitor);
  const [day, time] = [{ weekday: 'long', day: 'numeric', month: 'long' }, { hour: 'numeric', minute: '2-digit' }].map((style) => opens.toLocaleString('en', { timeZone: 'America/New_York', ...style } as Intl.DateTimeFormatOptions));
  await until(async () => {
    expect((await visitor.panel.locator('.team p').textContent())?.replace(/[\u2068\u2069]/g, '')).toBe(`Back ${day} at ${time}`);
    return true;
  }, { what: 'the line about when the team is back', timeout: 15_000 });
  await visitor.panel.getByText('Leave us your e-mail address').waitFor();
  await keepPicture(page, 'widget-away');
  await expectAccessible(page);
  await visitor.button('Start chat').click();
  await visitor.panel.getByText('Please fill this in.').waitFor();
  await visitor.panel.getByLabel('E-mail address').fill('night@example.com');
  await visitor.button('Start chat').click();
  await visitor.say('Answer me by mail, please');
  await sent(visitor);
  const member = await Member.of(gateway);
  await member.conversationWith('Answer me by mail, please');
  const { conversations } = await member.client.does('inbox:list', { filter: 'all' });
  expect(conversations[0].visitor.email).toBe('night@example.com');
});

it('[D7] whoever is writing when the team goes is not interrupted: no form takes the place of the text, or the next letters', async () => {
  showLogOnFailure(gateway);
  const { hours } = closedHours();
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.composer.pressSequentially('My order 10');
  await visitor.page.evaluate((closed) => (window as unknown as { MiraDesk: { update(options: object): void } }).MiraDesk.update({ hours: closed }), hours);
  await visitor.panel.getByText(/^Back /).waitFor();
  await visitor.page.keyboard.type('42 is late');
  expect([await visitor.composer.inputValue(), await visitor.button('Start chat').count()]).toEqual(['My order 1042 is late', 0]);
  // Who has not begun is asked.
  await visitor.composer.fill('');
  await visitor.closeChat();
  await visitor.launcher.click();
  await visitor.panel.getByLabel('E-mail address').waitFor();
});

it('a rating with a comment at the end, once', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const { page, panel } = visitor;
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Rate me');
  await sent(visitor);
  await agent.enter(gateway);
  await agent.open('Rate me');
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  const question = panel.getByRole('group', { name: 'How did we do?' });
  await question.waitFor();
  expect(await visitor.focused()).toBe('Message');
  await keepPicture(page, 'widget-rating');
  await expectAccessible(page);
  // The keys of radio buttons.
  await question.getByRole('radio', { name: 'Fair' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  expect(await question.getByRole('radio', { name: 'Good', exact: true }).isChecked()).toBe(true);
  await panel.getByLabel('Anything you want to add?').fill('Quick,\nand kind');
  await keepPicture(page, 'widget-rating-comment');
  await expectAccessible(page);
  await visitor.button('Send rating').click();
  await visitor.log.getByText('You rated this conversation 4 of 5').waitFor();
  await question.waitFor({ state: 'detached' });
  await agent.log.getByText('The visitor rated this conversation 4 of 5').waitFor();
  await agent.log.getByText('and kind').waitFor();
  await page.reload();
  await visitor.openChat();
  await visitor.log.getByText('You rated this conversation 4 of 5').waitFor();
  expect(await question.count()).toBe(0);
});

it('a rating that cannot be sent says so, promises nothing, and goes at the next try', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Rate me later');
  await member.closes(await member.conversationWith('Rate me later'));
  await visitor.panel.getByRole('radio', { name: 'Very good' }).press('Space');
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.button('Send rating').press('Enter');
  await visitor.panel.getByText('Your rating could not be sent.').waitFor();
  expect(await visitor.focused()).toBe('Send rating');
  await gateway.start();
  await visitor.banner.waitFor({ state: 'hidden' });
  await visitor.button('Send rating').press('Enter');
  await visitor.log.getByText('You rated this conversation 5 of 5').waitFor();
});

it('the transcript has all that was said, also what is not on the screen', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page({ timezoneId: 'UTC' }));
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('The very first\nof two lines');
  await sent(visitor);
  const id = await member.conversationWith('The very first of two lines');
  for (let answer = 1; answer <= 60; answer += 1) await member.says(id, `Answer ${answer}`);
  await member.closes(id);
  await visitor.panel.getByText('Write any time to reopen it').waitFor();
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('Answer 60');
  await visitor.button('More options').click();
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.button('Download transcript').click()]);
  expect(download.suggestedFilename()).toBe('Conversation-with-Support.txt');
  const text = readFileSync(await download.path(), 'utf8');
  const stamp = String.raw`\[\w+ \d+, \d{4}, \d+:\d\d\s[AP]M\]`;
  expect(text).toMatch(new RegExp(`^Conversation with Support\n\n${stamp} You:\nThe very first\nof two lines\n\n${stamp} Olive:\nAnswer 1\n\n`));
  expect(text.match(/^Answer \d+$/gm)).toEqual(Array.from({ length: 60 }, (_, at) => `Answer ${at + 1}`));
  expect(text.trimEnd()).toMatch(/\] Conversation closed$/);
});

/** In place of the browser's own, which asks nobody in a test. */
function fakeNotifications(page: Page, answer: NotificationPermission): Promise<unknown> {
  return page.addInitScript((given) => {
    class Fake extends EventTarget {
      static permission = 'default';
      static asked = 0;
      static requestPermission(): Promise<string> {
        Fake.asked += 1;
        Fake.permission = given;
        return Promise.resolve(given);
      }
    }
    Object.assign(window, { Notification: Fake });
  }, answer);
}
const asked = (page: Page): Promise<number> => page.evaluate(() => (Notification as unknown as { asked: number }).asked);

it.each(['granted', 'denied'] as const)('to be called is offered in the menu and asked for nowhere else: %s', async (answer) => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await fakeNotifications(visitor.page, answer);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Call me when you know');
  await sent(visitor);
  await visitor.button('More options').click();
  await visitor.button('Notify me of answers').waitFor();
  expect(await asked(visitor.page)).toBe(0);
  await visitor.button('Notify me of answers').click();
  if (answer === 'denied') await visitor.panel.getByText('Your browser blocks notifications from this website.').waitFor();
  else {
    await visitor.button('Stop notifications').click();
    await visitor.button('Notify me of answers').waitFor();
  }
  expect(await asked(visitor.page)).toBe(1);
  await expectAccessible(visitor.page);
  expect(await visitor.focused()).toBe('Notify me of answers');
});

it('silence is chosen once, and kept', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.choose('Turn sound off');
  await visitor.button('Turn sound on').waitFor();
  expect(await visitor.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  // Chosen before anything may be stored: kept from the first message on.
  await visitor.page.keyboard.press('Escape');
  await visitor.say('In peace');
  await sent(visitor);
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.choose('Turn sound on');
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.button('More options').click();
  await visitor.button('Turn sound off').waitFor();
});

it('[P3] deleting asks once more, and then nothing is left: not here, not in the other tab, not at the gateway', async () => {
  const own = await startGateway();
  onTestFinished(() => own.kill());
  showLogOnFailure(own);
  const context = await browser.context();
  const visitor = new Visitor(await context.newPage());
  const other = new Visitor(await context.newPage());
  const agent = new Agent(await browser.page());
  const { page } = visitor;
  const seen = watch(page);
  await visitor.visit(`${own.url}/demo/`);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), visitor.button('Attach files').click()]);
  await chooser.setFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture(20, 20) });
  await visitor.panel.getByText('Ready to send').waitFor();
  await visitor.say('My secret');
  await sent(visitor);
  await visitor.composer.fill('half a thought');
  await other.visit(`${own.url}/demo/mug.html`);
  await other.sees('My secret');
  await agent.enter(own);
  await agent.open('My secret');

  await page.bringToFront();
  await visitor.choose('Delete my data');
  const dialog = visitor.panel.getByRole('alertdialog', { name: 'Delete everything?' });
  await dialog.waitFor();
  expect(await visitor.focused()).toBe('Keep it');
  await keepPicture(page, 'widget-erase');
  await expectAccessible(page);
  await visitor.button('Keep it').click();
  await dialog.waitFor({ state: 'detached' });
  await visitor.button('Delete my data').click();
  await visitor.button('Delete everything').click();
  await visitor.panel.getByText('Everything has been deleted.').waitFor();
  await keepPicture(page, 'widget-erased');
  await expectAccessible(page);
  expect(await visitor.focused()).not.toBe('');

  await agent.page.getByRole('heading', { name: 'This conversation was erased' }).waitFor();
  await until(async () => (await other.shown()).length === 0, { what: 'the other tab to forget' });
  await page.keyboard.press('Escape');
  expect(await visitor.shown()).toEqual([]);
  expect(await visitor.composer.inputValue()).toBe('');
  for (const { page: tab } of [visitor, other]) {
    expect(await tab.evaluate(() => [Object.keys(localStorage), JSON.stringify(sessionStorage)])).toEqual([[], '{}']);
  }
  expect(seen.errors).toEqual([]);
  const { dataDir } = own;
  await own.stop();
  expect(await countRows(dataDir)).toEqual({ visitors: 0, conversations: 0, entries: 0 });
  const files = join(dataDir, 'files');
  expect(existsSync(files) ? readdirSync(files, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : []).toEqual([]);

});

it('[P3] what cannot be deleted now says so, and is still there', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Still here');
  await sent(visitor);
  await visitor.choose('Delete my data');
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.button('Delete everything').click();
  await visitor.panel.getByText('Your data could not be deleted.').waitFor({ timeout: 30_000 });
  await keepPicture(visitor.page, 'widget-erase-failed');
  await expectAccessible(visitor.page);
  await gateway.start();
  await visitor.page.keyboard.press('Escape');
  expect(await visitor.shown()).toEqual(['Still here']);
});
