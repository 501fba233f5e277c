/** Visitors where the network, the clock or the browser's storage is not as it should be: nothing typed is lost, what is shown is true, and it mends by itself. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { answeringAgent } from './harness/answering-agent.ts';
import { BadNetwork } from './harness/bad-network.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { startSite } from './harness/site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

async function badNetwork(): Promise<BadNetwork> {
  const network = await BadNetwork.start({ to: gateway.port });
  onTestFinished(() => network.stop());
  return network;
}

/** Goes to the demo and gets the panel's files, as a mouse on its way does, but does not open it. */
async function approach(page: Page, origin: string): Promise<Visitor> {
  const visitor = new Visitor(page);
  const seen = watch(page);
  await page.goto(`${origin}/demo/`);
  await visitor.launcher.hover();
  await until(() => seen.requests.some((address) => address.includes('/w/assets/')), { what: "the panel's files" });
  await page.waitForLoadState('networkidle');
  return visitor;
}

const sent = (visitor: Visitor): Promise<void> => visitor.log.getByText(/Sent|Delivered|Seen/).first().waitFor({ timeout: 30_000 });
const notSent = async (visitor: Visitor): Promise<void> => expect(await visitor.log.getByText(/Sent|Delivered|Seen/).count()).toBe(0);

it('[D4] [D7] offline from the start: what is typed waits and says so, and goes when the network is there', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const visitor = await approach(page, gateway.url);
  await page.context().setOffline(true);
  await visitor.openChat();
  await visitor.panel.getByText('You are offline.').waitFor();
  const said = ['Written on the train', 'in a tunnel', 'and another one'];
  for (const text of said) await visitor.say(text);
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await visitor.shows(said);
  await notSent(visitor);
  await keepPicture(page, 'widget-offline');

  await page.context().setOffline(false);
  const agent = await answeringAgent(gateway);
  expect(agent.log(await agent.sees('and another one'))).toEqual(said);
  await sent(visitor);
  await visitor.banner.waitFor({ state: 'hidden' });
  await visitor.shows(said);
});

it('[D7] offline in the middle of a conversation, before the connection has noticed: what is written says that it waits, and goes when the network is back', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const visitor = new Visitor(page);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Before the tunnel');
  await sent(visitor);
  await page.context().setOffline(true);
  await visitor.say('In the tunnel');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  expect(await page.evaluate(() => (window as unknown as { MiraDesk: { getState(): { connection: string } } }).MiraDesk.getState().connection)).toBe('online');
  await page.context().setOffline(false);
  await visitor.log.getByText(/Waiting|Sending/).waitFor({ state: 'detached', timeout: 30_000 });
  await sent(visitor);
  await visitor.shows(['Before the tunnel', 'In the tunnel']);
});

it('offline before the chat was loaded: it says so, and the next click opens it', async () => {
  const page = await browser.page();
  const visitor = new Visitor(page);
  await page.goto(`${gateway.url}/demo/`);
  await visitor.launcher.waitFor();
  await page.context().setOffline(true);
  await visitor.launcher.click();
  await page.getByText('The chat could not be loaded.').waitFor();
  await page.context().setOffline(false);
  await visitor.openChat();
  expect(await page.getByText('The chat could not be loaded.').count()).toBe(0);
});

it('[D4] [D7] a hotel network that answers everything with its own page is not taken for the gateway, and is got over', async () => {
  showLogOnFailure(gateway);
  const network = await badNetwork();
  const visitor = await approach(await browser.page(), network.url);
  network.become('captive');
  await visitor.openChat();
  await visitor.say('Is my room ready?');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await visitor.banner.waitFor();
  // So often that the other way in was tried as well, and answered by the hotel, too.
  const tries = network.sockets;
  await until(() => network.sockets >= tries + 4, { timeout: 60_000, what: 'several attempts' });
  await notSent(visitor);
  await visitor.shows(['Is my room ready?']);

  network.become('well');
  const agent = await answeringAgent(gateway);
  const id = await agent.sees('Is my room ready?');
  agent.reply(id, 'It is.');
  await visitor.sees('It is.');
  await visitor.banner.waitFor({ state: 'hidden' });
  await visitor.shows(['Is my room ready?', 'It is.']);
});

it("a hotel's page in place of the panel's files is not run; the next click gets the real ones", async () => {
  const network = await badNetwork();
  const page = await browser.page();
  const visitor = new Visitor(page);
  await page.goto(`${network.url}/demo/`);
  await visitor.launcher.waitFor();
  network.become('captive');
  await visitor.launcher.click();
  await page.getByText('The chat could not be loaded.').waitFor();
  network.become('well');
  await visitor.openChat();
});

it('[D7] where WebSocket is blocked, the conversation goes over plain requests', async () => {
  showLogOnFailure(gateway);
  const network = await badNetwork();
  network.become('no-websocket');
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  await visitor.visit(`${network.url}/demo/`);
  await visitor.say('From behind an old proxy');
  const agent = await answeringAgent(gateway);
  const id = await agent.sees('From behind an old proxy');
  agent.reply(id, 'You come through all the same.');
  await visitor.sees('You come through all the same.');
  await sent(visitor);
  await visitor.banner.waitFor({ state: 'hidden' });
  expect(seen.requests.some((address) => address.includes('transport=polling'))).toBe(true);
  expect(seen.received).toEqual([]);
});

it('[D7] where sockets open and everything in them is swallowed, the first one is enough, and the conversation goes over plain requests', async () => {
  showLogOnFailure(gateway);
  const network = await badNetwork();
  network.become('mute-websocket');
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  await visitor.visit(`${network.url}/demo/`);
  await visitor.say('From behind a deaf box');
  const agent = await answeringAgent(gateway);
  const id = await agent.sees('From behind a deaf box');
  agent.reply(id, 'It is not deaf to this.');
  await visitor.sees('It is not deaf to this.');
  await sent(visitor);
  await visitor.banner.waitFor({ state: 'hidden' });
  // One more may have been begun before it was known what else gets through.
  expect(network.sockets).toBeLessThanOrEqual(2);
  expect(seen.received).toEqual([]);
});

it('[D7] with two seconds between here and there, messages say that they are being sent, keep their order, and come once', async () => {
  showLogOnFailure(gateway);
  const network = await badNetwork();
  const page = await browser.page();
  const seen = watch(page);
  const visitor = await approach(page, network.url);
  network.delayMs = 1_000;
  await visitor.openChat();
  const said = ['One', 'two', 'three'];
  for (const text of said) await visitor.say(text);
  await visitor.shows(said);
  await notSent(visitor);
  await visitor.log.getByText('Sending…').waitFor({ timeout: 30_000 });
  const agent = await answeringAgent(gateway);
  const id = await agent.sees('three');
  agent.reply(id, 'Four');
  await visitor.sees('Four');
  await until(async () => await visitor.log.getByText('Sending…').count() === 0, { what: 'all to be sent' });
  await expect.poll(() => agent.log(id), { timeout: 30_000 }).toEqual([...said, 'Four']);
  await visitor.shows([...said, 'Four']);
  // Slow is not blocked.
  expect(seen.requests.filter((address) => address.includes('transport=polling'))).toEqual([]);
});

it('[D2] [D4] a gateway that restarts again and again while somebody writes gets everything once, in order', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  const said = ['Before'];
  await visitor.say('Before');
  const agent = await answeringAgent(gateway);
  const id = await agent.sees('Before');
  for (const round of [1, 2, 3]) {
    const restarted = round === 2 ? gateway.crashAndRestart() : gateway.stop().then(() => gateway.start());
    for (const text of [`Round ${round}, first`, `Round ${round}, second`]) {
      await visitor.say(text);
      said.push(text);
    }
    await restarted;
  }
  await agent.sees('Round 3, second');
  await visitor.banner.waitFor({ state: 'hidden' });
  await sent(visitor);
  await expect.poll(() => agent.log(id), { timeout: 30_000 }).toEqual(said);
  await visitor.shows(said);
});

/** In the page, before its scripts: sets the device's clock off by so much. Timers go on as they were. */
function misset(offMs: number): void {
  const RealDate = Date;
  const now = (): number => RealDate.now() + offMs;
  window.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget === window.Date ? target : newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver) as unknown),
  });
}

const DAY_MS = 86_400_000;

it.each([['a day fast', DAY_MS], ['a day slow', -DAY_MS]])('with the clock %s, times are those of the gateway, and today is today', async (name, offMs) => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  await page.addInitScript(misset, offMs);
  const visitor = new Visitor(page);
  await visitor.visit(`${gateway.url}/demo/`);
  expect(Math.abs(await page.evaluate(() => Date.now()) - Date.now() - offMs)).toBeLessThan(60_000);
  const question = `What day is it, ${name}?`;
  await visitor.say(question);
  const agent = await answeringAgent(gateway);
  agent.reply(await agent.sees(question), 'Today.');
  await visitor.sees('Today.');
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.say('And now?');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  // One day only, also for what waits.
  expect(await visitor.log.locator('.day').allTextContents()).toEqual(['Today']);
  await gateway.start();
  await until(async () => await visitor.log.getByText('Waiting to be sent').count() === 0, { what: 'it to be sent' });
  expect(await visitor.log.locator('.day').allTextContents()).toEqual(['Today']);
  for (const at of await visitor.log.locator('time').evaluateAll((times) => times.map((time) => (time as HTMLTimeElement).dateTime))) {
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(120_000);
  }
  await visitor.shows([question, 'Today.', 'And now?']);
});

/** Talks, is cut off in the middle and writes on; all of it on one page, which is all that can be promised without storage. */
async function talkWithoutStorage(page: Page, address: string, storage: string): Promise<void> {
  const visitor = new Visitor(page);
  await visitor.visit(address);
  const question = `My storage is ${storage}. Can you read this?`;
  await visitor.say(question);
  const agent = await answeringAgent(gateway);
  const id = await agent.sees(question);
  agent.reply(id, 'Every word.');
  await visitor.sees('Every word.');
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.say('And this?');
  await visitor.say('And that?');
  // The truth: only as long as the page is.
  await visitor.log.getByText('Waiting to be sent. Keep this page open.').waitFor();
  await visitor.composer.fill('Half a sent');
  await gateway.start();
  await sent(visitor);
  await visitor.banner.waitFor({ state: 'hidden' });
  await expect.poll(() => agent.log(id), { timeout: 30_000 }).toEqual([question, 'Every word.', 'And this?', 'And that?']);
  await visitor.shows([question, 'Every word.', 'And this?', 'And that?']);
  expect(await visitor.composer.inputValue()).toBe('Half a sent');
}

it('[D4] [D7] where the storage is full, messages go all the same, and those that wait say how long they are kept', async () => {
  showLogOnFailure(gateway);
  const site = await startSite({ '/': { html: `<!doctype html><html lang="en"><title>Full</title><h1>A full page</h1><script async src="${gateway.url}/w/demo.js"></script></html>` } });
  onTestFinished(() => site.close());
  const page = await browser.page();
  await page.goto(site.origin);
  await page.evaluate(() => {
    for (const storage of [localStorage, sessionStorage]) {
      for (let size = 2 ** 22; size >= 1;) {
        try {
          storage.setItem(`filler ${size} ${storage.length}`, 'x'.repeat(size));
        } catch {
          size /= 2;
        }
      }
    }
  });
  const tools = await page.context().newCDPSession(page);
  await tools.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1 });
  expect(await page.evaluate(() => { try { localStorage.setItem('more', 'y'.repeat(20)); return ''; } catch (error) { return (error as Error).name; } })).toBe('QuotaExceededError');
  await talkWithoutStorage(page, site.origin, 'full');
});

it('[D4] [D7] where storage is forbidden, as in a sandbox, messages go all the same, and those that wait say how long they are kept', async () => {
  showLogOnFailure(gateway);
  const site = await startSite({
    '/': {
      html: `<!doctype html><html lang="en"><title>Sandbox</title><h1>A sandboxed page</h1><script async src="${gateway.url}/w/demo.js"></script></html>`,
      headers: { 'content-security-policy': 'sandbox allow-scripts' },
    },
  });
  onTestFinished(() => site.close());
  const page = await browser.page();
  await page.goto(site.origin);
  expect(await page.evaluate(() => { try { return `holds ${localStorage.length}`; } catch (error) { return (error as Error).name; } })).toBe('SecurityError');
  await talkWithoutStorage(page, site.origin, 'forbidden');
});
