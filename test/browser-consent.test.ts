/** What the browser may remember of a visitor: as long as they agree to, and not a moment longer. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { changeSettings, keepsNothing, keptBy, NOTHING_KEPT, ownersPage, OwnersScript, snippet, useSite, writerOf } from './harness/owner-page.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(() => changeSettings(gateway, {}));
afterAll(() => gateway.stop());

async function arrive(attributes = '', options: BrowserContextOptions = {}): Promise<{ visitor: Visitor; script: OwnersScript; origin: string }> {
  const site = await useSite({ '/': ownersPage(snippet(gateway, attributes)), '/persistent': ownersPage(snippet(gateway)), '/none': ownersPage(snippet(gateway, 'data-consent="none"')) });
  const page = await browser.page(options);
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  return { visitor: new Visitor(page), script, origin: site.origin };
}

const KEPT = {
  none: NOTHING_KEPT,
  session: { ...NOTHING_KEPT, sessionStorage: ['miradesk:demo'] },
  persistent: { ...NOTHING_KEPT, localStorage: ['miradesk:demo'], databases: ['miradesk:demo'] },
};
const LEVELS = ['none', 'session', 'persistent'] as const;

async function keeps(visitor: Visitor, level: keyof typeof KEPT): Promise<void> {
  await expect.poll(() => keptBy(visitor.page), { timeout: 10_000 }).toEqual(KEPT[level]);
}

it.each(LEVELS)('consent %s as an attribute: a conversation keeps what that allows, in this page and after it', async (level) => {
  showLogOnFailure(gateway);
  const { visitor, script } = await arrive(`data-consent="${level}"`);
  await visitor.openChat();
  expect((await script.state()).consent).toBe(level);
  await visitor.say('What will you remember?');
  await script.hears('message:sent');
  await visitor.composer.fill('A draft');
  expect((await keptBy(visitor.page)).sessionStorage.includes('miradesk:demo:draft')).toBe(level !== 'none');
  await visitor.composer.fill('');
  await keeps(visitor, level);
  await visitor.page.reload();
  await script.ready();
  await visitor.openChat();
  await until(async () => (await script.state()).connection === 'online', { what: 'the connection' });
  await visitor.shows(level === 'none' ? [] : ['What will you remember?']);
});

it.each(LEVELS.flatMap((from) => LEVELS.filter((to) => to !== from).map((to) => [from, to] as const)))('from %s to %s after writing: what there is moves, the conversation and what waits go on', async (from, to) => {
  showLogOnFailure(gateway);
  const { visitor, script } = await arrive();
  await script.call('setConsent', from);
  await visitor.openChat();
  await visitor.say('Written before');
  await script.hears('message:sent');
  await keeps(visitor, from);
  await visitor.page.context().setOffline(true);
  await visitor.page.evaluate(() => dispatchEvent(new Event('offline')));
  await gateway.kill();
  await visitor.say('Waiting meanwhile');
  await visitor.composer.fill('A draft');
  await script.call('setConsent', to);
  await until(async () => (await keptBy(visitor.page)).localStorage.length === (to === 'persistent' ? 1 : 0), { what: 'what is kept to move' });
  expect((await keptBy(visitor.page)).sessionStorage.toSorted()).toEqual({ none: [], session: ['miradesk:demo', 'miradesk:demo:draft'], persistent: ['miradesk:demo:draft'] }[to]);
  expect(await visitor.composer.inputValue()).toBe('A draft');
  await visitor.shows(['Written before', 'Waiting meanwhile']);
  await gateway.start();
  await visitor.page.context().setOffline(false);
  await script.hears('message:sent', 2);
  await visitor.shows(['Written before', 'Waiting meanwhile']);
  await visitor.composer.fill('');
  if (to === 'none') await keepsNothing(visitor.page);
  expect((await script.state()).consent).toBe(to);
});

it('a page, or a workspace, that allows less takes along what an earlier page kept, and takes it off the device', async () => {
  showLogOnFailure(gateway);
  const { visitor, script, origin } = await arrive();
  await visitor.openChat();
  await visitor.say('Kept at first');
  await script.hears('message:sent');
  await keeps(visitor, 'persistent');
  await visitor.page.goto(`${origin}/none`);
  await script.ready();
  await visitor.openChat();
  await visitor.shows(['Kept at first']);
  await keepsNothing(visitor.page);
  await visitor.page.goto(`${origin}/persistent`);
  await script.ready();
  await visitor.openChat();
  await visitor.say('Kept once more');
  await script.hears('message:sent');
  await changeSettings(gateway, { consent: 'session' });
  // Settings are a minute old at most in the browser's cache.
  await visitor.page.route('**/w/demo.json', async (route) => route.fulfill({ response: await route.fetch({ headers: { ...route.request().headers(), 'cache-control': 'no-cache' } }) }));
  await visitor.page.goto(origin);
  await script.ready();
  await visitor.openChat();
  await visitor.shows(['Kept once more']);
  await keeps(visitor, 'session');
});

it('who comes back to a page without consent is not connected before they open the chat, or agree', async () => {
  showLogOnFailure(gateway);
  const { visitor, script, origin } = await arrive();
  await visitor.openChat();
  await visitor.say('I will be back');
  await script.hears('message:sent');
  for (const [consent, agreed] of [['none', false], ['none', true]] as const) {
    await visitor.page.goto(`${origin}/${consent}`);
    await script.ready();
    // The panel comes in the background and takes what was stored along, in memory.
    await until(async () => (await keptBy(visitor.page)).localStorage.length === 0, { what: 'nothing in the storage' });
    await visitor.page.waitForLoadState('networkidle');
    expect((await script.state()).connection).toBe('idle');
    await (agreed ? script.call('setConsent', 'persistent') : script.call('open'));
    await until(async () => (await script.state()).connection === 'online', { what: 'the connection' });
    if (!agreed) await script.call('setConsent', 'persistent');
    await keeps(visitor, 'persistent');
  }
  await visitor.openChat();
  await visitor.shows(['I will be back']);
});

it('without consent nothing is stored over a whole conversation, which another tab shares while one has it', async () => {
  showLogOnFailure(gateway);
  const { visitor, script, origin } = await arrive('data-consent="none"');
  await visitor.openChat();
  for (const text of ['One', 'Two']) await visitor.say(text);
  await script.hears('message:sent', 2);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Two');
  await agent.reply('Three');
  await visitor.sees('Three');
  await visitor.panel.getByRole('button', { name: 'Emoji' }).click();
  await visitor.panel.getByRole('button', { name: 'grinning face', exact: true }).or(visitor.panel.locator('.emoji button').nth(3)).first().click();
  const other = await visitor.page.context().newPage();
  await other.goto(origin);
  await new Visitor(other).openChat();
  await new Visitor(other).shows(['One', 'Two', 'Three']);
  await keepsNothing(visitor.page);
});

it('the consent line and the privacy policy stand above the first message, and only there', async () => {
  showLogOnFailure(gateway);
  await changeSettings(gateway, { consentText: 'We keep this for a year.', privacyLink: 'https://kettle.example/privacy' });
  const { visitor, script } = await arrive();
  await visitor.openChat();
  const line = visitor.panel.getByText('We keep this for a year.');
  await line.waitFor();
  const link = visitor.panel.getByRole('link', { name: 'Privacy policy' });
  expect([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual(['https://kettle.example/privacy', '_blank', expect.stringContaining('noopener')]);
  await visitor.say('I agree');
  await line.waitFor({ state: 'detached' });
  await script.hears('message:sent');
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('I agree');
  expect(await line.count()).toBe(0);
});

it.each(['doNotTrack', 'globalPrivacyControl', 'pageTracking'])('no page is told and nothing is tracked where %s says so', async (what) => {
  showLogOnFailure(gateway);
  await changeSettings(gateway, { pageTracking: what !== 'pageTracking' });
  const site = await useSite({ '/': ownersPage(snippet(gateway)) });
  const page = await browser.page();
  if (what !== 'pageTracking') await page.addInitScript((name) => Object.defineProperty(navigator, name, { value: name === 'doNotTrack' ? '1' : true }), what);
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  const sent: string[] = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(payload.toString())));
  await script.call('track', 'Cart opened');
  const visitor = new Visitor(page);
  await visitor.openChat();
  await visitor.say(`Quietly, by ${what}`);
  await script.hears('message:sent');
  await script.call('track', 'Cart closed');
  await script.call('setAttributes', { last: 'said' });
  await until(async () => (await writerOf(gateway, `Quietly, by ${what}`)).attributes.last === 'said', { what: 'what was said last to arrive', every: 200 });
  expect((await writerOf(gateway, `Quietly, by ${what}`)).events).toEqual([]);
  expect(sent.some((frame) => frame.includes(`Quietly, by ${what}`))).toBe(true);
  expect(sent.filter((frame) => frame.includes(site.origin) || frame.includes('event:track'))).toEqual([]);
});
