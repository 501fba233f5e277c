/** A visitor with several conversations, and one with a very long one, in a real browser on the built files. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { Member, setSettings } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { RATE_MEMBER_REQUESTS: '5000/1000' } });
  await setSettings(gateway, { rating: false });
});
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

/** What the list says, from top to bottom: text, and mark where there is one. */
function rows(visitor: Visitor): Promise<string[]> {
  return visitor.list.getByRole('button').evaluateAll((buttons) => buttons.map((button) => {
    const copy = button.cloneNode(true) as Element;
    for (const part of copy.querySelectorAll('time, [aria-hidden]')) part.remove();
    return [...copy.children].map(({ textContent }) => textContent).join(' · ');
  }));
}

async function startNew(visitor: Visitor, text: string): Promise<void> {
  await visitor.openList();
  await visitor.button('New conversation').click();
  await visitor.composer.waitFor();
  expect(await visitor.shown()).toEqual([]);
  await visitor.say(text);
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
}

it('several conversations: each keeps its own, and the list tells which has news, which is closed, and which moved last', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  const visitor = new Visitor(await context.newPage());
  const seen = watch(visitor.page);
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  // Whoever has written nothing has no list to go to.
  expect(await visitor.button('All conversations').count()).toBe(0);
  await visitor.say('Is the mug dishwasher safe?');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  await startNew(visitor, 'Where is my parcel?');
  await startNew(visitor, 'Do you hire potters?');
  const [mug, parcel] = [await member.conversationWith('Is the mug dishwasher safe?'), await member.conversationWith('Where is my parcel?')];
  await member.closes(parcel);
  await member.says(mug, 'It is,\nand the saucer too.');
  await member.says(mug, 'Even at 70 degrees.');

  await visitor.openList();
  await until(async () => (await rows(visitor))[0]?.includes('2 unread'), { what: 'the answers in the list' });
  expect(await rows(visitor)).toEqual(['Even at 70 degrees. · 2 unread', 'You: Where is my parcel? · Closed', 'You: Do you hire potters?']);
  expect(await visitor.focused()).toContain('Even at 70 degrees.');
  await keepPicture(visitor.page, 'widget-list');
  await expectAccessible(visitor.page);

  // Another tab has the same list; what is read here is read there.
  const other = new Visitor(await context.newPage());
  await other.page.goto(`${gateway.url}/demo/mug.html`);
  await other.openChat();
  await other.openList();
  await until(async () => (await rows(other)).length === 3, { what: 'the list in the other tab' });
  await other.page.bringToFront();
  await visitor.page.bringToFront();
  await visitor.conversation('Even at 70 degrees.').click();
  await visitor.sees('Even at 70 degrees.');
  await visitor.log.getByText('New', { exact: true }).waitFor();
  expect(await visitor.shown()).toEqual(['Is the mug dishwasher safe?', 'It is,\nand the saucer too.', 'Even at 70 degrees.']);
  await until(async () => visitor.focused().then((name) => name === 'Message'), { what: 'the composer to have the keyboard' });
  await until(async () => (await rows(other))[0] === 'Even at 70 degrees.', { what: 'the other tab to know it is read' });

  // What is written goes into the chosen one; a closed one opens again.
  await visitor.openList();
  await visitor.conversation('Where is my parcel?').click();
  await visitor.panel.getByText('Write any time to reopen it').waitFor();
  await visitor.say('It came!');
  await visitor.panel.getByText('Conversation reopened').waitFor();
  expect(await visitor.shown()).toEqual(['Where is my parcel?', 'It came!']);
  await member.conversationWith('It came!');
  await until(async () => (await rows(other))[0] === 'You: It came!', { what: 'the order of the other tab' });

  // The same after a reload: the one that moved last is shown.
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('It came!');
  await visitor.openList();
  expect(await rows(visitor)).toEqual(['You: It came!', 'Even at 70 degrees.', 'You: Do you hire potters?']);
  await visitor.page.keyboard.press('Escape');
  await visitor.list.waitFor({ state: 'detached' });
  expect(await visitor.focused()).toBe('All conversations');
  expect(seen.errors).toEqual([]);
});

it('[D4] a new conversation that is begun without a gateway waits as one of its own', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('The first of two');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  await gateway.kill();
  await visitor.banner.waitFor();
  // What was never needed before has to come from the gateway; until it can, one stays where one is.
  await visitor.button('All conversations').click();
  await visitor.panel.getByRole('alert').getByText('This could not be loaded.').waitFor();
  await expectAccessible(visitor.page);
  await gateway.start();
  await visitor.button('Try again').click();
  await visitor.list.waitFor();
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.button('New conversation').click();
  await visitor.say('The second, in the dark');
  await visitor.say('and some more of it');
  await visitor.sees('and some more of it');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  expect(await visitor.shown()).toEqual(['The second, in the dark', 'and some more of it']);
  await gateway.start();
  await member.conversationWith('and some more of it');
  await visitor.log.getByText(/Sent|Delivered/).waitFor({ timeout: 30_000 });
  await visitor.openList();
  await until(async () => (await rows(visitor)).length === 2, { what: 'both in the list' });
  expect(await rows(visitor)).toEqual(['You: and some more of it', 'You: The first of two']);
});

const LONG = 1_000;

/** Makes a conversation of so many messages: "Message 1", by the visitor, and so on. Answers its id. */
async function talk(visitor: Visitor, member: Member, word: string, count: number): Promise<string> {
  await visitor.say(`${word} 1`);
  const id = await member.conversationWith(`${word} 1`);
  for (let from = 2; from <= count; from += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count + 1 - from) }, (_, place) => member.says(id, `${word} ${from + place}`)));
  }
  return id;
}

/** Loads the page anew and opens the chat, with the newest page of a long conversation. */
async function returns(visitor: Visitor): Promise<void> {
  await visitor.page.reload();
  await visitor.openChat();
  await until(async () => (await visitor.shown()).length === 50, { what: 'the newest page' });
  await visitor.button('Show earlier messages').waitFor();
}

/** Moves the log to a place while something else happens. Answers where it is once that has been drawn. */
function goesTo(visitor: Visitor, top: number, meanwhile: 'nothing' | 'more' | 'less room'): Promise<{ top: number; toEnd: number }> {
  return visitor.log.evaluate(async (log, [to, what]) => {
    log.scrollTop = to;
    const line = document.createElement('p');
    if (what === 'more') log.append(line);
    if (what === 'less room') (log.parentElement as HTMLElement).style.marginTop = '60px';
    // The first frame tells of the scrolling and of the new sizes, and the second of what came of it.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    line.remove();
    return { top: log.scrollTop, toEnd: Math.round(log.scrollHeight - log.scrollTop - log.clientHeight) };
  }, [top, meanwhile] as const);
}

/** In the page: counts what is put into the log and taken out of it from now on. */
async function countNodes(page: Page): Promise<() => Promise<{ added: number; removed: number }>> {
  await page.evaluate(() => {
    const log = document.querySelector('#miradesk')?.shadowRoot?.querySelector('[role=log]');
    const counts = { added: 0, removed: 0 };
    Object.assign(window, { counts });
    new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes } of changes) {
        counts.added += addedNodes.length;
        counts.removed += removedNodes.length;
      }
    }).observe(log as Element, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { counts: { added: number; removed: number } }).counts);
}

it('a conversation of a thousand messages: pages come while the place is kept, and nothing is drawn twice', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { page } = visitor;
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  const id = await talk(visitor, member, 'Message', LONG);
  await returns(visitor);

  // Up to the very first, page by page; what is looked at stays where it is.
  const box = visitor.log;
  const place = () => box.evaluate((log) => {
    const top = log.getBoundingClientRect().top;
    const first = [...log.querySelectorAll('.message')].find((message) => message.getBoundingClientRect().bottom > top) as HTMLElement;
    return { text: first.querySelector('.bubble')?.textContent, at: Math.round(first.getBoundingClientRect().top - top) };
  });
  await box.evaluate((log) => { log.scrollTop = 300; });
  await until(async () => page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => resolve(true)); })));
  const before = await place();
  const counted = await countNodes(page);
  await box.evaluate((log) => { log.scrollTop = 20; });
  const looked = { ...before, at: before.at + 280 };
  await until(async () => (await visitor.shown()).length === 100, { what: 'the page before' });
  const now = await box.evaluate((log, text) => {
    const message = [...log.querySelectorAll('.message')].find((one) => one.querySelector('.bubble')?.textContent === text) as HTMLElement;
    return Math.round(message.getBoundingClientRect().top - log.getBoundingClientRect().top);
  }, before.text);
  expect(Math.abs(now - looked.at)).toBeLessThanOrEqual(1);
  // A page of fifty and what stands between them: none of those that were there is made anew.
  const { removed } = await counted();
  expect(removed).toBeLessThan(20);

  while ((await visitor.shown()).length < LONG) {
    const had = (await visitor.shown()).length;
    await box.evaluate((log) => { log.scrollTop = 0; });
    await until(async () => (await visitor.shown()).length > had, { what: 'an earlier page' });
  }
  expect((await visitor.shown()).toSorted((one, other) => Number(one.slice(8)) - Number(other.slice(8)))).toEqual(Array.from({ length: LONG }, (_, at) => `Message ${at + 1}`));
  expect(await visitor.button('Show earlier messages').count()).toBe(0);

  // Far from the end: a new message tells how many there are, and moves nothing.
  await box.evaluate((log) => { log.scrollTop = log.scrollHeight / 2; });
  const middle = await place();
  const during = await counted();
  await member.says(id, 'One more');
  await visitor.button('1 new message').waitFor();
  await visitor.log.getByText('New', { exact: true }).waitFor();
  expect(await place()).toEqual(middle);
  const after = await counted();
  expect(after.added - during.added).toBeLessThan(10);
  await keepPicture(page, 'widget-long');
  await expectAccessible(page);

  // Typing costs the same as in an empty chat: the layout is worked out a few times a letter, whatever is above.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const layouts = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'LayoutCount')?.value ?? 0;
  await visitor.composer.focus();
  const first = await layouts();
  await visitor.composer.pressSequentially('twenty letters of it');
  expect((await layouts() - first) / 20).toBeLessThan(8);
  const letters = await counted();
  expect(letters.added - after.added).toBe(0);

  await visitor.button('1 new message').click();
  await visitor.log.getByText('One more').waitFor();
  await until(async () => box.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2), { what: 'the newest message in view' });
  expect(await visitor.button('Go to the newest message').count()).toBe(0);
});

it('whoever has just gone up stays there, whatever comes or grows in that moment, and whoever is at the end stays at the end', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  const id = await talk(visitor, member, 'Line', 60);
  for (const meanwhile of ['more', 'less room'] as const) {
    await returns(visitor);
    expect(await goesTo(visitor, 300, meanwhile)).toMatchObject({ top: 300 });
    await visitor.button('Go to the newest message').click();
    expect(await goesTo(visitor, 100_000, meanwhile)).toMatchObject({ toEnd: 0 });
    await member.says(id, `And ${meanwhile}`);
    await visitor.sees(`And ${meanwhile}`);
    expect(await goesTo(visitor, 100_000, 'nothing')).toMatchObject({ toEnd: 0 });
  }
});

it('whoever was quicker than the way to earlier messages gets them all the same, and loses no place to it', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await talk(visitor, member, 'Word', 110);
  for (const [at, pages] of [[300, 1], [0, 2]] as const) {
    const slow = Promise.withResolvers<void>();
    await visitor.page.route('**/parts/earlier.js', async (route) => {
      await slow.promise;
      await route.continue();
    });
    await visitor.page.reload();
    await visitor.openChat();
    await until(async () => (await visitor.shown()).length === 50, { what: 'the newest page' });
    const { toEnd } = await goesTo(visitor, at, 'nothing');
    slow.resolve();
    await visitor.button('Show earlier messages').waitFor();
    await until(async () => (await visitor.shown()).length === 50 * pages, { what: `${pages} pages` });
    expect(Math.abs((await goesTo(visitor, await visitor.log.evaluate(({ scrollTop }) => scrollTop), 'nothing')).toEnd - toEnd)).toBeLessThanOrEqual(1);
  }
});

it('another conversation begins at its end, wherever somebody was in the one before', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await talk(visitor, member, 'First', 60);
  await startNew(visitor, 'Second 0');
  const id = await member.conversationWith('Second 0');
  for (let count = 1; count <= 40; count++) await member.says(id, `Second ${count}`);
  await visitor.openList();
  await visitor.conversation('First 60').click();
  await visitor.sees('First 60');
  expect(await goesTo(visitor, 300, 'nothing')).toMatchObject({ top: 300 });
  await visitor.openList();
  await visitor.page.keyboard.press('Escape');
  await visitor.composer.waitFor();
  expect(await goesTo(visitor, 300, 'nothing')).toMatchObject({ top: 300 });
  await visitor.openList();
  await visitor.conversation('Second 40').click();
  await visitor.sees('Second 40');
  await until(async () => visitor.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2), { what: 'the newest message in view' });
  expect(await visitor.button('Go to the newest message').count()).toBe(0);
});

it('who comes back finds where the new messages begin', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('I will be back');
  const id = await member.conversationWith('I will be back');
  await member.says(id, 'Take your time');
  await visitor.sees('Take your time');
  expect(await visitor.log.getByText('New', { exact: true }).count()).toBe(0);
  await visitor.closeChat();
  await member.says(id, 'While you were away');
  await member.says(id, 'and once more');
  await visitor.page.getByRole('button', { name: 'Chat, 2 new messages' }).waitFor();
  await visitor.openChat();
  await visitor.log.getByText('New', { exact: true }).waitFor();
  const order = await visitor.log.locator('.new-here, .bubble').evaluateAll((elements) => elements.map(({ textContent }) => textContent));
  expect(order.map((text) => text.replace(/^.*: /, ''))).toEqual(['I will be back', 'Take your time', 'New', 'While you were away', 'and once more']);
  await keepPicture(visitor.page, 'widget-new-divider');
  await expectAccessible(visitor.page);
  // Answering is having read it.
  await visitor.say('Back');
  await visitor.log.getByText('New', { exact: true }).waitFor({ state: 'detached' });
});
