/** How the chat looks where the owner wants it: corners, colours, shapes and languages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { LOCALES, type Locale } from '../shared/settings.ts';
import type { Text, Texts } from '../widget/texts.ts';
import { expectAccessible } from './harness/axe.ts';
import { useBrowser, watch } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { ownersPage, OwnersScript, snippet, useSite } from './harness/owner-page.ts';
import { Visitor } from './harness/people.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

async function arrive(options: object = {}, { lang = 'en', head = '', ...context }: BrowserContextOptions & { lang?: string; head?: string } = {}): Promise<{ visitor: Visitor; script: OwnersScript; seen: ReturnType<typeof watch> }> {
  const site = await useSite({ '/': ownersPage(snippet(gateway, 'data-auto-boot="false"'), { lang, head }) });
  const page = await browser.page({ reducedMotion: 'reduce', ...context });
  const seen = watch(page);
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  await script.call('boot', options);
  return { visitor: new Visitor(page), script, seen };
}

async function opens({ visitor, script }: { visitor: Visitor; script: OwnersScript }): Promise<void> {
  await script.call('open');
  await visitor.page.locator('#miradesk [role=dialog] textarea').waitFor();
}

it.each(['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const)('%s: launcher and panel are in that corner, as far from it as was said', async (position) => {
  const chat = await arrive({ position, offsetX: '33px', offsetY: 44 });
  await opens(chat);
  const { width = 0, height = 0 } = chat.visitor.page.viewportSize() ?? {};
  for (const [part, away] of [['.launcher', 44], ['.panel', 120]] as const) {
    const box = await chat.visitor.page.locator(`#miradesk ${part}`).boundingBox();
    if (!box) throw new Error(`There is no ${part}`);
    expect(Math.round(position.endsWith('left') ? box.x : width - box.x - box.width), part).toBe(33);
    expect(Math.round(position.startsWith('top') ? box.y : height - box.y - box.height), part).toBe(away);
  }
});

it('z-index, icon, label, radius, font and faces are what the page says', async () => {
  const chat = await arrive({ zIndex: 12, launcherIcon: 'M4 4h20v20H4z', launcherLabel: 'Ask', radius: 3, font: 'monospace', faces: [{ name: 'Ines' }, { name: 'Tom' }] });
  const { visitor } = chat;
  expect([await visitor.page.locator('#miradesk').evaluate((host) => getComputedStyle(host).zIndex), await visitor.launcher.evaluate((button) => getComputedStyle(button, ':before').clipPath)]).toEqual(['12', 'path("M 4 4 H 24 V 24 H 4 Z")']);
  expect(await visitor.launcher.textContent()).toBe('Ask');
  await opens(chat);
  expect(await visitor.panel.evaluate((panel) => [getComputedStyle(panel).borderTopLeftRadius, getComputedStyle(panel).fontFamily])).toEqual(['3px', 'monospace']);
  await expect.poll(() => visitor.panel.locator('.face').allTextContents()).toEqual(['I', 'T']);
  await chat.script.call('update', { launcherLabel: '', zIndex: 2_147_483_000 });
  expect(await visitor.launcher.textContent()).toBe('');
});

const brands = ['#000000', '#ffffff', '#1f5f4f', '#ffd400', '#ff0000', '#00ff00', '#0000ff', '#808080', '#e91e63', '#00bcd4', '#795548', '#f5f5dc'];

it.each([
  ['light on a light device', 'light', 'light'], ['light on a dark device', 'light', 'dark'], ['dark on a light device', 'dark', 'light'], ['dark on a dark device', 'dark', 'dark'],
] as const)('theme %s: everything can be read on a dozen brand colours', async (_, theme, colorScheme) => {
  const chat = await arrive({ theme }, { colorScheme });
  await opens(chat);
  await chat.visitor.say('Can you read this?');
  await chat.script.hears('message:sent');
  const dark = await chat.visitor.log.evaluate((log) => Number(/\d+/.exec(getComputedStyle(log).color)?.[0]) > 128);
  expect(dark).toBe(theme === 'dark');
  for (const color of brands) {
    await chat.script.call('update', { color });
    await expectAccessible(chat.visitor.page);
  }
});

it('faces are pictures where their address is one of a picture, and initials otherwise: nothing else is asked for', async () => {
  const dot = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
  const groups = [['https://localhost:1/ana.png', '/ben.png', dot], ['', 'javascript:alert(1)', 'ftp://localhost:1/eve.png'], ['data:text/html,x', 'file:///etc/passwd', 'app+kettle://lid'], ['https://[', 7, {}]];
  const chat = await arrive();
  await opens(chat);
  const shown = () => chat.visitor.panel.locator('.face').evaluateAll((all) => all.map((face) => face.querySelector('img')?.getAttribute('src') ?? face.textContent));
  for (const [group, pictures] of groups.entries()) {
    await chat.script.call('update', { faces: pictures.map((picture, place) => ({ name: `${'abcdefghijkl'[3 * group + place]}na`, picture })) });
    await expect.poll(shown).toEqual(group === 0 ? pictures : 'ABCDEFGHIJKL'.slice(3 * group, 3 * group + 3).split(''));
  }
  expect(chat.seen.requests.filter((address) => !/^(https?|ws|data:image)/.test(address))).toEqual([]);
});

it.each(['light', 'dark'] as const)('the quiet colours of the %s panel are those that the page sets, and only by their full names', async (theme) => {
  const [css = ''] = /#miradesk \{[^}]*\}/.exec(readFileSync(join(root, 'docs/sdk.md'), 'utf8')) ?? [];
  const colours = async (head: string): Promise<string[]> => {
    const chat = await arrive({ theme }, { head });
    await opens(chat);
    return chat.visitor.page.locator('#miradesk [role=dialog]').evaluate((panel) => [panel, panel.querySelector('.composer') as Element].map((element) => getComputedStyle(element).backgroundColor));
  };
  expect(await colours(`<style>${css}</style>`)).toEqual(['rgb(247, 239, 226)', 'rgb(255, 250, 242)']);
  expect(await colours(`<style>${css.replaceAll('--miradesk-', '--')}</style>`)).toEqual(await colours(''));
});

async function wordsOf(locale: Locale): Promise<Text[]> {
  const files = await Promise.all([import(`../widget/locales/${locale}.ts`), import(`../widget/locales/${locale}-more.ts`)]) as Array<{ default: Texts }>;
  return files.flatMap(({ default: texts }) => Object.values(texts));
}

/** Whether a text on the screen is one of the words, with something put in where they say so. */
function isOneOf(words: readonly Text[], shown: string): boolean {
  return words.flatMap((text) => (typeof text === 'string' ? [text] : Object.values(text))).some((text) =>
    new RegExp(`^${text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 'su').test(shown));
}

it.each(LOCALES)('%s: loads its own words only, mirrors where it has to, and leaves nothing untranslated', async (locale) => {
  const chat = await arrive({ preChat: [{ key: 'name', label: '7' }], teamName: '1', greeting: '2', replyTime: '3', faces: [{ name: '4' }], consentText: '5', privacyLink: 'https://kettle.example/' }, { lang: locale, locale });
  const { page } = chat.visitor;
  const words = [...await wordsOf(locale), LAUNCHER_WORDS[locale].label];
  const panel = page.locator('#miradesk [role=dialog]');
  const untranslated: string[] = [];
  const look = async (): Promise<void> => {
    const shown = await page.locator('#miradesk').evaluate((host) => {
      const texts: string[] = [];
      for (const element of host.shadowRoot?.querySelectorAll('*') ?? []) {
        if (element.closest('kbd, svg, [aria-hidden=true], .message, time')) continue;
        for (const name of ['aria-label', 'placeholder', 'title']) texts.push(element.getAttribute(name) ?? '');
        for (const child of element.childNodes) if (child.nodeType === Node.TEXT_NODE) texts.push(child.textContent ?? '');
      }
      return texts.map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
    });
    untranslated.push(...shown.filter((text) => !isOneOf(words, text.replace(/^\(|\)$/g, ''))));
  };
  await chat.script.call('open');
  await panel.locator('form').waitFor();
  await look();
  await panel.locator('form button[type=submit]').click();
  await panel.locator('textarea').waitFor();
  await look();
  await panel.locator('textarea').fill('x'.repeat(7_900));
  await look();
  await panel.locator('textarea').fill('https://kettle.example שלום');
  await panel.locator('textarea').press('Enter');
  await chat.script.hears('message:sent');
  await panel.locator('.head button').nth(1).click();
  await panel.locator('.menu li').nth(2).waitFor();
  await look();
  await panel.locator('.menu li button').nth(-2).click();
  await look();
  await page.keyboard.press('Escape');
  await panel.locator('.head button').first().click();
  await panel.locator('.head button').first().waitFor();
  await look();
  expect([...new Set(untranslated)]).toEqual([]);

  expect(await panel.evaluate((element) => getComputedStyle(element).direction)).toBe(locale === 'ar' || locale === 'he' ? 'rtl' : 'ltr');
  expect(await panel.locator('.bubble').first().getAttribute('dir')).toBe('auto');
  const loaded = chat.seen.requests.flatMap((address) => /\/locales\/([\w-]+)\.js/.exec(address)?.[1] ?? []);
  expect([...new Set(loaded)].toSorted()).toEqual([locale, `${locale}-more`]);
});

it('right-to-left: the head, the sides of the messages and the composer are mirrored', async () => {
  const chat = await arrive({}, { lang: 'he' });
  await opens(chat);
  const { page } = chat.visitor;
  const panel = page.locator('#miradesk [role=dialog]');
  await panel.locator('textarea').fill('שלום');
  await panel.locator('textarea').press('Enter');
  await chat.script.hears('message:sent');
  const at = async (part: string): Promise<number> => {
    const box = await panel.locator(part).first().boundingBox();
    return (box?.x ?? 0) + (box?.width ?? 0) / 2;
  };
  const whole = await panel.boundingBox();
  const middle = (whole?.x ?? 0) + (whole?.width ?? 0) / 2;
  expect(await at('.bubble')).toBeLessThan(middle);
  expect(await at('.send')).toBeLessThan(middle);
  expect(await at('.faces')).toBeGreaterThan(middle);
});

it('the words of every language are built, and the panel brings none with it', () => {
  const { panel } = JSON.parse(readFileSync(join(root, 'dist/meta.json'), 'utf8')) as { panel: { inputs: Record<string, unknown> } };
  expect(Object.keys(panel.inputs).filter((file) => file.startsWith('widget/locales/'))).toEqual([]);
});
