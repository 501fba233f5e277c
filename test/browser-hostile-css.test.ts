/** The widget looks the same on every page, whatever the page's styles say to everything on it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeringAgent } from './harness/answering-agent.ts';
import { artifacts, useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { ALL_AT_ONCE, HOSTILE_PAGES, type HostilePage, htmlOf, PLAIN } from './harness/hostile-pages.ts';
import { type Cutting, cutOut, difference, type Look, lookOf, part } from './harness/look.ts';
import { Visitor } from './harness/people.ts';
import { type Site, startSite } from './harness/site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let site: Site;

const ZOOMED: HostilePage = { title: 'zoomed by half', css: 'html { zoom: 1.5 }' };
const PAGES = [PLAIN, ZOOMED, ...HOSTILE_PAGES, ALL_AT_ONCE];
const pathOf = ({ title }: HostilePage): string => `/${title.replace(/[^a-z0-9]+/gi, '-')}`;

beforeAll(async () => {
  gateway = await startGateway();
  site = await startSite(Object.fromEntries(PAGES.map((page) => [pathOf(page), { html: htmlOf(page, gateway.url) }])));
});
afterAll(async () => {
  await site.close();
  await gateway.stop();
});

let profile: Promise<Exclude<BrowserContextOptions['storageState'], undefined>> | undefined;

/** The profile of a visitor with a conversation that does not change any more; made once. */
function talkedAlready(): Promise<Exclude<BrowserContextOptions['storageState'], undefined>> {
  profile ??= (async () => {
    const visitor = new Visitor(await browser.page());
    await visitor.visit(`${site.origin}${pathOf(PLAIN)}`);
    await visitor.say('Does the moon teapot drip?');
    const agent = await answeringAgent(gateway);
    agent.reply(await agent.sees('Does the moon teapot drip?'), 'Not a drop. See https://kettle.example/teapots/moon for a film of it,\nand ask for anything else you would like to know.');
    await visitor.sees('Not a drop');
    await visitor.say('Then I take two.');
    await visitor.log.getByText(/Sent|Delivered/).waitFor();
    return visitor.page.context().storageState();
  })();
  return profile;
}

interface Seen { look: Look; pictures: Record<'launcher' | 'panel', Cutting> }

/** Goes to a page and measures the widget there, closed and open. The page is left open, for more questions. */
async function see(where: HostilePage, options: BrowserContextOptions = {}): Promise<Seen & { page: Page; visitor: Visitor }> {
  const page = await browser.page({ reducedMotion: 'reduce', ...options, storageState: await talkedAlready() });
  const visitor = new Visitor(page);
  await page.goto(`${site.origin}${pathOf(where)}`);
  await part(page, 'launcher').waitFor();
  await where.afterwards?.(page);
  // The panel of somebody who has written before may be in its place already, or on its way.
  const closed = Object.entries(await lookOf(page)).filter(([name]) => /launcher/.test(name));
  const launcher = await cutOut(page, 'launcher');
  await part(page, 'launcher').click();
  await visitor.sees('Then I take two.');
  await page.mouse.move(0, 0);
  await until(async () => (await visitor.log.getAttribute('aria-live')) === 'polite', { what: 'the log to have settled' });
  const open = await lookOf(page);
  const panel = await cutOut(page, 'panel');
  mkdirSync(join(artifacts, 'hostile'), { recursive: true });
  writeFileSync(join(artifacts, 'hostile', `${pathOf(where).slice(1)}${Object.keys(options).map((name) => `-${name}`).join('')}.png`), Buffer.from(panel.window, 'base64'));
  const look = Object.fromEntries([['closed', closed] as const, ['open', Object.entries(open)] as const].flatMap(([state, parts]) => parts.map(([name, of]) => [`${state} ${name}`, of])));
  return { look, pictures: { launcher, panel }, page, visitor };
}

async function boxOf(page: Page, name: 'launcher' | 'panel'): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await part(page, name).boundingBox();
  if (!box) throw new Error(`The ${name} is not on the screen`);
  return box;
}

/** The corners are round, so a little of the page shows; and letters may fall between other pixels. */
const TOLERANCE = 0.005;

async function expectSame(seen: Seen, plain: Seen, judge: Page): Promise<void> {
  expect(seen.look).toEqual(plain.look);
  expect(await difference(judge, seen.pictures.launcher, plain.pictures.launcher)).toBeLessThan(TOLERANCE * 10);
  expect(await difference(judge, seen.pictures.panel, plain.pictures.panel)).toBeLessThan(TOLERANCE);
}

let plainly: Promise<Seen> | undefined;

it.each(HOSTILE_PAGES)('the widget looks the same on a page with $title', async (hostile) => {
  showLogOnFailure(gateway);
  const { look, pictures } = await (plainly ??= see(PLAIN));
  expect(Object.keys(look).length).toBeGreaterThan(10);
  const seen = await see(hostile);
  await expectSame(seen, { look, pictures }, seen.page);
});

function expectInWindow(look: Look, width: number, height: number): void {
  for (const [name, { place: [left, top, partWidth, partHeight] }] of Object.entries(look)) {
    if (name.includes('bubbles')) continue; // those scroll
    expect([name, left >= 0, top >= 0, left + partWidth <= width, top + partHeight <= height]).toEqual([name, true, true, true, true]);
  }
}

const ways: Array<[string, BrowserContextOptions]> = [
  ['in dark colours', { colorScheme: 'dark' }],
  ['in forced colours', { forcedColors: 'active' }],
  ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
  ['at 200% zoom', { viewport: { width: 640, height: 430 }, deviceScaleFactor: 2 }],
  ['320 pixels wide', { viewport: { width: 320, height: 640 } }],
];

it.each(ways)('the widget looks the same on a page with everything at once, %s, and fits', async (_, options) => {
  showLogOnFailure(gateway);
  const plain = await see(PLAIN, options);
  const hostile = await see(ALL_AT_ONCE, options);
  await expectSame(hostile, plain, plain.page);
  const { width, height } = options.viewport ?? { width: 1280, height: 860 };
  expectInWindow(plain.look, width, height);
  // Nothing to scroll sideways: neither the page for the widget's sake, nor the log.
  expect(await plain.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  expect(await plain.visitor.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
});

it('on a page that zooms itself the widget grows with it, and stays in the window', async () => {
  const { look } = await see(ZOOMED);
  // Borders are whole pixels.
  expect(Math.abs((look['closed launcher-0']?.place[2] ?? 0) - 90)).toBeLessThanOrEqual(1);
  expectInWindow(look, 1280, 860);
});

it('nothing of the widget is printed', async () => {
  const { page, visitor } = await see(ALL_AT_ONCE);
  await page.emulateMedia({ media: 'print' });
  expect(await part(page, 'launcher').isVisible()).toBe(false);
  expect(await visitor.panel.isVisible()).toBe(false);
});

it('nothing moves for those who asked for less motion', async () => {
  const { page } = await see(PLAIN);
  const moving = await page.evaluate(() => Array.from(document.querySelector('#miradesk')?.shadowRoot?.querySelectorAll('*') ?? [], (element) => getComputedStyle(element))
    .flatMap(({ transitionDuration, animationDuration, animationName }) => [...transitionDuration.split(', '), ...animationName === 'none' ? [] : animationDuration.split(', ')]).filter((duration) => duration !== '0s'));
  expect(moving).toEqual([]);
});

it('texts of a conversation can be selected, also where the page forbids it', async () => {
  const { page, visitor } = await see(ALL_AT_ONCE);
  const bubble = visitor.log.getByText('Then I take two.');
  await bubble.click({ clickCount: 3 });
  expect(await page.evaluate(() => String(getSelection()))).toContain('Then I take two.');
});

it("a page's modal dialog is above the chat, which is there again when the dialog closes, with all that was typed", async () => {
  const { page, visitor } = await see(PLAIN);
  await visitor.composer.fill('Half a sentence');
  await page.evaluate(() => {
    const dialog = document.body.appendChild(document.createElement('dialog'));
    Object.assign(dialog.style, { width: '100vw', height: '100vh', maxWidth: '100vw', maxHeight: '100vh' });
    dialog.innerHTML = '<form method="dialog"><button>Understood</button></form>';
    dialog.showModal();
  });
  const hit = (name: 'launcher' | 'panel'): Promise<string> => boxOf(page, name).then(({ x, y }) => page.evaluate(([left, top]) => document.elementFromPoint(left ?? 0, top ?? 0)?.localName ?? '', [x + 30, y + 30]));
  expect([await hit('launcher'), await hit('panel')]).toEqual(['dialog', 'dialog']);
  await page.getByRole('button', { name: 'Understood' }).click();
  expect(await visitor.composer.inputValue()).toBe('Half a sentence');
  await visitor.say('A whole one');
  await visitor.sees('A whole one');
});

it('what the page shows full screen is not covered, and the widget is there again afterwards', async () => {
  const { page, visitor } = await see(PLAIN);
  const before = await boxOf(page, 'launcher');
  await page.evaluate(() => {
    const film = document.body.appendChild(document.createElement('div'));
    film.id = 'film';
    film.addEventListener('click', () => void film.requestFullscreen());
    film.textContent = 'A film';
  });
  await page.locator('#film').click();
  await until(() => page.evaluate(() => document.fullscreenElement?.id === 'film'), { what: 'full screen' });
  expect(await page.evaluate(() => document.elementFromPoint(innerWidth - 50, innerHeight - 50)?.id)).toBe('film');
  await page.evaluate(() => document.exitFullscreen());
  await until(() => page.evaluate(() => document.fullscreenElement === null), { what: 'full screen to end' });
  await until(async () => JSON.stringify(await boxOf(page, 'launcher')) === JSON.stringify(before), { what: 'the launcher to be where it was' });
  await visitor.say('That was nice');
  await visitor.sees('That was nice');
});
