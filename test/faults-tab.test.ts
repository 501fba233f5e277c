/** Tabs of a real browser, and the whole of it, are killed with kill -9 while what was written in them waits; opened again, nothing is lost, doubled or out of order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARGS, useBrowser } from './harness/browser.ts';
import { findBrowser } from './harness/browser-executable.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** Numbers of the processes that draw pages. */
async function renderers(page: Page): Promise<number[]> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (!session) throw new Error('The page has no browser');
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  } finally {
    await session.detach();
  }
}

/** Opens a page, and kills the processes that came with it. `other` asks for them: a page that dies cannot. */
async function killable(open: () => Promise<Page>, other: Page): Promise<{ page: Page; kill(): Promise<void> }> {
  const before = new Set(await renderers(other));
  const page = await open();
  return {
    page,
    async kill() {
      const crashed = page.waitForEvent('crash');
      for (const pid of await renderers(other)) if (!before.has(pid)) process.kill(pid, 'SIGKILL');
      await crashed;
    },
  };
}

it('[D4] [D7] a visitor\'s and an agent\'s tab that are killed with messages waiting send them when they are opened again', async () => {
  showLogOnFailure(gateway);
  const watcher = await browser.page();
  const [shop, office] = [await browser.context(), await browser.context()];

  const inbox = await killable(() => office.newPage(), watcher);
  const agent = new Agent(inbox.page);
  await agent.enter(gateway);
  const chat = await killable(() => shop.newPage(), watcher);
  const visitor = new Visitor(chat.page);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Are you there?');
  await agent.open('Are you there?');
  await agent.reply('We are');
  await visitor.sees('We are');

  await gateway.kill();
  for (const text of ['One thing', 'and another', 'and a last one']) await visitor.say(text);
  for (const text of ['Go on', 'we listen']) await agent.reply(text);
  await until(async () => (await visitor.shown()).length === 5 && (await agent.shown()).length === 4);
  await chat.kill();
  await inbox.kill();
  await gateway.start();

  const [visitorAgain, agentAgain] = [new Visitor(await shop.newPage()), new Agent(await office.newPage())];
  await agentAgain.enter(gateway);
  await visitorAgain.visit(`${gateway.url}/demo/`);
  await agentAgain.conversation(/./).first().click();
  await until(async () => {
    const shown = await visitorAgain.shown();
    expect(await agentAgain.shown()).toEqual(shown);
    expect(shown.slice(0, 2)).toEqual(['Are you there?', 'We are']);
    // Which of the two was back first is the log's to say.
    expect(shown.slice(2).filter((text) => !['Go on', 'we listen'].includes(text))).toEqual(['One thing', 'and another', 'and a last one']);
    expect(shown.slice(2).filter((text) => ['Go on', 'we listen'].includes(text))).toEqual(['Go on', 'we listen']);
    return true;
  }, { timeout: 30_000, every: 100, what: 'both to show everything' });
});

it('[D4] a browser that is killed whole right after the first message was written sends it when the chat is opened again', async () => {
  showLogOnFailure(gateway);
  const profile = mkdtempSync(join(tmpdir(), 'miradesk-profile-'));
  const executablePath = findBrowser();
  const open = (): Promise<BrowserContext> => chromium.launchPersistentContext(profile, { ...(executablePath ? { executablePath } : {}), args: ARGS });
  const browsers: BrowserContext[] = [];
  try {
    const first = await open();
    browsers.push(first);
    const visitor = new Visitor(await first.newPage());
    await visitor.visit(`${gateway.url}/demo/`);
    await gateway.kill();
    await visitor.say('My first words');
    await visitor.shows(['My first words']);
    const gone = new Promise((resolve) => { first.once('close', resolve); });
    const session = await first.browser()?.newBrowserCDPSession();
    const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
    expect(processInfo.map(({ type }) => type)).toContain('browser');
    for (const { id } of processInfo) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // Gone with the others.
      }
    }
    await gone;
    await gateway.start();

    const second = await open();
    browsers.push(second);
    const again = new Visitor(await second.newPage());
    await again.visit(`${gateway.url}/demo/`);
    await again.shows(['My first words']);
    await again.log.getByText(/Sent|Delivered/).waitFor();
  } finally {
    for (const one of browsers) await one.close().catch(() => undefined);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
