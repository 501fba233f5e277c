/** The widget comes and goes a thousand times on one page, and leaves nothing: the browser's own counts say so. */
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { PARTS, Visitor } from './harness/people.ts';
import { startSite } from './harness/site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
// A page of so many visitors in a row is nothing that one address may do.
const MANY = '1000000/1000000';
beforeAll(async () => { gateway = await startGateway({ env: { RATE_CONNECTIONS: MANY, RATE_VISITOR_REQUESTS: MANY, RATE_HTTP: MANY } }); });
afterAll(() => gateway.stop());

const long = process.env.MIRADESK_LONG === '1';

/** What the browser counts of a page once its garbage is collected. */
interface Counts { documents: number; nodes: number; listeners: number; heap: number }

async function count(tools: CDPSession): Promise<Counts> {
  // Twice: what the first one frees may hold something in turn.
  for (let round = 0; round < 2; round += 1) await tools.send('HeapProfiler.collectGarbage');
  const { documents, nodes, jsEventListeners: listeners } = await tools.send('Memory.getDOMCounters');
  const { usedSize: heap } = await tools.send('Runtime.getHeapUsage');
  return { documents, nodes, listeners, heap };
}

/** In the page, before its scripts: keeps the timers, observers, channels and sockets that are under way. */
function keepCount(): void {
  const underWay = { timers: new Set<unknown>(), sockets: new Set<unknown>(), channels: new Set<unknown>(), observers: new Set<unknown>() };
  Object.assign(window, { underWay });
  const { setTimeout: later, clearTimeout: stop, setInterval: again } = window;
  window.setTimeout = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const id = later(() => {
      underWay.timers.delete(id);
      run(...args);
    }, ms);
    underWay.timers.add(id);
    return id;
  }) as typeof setTimeout;
  window.setInterval = ((run: () => void, ms?: number) => {
    const id = again(run, ms);
    underWay.timers.add(id);
    return id;
  }) as typeof setInterval;
  window.clearTimeout = window.clearInterval = (id) => {
    underWay.timers.delete(id);
    stop(id);
  };
  const counted = <C extends new (...args: never[]) => object>(Kind: C, kept: Set<unknown>, end: string): C => new Proxy(Kind, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget) as Record<string, () => void>;
      const finish = made[end]?.bind(made);
      kept.add(made);
      made[end] = () => {
        kept.delete(made);
        finish?.();
      };
      return made;
    },
  });
  window.WebSocket = counted(WebSocket, underWay.sockets, 'close');
  window.BroadcastChannel = counted(BroadcastChannel, underWay.channels, 'close');
  window.MutationObserver = counted(MutationObserver, underWay.observers, 'disconnect');
  window.ResizeObserver = counted(ResizeObserver, underWay.observers, 'disconnect');
}

const leftUnderWay = (page: Page): Promise<Record<string, number>> => page.evaluate(() =>
  Object.fromEntries(Object.entries((window as unknown as { underWay: Record<string, Set<unknown>> }).underWay).map(([name, kept]) => [name, kept.size])));

/** What is clicked in the panel, and what then shows. */
type Uses = ReadonlyArray<readonly [click: string, shows: string]>;

const OPENED: Uses = [[PARTS.launcher, `${PARTS.composer}:focus`]];
/** Parts that are loaded when they are needed: with listeners, observers and styles of their own. */
const USED: Uses = [...OPENED, ['[aria-label="Emoji"]', '[aria-label="Find an emoji"]:focus'], ['[aria-label="More options"]', '.menu button'], ['[aria-label="Back to the conversation"]', '.talk:not([hidden])'], ['[aria-label="All conversations"]', '.row:focus']];

/** In the page: boots and destroys so often, and uses the chat in between. */
async function cycle({ times, uses, launcher }: { times: number; uses: Uses; launcher: string }): Promise<void> {
  const page = window as unknown as { MiraDesk: { boot(): void; destroy(): void } };
  const { MiraDesk } = page;
  const found = (selector: string): HTMLElement | null | undefined => document.querySelector('#miradesk')?.shadowRoot?.querySelector(selector);
  const frames = async (until: () => unknown): Promise<void> => {
    for (let frame = 0; !until(); frame += 1) {
      if (frame > 2_000) throw new Error(`It never came: ${String(until)}`);
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
    }
  };
  for (let time = 0; time < times; time += 1) {
    MiraDesk.boot();
    await frames(() => found(launcher));
    for (const [click, shows] of uses) {
      await frames(() => found(click));
      found(click)?.click();
      await frames(() => found(shows));
    }
    MiraDesk.destroy();
    if (page.MiraDesk !== MiraDesk || document.querySelector('#miradesk')) throw new Error('The widget did not go');
  }
}

/** Bytes that the heap may be larger after all than after the warm-up, however many cycles there were: compiled code and the like, not a trace of each cycle. */
const HEAP_SLACK = 300_000;

it.each([
  { what: `${long ? 'twenty thousand' : 'a thousand'} cycles with the chat closed`, warmUp: 200, times: long ? 20_000 : 1_000, uses: [] },
  { what: `${long ? 'a thousand' : 'a hundred'} cycles with the chat opened and connected`, warmUp: 20, times: long ? 1_000 : 100, uses: OPENED },
  { what: `${long ? 'a thousand' : 'fifty'} cycles of a visitor who has written, with emoji, menu and list`, warmUp: 20, times: long ? 1_000 : 50, uses: USED },
])('[W5] $what leave no node, listener, timer, socket, channel, observer, stylesheet or heap behind', async ({ warmUp, times, uses }) => {
  showLogOnFailure(gateway);
  const site = await startSite({ '/': { html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Plain</title><p>A page.</p><script src="${gateway.url}/w/demo.js"></script></html>` } });
  onTestFinished(() => site.close());
  const page = await browser.page({ reducedMotion: 'reduce' });
  await page.addInitScript(keepCount);
  await page.goto(site.origin);
  const tools = await page.context().newCDPSession(page);
  const go = (cycles: number): Promise<void> => page.evaluate(cycle, { times: cycles, uses, launcher: PARTS.launcher });
  if (uses === USED) {
    const visitor = new Visitor(page);
    await visitor.openChat();
    await visitor.say('I keep coming back');
    await visitor.log.getByText(/Sent|Delivered/).waitFor();
    await page.evaluate(() => (window as unknown as { MiraDesk: { destroy(): void } }).MiraDesk.destroy());
  }

  await go(warmUp);
  await until(async () => Object.values(await leftUnderWay(page)).every((left) => left === 0), { what: 'the warm-up to be over' });
  const before = await count(tools);
  await go(times);
  await until(async () => {
    expect(await leftUnderWay(page)).toEqual({ timers: 0, sockets: 0, channels: 0, observers: 0 });
    const { heap, ...after } = await count(tools);
    expect(after).toEqual({ documents: before.documents, nodes: before.nodes, listeners: before.listeners });
    expect(heap - before.heap).toBeLessThan(HEAP_SLACK);
    return true;
  }, { timeout: 20_000, every: 500, what: 'everything to have gone' });
  expect(await page.evaluate(() => [document.adoptedStyleSheets.length, document.documentElement.children.length])).toEqual([0, 2]);
}, long ? 1_800_000 : 120_000);
