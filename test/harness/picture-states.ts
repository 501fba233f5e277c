/** Every state of a conversation that people should have looked at, and how to get there: a line or a few each. */
import { closeConversation, contextOf, inbox, open, type State, talk, visit } from './picture-scene.ts';

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'.repeat(4);

export const CONVERSATION_STATES: readonly State[] = [
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
      const asked = scene.visitor.page.waitForRequest('**/w/assets/**');
      await scene.visitor.launcher.click();
      await asked;
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
      await scene.visitor.page.getByRole('button', { name: 'Chat, 2 new messages' }).waitFor();
    },
  },
  {
    name: 'unread-divider',
    async reach(scene) {
      const { id, agent } = await talk(scene, 'What is new?');
      await scene.visitor.closeChat();
      agent.reply(id, 'A kettle that whistles in tune.');
      agent.reply(id, 'And one that does not.');
      await scene.visitor.page.getByRole('button', { name: 'Chat, 2 new messages' }).waitFor();
      await scene.visitor.openChat();
      await scene.visitor.log.getByText('New', { exact: true }).waitFor();
    },
  },
  {
    name: 'conversation-closed',
    async reach(scene) {
      await talk(scene, 'Is that all?', 'That is all, goodbye!', { rating: false });
      await closeConversation(scene, 'That is all, goodbye!');
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
  { name: 'formatted', reach: async (scene) => void await talk(scene, 'How is it *written*?', 'With more than one kind of mark, with **care**, _slowly_, and `code` where it is needed:\n```\nsteep(leaves, { minutes: 4 })\n```\n~Not like this.~') },
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
