/** Every state of the widget that people should have looked at, and how to get there: a line or a few each. */
import type { BrowserContext, Page } from 'playwright-core';
import type { AnsweringAgent } from './answering-agent.ts';
import type { Gateway } from './gateway.ts';
import { Agent, type Visitor } from './people.ts';

export interface Scene {
  visitor: Visitor;
  gateway: Gateway;
  agent(): Promise<AnsweringAgent>;
  /** A page of somebody else's, for the inbox. */
  otherPage(): Promise<Page>;
}

interface State { name: string; reach(scene: Scene): Promise<void> }

const contextOf = ({ visitor }: Scene): BrowserContext => visitor.page.context();

async function visit({ visitor, gateway }: Scene): Promise<void> {
  await visitor.page.goto(`${gateway.url}/demo/mug.html`);
  await visitor.launcher.waitFor();
}

async function open(scene: Scene): Promise<void> {
  await visit(scene);
  await scene.visitor.openChat();
}

/** Each state has texts of its own, by which its agent finds the conversation. */
async function talk(scene: Scene, question: string, answer = 'About eight minutes; the kettle sings when it is ready.'): Promise<{ id: string; agent: AnsweringAgent }> {
  await open(scene);
  await scene.visitor.say(question);
  const agent = await scene.agent();
  const id = await agent.sees(question);
  agent.reply(id, answer);
  await scene.visitor.sees(answer.slice(0, 30));
  return { id, agent };
}

/** An agent in the inbox, with the conversation open. */
async function inbox(scene: Scene, text: string): Promise<Agent> {
  const agent = new Agent(await scene.otherPage());
  await agent.enter(scene.gateway);
  await agent.open(text);
  return agent;
}

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'.repeat(4);

export const STATES: readonly State[] = [
  { name: 'closed', reach: visit },
  {
    name: 'hover',
    async reach(scene) {
      await visit(scene);
      await scene.visitor.launcher.hover();
    },
  },
  {
    name: 'loading',
    async reach(scene) {
      await scene.visitor.page.route('**/w/assets/**', () => {}); // never answered
      await visit(scene);
      await scene.visitor.launcher.click();
      await scene.visitor.page.locator('button[aria-busy="true"]').waitFor();
    },
  },
  {
    name: 'load-failed',
    async reach(scene) {
      await scene.visitor.page.route('**/w/assets/**', (route) => route.abort());
      await visit(scene);
      await scene.visitor.launcher.click();
      await scene.visitor.page.getByText('The chat could not be loaded.').waitFor();
    },
  },
  { name: 'empty', reach: open },
  {
    name: 'connecting',
    async reach(scene) {
      await scene.visitor.page.routeWebSocket(/\/socket\.io\//, () => {}); // never answers
      await open(scene);
      await scene.visitor.panel.getByText('Connecting…').waitFor();
    },
  },
  { name: 'conversation', reach: async (scene) => void await talk(scene, 'How long does tea take?') },
  {
    name: 'typing',
    async reach(scene) {
      await talk(scene, 'Who is typing here?', 'I am, one moment.');
      const agent = await inbox(scene, 'I am, one moment.');
      await agent.composer.pressSequentially('Me');
      await scene.visitor.log.getByText('Olive is typing').waitFor();
    },
  },
  {
    name: 'waiting',
    async reach(scene) {
      await talk(scene, 'Will this wait?');
      await scene.gateway.kill();
      await scene.visitor.banner.waitFor();
      await scene.visitor.say('Written while nobody can hear it');
      await scene.visitor.log.getByText('Waiting to be sent').waitFor();
    },
  },
  {
    name: 'offline',
    async reach(scene) {
      await talk(scene, 'Where am I?');
      await contextOf(scene).setOffline(true);
      await scene.gateway.kill();
      await scene.visitor.panel.getByText('You are offline.').waitFor();
    },
  },
  {
    name: 'failed',
    async reach(scene) {
      // A gateway that refuses this one message for good.
      await scene.visitor.page.routeWebSocket(/\/socket\.io\//, (socket) => {
        const gateway = socket.connectToServer();
        socket.onMessage((message) => {
          const [, id = ''] = /^42\/visitor,(\d+)\["message:send".*Refuse me/.exec(String(message)) ?? [];
          if (id) socket.send(`43/visitor,${id}${JSON.stringify([{ ok: false, error: { code: 'forbidden', message: 'This conversation does not take messages.' } }])}`);
          else gateway.send(message);
        });
      });
      await talk(scene, 'May I write here?');
      await scene.visitor.say('Refuse me');
      await scene.visitor.log.getByText('Not sent').waitFor();
    },
  },
  {
    name: 'unread',
    async reach(scene) {
      const { id, agent } = await talk(scene, 'Will you tell me?');
      await scene.visitor.closeChat();
      agent.reply(id, 'This came while the chat was closed.');
      agent.reply(id, 'And this.');
      await scene.visitor.page.getByRole('button', { name: 'Open chat, 2 new messages' }).waitFor();
    },
  },
  {
    name: 'conversation-closed',
    async reach(scene) {
      await talk(scene, 'Is that all?', 'That is all, goodbye!');
      const agent = await inbox(scene, 'That is all, goodbye!');
      await agent.page.getByRole('button', { name: 'Close conversation' }).click();
      await scene.visitor.panel.getByText('Write any time to reopen it').waitFor();
    },
  },
  {
    name: 'long-texts',
    async reach(scene) {
      await talk(scene, `A word without end: ${LONG}`, `And an answer.\n\n${'It goes on and on. '.repeat(40)}\n${LONG}`);
      await scene.visitor.composer.fill(`What is being written is long, too.\n${'One line more.\n'.repeat(12)}`);
    },
  },
  { name: 'links', reach: async (scene) => void await talk(scene, 'Where can I read more?', 'https://kettle.example/a/very/long/address/that/does/not/fit/on/a/line?with=parameters&and=more and www.kettle.example, or write to tea@kettle.example.') },
  {
    name: 'too-long',
    async reach(scene) {
      await open(scene);
      await scene.visitor.composer.fill('x'.repeat(8_100));
      await scene.visitor.panel.getByText('100 characters too many').waitFor();
    },
  },
  {
    name: 'many-messages',
    async reach(scene) {
      const { id, agent } = await talk(scene, 'Tell me everything.');
      for (let number = 1; number <= 25; number += 1) agent.reply(id, `Fact ${number} about tea.`);
      await scene.visitor.sees('Fact 25 about tea.');
      await scene.visitor.log.evaluate((log) => log.scrollTo(0, 200));
      await scene.visitor.panel.getByRole('button', { name: 'Go to the newest message' }).waitFor();
    },
  },
];
