/** The parts of the widget that are loaded when they are needed, as people should have looked at them, and how to get there. */
import type { FormField, Hours } from '../../shared/settings.ts';
import { closeConversation, open, type Scene, type State, talk } from './picture-scene.ts';
import { PDF, picture } from './sample-files.ts';

const button = ({ visitor }: Scene, name: string): Promise<void> => visitor.panel.getByRole('button', { name, exact: true }).click();

async function menu(scene: Scene, action?: string): Promise<void> {
  await button(scene, 'More options');
  if (action) await button(scene, action);
}

const CARD = { name: 'A drawing of a kettle.png', mimeType: 'image/png', buffer: picture(400, 300) };
const LEAFLET = { name: 'How to descale a kettle without an end to the name of the file.pdf', mimeType: 'application/pdf', buffer: PDF };

async function attach({ visitor }: Scene, ...files: Array<typeof CARD>): Promise<void> {
  await visitor.panel.locator('input[type="file"]').setInputFiles(files);
}

const QUESTIONS: FormField[] = [
  { key: 'name', label: 'What may we call you?', kind: 'text', required: true, choices: [] },
  { key: 'email', label: 'E-mail address', kind: 'email', required: true, choices: [] },
  { key: 'phone', label: 'Phone number', kind: 'phone', required: false, choices: [] },
  { key: 'about', label: 'What is it about?', kind: 'choice', required: false, choices: ['An order', 'Something else'] },
  { key: 'more', label: 'Anything we should know?', kind: 'longtext', required: false, choices: [] },
];
const NEVER: Hours = { timeZone: 'UTC', week: [[], [], [], [], [], [], []], holidays: [] };

export const PART_STATES: readonly State[] = [
  {
    name: 'list',
    async reach(scene) {
      await talk(scene, 'Is this my first conversation?', 'It is, and it is closed now.', { rating: false });
      await closeConversation(scene, 'It is, and it is closed now.');
      await scene.visitor.panel.getByText('Write any time to reopen it').waitFor();
      await button(scene, 'All conversations');
      await button(scene, 'New conversation');
      await scene.visitor.say('And this one is the second, with a first message that is longer than a line of the list.');
      await scene.visitor.log.getByText(/Sent|Delivered/).waitFor();
      await button(scene, 'All conversations');
      await scene.visitor.panel.getByRole('list', { name: 'Your conversations' }).getByText('It is, and it is closed now.').waitFor();
    },
  },
  {
    name: 'menu',
    async reach(scene) {
      await talk(scene, 'What else can you do?');
      await menu(scene);
      await scene.visitor.panel.getByRole('button', { name: 'Download transcript' }).waitFor();
    },
  },
  {
    name: 'shortcuts',
    async reach(scene) {
      await open(scene);
      await menu(scene, 'Keyboard shortcuts');
      await scene.visitor.panel.getByText('Go through the messages').waitFor();
    },
  },
  {
    name: 'erase',
    async reach(scene) {
      await talk(scene, 'What do you know about me?', 'Only what you told us.');
      await menu(scene, 'Delete my data');
      await scene.visitor.panel.getByRole('alertdialog', { name: 'Delete everything?' }).waitFor();
    },
  },
  {
    name: 'erased',
    async reach(scene) {
      await talk(scene, 'Would you forget me?', 'If you want us to.');
      await menu(scene, 'Delete my data');
      await button(scene, 'Delete everything');
      await scene.visitor.panel.getByText('Everything has been deleted.').waitFor();
    },
  },
  {
    name: 'emoji',
    async reach(scene) {
      await talk(scene, 'May I smile?', 'You may.');
      await button(scene, 'Emoji');
      await scene.visitor.panel.getByRole('searchbox', { name: 'Find an emoji' }).waitFor();
    },
  },
  {
    name: 'emoji-not-found',
    async reach(scene) {
      await open(scene);
      await button(scene, 'Emoji');
      await scene.visitor.panel.getByRole('searchbox', { name: 'Find an emoji' }).fill('samovar');
      await scene.visitor.panel.getByText('Nothing found').waitFor();
    },
  },
  {
    name: 'files-on-their-way',
    async reach(scene) {
      await talk(scene, 'May I show you?', 'Please do.');
      await scene.visitor.page.route('**/files/**', () => {}); // never answered
      await attach(scene, CARD, LEAFLET);
      await scene.visitor.panel.getByRole('progressbar').nth(1).waitFor();
    },
  },
  {
    name: 'files-failed',
    async reach(scene) {
      await talk(scene, 'Do you take anything?', 'Not everything.');
      await scene.visitor.page.route('**/files/**', (route) => route.fulfill({ status: 415, json: { error: { code: 'file_type_not_allowed', message: 'This kind of file is not allowed.' } } }));
      await attach(scene, LEAFLET, { ...CARD, buffer: Buffer.alloc(0) });
      await scene.visitor.panel.getByText('This kind of file cannot be sent.').waitFor();
      await scene.visitor.page.route('**/files/**', (route) => route.abort());
      await attach(scene, CARD);
      await scene.visitor.panel.getByText('Could not be uploaded.').waitFor();
    },
  },
  {
    name: 'files-sent',
    async reach(scene) {
      await talk(scene, 'Shall I send them?', 'Yes, please.');
      await attach(scene, CARD, LEAFLET);
      await scene.visitor.panel.getByText('Ready to send').nth(1).waitFor();
      await scene.visitor.say('Here they are.');
      await scene.visitor.log.getByRole('link', { name: LEAFLET.name }).waitFor();
    },
  },
  {
    name: 'form',
    async reach(scene) {
      await open(scene, { preChat: QUESTIONS });
      await scene.visitor.panel.getByLabel('What may we call you?').waitFor();
    },
  },
  {
    name: 'form-errors',
    async reach(scene) {
      await open(scene, { preChat: QUESTIONS });
      await scene.visitor.panel.getByLabel('E-mail address').fill('olive at kettle');
      await scene.visitor.panel.getByLabel('Phone number').fill('later');
      await button(scene, 'Start chat');
      await scene.visitor.panel.getByText('Please fill this in.').waitFor();
    },
  },
  {
    name: 'away',
    async reach(scene) {
      await open(scene, { hours: NEVER });
      await scene.visitor.panel.getByText('We are away at the moment').waitFor();
      await scene.visitor.panel.getByLabel('E-mail address').waitFor();
    },
  },
  {
    name: 'rating',
    async reach(scene) {
      await talk(scene, 'Did that help?', 'I hope so. Goodbye!');
      await closeConversation(scene, 'I hope so. Goodbye!');
      await scene.visitor.panel.getByText('How did we do?').waitFor();
    },
  },
  {
    name: 'rating-with-words',
    async reach(scene) {
      await talk(scene, 'Was that all?', 'It was. Have a good day!');
      await closeConversation(scene, 'It was. Have a good day!');
      await scene.visitor.panel.getByTitle('Good', { exact: true }).click();
      await scene.visitor.panel.getByRole('textbox', { name: 'Anything you want to add?' }).fill('Quick and kind.');
    },
  },
  {
    name: 'rated',
    async reach(scene) {
      await talk(scene, 'May I say thank you?', 'You just did.');
      await closeConversation(scene, 'You just did.');
      await scene.visitor.panel.getByTitle('Very good').click();
      await button(scene, 'Send rating');
      await scene.visitor.log.getByText('You rated this conversation 5 of 5').waitFor();
    },
  },
  {
    name: 'part-failed',
    async reach(scene) {
      await open(scene);
      await scene.visitor.page.route('**/parts/**', (route) => route.abort());
      await button(scene, 'More options');
      await scene.visitor.panel.getByText('This could not be loaded.').waitFor();
    },
  },
];
