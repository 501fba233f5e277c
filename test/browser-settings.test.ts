/** The settings screen in a real browser: what an owner sets there is what is stored. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runCli } from '../gateway/cli.ts';
import { WidgetSettings } from '../shared/settings.ts';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
beforeEach(() => store(WidgetSettings.parse({})));
afterAll(() => gateway.stop());

/** Opens the settings as the first workspace's owner. */
async function openSettings(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.page({ timezoneId: 'Europe/Berlin', ...options });
  await new Agent(page).enter(gateway);
  await page.goto(`${gateway.url}/console/settings`);
  await page.getByRole('heading', { name: 'Opening hours' }).waitFor();
  return page;
}

async function stored(): Promise<WidgetSettings> {
  const { cookie } = await gateway.session();
  const { workspace } = await (await fetch(`${gateway.url}/api/workspace`, { headers: { cookie } })).json() as { workspace: { settings: WidgetSettings } };
  return workspace.settings;
}

async function store(settings: object): Promise<void> {
  const { cookie } = await gateway.session();
  const response = await fetch(`${gateway.url}/api/workspace`, { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ settings }) });
  expect(response.status).toBe(200);
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Everything is saved.').waitFor();
}

it('colour, launcher, faces and words are stored as they were set, and the preview shows them before', async () => {
  showLogOnFailure(gateway);
  const page = await openSettings();
  const seen = watch(page);
  await page.getByLabel('Colour', { exact: true }).fill('#ffd400');
  await page.getByText('Text on it is dark').waitFor();
  await page.getByRole('group', { name: 'Theme' }).getByText('Dark').click();
  await page.getByRole('group', { name: 'Corner' }).getByText('Top left').click();
  await page.getByRole('group', { name: 'Icon' }).getByText('Question mark').click();
  await page.getByLabel('Words beside the icon').fill('Ask us');
  await page.getByLabel('Space at the side').fill('32');
  await page.getByRole('button', { name: 'Add a person' }).click();
  await page.getByRole('group', { name: 'Person 1' }).getByLabel('Name').fill('Olive Tree');
  await page.getByRole('group', { name: 'Person 1' }).getByLabel('Address of the picture').fill('shop.example/olive.jpg');
  await page.getByLabel('Language').selectOption('ja');
  const preview = page.locator('.preview');
  expect([await preview.getAttribute('data-position'), await preview.getAttribute('data-theme')]).toEqual(['top-left', 'dark']);
  await preview.getByText('Ask us').waitFor();
  await preview.getByText('OT').waitFor();
  await keepPicture(page, 'settings-preview');
  await save(page);
  expect(await stored()).toMatchObject({
    color: '#ffd400', theme: 'dark', position: 'top-left', launcherIcon: 'help', launcherLabel: 'Ask us', offsetX: 32, offsetY: 20, locale: 'ja',
    faces: [{ name: 'Olive Tree', picture: 'https://shop.example/olive.jpg' }],
  });
  const loader = await (await fetch(`${gateway.url}/w/demo.js`)).text();
  expect(loader).toContain('"launcherLabel":"Ask us"');
  expect(seen.errors).toEqual([]);
});

it('opening hours are stored as people write them: times, a city, holidays', async () => {
  showLogOnFailure(gateway);
  const page = await openSettings();
  await page.getByRole('group', { name: 'When is your team there?' }).getByText('At certain hours').click();
  await page.getByLabel('Time zone').fill('new york');
  const monday = page.getByRole('group', { name: 'Monday' });
  await monday.getByLabel('Monday, from').fill('8');
  await monday.getByLabel('Monday, to').fill('5.30pm');
  await page.getByRole('button', { name: 'Use Monday’s hours from Tuesday to Friday' }).click();
  await page.getByRole('button', { name: 'Remove Friday, 08:00 to 17:30' }).click();
  await page.getByRole('button', { name: 'Add hours on Saturday' }).click();
  await page.getByLabel('Saturday, from').fill('22');
  await page.getByLabel('Saturday, to').fill('24');
  await page.getByLabel('Add a day').fill('2026-12-25');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('listitem').filter({ hasText: 'December' }).waitFor();
  await page.getByText('By these hours you are').waitFor();
  await keepPicture(page, 'settings-hours');
  await save(page);
  expect((await stored()).hours).toEqual({
    timeZone: 'America/New_York', holidays: ['2026-12-25'],
    week: [[['08:00', '17:30']], [['08:00', '17:30']], [['08:00', '17:30']], [['08:00', '17:30']], [], [['22:00', '24:00']], []],
  });

  // What is wrong is said where it is, and nothing is lost.
  await page.getByLabel('Saturday, to').fill('2');
  await page.getByLabel('Time zone').fill('Middle of nowhere');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('There is no time zone of this name.').waitFor();
  await page.getByText('This ends before it begins.').waitFor();
  await until(async () => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.name === 'timeZone'), { what: 'the first wrong field to have the keyboard' });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo changes' }).click();
  expect(await page.getByLabel('Time zone').inputValue()).toBe('America/New_York');
});

it('questions are added, ordered and taken away, by keyboard as well', async () => {
  showLogOnFailure(gateway);
  const page = await openSettings();
  const add = page.getByRole('button', { name: 'Add a question' });
  const question = (number: number) => page.getByRole('group', { name: `Question ${number}` });
  await add.press('Enter');
  expect(await question(1).getByLabel('Question as visitors read it').inputValue()).toBe('Name');
  await add.press('Enter');
  expect(await question(2).getByLabel('Asks for').inputValue()).toBe('email');
  await add.press('Enter');
  await until(async () => page.evaluate(() => (document.activeElement as HTMLSelectElement | null)?.name === 'about2'), { what: 'the new question to have the keyboard' });
  await question(3).getByLabel('Question as visitors read it').fill('Which plan?');
  expect(await question(3).getByLabel('Saved as').inputValue()).toBe('which_plan');
  await question(3).getByLabel('Kind of answer').selectOption('choice');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await question(3).getByText('Enter at least one choice.').waitFor();
  await question(3).getByLabel('Choices, one per line').fill('Free\n\nPaid');
  await question(3).getByLabel('Has to be answered').check();
  await page.getByRole('button', { name: 'Move Which plan? up' }).press('Enter');
  await until(async () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Move Which plan? up'), { what: 'the button to keep the keyboard' });
  await page.keyboard.press('Enter');
  await until(async () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Move Which plan? down'), { what: 'the keyboard to stay with the question' });
  await page.getByRole('button', { name: 'Remove Name' }).click();
  await keepPicture(page, 'settings-questions');
  await save(page);
  expect((await stored()).preChat).toEqual([
    { key: 'which_plan', label: 'Which plan?', kind: 'choice', required: true, choices: ['Free', 'Paid'] },
    { key: 'email', label: 'E-mail address', kind: 'email', required: true, choices: [] },
  ]);
});

it('whoever is no owner can read all of it and change none', async () => {
  showLogOnFailure(gateway);
  const pia = { email: 'pia@kettle.example', password: 'a lid on every pot' };
  await gateway.stop();
  try {
    expect(await runCli(['member', 'add', 'demo', '--name', 'Pia', '--email', pia.email, '--password', pia.password], { DATA_DIR: gateway.dataDir }, { out: () => {}, err: () => {} })).toBe(0);
  } finally {
    await gateway.start();
  }
  const { cookie } = await gateway.signIn(pia);
  const page = await browser.page();
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: gateway.url, httpOnly: true, sameSite: 'Lax' }]);
  await page.goto(`${gateway.url}/console/settings`);
  await page.getByText('Only owners can change these settings.').waitFor();
  expect(await page.locator('.settings-fields :is(input, select, textarea, button)').evaluateAll((controls) => controls.filter((control) => !control.matches(':disabled')).length)).toBe(0);
  expect(await page.getByRole('button', { name: 'Save changes' }).count()).toBe(0);
  await expectAccessible(page);
  await keepPicture(page, 'settings-read-only');
});

/** axe cannot see the colours that the browser puts in place of a page's own in forced colours. */
const rulesFor = (look: string): string[] => (look.includes('forced') ? ['color-contrast'] : []);

const looks: Array<[string, BrowserContextOptions]> = [
  ['in light colours', {}],
  ['in dark colours', { colorScheme: 'dark' }],
  ['in forced colours', { forcedColors: 'active' }],
  ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
];

it.each(looks)('axe finds nothing in the settings %s, and nothing is wider than the window', async (look, options) => {
  showLogOnFailure(gateway);
  await store({
    consentText: 'What you write is kept for a year.',
    faces: [{ name: 'Olive Tree' }, { name: 'Pia' }],
    preChat: [{ key: 'email', label: 'Your e-mail address', required: true }, { key: 'plan', label: 'Which plan do you have?', kind: 'choice', choices: ['Free', 'Paid'] }],
    hours: { timeZone: 'Europe/Berlin', week: [[['09:00', '12:00'], ['13:00', '17:00']], [['09:00', '17:00']], [], [], [], [], []], holidays: ['2026-12-25'] },
  });
  const page = await openSettings({ reducedMotion: 'reduce', ...options });
  await expectAccessible(page, rulesFor(look));
  await keepPicture(page, `settings-${look.replaceAll(' ', '-')}`);
  // What scrolls by itself may be wider.
  expect(await page.locator('.settings :is(h1, h2, p, label, input, select, textarea, button, .preview-page)').evaluateAll((elements) =>
    elements.filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML.slice(0, 100)))).toEqual([]);
  for (const section of ['Appearance', 'Launcher', 'Words and people', 'Messages', 'Forms', 'Opening hours', 'Privacy', 'Workspace and websites']) {
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section }).click();
    await until(async () => page.evaluate(() => document.activeElement?.tagName === 'H2'), { what: 'the heading to have the keyboard' });
    await keepPicture(page, `settings-${look.replaceAll(' ', '-')}-${section.toLowerCase().replaceAll(' ', '-')}`);
  }
  // Every field wrong at once.
  await page.getByLabel('Colour', { exact: true }).fill('green');
  await page.getByLabel('Team name').fill('');
  await page.getByLabel('Round corners').fill('many');
  await page.getByLabel('Monday, to').first().fill('08:00');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Write the colour as #').waitFor();
  await expectAccessible(page, rulesFor(look));
  await keepPicture(page, `settings-${look.replaceAll(' ', '-')}-wrong`);
});
