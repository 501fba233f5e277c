/** The gateway dies in mid-conversation, and the tab does; nobody reloads anything on purpose, and nothing is lost or doubled. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

/** Waits until both show exactly this. */
async function bothShow(visitor: Visitor, agent: Agent, said: string[]): Promise<void> {
  await until(async () => {
    expect(await visitor.shown()).toEqual(said);
    expect(await agent.shown()).toEqual(said);
    return true;
  }, { timeout: 30_000, every: 100, what: 'both to show the conversation' });
}

it('[D1] [D2] [D5] [D6] both carry on without a reload after the gateway was killed with -9 in mid-conversation', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Before the crash');
  await agent.open('Before the crash');
  await agent.reply('Heard you');
  await visitor.sees('Heard you');

  await gateway.kill();
  // Both know, and both go on writing.
  await visitor.banner.waitFor();
  await agent.page.getByText('No connection.').first().waitFor();
  await visitor.say('Written by the visitor while it is down');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await agent.reply('Written by the agent while it is down');
  await agent.log.getByText('Waiting for the connection').waitFor();
  await keepPicture(visitor.page, 'widget-no-connection');
  await keepPicture(agent.page, 'inbox-no-connection');

  await gateway.start();
  await visitor.sees('Written by the agent while it is down');
  await agent.sees('Written by the visitor while it is down');
  await visitor.banner.waitFor({ state: 'hidden' });
  // Which of the two came first is the log's to say; everything else is fixed.
  const middle = (await visitor.shown()).slice(2);
  expect(middle.toSorted()).toEqual(['Written by the agent while it is down', 'Written by the visitor while it is down']);
  await visitor.say('After the crash');
  await agent.sees('After the crash');
  await agent.reply('Still here');
  await bothShow(visitor, agent, ['Before the crash', 'Heard you', ...middle, 'After the crash', 'Still here']);
});

it('[D4] several messages typed while the gateway is down arrive in order when it is back, for a new visitor too', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.page.goto(`${gateway.url}/demo/`);
  await visitor.launcher.hover();
  await visitor.openChat();
  await gateway.kill();
  await visitor.banner.waitFor();
  const said = ['Is anybody there?', 'I would like two mugs', 'and the teapot'];
  for (const text of said) await visitor.say(text);
  await until(async () => (await visitor.shown()).length === 3);

  await gateway.start();
  await agent.open('and the teapot');
  await bothShow(visitor, agent, said);
});

it('[D4] a message that waits when the tab is closed is sent when the page is opened again', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  const first = new Visitor(await context.newPage());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await first.visit(`${gateway.url}/demo/`);
  await first.say('I am still choosing');
  await first.log.getByText(/Sent|Delivered/).waitFor();
  await gateway.kill();
  await first.say('I take the blue one');
  await first.log.getByText('Waiting to be sent').waitFor();
  await first.page.close();

  await gateway.start();
  // Only looks at the page: the chat stays closed.
  const second = new Visitor(await context.newPage());
  await second.page.goto(`${gateway.url}/demo/studio.html`);
  await agent.open('I take the blue one');
  await agent.reply('Packed!');
  await second.page.getByRole('button', { name: 'Chat, 1 new message' }).waitFor();
  await second.openChat();
  await bothShow(second, agent, ['I am still choosing', 'I take the blue one', 'Packed!']);
});

it('[D7] every Enter sends what stands there, however fast', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Ready?');
  await agent.open('Ready?');
  // Faster than anything can be stored: all in one turn of the page.
  const hammer = (box: HTMLElement | SVGElement, texts: string[]): void => {
    for (const text of texts) {
      (box as HTMLTextAreaElement).value = text;
      box.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, composed: true, cancelable: true }));
    }
  };
  await visitor.composer.evaluate(hammer, ['One', 'Two', 'Three']);
  await agent.sees('Three');
  await agent.composer.evaluate(hammer, ['Four', 'Five', 'Six']);
  await bothShow(visitor, agent, ['Ready?', 'One', 'Two', 'Three', 'Four', 'Five', 'Six']);
  expect([await visitor.composer.inputValue(), await agent.composer.inputValue()]).toEqual(['', '']);
});

it('[D7] what is being typed survives a reload, and the gateway being away', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('A first question');
  await agent.open('A first question');
  await visitor.composer.fill('Half a sentence of the visi');
  await agent.composer.fill('Half an answer of the ag');
  await gateway.crashAndRestart();
  await visitor.banner.waitFor({ state: 'hidden' });
  expect(await visitor.composer.inputValue()).toBe('Half a sentence of the visi');
  expect(await agent.composer.inputValue()).toBe('Half an answer of the ag');

  await visitor.page.reload();
  await visitor.openChat();
  expect(await visitor.composer.inputValue()).toBe('Half a sentence of the visi');
  await agent.page.reload();
  await agent.composer.waitFor();
  expect(await agent.composer.inputValue()).toBe('Half an answer of the ag');
});

it('[D6] a gateway that stops in order sends everybody away and gets them back', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Before the update');
  await agent.open('Before the update');
  await gateway.stop();
  await gateway.start();
  await visitor.say('After the update');
  await agent.sees('After the update');
  await agent.reply('Welcome back');
  await bothShow(visitor, agent, ['Before the update', 'After the update', 'Welcome back']);
});
