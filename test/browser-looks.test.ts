/** What visitors can bring onto the screen, in the dark, from right to left and on a phone: axe finds nothing, nothing sticks out, and there is a picture of it. */
import type { BrowserContextOptions, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WidgetSettings } from '../shared/settings.ts';
import ar from '../widget/locales/ar.ts';
import arMore from '../widget/locales/ar-more.ts';
import en from '../widget/locales/en.ts';
import enMore from '../widget/locales/en-more.ts';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { picture } from './harness/sample-files.ts';
import { Member, setSettings } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const ENGLISH = { ...en, ...enMore };
const ARABIC = { ...ar, ...arMore };
const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const DARK: BrowserContextOptions = { colorScheme: 'dark' };

const looks: Array<[string, Partial<WidgetSettings>, BrowserContextOptions, typeof ENGLISH | typeof ARABIC]> = [
  ['dark', { color: '#f2c14e' }, DARK, ENGLISH],
  ['right to left', { locale: 'ar', position: 'bottom-left' }, {}, ARABIC],
  ['small, dark and right to left', { locale: 'ar' }, { ...PHONE, ...DARK }, ARABIC],
  ['small', {}, PHONE, ENGLISH],
];

it.each(looks)('all states, %s', async (look, settings, options, words) => {
  showLogOnFailure(gateway);
  await setSettings(gateway, { ...settings, preChat: [
    { key: 'name', label: 'Name', kind: 'text', required: true, choices: [] },
    { key: 'about', label: 'About', kind: 'choice', required: false, choices: ['Mugs'] },
    { key: 'more', label: 'More', kind: 'longtext', required: false, choices: [] },
  ] });
  const page = await browser.page({ reducedMotion: 'reduce', ...options });
  const panel = page.getByRole('dialog', { includeHidden: false });
  const button = (name: string): Locator => panel.getByRole('button', { name, exact: true });
  const check = async (state: string): Promise<void> => {
    await keepPicture(page, `look-${look.replaceAll(/\W+/g, '-')}-${state}`);
    await expectAccessible(page);
    expect(await panel.locator('svg').evaluateAll((icons) => icons.map((icon) => getComputedStyle(icon)).filter(({ fill, stroke }) => fill !== 'none' || stroke === 'none').length), `${state} has icons that are no strokes`).toBe(0);
    expect(await panel.evaluate((frame) => [...frame.querySelectorAll('*')].filter((part) => part.scrollWidth > part.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(part).overflowX)).map(({ className }) => className)), `${state} scrolls sideways`).toEqual([]);
  };
  await page.goto(`${gateway.url}/demo/`);
  await page.locator('#miradesk .launcher').click();
  await button(words.begin).click();
  await panel.getByText(words.fieldMissing).waitFor();
  await check('form');
  await panel.getByLabel('Name').fill('Nour');
  await button(words.begin).click();
  const composer = panel.getByRole('textbox', { name: words.compose, exact: true });
  await composer.waitFor();
  await button(words.emoji).click();
  await panel.getByRole('searchbox').waitFor();
  await check('emoji');
  await page.keyboard.press('Escape');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(words.attach).click()]);
  await chooser.setFiles([{ name: 'a rather long name of a picture that was taken.png', mimeType: 'image/png', buffer: picture(300, 200, [200, 90, 60]) }, { name: 'empty.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) }]);
  await panel.getByText(words.uploaded).waitFor();
  await check('files');
  await composer.fill(`مرحبا and **hello** from ${look}`);
  await composer.press('Enter');
  const member = await Member.of(gateway);
  const id = await member.conversationWith(`مرحبا and **hello** from ${look}`);
  await member.says(id, 'السلام عليكم `code` https://kettle.example/');
  await panel.getByRole('link', { name: 'https://kettle.example/' }).waitFor();
  await until(async () => panel.locator('.picture img').evaluate((image: HTMLImageElement) => image.complete), { what: 'the picture' });
  await check('conversation');
  await member.closes(id);
  await panel.getByRole('radio').nth(3).check({ force: true });
  await panel.getByLabel(words.comment).fill('شكرا');
  await check('rating');
  await button(words.back).click();
  await panel.getByRole('list').waitFor();
  await check('list');
  await button(words.menu).click();
  await button(words.shortcuts).waitFor();
  await check('menu');
  await button(words.shortcuts).click();
  await panel.getByRole('heading', { name: words.shortcuts }).waitFor();
  await check('shortcuts');
  await page.keyboard.press('Escape');
  await button(words.menu).click();
  await button(words.erase).click();
  await panel.getByRole('alertdialog').waitFor();
  await check('erase');
});
