/** Who the visitor is: proven by the site's own server, on every device of the person, and never somebody else. */
import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { keepsNothing, NOTHING_KEPT, keptBy, ownersPage, OwnersScript, snippet, useSite, writerOf } from './harness/owner-page.ts';
import { Agent, Visitor } from './harness/people.ts';
import { hashUser, inSeconds, signIdentity } from './harness/signing-site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let secret: string;
beforeAll(async () => {
  gateway = await startGateway();
  const { cookie } = await gateway.session();
  ({ secret } = await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json() as { secret: string });
});
afterAll(() => gateway.stop());

interface Device { visitor: Visitor; script: OwnersScript }

async function device(page?: Page): Promise<Device> {
  const site = await useSite({ '/': ownersPage(snippet(gateway)) });
  const own = page ?? await browser.page();
  const script = await new OwnersScript(own).listen();
  await own.goto(site.origin);
  await script.ready();
  return { visitor: new Visitor(own), script };
}

const proof = (userId: string, claims: object = {}): { userId: string; token: string } => ({ userId, token: signIdentity(secret, { sub: userId, ...claims }) });

async function becomes({ script }: Device, userId: string): Promise<void> {
  await until(async () => (await script.state()).identity?.userId === userId, { what: `the gateway to accept ${userId}` });
}

/** Writes anonymously, answered by the gateway. */
async function writes({ visitor, script }: Device, text: string): Promise<void> {
  await visitor.openChat();
  await visitor.say(text);
  await script.hears('message:sent');
}

it('[P2] what was written anonymously goes along when the site says who it was, and shows on the person\'s other devices', async () => {
  showLogOnFailure(gateway);
  const laptop = await device();
  await writes(laptop, 'Before I signed in');
  await laptop.script.call('identify', proof('margit', { name: 'Margit', email: 'margit@kettle.example' }));
  await becomes(laptop, 'margit');
  expect(await laptop.script.heard('identity')).toEqual([{ userId: 'margit' }]);
  await laptop.visitor.shows(['Before I signed in']);
  await laptop.visitor.say('And after');
  await laptop.script.hears('message:sent', 2);
  expect(await writerOf(gateway, 'And after')).toMatchObject({ userId: 'margit', name: 'Margit', email: 'margit@kettle.example', conversations: 1 });

  // By the other kind of proof; before the panel was there.
  const phone = await device();
  await phone.script.call('identify', { userId: 'margit', userHash: hashUser(secret, 'margit') });
  await phone.visitor.openChat();
  await phone.visitor.shows(['Before I signed in', 'And after']);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await agent.open('And after');
  await agent.reply('Seen on both');
  for (const { visitor } of [laptop, phone]) await visitor.sees('Seen on both');
  await phone.visitor.say('From the phone');
  await laptop.visitor.sees('From the phone');
  expect([...await laptop.script.heard('error'), ...await phone.script.heard('error')]).toEqual([]);
});

const deceptions: Array<[name: string, identity: () => object, code: string]> = [
  ['a forged token', () => ({ userId: 'margit', token: signIdentity('not the secret', { sub: 'margit' }) }), 'identity_invalid'],
  ['a token for somebody else', () => ({ userId: 'margit', token: signIdentity(secret, { sub: 'anselm' }) }), 'identity_invalid'],
  ['a token without a signature', () => ({ userId: 'margit', token: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: 'margit', exp: inSeconds(60) })).toString('base64url')}.` }), 'identity_invalid'],
  ['an expired token', () => proof('margit', { exp: inSeconds(-3_600) }), 'identity_expired'],
  ['a wrong hash', () => ({ userId: 'margit', userHash: createHmac('sha256', 'no').update('margit').digest('hex') }), 'identity_invalid'],
  ['an id without a proof', () => ({ userId: 'margit' }), 'identity_invalid'],
  ['an id that is none', () => ({ userId: true, userHash: 'f'.repeat(64) }), 'identity_invalid'],
  ['an e-mail address that is none', () => ({ ...proof('margit'), email: 'margit' }), 'identity_invalid'],
  ['more than a handshake may have', () => ({ ...proof('margit'), attributes: { basket: 'ü'.repeat(6_000) } }), 'identity_invalid'],
  ['more than a connection takes', () => ({ ...proof('margit'), attributes: { basket: 'x'.repeat(2_000_000) } }), 'identity_invalid'],
];

it.each(deceptions)('[P1] %s is refused with its code, shows nothing of anybody, and the chat goes on', async (_, identity, code) => {
  showLogOnFailure(gateway);
  const person = await device();
  await person.script.call('identify', proof('margit'));
  await writes(person, 'For my eyes only');

  const stranger = await device();
  await stranger.script.call('identify', identity());
  await stranger.visitor.openChat();
  expect(await stranger.script.hears('error')).toMatchObject([{ code, message: expect.stringMatching(/\w{3}/) as string }]);
  await until(async () => (await stranger.script.state()).connection === 'online', { what: 'the chat to go on' });
  expect(await stranger.visitor.shown()).toEqual([]);
  expect((await stranger.script.state()).identity).toBeNull();
  await stranger.visitor.say(`Nobody in particular, by ${code}`);
  await stranger.script.hears('message:sent');
  await stranger.visitor.shows([`Nobody in particular, by ${code}`]);
  expect((await stranger.script.heard('error'))).toHaveLength(1);
});

/** What the page of each says once the visitor has written, and again when it is loaded anew. */
const spellings: Array<[name: string, identity: () => object, userId: string]> = [
  ['a number', () => ({ userId: 42, userHash: hashUser(secret, '42'), name: null, email: '', attributes: undefined }), '42'],
  ['a number in a token, and nothing beside it', () => ({ userId: '', token: signIdentity(secret, { sub: 43 }) }), '43'],
  ['a name with letters of its own in a token', () => ({ token: signIdentity(secret, { sub: 'jürgen-雪' }) }), 'jürgen-雪'],
];

it.each(spellings)('[P2] somebody whose id is %s stays who they are from page to page', async (_, identity, userId) => {
  showLogOnFailure(gateway);
  const person = await device();
  await person.script.call('identify', identity());
  await writes(person, `As ${userId}`);
  await becomes(person, userId);
  await person.visitor.composer.fill('Half a thought');
  await person.visitor.page.reload();
  await person.script.ready();
  await person.script.call('identify', identity());
  await person.visitor.openChat();
  await becomes(person, userId);
  await person.visitor.shows([`As ${userId}`]);
  expect(await person.visitor.composer.inputValue()).toBe('Half a thought');
  expect(await person.script.heard('error')).toEqual([]);
});

it('[P1] a token for one browser is refused in another', async () => {
  showLogOnFailure(gateway);
  const identity = proof('rosa', { jti: 'once-only' });
  const first = await device();
  await first.script.call('identify', identity);
  await writes(first, 'Mine alone');
  await becomes(first, 'rosa');
  const thief = await device();
  await thief.script.call('identify', identity);
  await thief.visitor.openChat();
  expect(await thief.script.hears('error')).toMatchObject([{ code: 'identity_replayed' }]);
  expect(await thief.visitor.shown()).toEqual([]);
  // The one it was made for may use it again.
  await first.visitor.page.reload();
  await first.script.ready();
  await first.script.call('identify', identity);
  await first.visitor.openChat();
  await becomes(first, 'rosa');
  await first.visitor.shows(['Mine alone']);
});

it('[P2] the next user of the same browser never sees the one before', async () => {
  showLogOnFailure(gateway);
  const shared = await device();
  await shared.script.call('identify', proof('ines'));
  await writes(shared, 'A secret of Ines');
  await becomes(shared, 'ines');

  // Without a logout in between: the site says another name.
  await shared.script.call('identify', proof('tom'));
  await becomes(shared, 'tom');
  await shared.visitor.shows([]);
  await shared.visitor.say('A secret of Tom');
  await shared.script.hears('message:sent', 2);
  await shared.visitor.shows(['A secret of Tom']);
  expect((await writerOf(gateway, 'A secret of Ines')).userId).toBe('ines');
  expect((await writerOf(gateway, 'A secret of Tom')).userId).toBe('tom');
  await shared.script.call('logout');
  await shared.visitor.shows([]);
  await shared.script.call('identify', proof('ines'));
  await becomes(shared, 'ines');
  await shared.visitor.shows(['A secret of Ines']);
});

it('[P2] what one person has written and not sent is never sent, or shown, as another\'s', async () => {
  showLogOnFailure(gateway);
  const shared = await device();
  await shared.script.call('identify', proof('vera'));
  await writes(shared, 'Sent by Vera');
  await becomes(shared, 'vera');
  await shared.visitor.page.context().setOffline(true);
  await shared.visitor.say('Unsent by Vera');
  await shared.visitor.log.getByText('Waiting to be sent').waitFor();
  await shared.visitor.composer.fill('Unfinished by Vera');
  await shared.visitor.page.context().setOffline(false);
  await shared.visitor.page.route('**/socket.io/**', (route) => route.abort());
  await shared.visitor.page.routeWebSocket('**', (socket) => socket.close());
  await shared.visitor.page.reload();
  await shared.script.ready();
  // The site forgot to say logout().
  await shared.script.call('identify', { token: proof('walt').token });
  await shared.visitor.openChat();
  await until(async () => (await keptBy(shared.visitor.page)).localStorage.length === 0, { what: 'the one before to be forgotten' });
  expect([await shared.visitor.shown(), await shared.visitor.composer.inputValue()]).toEqual([[], '']);
  expect(await keptBy(shared.visitor.page)).toEqual(NOTHING_KEPT);
});

it('[P1] an earlier user is not shown to whoever comes with a proof that fails', async () => {
  showLogOnFailure(gateway);
  const shared = await device();
  await shared.script.call('identify', proof('lena'));
  await writes(shared, 'A secret of Lena');
  await becomes(shared, 'lena');
  await shared.visitor.page.reload();
  await shared.script.ready();
  await shared.script.call('identify', { userId: 'lena', userHash: 'wrong' });
  await shared.visitor.openChat();
  await shared.script.hears('error');
  await until(async () => (await shared.script.state()).connection === 'online', { what: 'the chat to go on' });
  await shared.visitor.shows([]);
});

it('logout takes everything off the device, in every tab, and the next message is by nobody', async () => {
  showLogOnFailure(gateway);
  const site = await useSite({ '/': ownersPage(snippet(gateway)) });
  const context = await browser.context();
  const tabs: Device[] = [];
  for (let tab = 0; tab < 2; tab += 1) {
    const page = await context.newPage();
    const script = await new OwnersScript(page).listen();
    await page.goto(site.origin);
    await script.ready();
    if (tab === 0) await script.call('identify', proof('pia'));
    await script.call('open');
    const visitor = new Visitor(page);
    await visitor.composer.waitFor();
    tabs.push({ visitor, script });
    if (tab === 0) {
      await visitor.say('Written by Pia');
      await script.hears('message:sent');
    }
    await visitor.shows(['Written by Pia']);
  }
  const [first, second] = tabs as [Device, Device];
  await second.visitor.composer.fill('Half a thought of Pia');
  expect(await keptBy(first.visitor.page)).not.toEqual(NOTHING_KEPT);
  await first.script.call('logout');
  for (const { visitor } of tabs) await visitor.shows([]);
  await keepsNothing(first.visitor.page);
  await keepsNothing(second.visitor.page);
  await expect.poll(() => second.visitor.composer.inputValue()).toBe('');
  await expect.poll(async () => (await first.script.state()).identity).toBeNull();
  await first.visitor.say('Who wrote this?');
  // Either tab may have sent it.
  await first.visitor.log.getByText('Sent').waitFor();
  expect(await writerOf(gateway, 'Who wrote this?')).toMatchObject({ userId: null, name: null, conversations: 1 });
  await expect.poll(() => first.script.heard('identity')).toEqual([{ userId: 'pia' }, null]);
});
