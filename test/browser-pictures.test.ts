/** A picture of every state of the widget, in every look, for people: test/artifacts/pictures/index.html shows them all. Also `npm run pictures`. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { answeringAgent } from './harness/answering-agent.ts';
import { expectAccessible } from './harness/axe.ts';
import { artifacts, useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { LOOK_STATES } from './harness/picture-looks.ts';
import { PART_STATES } from './harness/picture-parts.ts';
import { CONVERSATION_STATES } from './harness/picture-states.ts';

const browser = useBrowser();
const folder = join(artifacts, 'pictures');
const DESKTOP = { width: 1280, height: 860 };
const STATES = [...CONVERSATION_STATES, ...PART_STATES, ...LOOK_STATES];
const LIGHT = { colorScheme: 'light', forcedColors: 'none' } as const;

type Media = Exclude<Parameters<Page['emulateMedia']>[0], undefined>;

/** A page in one state is looked at in each of these ways. */
const LOOKS: ReadonlyArray<{ name: string; window: { width: number; height: number }; media: Media }> = [
  { name: 'light', window: DESKTOP, media: LIGHT },
  { name: 'dark', window: DESKTOP, media: { ...LIGHT, colorScheme: 'dark' } },
  { name: 'forced-colours', window: DESKTOP, media: { ...LIGHT, forcedColors: 'active' } },
  { name: 'phone', window: { width: 390, height: 844 }, media: LIGHT },
  { name: 'narrow', window: { width: 320, height: 640 }, media: LIGHT },
];

let gateway: Gateway;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  gateway = await startGateway({ env: { RATE_CONNECTIONS: '100000/100000', RATE_HTTP: '100000/100000', RATE_MEMBER_REQUESTS: '100000/100000' } });
});
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(async () => {
  await gateway.stop();
  const figures = STATES.map(({ name }) => `<h2>${name}</h2>${readdirSync(folder).filter((file) => LOOKS.some((look) => file === `${name}-${look.name}.png`)).map((file) => `<img src="${file}" alt="${file}" height="430">`).join(' ')}`);
  writeFileSync(join(folder, 'index.html'), `<!doctype html><html lang="en"><meta charset="utf-8"><title>The widget in all its states</title><body>${figures.join('\n')}</body></html>`);
});

it.each(STATES)('[W6] the widget is drawn whole in every look, and axe finds nothing: $name', async ({ name, reach }) => {
  showLogOnFailure(gateway);
  const page = await browser.page({ reducedMotion: 'reduce', viewport: DESKTOP });
  const visitor = new Visitor(page);
  await reach({ visitor, gateway, agent: () => answeringAgent(gateway), otherPage: () => browser.page() });
  for (const look of LOOKS) {
    await page.setViewportSize(look.window);
    await page.emulateMedia(look.media);
    // What is over in a moment comes a little later, so that it does not flicker.
    await page.evaluate(() => Promise.all((document.querySelector('#miradesk')?.shadowRoot?.getAnimations() ?? []).filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished)));
    const file = join(folder, `${name}-${look.name}.png`);
    await page.screenshot({ path: file });
    expect(statSync(file).size).toBeGreaterThan(1_000);
    expect([look.name, ...await cutOff(page)]).toEqual([look.name]);
    if (look.window === DESKTOP && look.media.forcedColors === 'none') await expectAccessible(page);
  }
});

/** Names of what of the widget lies outside of the window, or has to be scrolled sideways. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = Array.from(document.querySelector('#miradesk')?.shadowRoot?.querySelectorAll<HTMLElement>('button, input, select, textarea, h2, h3, ul, form, [role="dialog"], [role="log"]') ?? []);
    const scrolls = (element: Element | null): boolean => element !== null && (/auto|scroll/.test(getComputedStyle(element).overflowY) || scrolls(element.parentElement));
    return all.filter((element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      if (width === 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
      const inside = left >= 0 && right <= innerWidth && (scrolls(element.parentElement) || (top >= 0 && bottom <= innerHeight));
      return !inside || (element.matches('[role], ul, form, textarea') && element.scrollWidth > element.clientWidth + 1);
    }).map((element) => element.getAttribute('aria-label') ?? element.localName);
  });
}
