/** A visitor on the demo site and an agent in the inbox, in real browsers, on the built files. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

it('[D7] a visitor and an agent talk both ways, and each sees the other type, receive and read', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const pages = [watch(visitor.page), watch(agent.page)];

  await agent.signIn(gateway);
  await visitor.visit(`${gateway.url}/demo/teapot.html`);
  await keepPicture(visitor.page, 'widget-empty');
  await visitor.say('Does the moon teapot drip?');
  // It is in the inbox, and nobody has looked at it.
  await visitor.log.getByText('Delivered').waitFor();
  await keepPicture(agent.page, 'inbox-list');
  await agent.open('Does the moon teapot drip?');
  await visitor.log.getByText('Seen').waitFor();
  await agent.pane.getByText('Moon teapot · Kettle & Kiln').waitFor();

  await agent.composer.pressSequentially('Not a drop.');
  await visitor.log.getByText('Olive is typing').waitFor();
  await agent.composer.press('Enter');
  await visitor.sees('Not a drop.');
  expect(await visitor.log.getByText('is typing').count()).toBe(0);
  await agent.log.getByText('Seen').waitFor();

  await visitor.composer.pressSequentially('Then I take two.');
  await agent.pane.getByText(/is typing/).waitFor();
  await keepPicture(agent.page, 'inbox-conversation');
  await visitor.composer.press('Enter');
  await agent.sees('Then I take two.');
  await visitor.log.getByText('Seen').waitFor();
  await keepPicture(visitor.page, 'widget-conversation');

  const said = ['Does the moon teapot drip?', 'Not a drop.', 'Then I take two.'];
  expect(await visitor.shown()).toEqual(said);
  expect(await agent.shown()).toEqual(said);
  expect(pages.flatMap(({ errors }) => errors).filter((error) => !error.includes('401'))).toEqual([]);
});

it('[D7] what came while nobody was there counts as delivered once an inbox has it', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Anybody there at night?');
  await visitor.log.getByText('Sent').waitFor();
  await agent.enter(gateway);
  await agent.conversation('Anybody there at night?').waitFor();
  await visitor.log.getByText('Delivered').waitFor();
});

it('a message while the chat is closed shows on the launcher, and opening it reads it', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Ping me when the kiln is open');
  await visitor.log.getByText('Sent').waitFor();
  await visitor.panel.getByRole('button', { name: 'Close chat' }).click();
  await visitor.composer.waitFor({ state: 'hidden' });

  await agent.enter(gateway);
  await agent.open('Ping me when');
  await agent.reply('It is open now.');
  await visitor.page.getByRole('button', { name: 'Chat, 1 new message' }).waitFor();
  await agent.log.getByText('Delivered').waitFor();
  await keepPicture(visitor.page, 'widget-unread');

  await visitor.openChat();
  await visitor.sees('It is open now.');
  await agent.log.getByText('Seen').waitFor();
  await visitor.panel.getByRole('button', { name: 'Close chat' }).click();
  await visitor.page.getByRole('button', { name: 'Chat', exact: true }).waitFor();
});

it('history is there after a reload and on the next page, for both', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Is the vase watertight?');
  await agent.enter(gateway);
  await agent.open('Is the vase watertight?');
  await agent.reply('Glazed inside, so yes.');
  await visitor.sees('Glazed inside, so yes.');
  const said = ['Is the vase watertight?', 'Glazed inside, so yes.'];

  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('Glazed inside');
  expect(await visitor.shown()).toEqual(said);

  await visitor.panel.getByRole('button', { name: 'Close chat' }).click();
  await visitor.page.getByRole('link', { name: 'Reed vase' }).click();
  await visitor.page.getByRole('heading', { name: 'Reed vase' }).waitFor();
  await visitor.openChat();
  await visitor.sees('Glazed inside');
  expect(await visitor.shown()).toEqual(said);
  await visitor.say('Then it is mine.');

  await agent.page.reload();
  await agent.sees('Then it is mine.');
  expect(await agent.shown()).toEqual([...said, 'Then it is mine.']);
});

it('two tabs of one visitor are one conversation, in the order of sending', async () => {
  showLogOnFailure(gateway);
  const context = await browser.context();
  const [one, two] = [new Visitor(await context.newPage()), new Visitor(await context.newPage())];
  await one.visit(`${gateway.url}/demo/`);
  await one.say('From the first tab');
  await one.log.getByText('Sent').waitFor();
  await two.visit(`${gateway.url}/demo/mug.html`);
  await two.sees('From the first tab');
  await two.say('From the second tab');
  await one.sees('From the second tab');
  await one.say('And the first again');
  await two.sees('And the first again');

  const said = ['From the first tab', 'From the second tab', 'And the first again'];
  expect(await one.shown()).toEqual(said);
  expect(await two.shown()).toEqual(said);
});
