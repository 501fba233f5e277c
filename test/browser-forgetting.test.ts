/** What a person typed is theirs: it goes with them, and is kept only as long as the consent says. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { signIdentity } from './harness/signing-site.ts';
import { startSite } from './harness/site.ts';
import { until } from './harness/until.ts';
import type { MiraDesk } from '../widget/sdk-types.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

const QUESTION = { key: 'name', label: 'Your name', required: true };

/** Calls a verb of the page's window.MiraDesk. */
function call<V extends Exclude<keyof MiraDesk, 'on' | 'getState'>>(page: Page, verb: V, ...args: Parameters<MiraDesk[V]>): Promise<void> {
  return page.evaluate(([name, list]) => {
    (window as unknown as { MiraDesk: Record<string, (...args: unknown[]) => void> }).MiraDesk[name]?.(...list);
  }, [verb, args as unknown[]] as const);
}

async function openChat(page: Page, path: string): Promise<void> {
  await page.goto(`${gateway.url}${path}`);
  await page.waitForFunction(() => 'MiraDesk' in window);
  await call(page, 'update', { preChat: [QUESTION] });
  await call(page, 'open');
  await page.getByLabel('Your name').waitFor();
}

const stored = (page: Page): Promise<string[]> => page.evaluate(() => Object.keys(sessionStorage).toSorted());
const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' });

it('[W10] after logout() no draft and no answer of a form is left, in any tab', async () => {
  showLogOnFailure(gateway);
  const one = await browser.page();
  await openChat(one, '/demo/');
  const two = await one.context().newPage();
  await openChat(two, '/demo/mug.html');
  await one.getByLabel('Your name').fill('Mia');
  await one.getByRole('button', { name: 'Start chat' }).click();
  await composer(one).fill('Half a thought');
  await two.getByLabel('Your name').fill('Mia again');
  // Answers of a form go with the first message.
  expect([await stored(one), await stored(two)]).toEqual([['miradesk:demo:draft', 'miradesk:demo:form'], ['miradesk:demo:form']]);

  await call(one, 'logout');
  await until(async () => (await stored(one)).length + (await stored(two)).length === 0, { what: 'what was typed to be gone from the storage of both tabs' });
  // The next person is asked anew, and finds nothing of the one before.
  await one.getByLabel('Your name').waitFor();
  for (const page of [one, two]) await until(async () => (await page.getByLabel('Your name').inputValue()) === '', { what: 'an empty form' });
  await one.getByLabel('Your name').fill('Tom');
  await one.getByRole('button', { name: 'Start chat' }).click();
  expect(await composer(one).inputValue()).toBe('');
});

it('[W10] without consent nothing that is typed is stored, from the moment it is taken back', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  await openChat(page, '/demo/');
  const name = page.getByLabel('Your name');
  await name.fill('Mia');
  expect(await stored(page)).toEqual(['miradesk:demo:form']);
  await call(page, 'setConsent', 'none');
  await until(async () => (await stored(page)).length === 0, { what: 'the answer to be gone from the storage' });
  await name.fill('Mia B');
  expect([await name.inputValue(), await stored(page)]).toEqual(['Mia B', []]);
  await page.getByRole('button', { name: 'Start chat' }).click();
  await composer(page).fill('Half a thought');
  expect(await stored(page)).toEqual([]);
  // What is no level changes nothing.
  await call(page, 'setConsent', 'a little' as never);
  expect(await page.evaluate(() => (window as unknown as { MiraDesk: MiraDesk }).MiraDesk.getState().consent)).toBe('none');
  await call(page, 'setConsent', 'session');
  await until(async () => (await stored(page)).includes('miradesk:demo:draft'), { what: 'the draft to be stored' });
  expect(await composer(page).inputValue()).toBe('Half a thought');
});

it('[P2] [W10] what a person could not send and did not finish is neither shown to the next one who signs in, nor sent in their name', async () => {
  showLogOnFailure(gateway);
  const { cookie } = await gateway.session();
  const { secret } = await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json() as { secret: string };
  const pageFor = (name: string) => ({ html: `<!doctype html><title>${name}</title><script>MiraDesk = { q: [['identify', { token: '${signIdentity(secret, { sub: name, name })}' }]] }</script><script async src="${gateway.url}/w/demo.js"></script>` });
  const site = await startSite({ '/mia': pageFor('Mia'), '/tom': pageFor('Tom') });
  try {
    const page = await browser.page();
    const visitor = new Visitor(page);
    const openAs = async (name: string): Promise<void> => {
      await page.goto(`${site.origin}/${name}`);
      await page.waitForFunction(() => 'MiraDesk' in window && 'getState' in (window.MiraDesk as object));
      await call(page, 'open');
      await visitor.composer.waitFor();
    };
    await openAs('mia');
    await visitor.say('This is Mia');
    await visitor.log.getByText(/Sent|Delivered/).waitFor();
    await gateway.kill();
    await visitor.banner.waitFor();
    await visitor.say('For your eyes only');
    await visitor.log.getByText('Waiting to be sent').waitFor();
    await visitor.composer.fill('And what I would rather not');
    await page.goto('about:blank');
    await gateway.start();

    await openAs('tom');
    await page.waitForFunction(() => (window as unknown as { MiraDesk: MiraDesk }).MiraDesk.getState().identity?.userId === 'Tom');
    await until(async () => (await visitor.shown()).length === 0 && (await visitor.composer.inputValue()) === '', { what: 'nothing of Mia to be there' });
    await visitor.say('This is Tom');
    await visitor.log.getByText(/Sent|Delivered/).waitFor();
    expect(await visitor.shown()).toEqual(['This is Tom']);
    const agent = new Agent(await browser.page());
    await agent.enter(gateway);
    await agent.conversation('This is Tom').waitFor();
    expect(await agent.page.getByText('For your eyes only').count()).toBe(0);
  } finally {
    await site.close();
  }
});

it('[P3] who reads on a second device, and never wrote there, deletes everything there as well', async () => {
  showLogOnFailure(gateway);
  const { cookie } = await gateway.session();
  const { secret } = await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json() as { secret: string };
  const site = await startSite({ '/': { html: `<!doctype html><title>Mia</title><script>MiraDesk = { q: [['identify', { token: '${signIdentity(secret, { sub: 'two-devices' })}' }]] }</script><script async src="${gateway.url}/w/demo.js"></script>` } });
  try {
    const [first, second] = [new Visitor(await browser.page()), new Visitor(await browser.page())];
    for (const { page } of [first, second]) {
      await page.goto(site.origin);
      await page.waitForFunction(() => 'MiraDesk' in window && 'getState' in (window.MiraDesk as object));
      await call(page, 'open');
    }
    await first.say('Written on the first');
    await first.log.getByText(/Sent|Delivered/).waitFor();
    await second.sees('Written on the first');
    await second.choose('Delete my data');
    await second.button('Delete everything').click();
    await second.panel.getByText('Everything has been deleted').waitFor();
    await until(async () => (await first.shown()).length === 0, { what: 'the first device to forget it, too' });
    const agent = new Agent(await browser.page());
    await agent.enter(gateway);
    expect(await agent.page.getByText('Written on the first').count()).toBe(0);
  } finally {
    await site.close();
  }
});
