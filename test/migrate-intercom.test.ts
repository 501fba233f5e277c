/** A page written for Intercom: every documented command and setting, by the names of Intercom's public documentation. */
import { describe, expect, it } from 'vitest';
import { expectDocumented, expectOutcome, settled, startPage, weight, type MigratePage, type Outcome } from './migrate-page.ts';

const COMMANDS = [
  'boot', 'shutdown', 'update', 'hide', 'show', 'showSpace', 'showMessages', 'showNewMessage', 'onHide', 'onShow', 'onUnreadCountChange', 'onUserEmailSupplied', 'trackEvent',
  'getVisitorId', 'startTour', 'startSurvey', 'startChecklist', 'showArticle', 'showNews', 'showTicket', 'showConversation', 'startConversation', 'hideNotifications', 'whoami',
  'reattach_activator', 'ready',
];
const SETTINGS = [
  'app_id', 'api_base', 'region', 'email', 'user_id', 'name', 'phone', 'created_at', 'user_hash', 'intercom_user_jwt', 'avatar', 'company', 'companies', 'language_override', 'utm_source',
  'unsubscribed_from_emails', 'page_title', 'custom_launcher_selector', 'alignment', 'vertical_padding', 'horizontal_padding', 'z_index', 'hide_default_launcher', 'hide_notifications',
  'session_duration', 'action_color', 'link_color', 'background_color',
];

const call = (...args: unknown[]) => ({ window }: MigratePage): unknown => window.Intercom(...args);
const none = (command: string, ...args: unknown[]): Outcome => ({ run: call(command, ...args), arrives: [], warns: `Intercom('${command}')` });

const commands: Record<string, Outcome> = {
  boot: { run: call('boot', { app_id: 'a1' }), arrives: [['boot', {}]] },
  shutdown: { run: call('shutdown'), arrives: [['logout'], ['destroy']] },
  update: { run: call('update', { action_color: '#123456' }), arrives: [['update', { color: '#123456' }]] },
  hide: { run: call('hide'), arrives: [['close']] },
  show: { run: call('show'), arrives: [['open']] },
  showSpace: { run: call('showSpace', 'help'), arrives: [['open']], warns: "Intercom('showSpace', 'help')" },
  showMessages: { run: call('showMessages'), arrives: [['open']] },
  showNewMessage: { run: call('showNewMessage', 'Hello'), arrives: [['prefill', 'Hello'], ['open']] },
  onUserEmailSupplied: none('onUserEmailSupplied', () => {}),
  trackEvent: { run: call('trackEvent', 'ordered', { mugs: 2, price: { amount: 5600, currency: 'eur' } }), arrives: [['track', 'ordered', { mugs: 2, price: '{"amount":5600,"currency":"eur"}' }]] },
  getVisitorId: none('getVisitorId'),
  startTour: none('startTour', 1),
  startSurvey: none('startSurvey', 1),
  startChecklist: none('startChecklist', 1),
  showArticle: { run: call('showArticle', 42), arrives: [['openArticle', '42']] },
  showNews: none('showNews', 1),
  showTicket: none('showTicket', 1),
  showConversation: { run: call('showConversation', 1), arrives: [['open']], warns: "Intercom('showConversation')" },
  startConversation: { run: call('startConversation', 'Hello'), arrives: [['startConversation', 'Hello']] },
  hideNotifications: none('hideNotifications', true),
  whoami: none('whoami'),
  reattach_activator: {
    page: { intercomSettings: { custom_launcher_selector: '.chat' } },
    run: call('reattach_activator'),
    arrives: [['boot', { launcherSelector: '.chat' }], ['update', { launcherSelector: '.chat' }]],
  },
};

const option = (setting: object, options: object): Outcome => ({ run: call('update', setting), arrives: [['update', options]] });
const fact = (setting: object, facts: object = setting): Outcome => ({ run: call('update', setting), arrives: [['setAttributes', facts]] });
const who = (setting: object, identity: object): Outcome => ({ run: call('update', setting), arrives: [['identify', identity]] });
const ignored = (name: string, value: unknown): Outcome => ({ run: call('update', { [name]: value }), arrives: [], warns: `intercomSettings.${name}` });

const settings: Record<string, Outcome> = {
  app_id: { run: call('update', { app_id: 'a1' }), arrives: [] },
  api_base: ignored('api_base', 'https://api-iam.eu.example'),
  region: ignored('region', 'eu'),
  email: who({ email: 'm@kettle.example' }, { email: 'm@kettle.example' }),
  user_id: who({ user_id: 7 }, { attributes: { user_id: '7' } }),
  name: who({ name: 'Margit' }, { name: 'Margit' }),
  phone: who({ phone: '+1' }, { phone: '+1' }),
  created_at: fact({ created_at: 1_577_836_800 }),
  user_hash: who({ user_id: '7', user_hash: 'ab12' }, { userId: '7', userHash: 'ab12' }),
  intercom_user_jwt: who({ intercom_user_jwt: 'a.b.c' }, { token: 'a.b.c' }),
  avatar: ignored('avatar', { type: 'avatar', image_url: 'https://kettle.example/m.png' }),
  company: fact({ company: { id: '6', name: 'Kettle', plan: 'tea' } }, { company_id: '6', company_name: 'Kettle', company_plan: 'tea' }),
  companies: fact({ companies: [{ company_id: '6', name: 'Kettle' }, { company_id: '7' }] }, { companies: 'Kettle, 7' }),
  language_override: option({ language_override: 'pt-BR' }, { locale: 'pt' }),
  utm_source: fact({ utm_source: 'newsletter' }),
  unsubscribed_from_emails: fact({ unsubscribed_from_emails: true }),
  page_title: ignored('page_title', 'Mugs'),
  custom_launcher_selector: option({ custom_launcher_selector: '#chat' }, { launcherSelector: '#chat' }),
  alignment: option({ alignment: 'left' }, { position: 'bottom-left' }),
  vertical_padding: option({ vertical_padding: 40 }, { offsetY: 40 }),
  horizontal_padding: option({ horizontal_padding: '30px' }, { offsetX: 30 }),
  z_index: option({ z_index: 99 }, { zIndex: 99 }),
  hide_default_launcher: option({ hide_default_launcher: true }, { launcher: false }),
  hide_notifications: ignored('hide_notifications', true),
  session_duration: ignored('session_duration', 1_000),
  action_color: option({ action_color: '#123456', background_color: '#ffffff' }, { color: '#123456' }),
  link_color: ignored('link_color', '#ff0000'),
  background_color: option({ background_color: '#654321' }, { color: '#654321' }),
};

/** Commands whose outcome is a callback; they have tests of their own below. */
const CALLBACKS = ['onHide', 'onShow', 'onUnreadCountChange', 'ready'];

describe('Intercom', () => {
  it('has an outcome for every documented name, and its place in the guide', () => {
    expect([...Object.keys(commands), ...CALLBACKS].toSorted()).toEqual(COMMANDS.toSorted());
    expect(Object.keys(settings).toSorted()).toEqual(SETTINGS.toSorted());
    expectDocumented('Intercom', [...COMMANDS, ...SETTINGS.filter((name) => !name.startsWith('utm_'))]);
  });

  it.each(Object.entries(commands))('%s', (_, outcome) => expectOutcome('intercom', outcome));
  it.each(Object.entries(settings))('the setting %s', (_, outcome) => expectOutcome('intercom', outcome));

  it('calls back when the messenger shows, hides, counts and is ready', async () => {
    const { window, loader, emit } = startPage('intercom', {}, { loader: false });
    const heard: unknown[][] = [];
    for (const command of CALLBACKS) window.Intercom(command, (...args: unknown[]) => heard.push([command, ...args]));
    loader();
    await settled();
    await emit('open', undefined);
    await emit('unread', 3);
    await emit('close', undefined);
    expect(heard).toEqual([['ready'], ['onShow'], ['onUnreadCountChange', 3], ['onHide']]);
  });

  it('boots by itself with intercomSettings, and tells options, person and facts apart', () => {
    const { calls } = startPage('intercom', {
      intercomSettings: { app_id: 'a1', user_id: '7', user_hash: 'ab12', email: 'm@kettle.example', name: 'Margit', alignment: 'left', action_color: '#a8502f', plan: 'tea', tags: ['a'] },
    });
    expect(calls).toEqual([
      ['boot', { color: '#a8502f', position: 'bottom-left' }],
      ['identify', { userId: '7', userHash: 'ab12', email: 'm@kettle.example', name: 'Margit' }],
      ['setAttributes', { plan: 'tea', tags: '["a"]' }],
    ]);
  });

  it('takes the calls that waited in the vendor\'s own stub, in order', () => {
    const stub = Object.assign(() => {}, { q: [['boot', { app_id: 'a1' }], ['showNewMessage', 'Hi']] });
    const { calls } = startPage('intercom', { Intercom: stub });
    expect(calls).toEqual([['boot', {}], ['prefill', 'Hi'], ['open']]);
  });

  it('keeps calls in order when the shim comes after our script', () => {
    const page = startPage('intercom', {}, { shim: false });
    page.shim();
    page.window.Intercom('show');
    page.window.Intercom('hide');
    expect(page.calls).toEqual([['open'], ['close']]);
  });

  it('lets the vendor\'s snippet find it there, so that it does not load the vendor\'s script', () => {
    const { window, calls } = startPage('intercom', { intercomSettings: { app_id: 'a1', email: 'm@kettle.example' } });
    expect(typeof window.Intercom).toBe('function');
    window.Intercom('reattach_activator');
    window.Intercom('update', window.intercomSettings);
    expect(calls.filter(([verb]) => verb === 'identify')).toHaveLength(1);
  });

  it('identifies again only when something is new, by the e-mail address where there is no id, and afresh after shutdown', () => {
    const { window, calls } = startPage('intercom');
    window.Intercom('update', { email: 'm@kettle.example', user_hash: 'ab12' });
    window.Intercom('update', { email: 'm@kettle.example', user_hash: 'ab12' });
    window.Intercom('shutdown');
    window.Intercom('boot', { name: 'Anselm' });
    expect(calls).toEqual([
      ['identify', { userId: 'm@kettle.example', userHash: 'ab12', email: 'm@kettle.example' }], ['logout'], ['destroy'], ['boot', {}], ['identify', { name: 'Anselm' }],
    ]);
  });

  it('takes the colours that browsers know, and says what is none', () => {
    const { window, calls, warnings } = startPage('intercom');
    for (const action_color of ['#abc', 'teal', 'rgb(1, 2, 3)', 'seasick', '#1234', 5, '']) window.Intercom('update', { action_color });
    window.Intercom('update', { action_color: '#12', background_color: '#654321' });
    expect(calls).toEqual(['#aabbcc', '#008080', '#010203', '#654321'].map((color) => ['update', { color }]));
    expect(warnings).toEqual(['MiraDesk: intercomSettings.action_color is no colour']);
  });

  it('takes what else waited in the stub, where something of it is no call', () => {
    const stub = Object.assign(() => {}, { q: [null, 5, ['show']] });
    const { calls, warnings } = startPage('intercom', { Intercom: stub });
    expect(calls).toEqual([['open']]);
    expect(warnings).toEqual(['MiraDesk: Intercom(object) has no counterpart', 'MiraDesk: Intercom(number) has no counterpart']);
  });

  it('never throws, whatever it is given, and says by its name what it could not take', () => {
    const { window, calls, warnings } = startPage('intercom', { intercomSettings: null });
    for (const args of [[], [null], ['nonsense'], ['constructor'], ['boot', null], ['update', 5], ['onShow', 'no function'], ['showNewMessage'], ['update', { companies: [null] }]]) {
      expect(() => window.Intercom(...args)).not.toThrow();
    }
    for (const args of [['update', null], ['update'], ['update', 'tea'], ['update', { company: 'Kettle' }], ['trackEvent', 'x', 'tea']]) expect(() => window.Intercom(...args)).not.toThrow();
    expect(calls).toEqual([['boot', {}], ['open'], ['setAttributes', { companies: '' }]]);
    expect(warnings).toEqual([
      'MiraDesk: Intercom(undefined) has no counterpart', 'MiraDesk: Intercom(object) has no counterpart', "MiraDesk: Intercom('nonsense') has no counterpart",
      "MiraDesk: Intercom('constructor') has no counterpart", "MiraDesk: Intercom('update') failed: it needs an object", "MiraDesk: Intercom('trackEvent') failed: it needs an object",
    ]);
  });

  it('is at most 2 KB', () => expect(weight('intercom')).toBeLessThanOrEqual(2_000));
});
