/** A real Chromium for a test file, and what its pages did behind the scenes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { root } from './build.ts';
import { findBrowser } from './browser-executable.ts';

/** Screenshots and the like, for looking at; git ignores them. */
export const artifacts = join(root, 'test/artifacts');

/** What every browser here is started with. */
export const ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export interface TestBrowser {
  /** A context (a browser profile of its own) for this test; it is closed after it, with screenshots when it failed. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page in a context of its own. */
  page(options?: BrowserContextOptions): Promise<Page>;
}

/** To be called once at the top of a test file. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = findBrowser();
    if (!executablePath) throw new Error('There is no browser here. `npm test` finds or installs one, or set MIRADESK_BROWSER.');
    browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterAll(() => browser?.close());

  const context = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    if (!browser) throw new Error('The browser has not started');
    const opened = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    opened.setDefaultTimeout(15_000);
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await picturesOf(opened, task.name);
      await opened.close();
    });
    return opened;
  };
  return { context, page: async (options) => (await context(options)).newPage() };
}

async function picturesOf(context: BrowserContext, title: string): Promise<void> {
  const name = title.replace(/[^a-z0-9]+/gi, '-').slice(0, 80);
  for (const [index, page] of context.pages().entries()) {
    // A page that crashed has no picture; the test's own error matters more.
    await page.screenshot({ path: join(artifacts, 'failed', `${name}-${index + 1}-${Date.now()}.png`), timeout: 5_000 }).catch(() => undefined);
  }
}

/** Keeps a picture of a main state in test/artifacts/. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' });
}

/** What went on behind a page since it was watched. */
export interface Watch {
  /** Addresses of all requests, in order; of WebSockets too. */
  readonly requests: string[];
  /** Addresses of the WebSockets opened. */
  readonly sockets: string[];
  /** Everything that came in over WebSockets. */
  readonly received: string[];
  /** Errors the page threw and did not catch, and errors in its console but those of a network that is down. */
  readonly errors: string[];
}

/** Starts watching. To be called before the page goes anywhere. */
export function watch(page: Page): Watch {
  const seen: Watch = { requests: [], sockets: [], received: [], errors: [] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('websocket', (socket) => {
    seen.requests.push(socket.url());
    seen.sockets.push(socket.url());
    socket.on('framereceived', ({ payload }) => seen.received.push(payload.toString()));
  });
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/net::ERR_|WebSocket connection to/.test(message.text())) seen.errors.push(message.text());
  });
  return seen;
}
