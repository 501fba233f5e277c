/** How the widget looks on a page: where its parts are, how they are styled, and its very pixels. For comparing one page with another. */
import type { Locator, Page } from 'playwright-core';
import { PARTS, type PartName } from './people.ts';

/** Where an element is in the view, and what pages could change about it. */
interface PartLook { place: [left: number, top: number, width: number, height: number]; style: Record<string, string> }

/** By part and number: bubbles-0, bubbles-1. */
export type Look = Record<string, PartLook>;

const STYLE = [
  'display', 'visibility', 'opacity', 'direction', 'writing-mode', 'text-align', 'text-transform', 'text-indent', 'font-family', 'font-size', 'font-style', 'font-weight',
  'line-height', 'letter-spacing', 'word-spacing', 'white-space', 'color', 'background-color', 'border-radius', 'border-top-width', 'padding', 'box-shadow', 'text-shadow', 'cursor',
  'pointer-events', 'user-select', 'filter', 'transform', 'outline-style', 'list-style-type', 'hyphens', 'word-break', 'overflow-wrap', 'accent-color', 'zoom',
];

/** Measures all parts that are there. */
export function lookOf(page: Page): Promise<Look> {
  return page.evaluate(({ parts, names }) => {
    const found: Look = {};
    // A page may use our host's id for something of its own.
    const root = Array.from(document.querySelectorAll('#miradesk')).find(({ shadowRoot }) => shadowRoot)?.shadowRoot;
    for (const [part, selector] of Object.entries(parts)) {
      for (const [index, element] of (root?.querySelectorAll(selector) ?? []).entries()) {
        const { left, top, width, height } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        found[`${part}-${index}`] = { place: [left, top, width, height].map((value) => Math.round(value)) as PartLook['place'], style: Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)])) };
      }
    }
    return found;
  }, { parts: PARTS, names: STYLE });
}

export function part(page: Page, name: PartName): Locator {
  return page.locator(PARTS[name]).first();
}

/** A rectangle of the window as it is drawn. */
export interface Cutting { window: string; place: PartLook['place']; scale: number }

/** Takes the browser's own picture of the window: Playwright's is of another place on pages that are wider to the left. */
export async function cutOut(page: Page, name: PartName): Promise<Cutting> {
  const place = (await lookOf(page))[`${name}-0`]?.place;
  if (!place) throw new Error(`There is no ${name} on the page`);
  const tools = await page.context().newCDPSession(page);
  const { data } = await tools.send('Page.captureScreenshot', { format: 'png' });
  await tools.detach();
  return { window: data, place, scale: await page.evaluate(() => devicePixelRatio) };
}

/** The share of pixels that are clearly different, 0 to 1. `judge`: any page; it does the comparing. */
export function difference(judge: Page, one: Cutting, other: Cutting): Promise<number> {
  return judge.evaluate(async (cuttings) => {
    const [a, b] = await Promise.all(cuttings.map(async ({ window: base64, place, scale }) => {
      const [left, top, width, height] = place.map((value) => value * scale) as typeof place;
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], { type: 'image/png' }), left, top, width, height);
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return context?.getImageData(0, 0, width, height);
    }));
    if (!a || a.width !== b?.width || a.height !== b.height) return 1;
    let different = 0;
    for (let at = 0; at < a.data.length; at += 4) {
      const distance = [0, 1, 2].reduce((sum, channel) => sum + Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)), 0);
      if (distance > 48) different += 1;
    }
    return different / (a.data.length / 4);
  }, [one, other]);
}
