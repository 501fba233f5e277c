/** One visitor in several tabs: one socket, one sound, one count of what is unread. In a real browser, on the built files. */
import type { BrowserContext, WebSocket } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { Member } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** All sockets of a browser, over all of its tabs. */
class Sockets {
  opened = 0;
  readonly open = new Set<WebSocket>();

  constructor(context: BrowserContext) {
    context.on('page', (page) => {
      page.on('websocket', (socket) => {
        this.opened += 1;
        this.open.add(socket);
        socket.on('close', () => this.open.delete(socket));
        page.on('close', () => this.open.delete(socket));
      });
    });
  }
}

/** Counts tones and notifications of a page, and lets the test say whether it is looked at: a browser without a screen shows all of its tabs. */
async function watchAlerts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const told = { tones: 0, notifications: [] as string[], hidden: false };
    Object.assign(window, { told });
    const { start } = AudioScheduledSourceNode.prototype;
    AudioScheduledSourceNode.prototype.start = function count(this: AudioScheduledSourceNode, ...when: []) {
      told.tones += 1;
      start.apply(this, when);
    };
    class Fake extends EventTarget {
      static permission = 'default';
      static requestPermission(): Promise<string> {
        Fake.permission = 'granted';
        return Promise.resolve('granted');
      }
      static {
        try {
          if (localStorage.getItem('test:granted')) Fake.permission = 'granted';
        } catch {
          // Not a page of ours.
        }
      }
      constructor(title: string, { body }: { body: string }) {
        super();
        told.notifications.push(`${title}: ${body}`);
      }
      close(): void {}
    }
    Object.assign(window, { Notification: Fake });
    Object.defineProperty(Document.prototype, 'visibilityState', { get: () => (told.hidden ? 'hidden' : 'visible') });
  });
}

interface Told { tones: number; notifications: string[] }
const told = (visitor: Visitor): Promise<Told> => visitor.page.evaluate(() => (window as unknown as { told: Told }).told);

async function look(visitor: Visitor, looks: boolean): Promise<void> {
  await visitor.page.evaluate((hidden) => {
    (window as unknown as { told: { hidden: boolean } }).told.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }, !looks);
}

/** A visitor who has written, in so many tabs with the chat open in each. */
async function tabsOf(context: BrowserContext, count: number, text: string): Promise<Visitor[]> {
  const tabs: Visitor[] = [];
  for (let tab = 0; tab < count; tab += 1) {
    const visitor = new Visitor(await context.newPage());
    await visitor.visit(`${gateway.url}/demo/`);
    if (tab === 0) {
      await visitor.say(text);
      await visitor.log.getByText(/Sent|Delivered/).waitFor();
    } else {
      await visitor.sees(text);
    }
    tabs.push(visitor);
  }
  return tabs;
}

it('[D4] three tabs share one socket, and when the one that has it goes, another has it within two seconds', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  const sockets = new Sockets(context);
  const tabs = await tabsOf(context, 3, 'One wire for three');
  const [first, second, third] = tabs as [Visitor, Visitor, Visitor];
  const member = await Member.of(gateway);
  const id = await member.conversationWith('One wire for three');
  await member.says(id, 'Heard in all');
  await Promise.all(tabs.map((tab) => tab.sees('Heard in all')));
  await third.say('Said in the third');
  await Promise.all(tabs.map((tab) => tab.sees('Said in the third')));
  expect([sockets.open.size, sockets.opened]).toEqual([1, 1]);

  const left = performance.now();
  await first.page.close();
  await until(() => sockets.open.size === 1 && sockets.opened === 2, { what: 'the socket to move', every: 10, timeout: 2_000 });
  expect(performance.now() - left).toBeLessThan(2_000);
  await second.say('Said afterwards');
  await third.sees('Said afterwards');
  await second.log.getByText(/Sent|Delivered/).waitFor();
  await member.says(id, 'Heard afterwards');
  await Promise.all([second, third].map((tab) => tab.sees('Heard afterwards')));
  expect([sockets.open.size, sockets.opened]).toEqual([1, 2]);
  const said = ['One wire for three', 'Heard in all', 'Said in the third', 'Said afterwards', 'Heard afterwards'];
  expect(await second.shown()).toEqual(said);
  expect(await third.shown()).toEqual(said);

  // A tab that is loaded again joins the one that is there.
  await third.page.reload();
  await third.openChat();
  await third.sees('Heard afterwards');
  expect(sockets.open.size).toBe(1);
});

it.each(['locks', 'BroadcastChannel'])('[D4] where a browser has no %s, each tab has its own socket and all goes on', async (missing) => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  await context.addInitScript((name) => {
    if (name === 'locks') Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });
    else Reflect.deleteProperty(window, name);
  }, missing);
  const sockets = new Sockets(context);
  const tabs = await tabsOf(context, 2, `Without ${missing}`);
  expect(sockets.open.size).toBe(2);
  const [one, two] = tabs as [Visitor, Visitor];
  await two.say('From the second');
  await one.sees('From the second');
  await one.say('From the first');
  await two.sees('From the first');
  expect(await one.shown()).toEqual(await two.shown());
});

it('a message makes one sound over all tabs and counts in the title of those that are not looked at; read in one is read in all', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  await watchAlerts(context);
  const [one, two] = await tabsOf(context, 2, 'Ring once') as [Visitor, Visitor];
  const member = await Member.of(gateway);
  const id = await member.conversationWith('Ring once');
  const titles = await Promise.all([one, two].map(({ page }) => page.title()));
  const sounds = async (): Promise<number> => ((await told(one)).tones + (await told(two)).tones) / 2;

  // Looked at in one: no call at all.
  await member.says(id, 'You are looking');
  await one.sees('You are looking');
  await two.sees('You are looking');
  expect(await sounds()).toBe(0);

  await look(one, false);
  await look(two, false);
  await member.says(id, 'Where are you?');
  await until(async () => (await sounds()) > 0, { what: 'a sound' });
  await until(async () => (await one.page.title()) === `(1) ${titles[0]}` && (await two.page.title()) === `(1) ${titles[1]}`, { what: 'the count in both titles' });
  await member.says(id, 'Hello?');
  await until(async () => (await sounds()) === 2, { what: 'one sound a message' });
  expect((await two.page.title()).startsWith('(2) ')).toBe(true);
  // Nobody asked to be called.
  expect([(await told(one)).notifications, (await told(two)).notifications]).toEqual([[], []]);

  await look(two, true);
  expect(await two.page.title()).toBe(titles[1]);
  await until(async () => (await one.page.title()) === titles[0], { what: 'the other tab to know that it was read' });
  await one.closeChat();
  expect(await one.launcher.getAttribute('aria-label')).toBe('Chat');
  // Nothing rings for what is read, nor again.
  expect(await sounds()).toBe(2);

  // A page that changes its title meanwhile keeps it.
  await look(one, false);
  await look(two, false);
  await member.says(id, 'Once more');
  await until(async () => (await one.page.title()).startsWith('(1) '), { what: 'the count' });
  await one.page.evaluate(() => { document.title = 'Cart (2 pots)'; });
  await look(two, true);
  await until(async () => (await one.page.title()) === 'Cart (2 pots)', { what: 'the title that the page has given itself' });
});

it('who asked to be called is, by one tab and only while none is looked at, and silence is kept', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  await watchAlerts(context);
  const [one, two] = await tabsOf(context, 2, 'Call me') as [Visitor, Visitor];
  await one.page.evaluate(() => localStorage.setItem('test:granted', 'yes'));
  await one.choose('Notify me of answers');
  await one.button('Turn sound off').click();
  await one.page.keyboard.press('Escape');
  await two.page.reload();
  await two.openChat();
  await two.sees('Call me');
  const member = await Member.of(gateway);
  const id = await member.conversationWith('Call me');
  const calls = async (): Promise<string[]> => [...(await told(one)).notifications, ...(await told(two)).notifications];
  await look(one, false);
  await look(two, false);
  await member.says(id, 'The kiln is open');
  await until(async () => (await calls()).length > 0, { what: 'the notification' });
  expect((await calls()).map((text) => text.replace(/[\u2068\u2069]/g, ''))).toEqual(['New message from Olive: The kiln is open']);
  await one.page.bringToFront();
  await keepPicture(one.page, 'widget-tabs');
  await look(one, true);
  await look(two, true);
  await member.says(id, 'While you look');
  await two.sees('While you look');
  expect((await calls()).length).toBe(1);
  expect((await told(one)).tones + (await told(two)).tones).toBe(0);
});
