/** What a visitor writes and how: emoji, formatting, lines, drafts, the keyboard. In a real browser, on the built files. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { Member } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

const hasKeyboard = (visitor: Visitor, name: string): Promise<true> => until(async () => {
  expect(await visitor.focused()).toBe(name);
  return true;
}, { what: `"${name}" to have the keyboard` });

async function sent(visitor: Visitor): Promise<void> {
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
}

it('emoji by mouse: by group, by word, and those used lately', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const seen = watch(visitor.page);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.composer.fill('Good morning!');
  await visitor.button('Emoji').click();
  const picker = visitor.panel.getByRole('group', { name: 'Emoji' });
  await picker.getByRole('button', { name: '😀' }).click();
  expect(await visitor.composer.inputValue()).toBe('Good morning!😀');
  // Where the cursor is, not at the end.
  await visitor.composer.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(4, 4));
  await picker.getByRole('searchbox', { name: 'Find an emoji' }).fill('coff');
  await picker.getByRole('button', { name: '☕' }).click();
  expect(await visitor.composer.inputValue()).toBe('Good☕ morning!😀');
  await keepPicture(visitor.page, 'widget-emoji-search');
  await expectAccessible(visitor.page);
  await picker.getByRole('searchbox').fill('zzzz');
  await picker.getByRole('status').getByText('Nothing found').waitFor();
  await expectAccessible(visitor.page);
  await visitor.button('Send').click();
  await picker.waitFor({ state: 'detached' });
  await sent(visitor);
  expect(await visitor.shown()).toEqual(['Good☕ morning!😀']);

  await visitor.button('Emoji').click();
  const lately = picker.getByRole('region', { name: 'Used lately' });
  await lately.waitFor();
  expect(await lately.getByRole('button').allTextContents()).toEqual(['☕', '😀']);
  await keepPicture(visitor.page, 'widget-emoji');
  await expectAccessible(visitor.page);
  await lately.getByRole('button', { name: '😀' }).click();
  // What was used lately is this device's, over reloads too.
  await visitor.page.reload();
  await visitor.openChat();
  expect(await visitor.composer.inputValue()).toBe('😀');
  await visitor.button('Emoji').click();
  await lately.waitFor();
  expect(await lately.getByRole('button').allTextContents()).toEqual(['😀', '☕']);
  expect(seen.errors).toEqual([]);
});

it('emoji by keyboard: open, find, walk about, pick, leave', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { keyboard } = visitor.page;
  await visitor.visit(`${gateway.url}/demo/`);
  await keyboard.press('Control+Shift+E');
  await hasKeyboard(visitor, 'Find an emoji');
  await keyboard.type('wave');
  await keyboard.press('Enter');
  expect(await visitor.composer.inputValue()).toBe('👋');
  await keyboard.press('Control+A');
  await keyboard.press('Delete');
  const all = await visitor.panel.getByRole('group', { name: 'Emoji' }).locator('.emoji-row button').allTextContents();
  const rowLength = await visitor.panel.locator('.emoji-row').first().evaluate((row) => getComputedStyle(row).gridTemplateColumns.split(' ').length);
  await keyboard.press('ArrowDown');
  expect(await visitor.focused()).toBe(all[0]);
  await keyboard.press('ArrowRight');
  expect(await visitor.focused()).toBe(all[1]);
  await keyboard.press('ArrowDown');
  expect(await visitor.focused()).toBe(all[1 + rowLength]);
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowLeft');
  expect(await visitor.focused()).toBe(all[0]);
  await keyboard.press('ArrowUp');
  await hasKeyboard(visitor, 'Find an emoji');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  expect(await visitor.composer.inputValue()).toBe(`👋${all[0]}`);
  await keyboard.press('Escape');
  await visitor.panel.getByRole('group', { name: 'Emoji' }).waitFor({ state: 'detached' });
  // Opened from the text, so back to the text.
  await hasKeyboard(visitor, 'Message');
});

it('what people type for emoji becomes one, and what only looks like it does not', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  const typed = async (text: string, becomes: string): Promise<void> => {
    await visitor.composer.fill('');
    await visitor.composer.pressSequentially(text);
    await until(async () => (await visitor.composer.inputValue()) === becomes, { what: `"${text}" to become "${becomes}", not "${await visitor.composer.inputValue()}"` });
  };
  await typed('Nice :) ', 'Nice 🙂 ');
  await typed(':tada: and <3 ', '🎉 and ❤️ ');
  for (const text of ['See https://kettle.example/ ', 'a) one b) two 8) three ', ':nothing: ']) await typed(text, text);
});

it('[S3] formatting is shown, and nothing of it is more than text', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('How do I brew it?');
  await sent(visitor);
  const id = await member.conversationWith('How do I brew it?');
  await member.says(id, '**Warm** the pot, *then* pour. ~~Boil~~ `96 °C` is enough, see https://kettle.example/brew?a=1&b=2.\n```\n3 g tea\n200 ml water\n```');
  await member.says(id, '**<img src=x onerror="window.hacked=1">** [x](javascript:alert(1)) `<b>` javascript:alert(1) __init__ of snake_case_names');
  const last = visitor.log.locator('.bubble').last();
  await last.locator('b').waitFor();
  const formatted = visitor.log.locator('.bubble').nth(1);
  expect(await formatted.locator('b, i, s, code, pre, a').evaluateAll((parts) => parts.map(({ localName, textContent }) => [localName, textContent]))).toEqual([
    ['b', 'Warm'], ['i', 'then'], ['s', 'Boil'], ['code', '96 °C'], ['a', 'https://kettle.example/brew?a=1&b=2'], ['pre', '3 g tea\n200 ml water'],
  ]);
  expect(await formatted.getByRole('link').evaluate((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.getAttribute('target')])).toEqual(['https://kettle.example/brew?a=1&b=2', 'noopener noreferrer nofollow', '_blank']);
  expect(await last.locator('img, a, i, script').count()).toBe(0);
  expect(await last.textContent()).toContain('<img src=x onerror="window.hacked=1">');
  expect(await visitor.page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
  await keepPicture(visitor.page, 'widget-format');
  await expectAccessible(visitor.page);
});

it('[D7] lines, drafts and too much: nothing that was typed is lost', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { keyboard } = visitor.page;
  await visitor.visit(`${gateway.url}/demo/`);
  const low = await visitor.composer.evaluate((box: HTMLTextAreaElement) => box.offsetHeight);
  await keyboard.type('First line');
  await keyboard.press('Shift+Enter');
  await keyboard.type('Second line');
  expect(await visitor.composer.evaluate((box: HTMLTextAreaElement) => box.offsetHeight)).toBeGreaterThan(low);
  await keyboard.press('Enter');
  await sent(visitor);
  expect(await visitor.shown()).toEqual(['First line\nSecond line']);
  expect(await visitor.composer.evaluate((box: HTMLTextAreaElement) => box.offsetHeight)).toBe(low);

  await keyboard.type('Half a thought');
  await visitor.page.reload();
  await visitor.openChat();
  expect(await visitor.composer.inputValue()).toBe('Half a thought');

  const long = 'x'.repeat(8_100);
  await visitor.composer.fill(long);
  await visitor.panel.getByText('100 characters too many. Please split your message.').waitFor();
  expect([await visitor.composer.getAttribute('aria-invalid'), await visitor.button('Send').getAttribute('aria-disabled')]).toEqual(['true', 'true']);
  await keepPicture(visitor.page, 'widget-too-long');
  await expectAccessible(visitor.page);
  await keyboard.press('Enter');
  await visitor.button('Send').click({ force: true });
  expect(await visitor.composer.inputValue()).toBe(long);
  expect(await visitor.shown()).toEqual(['First line\nSecond line']);
  await visitor.composer.fill('x'.repeat(7_990));
  await visitor.panel.getByText('10 characters left').waitFor();
  await keyboard.press('Enter');
  await until(async () => (await visitor.shown()).length === 2, { what: 'the long message' });
  expect(await visitor.composer.inputValue()).toBe('');
  // Nothing but space is nothing.
  await visitor.composer.fill('   \n ');
  await keyboard.press('Enter');
  expect((await visitor.shown()).length).toBe(2);
});

it('Escape leaves one thing after the other, and the keyboard goes back to where it came from', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { keyboard } = visitor.page;
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Something to list');
  await sent(visitor);

  await visitor.button('Emoji').focus();
  await keyboard.press('Enter');
  await hasKeyboard(visitor, 'Find an emoji');
  await visitor.button('More options').focus();
  await keyboard.press('Enter');
  await hasKeyboard(visitor, 'Download transcript');
  await keepPicture(visitor.page, 'widget-menu');
  await expectAccessible(visitor.page);
  await visitor.button('Keyboard shortcuts').focus();
  await keyboard.press('Enter');
  await hasKeyboard(visitor, 'Keyboard shortcuts');
  await keepPicture(visitor.page, 'widget-shortcuts');
  await expectAccessible(visitor.page);
  await keyboard.press('Escape');
  await hasKeyboard(visitor, 'More options');
  await keyboard.press('Escape');
  await hasKeyboard(visitor, 'Emoji');
  await visitor.button('All conversations').focus();
  await keyboard.press('Enter');
  await until(async () => (await visitor.focused()).includes('Something to list'), { what: 'the list to have the keyboard' });
  await keyboard.press('Escape');
  await hasKeyboard(visitor, 'All conversations');
  await keyboard.press('Escape');
  await visitor.panel.waitFor({ state: 'hidden' });
  expect(await visitor.focused()).toBe('Chat');
  // Nothing of it is left for the page to hear.
  await keyboard.press('Enter');
  await hasKeyboard(visitor, 'Message');
});

it('the keyboard is never lost: not by news, not by what goes away under it', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { keyboard } = visitor.page;
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Do you keep still?');
  await sent(visitor);
  const id = await member.conversationWith('Do you keep still?');
  await keyboard.type('I am writi');
  await member.says(id, 'We do');
  await visitor.sees('We do');
  await member.closes(id);
  await visitor.panel.getByText('How did we do?').waitFor();
  expect(await visitor.focused()).toBe('Message');
  await keyboard.type('ng');
  expect(await visitor.composer.inputValue()).toBe('I am writing');

  // The question that is answered goes away, and the keyboard with it to the composer.
  await visitor.button('Not now').focus();
  await keyboard.press('Enter');
  await visitor.button('Not now').waitFor({ state: 'detached' });
  await hasKeyboard(visitor, 'Message');
  await gateway.kill();
  await visitor.button('Try now').waitFor({ timeout: 30_000 });
  await visitor.button('Try now').focus();
  await keyboard.press('Shift');
  await gateway.start();
  await visitor.banner.waitFor({ state: 'hidden', timeout: 30_000 });
  await hasKeyboard(visitor, 'Message');
});
