/** A page written for Zendesk's messaging: every documented command, by the names of Zendesk's public documentation. */
import { describe, expect, it, vi } from 'vitest';
import { expectDocumented, expectOutcome, settled, startPage, weight, type MigratePage, type Outcome } from './migrate-page.ts';

const MESSENGER = ['show', 'hide', 'open', 'close', 'loginUser', 'logoutUser', 'resetWidget', 'sendMessage'];
const SET = ['locale', 'zIndex', 'cookies', 'conversationFields', 'conversationTags', 'customization', 'beforeMessageDisplay'];
const UI = ['newConversation'];
const ON = [
  'open', 'close', 'unreadMessages', 'conversationStarted', 'conversationOpened', 'proactiveMessageDisplayed', 'proactiveMessageClicked', 'newConversationButtonClicked',
  'conversationWithAgentRequested', 'conversationAgentAssigned', 'messagesShown', 'postbackButtonClicked', 'conversationExtensionOpened', 'conversationExtensionDisplayed', 'userEvent',
];
const TOLD = ['open', 'close', 'unreadMessages', 'conversationStarted', 'conversationOpened'];

const zE = (...args: unknown[]) => ({ window }: MigratePage): unknown => window.zE(...args);
const to = (call: unknown[], ...arrives: unknown[][]): Outcome => ({ run: zE(...call), arrives });

const messenger: Record<string, Outcome> = {
  show: to(['messenger', 'show'], ['showLauncher']),
  hide: to(['messenger', 'hide'], ['close'], ['hideLauncher']),
  open: to(['messenger', 'open'], ['open']),
  close: to(['messenger', 'close'], ['close']),
  loginUser: to(['messenger', 'loginUser', (take: (token: string) => void) => take('a.b.c')], ['identify', { token: 'a.b.c' }]),
  logoutUser: to(['messenger', 'logoutUser'], ['logout']),
  resetWidget: to(['messenger', 'resetWidget'], ['logout']),
  sendMessage: to(['messenger', 'sendMessage', 'Hello'], ['sendMessage', 'Hello']),
};

const set: Record<string, Outcome> = {
  locale: to(['messenger:set', 'locale', 'pt-br'], ['setLocale', 'pt']),
  zIndex: to(['messenger:set', 'zIndex', 99], ['update', { zIndex: 99 }]),
  cookies: {
    run(page) { for (const level of ['all', 'functional', 'none', true, false]) zE('messenger:set', 'cookies', level)(page); },
    arrives: [['setConsent', 'persistent'], ['setConsent', 'session'], ['setConsent', 'none'], ['setConsent', 'persistent'], ['setConsent', 'none']],
  },
  conversationFields: to(['messenger:set', 'conversationFields', [{ id: '360', value: 'K-204' }, { id: '361', value: true }]], ['setAttributes', { 360: 'K-204', 361: true }]),
  conversationTags: to(['messenger:set', 'conversationTags', ['potter', 'tea']], ['addTags', ['potter', 'tea']]),
  customization: { ...to(['messenger:set', 'customization', { theme: { primary: '#123456', onPrimary: '#ffffff' }, common: {} }], ['update', { color: '#123456' }]), warns: 'theme.onPrimary' },
  beforeMessageDisplay: { ...to(['messenger:set', 'beforeMessageDisplay', () => {}]), warns: "zE('messenger:set', 'beforeMessageDisplay')" },
};

const never = ON.filter((name) => !TOLD.includes(name)).map((name) => [name, { run: zE('messenger:on', name, () => {}), arrives: [], warns: `zE('messenger:on', '${name}')` }] as [string, Outcome]);

describe('zE', () => {
  it('has an outcome for every documented name, and its place in the guide', () => {
    expect(Object.keys(messenger).toSorted()).toEqual(MESSENGER.toSorted());
    expect(Object.keys(set).toSorted()).toEqual(SET.toSorted());
    expectDocumented('Zendesk', [...MESSENGER, ...SET, ...UI, ...ON]);
  });

  it.each(Object.entries(messenger))('messenger %s', (_, outcome) => expectOutcome('zendesk', outcome));
  it.each(Object.entries(set))('messenger:set %s', (_, outcome) => expectOutcome('zendesk', outcome));
  it('messenger:ui newConversation', () => expectOutcome('zendesk', to(['messenger:ui', 'newConversation'], ['startConversation'])));
  it.each(never)('messenger:on %s', (_, outcome) => expectOutcome('zendesk', outcome));

  it('messenger:on tells what happens in the vendor\'s shapes, until it is unsubscribed, also when that was before our script', async () => {
    const page = startPage('zendesk', {}, { loader: false });
    const heard: unknown[][] = [];
    const offs = ON.map((name) => page.window.zE('messenger:on', name, (...args: unknown[]) => heard.push([name, ...args])) as () => void);
    const early = vi.fn();
    page.window.zE('messenger:on', 'open', early)();
    page.loader();
    await page.emit('open', undefined);
    await page.emit('unread', 2);
    await page.emit('conversation:started', { conversationId: 'c1' });
    await page.emit('close', undefined);
    const event = (type: string, id: string | null): unknown => ({ id, createdAt: expect.stringMatching(/^\d{4}-.*Z$/), type });
    const expected = [['open'], ['conversationOpened', event('conversationOpened', null)], ['unreadMessages', 2], ['conversationStarted', event('conversationStarted', 'c1')], ['close']];
    expect(heard).toEqual(expected);
    for (const off of offs) off();
    await page.emit('open', undefined);
    expect(heard).toEqual(expected);
    expect(early).not.toHaveBeenCalled();
  });

  it('loginUser is answered once: with null when the person is confirmed, with the reason when not', async () => {
    const page = startPage('zendesk');
    const answers: unknown[] = [];
    const logIn = (): unknown => page.window.zE('messenger', 'loginUser', (take: (token: string) => void) => take(`${answers.length}.b.c`), (error: unknown) => answers.push(error));
    logIn();
    await page.emit('error', { code: 'unavailable', message: 'Later' });
    await page.emit('error', { code: 'identity_expired', message: 'Your sign-in has run out.' });
    await page.emit('identity', { userId: '7' });
    logIn();
    await page.emit('identity', null);
    await page.emit('identity', { userId: '7' });
    expect(answers).toEqual([{ type: 'identity_expired', message: 'Your sign-in has run out.', reason: 'Your sign-in has run out.' }, null]);
  });

  it('loginUser is answered again for another token, for the same one, and after logoutUser', async () => {
    const page = startPage('zendesk');
    const answers: Array<[string, unknown]> = [];
    const logIn = (token: string, name = token): unknown => page.window.zE('messenger', 'loginUser', (take: (token: string) => void) => take(token), (error: unknown) => answers.push([name, error]));
    for (const token of ['a.b.1', 'a.b.2', 'a.b.2']) {
      logIn(token);
      await page.emit('identity', { userId: '7' });
    }
    page.window.zE('messenger', 'logoutUser');
    logIn('a.b.2', 'after logout');
    await page.emit('identity', null);
    await page.emit('identity', { userId: '7' });
    expect(answers).toEqual([['a.b.1', null], ['a.b.2', null], ['a.b.2', null], ['after logout', null]]);
    expect(page.calls).toEqual([['identify', { token: 'a.b.1' }], ['identify', { token: 'a.b.2' }], ['identify', { token: 'a.b.2' }], ['logout'], ['identify', { token: 'a.b.2' }]]);
  });

  it('loginUser is not answered with what became of a later one: that, or a logout, ends it', async () => {
    const page = startPage('zendesk');
    const answers: unknown[][] = [];
    const logIn = (token: string): unknown => page.window.zE('messenger', 'loginUser', (take: (token: string) => void) => take(token), (error: any) => answers.push([token, error?.type ?? null]));
    logIn('a.b.1');
    logIn('a.b.2');
    page.window.zE('messenger', 'logoutUser');
    logIn('');
    logIn('a.b.3');
    await page.emit('identity', { userId: '7' });
    await page.emit('error', { code: 'identity_expired', message: 'Later' });
    expect(answers).toEqual([['a.b.1', 'superseded'], ['a.b.2', 'superseded'], ['', 'identity_invalid'], ['a.b.3', null]]);
    expect(page.warnings).toEqual(["MiraDesk: zE('messenger', 'loginUser') failed: it needs a token"]);
  });

  it('takes the colours that browsers know, and says what is none', () => {
    const page = startPage('zendesk', { zESettings: { webWidget: { color: { theme: 'seasick' } } } });
    for (const primary of ['teal', 'seasick']) page.window.zE('messenger:set', 'customization', { theme: { primary } });
    expect(page.calls).toEqual([['update', {}], ['update', { color: '#008080' }], ['update', {}]]);
    expect(page.warnings).toEqual(['MiraDesk: zESettings.webWidget.color.theme is no colour', "MiraDesk: zE('messenger:set', 'customization') theme.primary is no colour"]);
  });

  it('calls back what is done at once', async () => {
    const { window } = startPage('zendesk');
    const done = vi.fn();
    window.zE('messenger', 'resetWidget', done);
    window.zE('messenger:set', 'conversationFields', [], done);
    window.zE(done);
    await settled();
    expect(done).toHaveBeenCalledTimes(3);
  });

  it('takes what waited in the vendor\'s stub, and the look of the older widget', () => {
    const stub = Object.assign(() => {}, { _: [null, ['messenger', 'open']] });
    const page = startPage('zendesk', {
      zE: stub,
      zESettings: { webWidget: { color: { theme: '#123456' }, position: { horizontal: 'left', vertical: 'top' }, offset: { horizontal: '30px', vertical: '40px' }, zIndex: 99, chat: {} }, analytics: false },
    });
    expect(page.calls).toEqual([['update', { color: '#123456', position: 'top-left', offsetX: 30, offsetY: 40, zIndex: 99 }], ['open']]);
    expect(page.warnings).toEqual(['MiraDesk: zESettings.webWidget.chat has no counterpart', 'MiraDesk: zESettings.analytics has no counterpart', 'MiraDesk: zE(object, undefined) has no counterpart']);
    page.window.zE.set({});
    expect(page.warnings.at(-1)).toContain('zE.set');
  });

  it('never throws, whatever it is given, and says by its name what it could not take', () => {
    const { window, warnings, calls } = startPage('zendesk', { zESettings: null });
    const odd = [
      [], ['messenger'], ['messenger', 'constructor'], ['webWidget', 'open'], ['messenger', 'loginUser'], ['messenger', 'loginUser', 'a.b.c'], ['messenger:set', 'conversationFields'],
      ['messenger:set', 'conversationFields', [null]], ['messenger:set', 'conversationTags'], ['messenger:set', 'customization'], ['messenger:set', 'locale'], ['messenger:on', 'open', 'no function'],
    ];
    for (const args of odd) expect(() => window.zE(...args), String(args)).not.toThrow();
    expect(calls).toEqual([]);
    const failed = (scope: string, name: string, what: string): string => `MiraDesk: zE('${scope}', '${name}') failed: it needs ${what}`;
    expect(warnings).toEqual([
      'MiraDesk: zE(undefined, undefined) has no counterpart', "MiraDesk: zE('messenger', undefined) has no counterpart", "MiraDesk: zE('messenger', 'constructor') has no counterpart",
      "MiraDesk: zE('webWidget', 'open') has no counterpart", failed('messenger', 'loginUser', 'a function that hands a token over'),
      failed('messenger:set', 'conversationFields', 'a list of { id, value }'), failed('messenger:set', 'conversationFields', 'an object'), failed('messenger:set', 'conversationTags', 'a list'),
      failed('messenger:set', 'customization', 'an object'), failed('messenger:set', 'locale', 'a language'),
    ]);
  });

  it('is at most 2 KB', () => expect(weight('zendesk')).toBeLessThanOrEqual(2_000));
});
