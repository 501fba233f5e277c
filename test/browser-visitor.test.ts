/** What agents see of a visitor whom the site knows, and what owners see of how that works: in a real browser, on the built files. */
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Client, name } from './harness/gateway-app.ts';
import { Agent } from './harness/people.ts';
import { signIdentity } from './harness/signing-site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let secret: string;
const clients: Client[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  const { cookie } = await gateway.session();
  secret = ((await (await fetch(`${gateway.url}/api/workspace/identity`, { headers: { cookie } })).json()) as { secret: string }).secret;
});
afterEach(() => { for (const { socket } of clients.splice(0)) socket.disconnect(); });
afterAll(() => gateway.stop());

async function visitor(identity: object): Promise<Client> {
  const client = new Client(io(`${gateway.url}/visitor`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1, workspace: 'demo', identity } }));
  clients.push(client);
  await client.started();
  return client;
}

const say = (client: Client, text: string): Promise<unknown> => client.does('conversation:start', { clientId: name(), message: { clientId: name(), text } });

it('agents see who the visitor is, what the site knows of them, and none of it as anything but text', async () => {
  showLogOnFailure(gateway);
  const agent = new Agent(await browser.page());
  const seen = watch(agent.page);
  await agent.enter(gateway);
  const hostile = '<img src=x onerror="document.title=\'owned\'">';
  const mia = await visitor({ token: signIdentity(secret, { sub: 'user-7', name: 'Mia Berg', email: 'mia@example.com', attributes: { plan: 'gold', trial: false, note: hostile } }), tags: ['vip', 'beta'], phone: '+47 22 00 00 00' });
  await mia.does('event:track', { name: 'checkout', meta: { total: 129, gift: true } });
  await say(mia, 'Where is my kettle?');
  await agent.open('Where is my kettle?');
  const details = agent.page.getByRole('region', { name: 'Details' });
  for (const text of ['Verified', 'mia@example.com', '+47 22 00 00 00', 'user-7', 'vip', 'gold', hostile, 'checkout', 'gift: Yes, total: 129']) await details.getByText(text).first().waitFor();
  await keepPicture(agent.page, 'inbox-verified-visitor');
  await expectAccessible(agent.page);
  expect(await agent.page.title()).not.toContain('owned');
  expect(seen.errors.filter((error) => !error.includes('401'))).toEqual([]);
});

it('[P3] a conversation that is erased while it is open goes away with kind words, and the keyboard is not lost', async () => {
  showLogOnFailure(gateway);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  const client = await visitor({ name: 'Leaving' });
  await say(client, 'Please forget me');
  await agent.open('Please forget me');
  await agent.page.getByRole('textbox', { name: /^Reply to/ }).fill('Of course');
  await client.does('visitor:erase', { confirm: true });
  const heading = agent.page.getByRole('heading', { name: 'This conversation was erased' });
  await heading.waitFor();
  await until(() => heading.evaluate((element) => element === document.activeElement), { what: 'the heading to have the keyboard' });
  await agent.conversation('Please forget me').waitFor({ state: 'detached' });
  expect(await agent.page.content()).not.toContain('Please forget me');
  await keepPicture(agent.page, 'inbox-erased');
  await expectAccessible(agent.page);
});

it('owners find the identity secret in the settings, and make a new one knowing what it means', async () => {
  showLogOnFailure(gateway);
  const { page } = new Agent(await browser.page());
  await new Agent(page).enter(gateway);
  await page.goto(`${gateway.url}/console/settings`);
  const section = page.getByRole('region', { name: 'Identity verification' });
  await section.scrollIntoViewIfNeeded();
  expect(await page.content()).not.toContain(secret);
  await section.getByRole('button', { name: 'Show the secret' }).click();
  await section.getByText(secret).waitFor();
  await section.getByText('How your server signs').click();
  await expectAccessible(page);
  await keepPicture(page, 'settings-identity');
  await section.getByRole('button', { name: 'Make a new secret' }).click();
  await section.getByText('stops working at once').waitFor();
  await expectAccessible(page);
  await keepPicture(page, 'settings-identity-renew');
  await section.getByRole('button', { name: 'Make a new one now' }).click();
  await section.getByText(secret).waitFor({ state: 'detached' });
  await page.getByText('There is a new secret.').first().waitFor();
});
