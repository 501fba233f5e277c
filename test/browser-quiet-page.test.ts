/** What the widget does to a page whose visitor never asked for it: nothing. And what is left of it after destroy(): nothing. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { countRows } from './harness/read-log.ts';
import { startSite } from './harness/site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** Everything a page can keep in a browser. */
async function kept(page: Page): Promise<unknown> {
  const cookies = await page.context().cookies();
  const stored = await page.evaluate(async () => ({
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    serviceWorkers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  return { cookies, ...stored };
}

const NOTHING = { cookies: [], localStorage: [], sessionStorage: [], databases: [], caches: [], serviceWorkers: 0 };

interface Shifts { ofPage: number[]; ofWidget: number[] }

/**
 * Collects every layout shift from the beginning, also those that browsers forgive because somebody has just clicked.
 * What lies in the widget's shadow root has no name outside it, which tells the widget's own from the page's.
 */
async function watchShifts(page: Page): Promise<() => Promise<Shifts>> {
  await page.addInitScript(() => {
    const shifts: Shifts = { ofPage: [], ofWidget: [] };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Array<PerformanceEntry & { value: number; sources: Array<{ node: Node | null }> }>) {
        (entry.sources.some(({ node }) => node) ? shifts.ofPage : shifts.ofWidget).push(entry.value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  // Two frames later everything that was drawn until now has been told.
  return () => page.evaluate(() => new Promise<Shifts>((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve((window as unknown as { shifts: Shifts }).shifts))));
  }));
}

const STILL: Shifts = { ofPage: [], ofWidget: [] };

it('[W1] a page whose visitor only looks gets one request, and no cookie, storage, socket, layout shift or row', async () => {
  const quiet = await startGateway();
  try {
    showLogOnFailure(quiet);
    const page = await browser.page();
    const seen = watch(page);
    const shifts = await watchShifts(page);
    const visitor = new Visitor(page);
    await page.goto(`${quiet.url}/demo/`, { waitUntil: 'networkidle' });
    await visitor.launcher.waitFor();
    expect(seen.requests.filter((address) => !address.startsWith(`${quiet.url}/demo/`))).toEqual([`${quiet.url}/w/demo.js`]);
    expect(await kept(page)).toEqual(NOTHING);

    // Reading on is no intent either.
    await page.mouse.wheel(0, 3_000);
    await page.getByRole('link', { name: 'Moon teapot' }).click();
    await page.getByRole('heading', { name: 'Moon teapot' }).waitFor();
    await visitor.launcher.waitFor();
    expect(seen.sockets).toEqual([]);
    expect(await kept(page)).toEqual(NOTHING);
    expect(await shifts()).toEqual(STILL);

    // Intent brings the panel's files and nothing else; opening it connects, and still keeps nothing.
    await visitor.launcher.hover();
    await until(() => seen.requests.some((address) => address.includes('/w/assets/')), { what: "the panel's files" });
    expect(seen.sockets).toEqual([]);
    await visitor.openChat();
    await until(() => seen.received.some((frame) => frame.includes('session:started')), { what: 'the session' });
    expect(await kept(page)).toEqual(NOTHING);
    // The page stays where it is. Inside the panel, what is loaded with it may still find its place.
    const { ofPage, ofWidget } = await shifts();
    expect(ofPage).toEqual([]);
    expect(ofWidget.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.02);
    expect(seen.errors).toEqual([]);

    await quiet.stop();
    expect(await countRows(quiet.dataDir)).toEqual({ visitors: 0, conversations: 0, entries: 0 });
  } finally {
    await quiet.kill();
  }
});

it('a conversation never moves the page, and is kept in first-party storage only', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const shifts = await watchShifts(page);
  const visitor = new Visitor(page);
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Does the page stay where it is?');
  await agent.enter(gateway);
  await agent.open('Does the page stay');
  await agent.reply('Not a pixel moves.\nNot even for a long answer,\nwith several lines.');
  await visitor.sees('Not a pixel');
  await visitor.panel.getByRole('button', { name: 'Close chat' }).click();
  await visitor.composer.waitFor({ state: 'hidden' });
  const { ofPage, ofWidget } = await shifts();
  expect(ofPage).toEqual([]);
  // Inside the panel the greeting makes room for the first message, and "Sent" becomes "Delivered"; 0.1 is what search engines begin to mind.
  expect(ofWidget.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.05);
  expect(await kept(page)).toEqual({ ...NOTHING, localStorage: ['miradesk:demo'], databases: ['miradesk:demo'] });
});

it('[W5] destroy() leaves nothing behind but its verbs: no node, listener, timer or socket; the script can be loaded again', async () => {
  showLogOnFailure(gateway);
  const site = await startSite({ '/': { html: '<!doctype html><html lang="en"><title>Plain</title><p>A page.</p></html>' } });
  try {
    const page = await browser.page();
    await page.addInitScript(countTimers);
    const seen = watch(page);
    const open = new Set<string>();
    page.on('websocket', (socket) => {
      open.add(socket.url());
      socket.on('close', () => open.delete(socket.url()));
    });
    await page.goto(site.origin);
    const before = await traces(page);
    const visitor = new Visitor(page);
    for (const round of [1, 2, 3]) {
      await page.addScriptTag({ url: `${gateway.url}/w/demo.js` });
      await visitor.openChat();
      await visitor.say(`Round ${round}`);
      await visitor.log.getByText(/Sent|Delivered/).waitFor();
      expect(open.size).toBe(1);
      await page.evaluate(() => {
        (window as unknown as { MiraDesk: { destroy(): void } }).MiraDesk.destroy();
        for (const script of document.querySelectorAll('script')) script.remove();
      });
      await until(async () => {
        expect(await traces(page)).toEqual(before);
        expect([...open]).toEqual([]);
        return true;
      }, { timeout: 1_500, what: 'every trace to go' });
    }
    expect(seen.errors).toEqual([]);
  } finally {
    await site.close();
  }
});

/** In the page, before its scripts: keeps the timers that are under way. */
function countTimers(): void {
  const active = new Set<unknown>();
  Object.defineProperty(window, 'activeTimers', { value: active });
  const { setTimeout: later, setInterval: again, clearTimeout: stop } = window;
  window.setTimeout = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const id = later(() => {
      active.delete(id);
      run(...args);
    }, ms);
    active.add(id);
    return id;
  }) as typeof window.setTimeout;
  window.setInterval = ((run: () => void, ms?: number) => {
    const id = again(run, ms);
    active.add(id);
    return id;
  }) as typeof window.setInterval;
  window.clearTimeout = window.clearInterval = (id) => {
    active.delete(id);
    stop(id);
  };
}

/** What a script can leave in a page. */
async function traces(page: Page): Promise<unknown> {
  const inPage = await page.evaluate(() => ({
    html: document.documentElement.outerHTML,
    globals: Object.getOwnPropertyNames(window).filter((name) => !/^\d+$|^MiraDesk$/.test(name)).toSorted(),
    sheets: document.adoptedStyleSheets.length,
    timers: (window as unknown as { activeTimers: Set<unknown> }).activeTimers.size,
  }));
  return { ...inPage, listeners: await listeners(page) };
}

/** What the window, the document and the like listen to, as the browser's own tools see it; the test driver's own listeners left out. */
async function listeners(page: Page): Promise<string[]> {
  const tools = await page.context().newCDPSession(page);
  const found: string[] = [];
  for (const expression of ['window', 'document', 'document.documentElement', 'document.body', 'screen.orientation', 'visualViewport', 'navigator']) {
    const { result } = await tools.send('Runtime.evaluate', { expression });
    if (!result.objectId) throw new Error(`The page has no ${expression}`);
    const answer = await tools.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    const driver = answer.listeners.find(({ type }) => type.startsWith('__playwright'))?.scriptId;
    found.push(...answer.listeners.filter(({ scriptId }) => scriptId !== driver).map(({ type }) => `${expression}: ${type}`));
  }
  await tools.detach();
  return found;
}
