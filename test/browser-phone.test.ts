/** The chat on a phone, and its size elsewhere. In a real browser, on the built files. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { Member } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

interface Box { x: number; y: number; width: number; height: number }
const boxOf = (visitor: Visitor): Promise<Box> => visitor.panel.evaluate((panel) => {
  const { x, y, width, height } = panel.getBoundingClientRect();
  return { x, y, width, height };
});

async function fills(visitor: Visitor, box: Box): Promise<void> {
  await until(async () => {
    expect(await boxOf(visitor)).toEqual(box);
    return true;
  }, { what: `the panel to fill ${JSON.stringify(box)}` });
}

it('fills the screen, makes room for the keyboard, and the back button closes it', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page(PHONE));
  const { page } = visitor;
  const seen = watch(page);
  await page.goto(`${gateway.url}/demo/`);
  await page.getByRole('link', { name: 'Reed vase' }).first().click();
  await page.getByRole('heading', { name: 'Reed vase' }).waitFor();
  const address = page.url();
  await visitor.launcher.tap();
  await visitor.composer.waitFor();
  await fills(visitor, { x: 0, y: 0, width: 390, height: 844 });
  await keepPicture(page, 'widget-phone-empty');
  await expectAccessible(page);
  expect(page.url()).toBe(address);

  await visitor.say('From the tram');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  const member = await Member.of(gateway);
  const id = await member.conversationWith('From the tram');
  for (let answer = 1; answer <= 20; answer += 1) await member.says(id, `Answer ${answer}`);
  await visitor.sees('Answer 20');
  // The keyboard comes: what it leaves is the panel's, and the newest message stays in view.
  await page.setViewportSize({ width: 390, height: 500 });
  await fills(visitor, { x: 0, y: 0, width: 390, height: 500 });
  await until(async () => visitor.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2), { what: 'the newest message in view' });
  expect((await visitor.composer.boundingBox())?.y).toBeLessThan(500);
  await keepPicture(page, 'widget-phone-keyboard');
  await page.setViewportSize({ width: 390, height: 844 });
  await fills(visitor, { x: 0, y: 0, width: 390, height: 844 });

  await page.goBack();
  await visitor.panel.waitFor({ state: 'hidden' });
  expect(page.url()).toBe(address);
  // Closed by its own button it leaves no step behind: the next one back is the page before.
  await visitor.launcher.tap();
  await visitor.composer.waitFor();
  await visitor.closeChat();
  await until(async () => page.evaluate(() => !(history.state as { miradesk?: boolean } | null)?.miradesk), { what: 'the step to be taken back' });
  await page.goBack();
  await page.getByRole('heading', { name: 'Pots for slow mornings.' }).waitFor();
  expect(seen.errors).toEqual([]);
});

it('nothing that is typed into is small enough for a phone to zoom in, and everything is large enough for a thumb', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page(PHONE));
  const { page, panel } = visitor;
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Small print');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  const small = () => panel.locator(':is(input:not([type=file], [type=radio]), textarea, select):visible').evaluateAll((fields) => fields.map((field) => Number.parseFloat(getComputedStyle(field).fontSize)).filter((size) => size < 16));
  const narrow = () => panel.locator('button:visible').evaluateAll((buttons) => buttons.map((button) => ({ name: button.getAttribute('aria-label') ?? button.textContent, ...button.getBoundingClientRect().toJSON() as Box })).filter(({ width, height }) => width < 24 || height < 24));
  const member = await Member.of(gateway);
  await visitor.button('Emoji').tap();
  await panel.getByRole('searchbox').waitFor();
  expect([await small(), await narrow()]).toEqual([[], []]);
  await keepPicture(page, 'widget-phone-emoji');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await member.closes(await member.conversationWith('Small print'));
  await panel.getByRole('radio', { name: 'Good', exact: true }).check({ force: true });
  await panel.getByLabel('Anything you want to add?').waitFor();
  expect([await small(), await narrow()]).toEqual([[], []]);
  await keepPicture(page, 'widget-phone-rating');
  await expectAccessible(page);
  await visitor.openList();
  expect(await narrow()).toEqual([]);
  await keepPicture(page, 'widget-phone-list');
  await expectAccessible(page);
  await visitor.button('More options').tap();
  await visitor.button('Delete my data').waitFor();
  await keepPicture(page, 'widget-phone-menu');
  await expectAccessible(page);
});

it('keeps clear of notches and home bars', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page(PHONE));
  const { page, panel } = visitor;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setSafeAreaInsetsOverride', { insets: { top: 47, bottom: 34, left: 0, right: 0 } });
  await visitor.visit(`${gateway.url}/demo/`);
  const padding = (selector: string, side: 'paddingTop' | 'paddingBottom') => panel.locator(selector).evaluate((part, name) => Number.parseFloat(getComputedStyle(part)[name]), side);
  expect(await padding('.head', 'paddingTop')).toBe(47);
  expect(await padding('.composer', 'paddingBottom')).toBe(34);
});

it('on its side, where a phone is low, it fills the screen too', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page({ ...PHONE, viewport: { width: 844, height: 390 } }));
  await visitor.visit(`${gateway.url}/demo/`);
  await fills(visitor, { x: 0, y: 0, width: 844, height: 390 });
  await keepPicture(visitor.page, 'widget-phone-side');
  await expectAccessible(visitor.page);
});

it('elsewhere its size is changed at a corner, by hand, by keys and by a double click, and kept once the visitor has written', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { page } = visitor;
  await visitor.visit(`${gateway.url}/demo/`);
  const from = await boxOf(visitor);
  const handle = visitor.panel.getByRole('separator', { name: /^Change the size of the chat/ });
  await page.mouse.move(from.x + 100, from.y + 200);
  await page.mouse.move(from.x + 120, from.y + 200);
  await handle.waitFor();
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x - 92, from.y + 58, { steps: 4 });
  await page.mouse.up();
  const dragged = await boxOf(visitor);
  expect({ ...dragged, x: Math.round(dragged.x), y: Math.round(dragged.y) }).toEqual({ x: from.x - 100, y: from.y + 50, width: from.width + 100, height: from.height - 50 });
  await handle.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await until(async () => (await boxOf(visitor)).width === dragged.width + 24 && (await boxOf(visitor)).height === dragged.height - 24, { what: 'the size that the keys made' });
  // Never too small to use, nor larger than the window.
  for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowRight');
  await until(async () => (await boxOf(visitor)).width === 320, { what: 'the smallest size' });
  await handle.dblclick();
  await until(async () => (await boxOf(visitor)).width === 640, { what: 'the large size' });
  await handle.press('Enter');
  await until(async () => (await boxOf(visitor)).width === 400, { what: 'the normal size' });
  await page.keyboard.press('ArrowLeft');
  await keepPicture(page, 'widget-resized');
  await expectAccessible(page);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await visitor.say('Mind the size');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  const kept = await boxOf(visitor);
  await page.reload();
  await visitor.openChat();
  await page.mouse.move(kept.x + 100, kept.y + 200);
  await until(async () => {
    expect(await boxOf(visitor)).toEqual(kept);
    return true;
  }, { what: 'the size of before' });
  await page.setViewportSize({ width: 700, height: 500 });
  const squeezed = await boxOf(visitor);
  expect(squeezed.y).toBeGreaterThanOrEqual(0);
  expect(squeezed.y + squeezed.height).toBeLessThanOrEqual(500);
});
