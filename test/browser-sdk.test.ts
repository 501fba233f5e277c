/** What site owners call and hear: every verb and every event of `window.MiraDesk`, on pages of their own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WidgetSettings } from '../shared/settings.ts';
import { useBrowser, watch } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { changeSettings, keepsNothing, keptBy, NOTHING_KEPT, ownersPage, OwnersScript, snippet, useSite, writerOf } from './harness/owner-page.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(() => changeSettings(gateway, {}));
afterAll(() => gateway.stop());

const stub = readFileSync(join(root, 'examples/chat-stub.js'), 'utf8');

async function arrive(body = snippet(gateway)): Promise<{ visitor: Visitor; script: OwnersScript; origin: string; seen: ReturnType<typeof watch> }> {
  const site = await useSite({ '/': ownersPage(body), '/next': ownersPage(body) });
  const page = await browser.page();
  const seen = watch(page);
  const script = await new OwnersScript(page).listen();
  await page.goto(site.origin);
  await script.ready();
  return { visitor: new Visitor(page), script, origin: site.origin, seen };
}

const widgets = (visitor: Visitor): Promise<number> => visitor.page.locator('#miradesk').count();

it('boot, update and destroy may come in any order and number, and leave one widget or none', async () => {
  const { visitor, script, seen } = await arrive();
  await visitor.launcher.waitFor();
  for (const verb of ['boot', 'boot', 'destroy', 'destroy', 'update', 'boot'] as const) await script.call(verb, verb === 'update' ? { color: '#aa0000' } : undefined);
  expect(await widgets(visitor)).toBe(1);
  expect(await visitor.launcher.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(170, 0, 0)');
  await script.call('boot', { color: '#00aa00', teamName: 'Kiln' });
  expect(await visitor.launcher.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(0, 170, 0)');
  await visitor.openChat();
  await visitor.panel.getByRole('heading', { name: 'Kiln' }).waitFor();
  await script.call('update', { teamName: 'Oven' });
  await visitor.panel.getByRole('heading', { name: 'Oven' }).waitFor();
  for (let round = 0; round < 3; round += 1) {
    await script.call('destroy');
    expect(await widgets(visitor)).toBe(0);
    await script.call('boot');
    await script.call('open');
    await visitor.composer.waitFor();
    expect(await widgets(visitor)).toBe(1);
  }
  expect(await script.heard('destroy')).toHaveLength(4);
  expect(await script.heard('ready')).toHaveLength(5);
  expect(seen.errors).toEqual([]);
});

it('every option can be an attribute of the script tag, as text, and boot() says it over again', async () => {
  const attributes = `data-color="#123456" data-position="left" data-offset-x="40" data-offset-y="60" data-z-index="77" data-launcher-label="Ask" data-team-name="Kettle"
    data-greeting="Good day" data-reply-time="Soon" data-attachments="false" data-emoji="false" data-radius="4" data-faces='[{"name":"Ines"},{"name":"Tom"}]'`;
  const { visitor, script, seen } = await arrive(snippet(gateway, attributes));
  await visitor.launcher.getByText('Ask').waitFor();
  const { height } = visitor.page.viewportSize() ?? { height: 0 };
  const box = await visitor.launcher.boundingBox();
  expect([box?.x, Math.round(height - (box?.y ?? 0) - (box?.height ?? 0))]).toEqual([40, 60]);
  expect(await visitor.page.locator('#miradesk').evaluate((host) => getComputedStyle(host).zIndex)).toBe('77');
  await visitor.openChat();
  for (const text of ['Kettle', 'Good day', 'Soon']) await visitor.panel.getByText(text, { exact: true }).first().waitFor();
  expect(await visitor.panel.getByRole('button', { name: /Emoji|Attach/ }).count()).toBe(0);
  expect(await visitor.panel.evaluate((panel) => getComputedStyle(panel).borderRadius)).toMatch(/^4px/);
  await visitor.panel.locator('.face').getByText('T', { exact: true }).waitFor();
  await script.call('boot', { emoji: true, attachments: true, greeting: 'Good night' });
  await visitor.panel.getByText('Good night').waitFor();
  await visitor.panel.getByRole('button', { name: 'Emoji' }).waitFor();
  await visitor.panel.getByRole('button', { name: 'Attach files' }).waitFor();
  expect(seen.errors).toEqual([]);
});

it('open, close, toggle and the launcher: said once each, to listeners and by getState', async () => {
  const { visitor, script } = await arrive();
  expect(await script.state()).toEqual({ booted: true, open: false, unread: 0, connection: 'idle', identity: null, available: true, locale: 'en', launcher: true, consent: 'persistent' });
  await script.call('open');
  await script.call('open');
  await visitor.composer.waitFor();
  await until(async () => (await script.state()).connection === 'online', { what: 'the connection' });
  expect((await script.state()).open).toBe(true);
  await script.call('close');
  await script.call('close');
  await script.call('toggle');
  await visitor.composer.waitFor();
  await script.call('toggle');
  await visitor.composer.waitFor({ state: 'hidden' });
  expect((await script.heard()).filter((event) => event === 'open' || event === 'close')).toEqual(['open', 'close', 'open', 'close']);
  await script.call('hideLauncher');
  await visitor.launcher.waitFor({ state: 'hidden' });
  expect((await script.state()).launcher).toBe(false);
  await script.call('open');
  await visitor.composer.waitFor();
  await script.call('showLauncher');
  await visitor.launcher.waitFor();
  await script.call('destroy');
  expect(await script.state()).toMatchObject({ booted: false, open: false, connection: 'idle' });
});

it('prefill offers words to change; sendMessage and startConversation write for the visitor, and the page is told', async () => {
  showLogOnFailure(gateway);
  const { visitor, script, seen } = await arrive();
  await script.call('prefill', 'Is the mug ');
  await visitor.composer.waitFor();
  await expect.poll(() => visitor.composer.inputValue()).toBe('Is the mug ');
  await visitor.composer.pressSequentially('blue?');
  await visitor.composer.press('Enter');
  await visitor.shows(['Is the mug blue?']);
  const [started] = await script.hears('conversation:started') as [{ conversationId: string }];
  expect(await script.hears('message:sent')).toEqual([{ conversationId: started.conversationId, text: 'Is the mug blue?', author: null, at: expect.stringMatching(/^20.*Z$/) as string }]);
  await script.call('sendMessage', 'Or green?');
  await visitor.shows(['Is the mug blue?', 'Or green?']);
  await script.call('startConversation', 'Another thing');
  await visitor.shows(['Another thing']);
  const conversations = await script.hears('conversation:started', 2) as Array<{ conversationId: string }>;
  expect(conversations[1]?.conversationId).not.toBe(started.conversationId);
  await script.call('startConversation');
  await visitor.shows([]);

  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('Another thing');
  await script.call('close');
  await agent.reply('Which one?');
  expect(await script.hears('message:received')).toMatchObject([{ conversationId: conversations[1]?.conversationId, text: 'Which one?', author: 'Olive' }]);
  await expect.poll(async () => (await script.heard('unread')).at(-1)).toBe(1);
  expect((await script.state()).unread).toBe(1);
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
  expect(await script.hears('conversation:closed')).toEqual([{ conversationId: conversations[1]?.conversationId }]);
  expect(await script.heard('error')).toEqual([]);
  expect(seen.errors).toEqual([]);
});

it('[D4] sendMessage before the panel was ever loaded goes out, also when nothing can be loaded at first', async () => {
  showLogOnFailure(gateway);
  const { visitor, script } = await arrive();
  await visitor.page.context().setOffline(true);
  await script.call('sendMessage', 'Written in a tunnel');
  await visitor.page.waitForEvent('requestfailed', (request) => request.url().includes('/panel.js'));
  expect((await script.state()).open).toBe(false);
  await visitor.page.context().setOffline(false);
  expect(await script.hears('message:sent')).toMatchObject([{ text: 'Written in a tunnel' }]);
  await visitor.openChat();
  await visitor.shows(['Written in a tunnel']);
  // The panel that was asked for again is one with its parts.
  await visitor.panel.getByRole('button', { name: 'More options' }).click();
  await visitor.panel.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor();
});

it('facts, tags and events reach the inbox, those from before the connection too', async () => {
  showLogOnFailure(gateway);
  const { visitor, script, seen } = await arrive();
  await script.call('setAttributes', { plan: 'Pro', seats: 3, trial: false, gone: 'soon' });
  await script.call('addTags', 'vip', ['late', 'vip']);
  await script.call('track', 'Cart opened', { items: 2 });
  expect(seen.requests.filter((address) => address.includes('/w/'))).toHaveLength(1);
  await script.call('identify', { name: 'Margit', email: 'margit@kettle.example' });
  await visitor.openChat();
  await visitor.say('Who am I?');
  await script.hears('message:sent');
  await script.call('setAttributes', { seats: 4, gone: null });
  await script.call('addTags', 'warm');
  await script.call('track', 'Cart closed');
  await until(async () => {
    const { name, email, attributes, tags, events } = await writerOf(gateway, 'Who am I?');
    expect({ name, email, attributes, tags: tags.toSorted() }).toEqual({ name: 'Margit', email: 'margit@kettle.example', attributes: { plan: 'Pro', seats: 4, trial: false }, tags: ['late', 'vip', 'warm'] });
    expect(events.map((event) => [event.name, event.meta])).toEqual([['Cart closed', {}], ['Cart opened', { items: 2 }]]);
    return true;
  }, { what: 'the inbox to know', every: 300 });
  expect(await script.heard('error')).toEqual([]);
});

it('setLocale changes the language while the chat is open, and getState says it', async () => {
  const { visitor, script } = await arrive();
  await visitor.openChat();
  await visitor.composer.fill('Half a thought');
  for (const [locale, name] of [['de', 'Nachricht'], ['ar', 'الرسالة'], ['ja', 'メッセージ']] as const) {
    await script.call('setLocale', locale);
    await expect.poll(() => visitor.page.locator('#miradesk textarea').getAttribute('aria-label'), { message: name }).toBeTruthy();
    await expect.poll(async () => (await script.state()).locale).toBe(locale);
    await expect.poll(() => visitor.page.locator('#miradesk').getAttribute('lang')).toBe(locale);
  }
  await script.call('setLocale', 'auto');
  await expect.poll(() => visitor.composer.inputValue()).toBe('Half a thought');
});

it('the page\'s own launcher opens and closes, also one that comes later, and gets the keyboard back', async () => {
  const { visitor, seen } = await arrive(snippet(gateway, 'data-launcher="false" data-launcher-selector="#own, .later"'));
  const own = visitor.page.locator('#own');
  await own.focus();
  await own.press('Enter');
  await visitor.composer.waitFor();
  await visitor.launcher.waitFor({ state: 'hidden' });
  await visitor.composer.press('Escape');
  await visitor.composer.waitFor({ state: 'hidden' });
  expect(await own.evaluate((button) => document.activeElement === button)).toBe(true);
  await visitor.page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<a class="later" href="/nowhere"><b>Chat</b></a>'));
  await visitor.page.locator('.later b').click();
  await visitor.composer.waitFor();
  await visitor.page.locator('.later').click();
  await visitor.composer.waitFor({ state: 'hidden' });
  expect(new URL(visitor.page.url()).pathname).toBe('/');
  expect(seen.errors).toEqual([]);
});

it('nonsense throws nothing: what cannot be used is told as an error', async () => {
  const { visitor, script, seen } = await arrive();
  await visitor.openChat();
  await until(async () => (await script.state()).connection === 'online', { what: 'the connection' });
  const nonsense: Array<[Parameters<OwnersScript['call']>[0], unknown[], string]> = [
    ['identify', [], 'bad_request'], ['identify', ['me'], 'bad_request'], ['setConsent', ['perhaps'], 'bad_request'], ['sendMessage', [''], 'text_empty'],
    ['sendMessage', ['x'.repeat(8_001)], 'text_too_long'], ['openArticle', ['a'], 'not_found'], ['setAttributes', [{ nested: { a: 1 } }], 'bad_request'], ['track', [''], 'bad_request'],
    ['addTags', [1, null], 'bad_request'], ['setAttributes', [7], 'bad_request'], ['track', [{}], 'bad_request'],
  ];
  for (const [place, [verb, args, code]] of nonsense.entries()) {
    await script.call(verb, ...args);
    const errors = await script.hears('error', place + 1) as Array<{ code: string; message: string }>;
    expect(errors.at(-1), verb).toMatchObject({ code });
    expect(errors.at(-1)?.message).toMatch(/\w{3}/);
  }
  for (const verb of ['boot', 'update', 'prefill', 'setLocale', 'addTags', 'startConversation'] as const) for (const argument of [undefined, null, 7, 'x', [], {}]) await script.call(verb, argument);
  const options = Object.keys(WidgetSettings.shape).filter((name) => name !== 'consent');
  for (const value of [undefined, null, 7, [{}], { week: [] }]) {
    await script.call('update', Object.fromEntries(options.map((name) => [name, value])));
    await script.call('update', Object.fromEntries(options.map((name) => [name, undefined])));
  }
  await script.call('startConversation');
  await visitor.composer.waitFor();
  expect([await visitor.launcher.getAttribute('aria-label'), await visitor.panel.locator('h2').first().textContent()]).toEqual(['Chat', 'Support']);
  expect((await script.state()).consent).toBe('persistent');
  expect(seen.errors).toEqual([]);
});

it('calls on the stub are made up for, in their order, on the same object', async () => {
  const calls = `<script>${stub}</script><script>
    window.heard = []; window.early = MiraDesk;
    var off = MiraDesk.on('open', function () { heard.push('never'); }); off();
    MiraDesk.on('ready', function () { heard.push('ready'); });
    MiraDesk.on('open', function () { heard.push('open'); });
    MiraDesk.update({ teamName: 'Queue' }); MiraDesk.prefill('From the queue');
  </script>`;
  const site = await useSite({ '/': ownersPage(`${calls}${snippet(gateway)}`) });
  const visitor = new Visitor(await browser.page());
  const seen = watch(visitor.page);
  await visitor.page.goto(site.origin);
  await visitor.composer.waitFor();
  await visitor.panel.getByRole('heading', { name: 'Queue' }).waitFor();
  await expect.poll(() => visitor.composer.inputValue()).toBe('From the queue');
  expect(await visitor.page.evaluate(() => [(window as unknown as { heard: unknown }).heard, (window as unknown as { early: unknown }).early === (window as unknown as { MiraDesk: unknown }).MiraDesk])).toEqual([['ready', 'open'], true]);
  expect(seen.errors).toEqual([]);
});

it('the script twice is one widget, the script added late is one, and without autoBoot boot() brings it', async () => {
  const { visitor, script, seen } = await arrive(snippet(gateway) + snippet(gateway));
  await visitor.launcher.waitFor();
  expect(await widgets(visitor)).toBe(1);
  await visitor.page.addScriptTag({ url: `${gateway.url}/w/demo.js` });
  expect(await widgets(visitor)).toBe(1);
  expect(await script.heard('ready')).toHaveLength(1);


  const manual = await arrive(snippet(gateway, 'data-auto-boot="false"'));
  expect(await widgets(manual.visitor)).toBe(0);
  await manual.script.call('open');
  expect([await widgets(manual.visitor), (await manual.script.state()).booted]).toEqual([0, false]);
  await manual.script.call('boot');
  await manual.visitor.openChat();
  expect([...seen.errors, ...manual.seen.errors]).toEqual([]);
});

it.each([
  ['logout', 'destroy'], ['logout', 'leaving'], ['consent', 'destroy'], ['consent', 'leaving'],
] as const)('%s before the panel is there, then %s, leaves nothing on the device', async (what, then) => {
  const { visitor, script, origin } = await arrive();
  await visitor.openChat();
  await visitor.say(`Forget me after ${what} and ${then}`);
  await script.hears('message:sent');
  await visitor.composer.fill('A draft');
  expect(await keptBy(visitor.page)).not.toEqual(NOTHING_KEPT);

  // The panel never comes on the next page.
  await visitor.page.route('**/panel.js', () => {});
  await visitor.page.goto(`${origin}/next`);
  await script.ready();
  if (what === 'logout') await script.call('logout');
  else await script.call('setConsent', 'none');
  if (then === 'destroy') {
    await script.call('destroy');
  } else {
    await visitor.page.route('**/w/*.js', (route) => route.abort());
    await visitor.page.goto(origin);
  }
  await keepsNothing(visitor.page);
});
