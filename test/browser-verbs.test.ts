/** The page's verbs where a file that they need does not come: nothing that the page asked for is lost, done twice or out of its order. */
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeringAgent } from './harness/answering-agent.ts';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { keepsNothing, ownersPage, OwnersScript, snippet, useSite, writerOf } from './harness/owner-page.ts';
import { Visitor } from './harness/people.ts';
import { signIdentity } from './harness/signing-site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** What carries out the verbs. */
const PART = '/parts/page.js';

interface Scene { page: Page; visitor: Visitor; script: OwnersScript; tools: CDPSession }

/** A page where somebody has written, and the part cannot be had. */
async function withoutPart(said: string): Promise<Scene> {
  showLogOnFailure(gateway);
  const site = await useSite({ '/': ownersPage(snippet(gateway)) });
  const page = await browser.page();
  const script = await new OwnersScript(page).listen();
  const tools = await page.context().newCDPSession(page);
  await tools.send('Network.enable');
  await block(tools, `*${PART}*`);
  await page.goto(site.origin);
  await script.ready();
  const visitor = new Visitor(page);
  await visitor.openChat();
  await visitor.say(said);
  await visitor.log.getByText(/Sent|Delivered|Seen/).first().waitFor();
  return { page, visitor, script, tools };
}

async function block(tools: CDPSession, ...urls: string[]): Promise<void> {
  await tools.send('Network.setBlockedURLs', { urls });
}

/** What browsers say when they have a network again. */
function comeBack(page: Page): Promise<boolean> {
  return page.evaluate(() => dispatchEvent(new Event('online')));
}

const waited = async (script: OwnersScript): Promise<string[]> => (await script.heard('error') as Array<{ code: string; message: string }>).map(({ code, message }) => `${code} ${message.split(' ')[0]}`);

it('[D4] every verb that could not be carried out is told of, and takes effect once and in its order when it can', async () => {
  const { page, visitor, script, tools } = await withoutPart('Written by hand');
  const { cookie } = await gateway.session();
  const { secret } = await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json() as { secret: string };
  const agent = await answeringAgent(gateway);
  const first = await agent.sees('Written by hand');
  const calls: Array<[Parameters<OwnersScript['call']>[0], ...unknown[]]> = [
    ['setAttributes', { plan: 'studio' }], ['addTags', 'wholesale'], ['track', 'cart:filled', { items: 3 }], ['identify', { token: signIdentity(secret, { sub: 'verbs-mia', name: 'Mia' }) }],
    ['sendMessage', 'The first of the page'], ['startConversation', 'Another matter'], ['sendMessage', 'and more of it'], ['prefill', 'Half a sent'], ['openArticle', 'mugs'],
  ];
  for (const call of calls) await script.call(...call);
  await script.hears('error', calls.length);
  expect(await waited(script)).toEqual(calls.map(([verb]) => `unavailable ${verb}`));
  await visitor.shows(['Written by hand']);

  await block(tools);
  await comeBack(page);
  await visitor.shows(['Another matter', 'and more of it']);
  await expect.poll(() => visitor.composer.inputValue()).toBe('Half a sent');
  const second = await agent.sees('and more of it');
  expect([agent.log(first), agent.log(second)]).toEqual([['Written by hand', 'The first of the page'], ['Another matter', 'and more of it']]);
  await until(async () => (await script.state()).identity?.userId === 'verbs-mia', { what: 'Mia to be known' });
  const writer = await until(async () => {
    const details = await writerOf(gateway, 'and more of it');
    return details.attributes.plan === 'studio' && details;
  }, { what: "Mia's plan" });
  expect(writer).toMatchObject({ name: 'Mia', tags: ['wholesale'] });
  expect((await waited(script)).slice(calls.length)).toEqual(['not_found There']);
});

it("a hotel's page in place of the part is not run, and the part is asked for again", async () => {
  const { page, visitor, script, tools } = await withoutPart('From the hotel');
  await page.route(`**${PART}*`, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><title>Hotel Wi-Fi</title>' }));
  await block(tools);
  await script.call('sendMessage', 'Signed in by now');
  await script.hears('error');
  await page.unroute(`**${PART}*`);
  // Nobody says that there is a network again.
  await visitor.shows(['From the hotel', 'Signed in by now']);
});

it('[W10] logout takes effect at once where the gateway is gone and nothing can be fetched, in every tab', async () => {
  const { page, visitor, script, tools } = await withoutPart('Private matters');
  const other = new Visitor(await page.context().newPage());
  await other.page.goto(page.url());
  await other.openChat();
  await other.sees('Private matters');
  await gateway.kill();
  await visitor.banner.waitFor();
  await visitor.say('Never sent');
  await visitor.composer.fill('Half a sent');
  await script.call('sendMessage', 'Nor this');
  await script.call('logout');
  for (const one of [visitor, other]) await until(async () => (await one.shown()).length === 0, { what: 'nothing of the person to be on the screen' });
  expect(await visitor.composer.inputValue()).toBe('');
  await keepsNothing(page);
  await script.call('sendMessage', 'Somebody else');
  await block(tools);
  await gateway.start();
  await comeBack(page);
  await visitor.shows(['Somebody else']);
  const agent = await answeringAgent(gateway);
  expect(agent.log(await agent.sees('Somebody else'))).toEqual(['Somebody else']);
  expect((await writerOf(gateway, 'Somebody else')).id).not.toBe((await writerOf(gateway, 'Private matters')).id);
});

it('[W10] setConsent none takes effect at once without the part, and what the page sends then goes all the same', async () => {
  const { page, visitor, script, tools } = await withoutPart('Keep this to yourself');
  await visitor.composer.fill('Half a sent');
  await script.call('setConsent', 'none');
  await script.call('sendMessage', 'Off the record');
  await keepsNothing(page);
  await block(tools);
  await comeBack(page);
  await visitor.shows(['Keep this to yourself', 'Off the record']);
  const agent = await answeringAgent(gateway);
  expect(agent.log(await agent.sees('Off the record'))).toEqual(['Keep this to yourself', 'Off the record']);
  expect(await visitor.composer.inputValue()).toBe('Half a sent');
  await keepsNothing(page);
});
