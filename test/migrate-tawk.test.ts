/** A page written for tawk.to: every documented setting, method and callback, by the names of its public documentation. */
import { describe, expect, it, vi } from 'vitest';
import { expectDocumented, expectOutcome, settled, startPage, weight, type MigratePage, type Outcome } from './migrate-page.ts';

const SETTINGS = ['autoStart', 'customStyle', 'visitor', 'onBeforeLoaded', 'secureMode'];
const METHODS = [
  'start', 'shutdown', 'maximize', 'minimize', 'toggle', 'popup', 'showWidget', 'hideWidget', 'toggleVisibility', 'endChat', 'getWindowType', 'getStatus', 'isChatMaximized', 'isChatMinimized',
  'isChatHidden', 'isChatOngoing', 'isVisitorEngaged', 'onLoaded', 'widgetPosition', 'setAttributes', 'addEvent', 'addTags', 'removeTags', 'switchWidget', 'login', 'logout',
];
const CALLBACKS = [
  'onLoad', 'onStatusChange', 'onBeforeLoad', 'onChatMaximized', 'onChatMinimized', 'onChatHidden', 'onChatStarted', 'onChatEnded', 'onPrechatSubmit', 'onOfflineSubmit', 'onChatMessageVisitor',
  'onChatMessageAgent', 'onChatMessageSystem', 'onAgentJoinChat', 'onAgentLeaveChat', 'onChatSatisfaction', 'onVisitorNameChanged', 'onFileUpload', 'onTagsUpdated', 'onUnreadCountChanged',
];
const NEVER = ['onPrechatSubmit', 'onOfflineSubmit', 'onChatMessageSystem', 'onAgentJoinChat', 'onAgentLeaveChat', 'onChatSatisfaction', 'onFileUpload'];
/** What answers how things stand; it has a test of its own. */
const QUESTIONS = ['getWindowType', 'getStatus', 'isChatMaximized', 'isChatMinimized', 'isChatHidden', 'isChatOngoing', 'isVisitorEngaged', 'onLoaded', 'widgetPosition'];

const tawk = (method: string, ...args: unknown[]) => ({ window }: MigratePage): unknown => window.Tawk_API[method](...args);
const to = (call: [string, ...unknown[]], ...arrives: unknown[][]): Outcome => ({ run: tawk(...call), arrives });
const none = (call: [string, ...unknown[]], ...arrives: unknown[][]): Outcome => ({ ...to(call, ...arrives), warns: `Tawk_API.${call[0]}` });

const methods: Record<string, Outcome> = {
  start: to(['start'], ['boot']),
  shutdown: to(['shutdown'], ['destroy']),
  maximize: to(['maximize'], ['open']),
  minimize: to(['minimize'], ['close']),
  toggle: to(['toggle'], ['toggle']),
  popup: none(['popup'], ['open']),
  showWidget: to(['showWidget'], ['showLauncher']),
  hideWidget: to(['hideWidget'], ['close'], ['hideLauncher']),
  toggleVisibility: to(['toggleVisibility'], ['close'], ['hideLauncher']),
  endChat: none(['endChat']),
  setAttributes: to(['setAttributes', { name: 'Margit', email: 'm@kettle.example', hash: 'ab12', mugs: 2 }], ['identify', { userId: 'm@kettle.example', userHash: 'ab12', name: 'Margit', email: 'm@kettle.example' }], ['setAttributes', { mugs: 2 }]),
  addEvent: to(['addEvent', 'ordered', { mugs: 2 }], ['track', 'ordered', { mugs: 2 }]),
  addTags: to(['addTags', ['potter', 'tea']], ['addTags', ['potter', 'tea']]),
  removeTags: none(['removeTags', ['potter']]),
  switchWidget: none(['switchWidget', { propertyId: 'p', widgetId: 'w' }]),
  login: to(['login', { userId: '7', hash: 'ab12', name: 'Margit' }], ['identify', { userId: '7', userHash: 'ab12', name: 'Margit' }]),
  logout: to(['logout'], ['logout']),
};

describe('Tawk_API', () => {
  it('has an outcome for every documented name, and its place in the guide', () => {
    expect([...Object.keys(methods), ...QUESTIONS].toSorted()).toEqual(METHODS.toSorted());
    expectDocumented('tawk\\.to', [...SETTINGS, ...METHODS, ...CALLBACKS]);
  });

  it.each(Object.entries(methods))('%s', (_, outcome) => expectOutcome('tawk', outcome));
  it.each(NEVER)('%s', (name) => {
    const { warnings } = startPage('tawk', { Tawk_API: { [name]: () => {} } });
    expect(warnings).toEqual([`MiraDesk: Tawk_API.${name} has no counterpart`]);
  });

  it('calls back as things happen, also where the callback was set later', async () => {
    const page = startPage('tawk', { Tawk_API: {} }, { loader: false });
    const heard: unknown[][] = [];
    for (const name of [...CALLBACKS, 'onBeforeLoaded'].filter((one) => !NEVER.includes(one))) page.window.Tawk_API[name] = (...args: unknown[]) => heard.push([name, ...args]);
    page.loader();
    await settled();
    const message = { conversationId: 'c1', text: 'Hello', at: '2026-01-31T12:00:00.000Z' };
    await page.emit('open', undefined);
    await page.emit('conversation:started', { conversationId: 'c1' });
    await page.emit('message:sent', { ...message, author: null });
    await page.emit('message:received', { ...message, author: 'Ines' });
    await page.emit('unread', 1);
    await page.emit('conversation:closed', { conversationId: 'c1' });
    await page.emit('close', undefined);
    await page.emit('availability', { available: false });
    page.window.Tawk_API.setAttributes({ name: 'Margit' });
    page.window.Tawk_API.addTags(['potter']);
    page.window.Tawk_API.hideWidget();
    await settled();
    expect(heard).toEqual([
      ['onBeforeLoaded'], ['onBeforeLoad'], ['onLoad'], ['onChatMaximized'], ['onChatStarted', { chatId: 'c1' }], ['onChatMessageVisitor', 'Hello'], ['onChatMessageAgent', 'Hello'],
      ['onUnreadCountChanged', 1], ['onChatEnded', { chatId: 'c1' }], ['onChatMinimized'], ['onStatusChange', 'offline'], ['onVisitorNameChanged', 'Margit'], ['onTagsUpdated', ['potter']], ['onChatHidden'],
    ]);
  });

  it('answers how things stand', async () => {
    const page = startPage('tawk', {}, { loader: false });
    const { Tawk_API } = page.window;
    const answers = (): unknown[] => QUESTIONS.map((name) => (typeof Tawk_API[name] === 'function' ? Tawk_API[name]() : Tawk_API[name]));
    expect(answers()).toEqual(['inline', 'online', false, true, false, false, false, undefined, 'br']);
    Tawk_API.customStyle = { visibility: { desktop: { position: 'tl' } } };
    page.loader();
    Object.assign(page.state, { open: true, available: false, launcher: false });
    await page.emit('conversation:started', { conversationId: 'c1' });
    // Opened by an element of the page's own: it is neither minimized nor hidden.
    expect(answers()).toEqual(['inline', 'offline', true, false, false, true, true, true, 'tl']);
    page.state.open = false;
    expect(answers()).toEqual(['inline', 'offline', false, false, true, true, true, true, 'tl']);
    Tawk_API.toggleVisibility();
    expect(page.calls.at(-1)).toEqual(['showLauncher']);
    page.state.launcher = true;
    await page.emit('conversation:closed', { conversationId: 'c1' });
    expect(answers()).toEqual(['inline', 'offline', false, true, false, false, false, true, 'tl']);
    await page.emit('message:sent', { conversationId: 'c1', text: 'Once more', author: null, at: '2026-01-31T12:00:00.000Z' });
    expect(Tawk_API.isChatOngoing()).toBe(true);
    Tawk_API.logout();
    expect(Tawk_API.isChatOngoing()).toBe(false);
  });

  it('waits for start() where autoStart is false', async () => {
    const onLoad = vi.fn();
    const page = startPage('tawk', { Tawk_API: { autoStart: false, onLoad } });
    await settled();
    expect(page.calls).toEqual([['destroy']]);
    expect(onLoad).not.toHaveBeenCalled();
    page.window.Tawk_API.start();
    await page.emit('ready', undefined);
    expect(page.calls).toEqual([['destroy'], ['boot']]);
    expect(onLoad).toHaveBeenCalledTimes(1);
  });

  it('takes style and visitor from the settings, wherever the page put them', () => {
    const page = startPage('tawk', { Tawk_API: { visitor: { name: 'Margit', email: 'm@kettle.example', hash: 'ab12' }, secureMode: true } }, { loader: false });
    page.window.Tawk_API.customStyle = { zIndex: 99, visibility: { desktop: { position: 'bl', xOffset: '30px', yOffset: 40 }, mobile: {} } };
    page.loader();
    expect(page.calls).toEqual([
      ['update', { zIndex: 99, position: 'bottom-left', offsetX: 30, offsetY: 40 }],
      ['identify', { userId: 'm@kettle.example', userHash: 'ab12', name: 'Margit', email: 'm@kettle.example' }],
    ]);
    expect(page.warnings).toEqual(['MiraDesk: Tawk_API.customStyle mobile has no counterpart']);
    expect(page.window.Tawk_LoadStart).toBeInstanceOf(Date);
  });

  it('says what it cannot place, and what is not signed', () => {
    const { warnings, calls } = startPage('tawk', { Tawk_API: { secureMode: true, visitor: { name: 'Margit' }, customStyle: { visibility: { desktop: { position: 'cr' } } } } });
    expect(warnings).toEqual(['MiraDesk: Tawk_API.customStyle position cr has no counterpart', 'MiraDesk: Tawk_API.secureMode is on, but the visitor comes without a hash, so nothing of them is proven']);
    expect(calls).toEqual([['update', {}], ['identify', { name: 'Margit' }]]);
  });

  it('calls back what is done, and says so of what is not', async () => {
    const { window } = startPage('tawk');
    const heard: unknown[] = [];
    const done = (error?: unknown): unknown => heard.push(error);
    for (const [method, ...args] of [['setAttributes', {}], ['addEvent', 'x'], ['addEvent', 'x', {}], ['addTags', []], ['login', {}], ['logout'], ['removeTags', []], ['switchWidget', {}]] as [string, ...unknown[]][]) window.Tawk_API[method](...args, done);
    await settled();
    expect(heard).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, 'removeTags has no counterpart', 'switchWidget has no counterpart']);
  });

  it('never throws, whatever it is given, and says by its name what it could not take', async () => {
    const onBeforeLoad = vi.fn();
    const { window, warnings } = startPage('tawk', { Tawk_API: { visitor: 5, customStyle: 'x', onLoad: 'no function', onBeforeLoad } });
    await settled();
    expect(window.Tawk_API.onLoaded).toBe(true);
    expect(onBeforeLoad).toHaveBeenCalledTimes(1);
    for (const method of METHODS.filter((name) => name !== 'onLoaded')) expect(() => window.Tawk_API[method](null), method).not.toThrow();
    window.Tawk_API.setAttributes();
    window.Tawk_API.login();
    expect(warnings.filter((line) => line.includes('failed'))).toEqual([
      'MiraDesk: Tawk_API.customStyle failed: it needs an object', 'MiraDesk: Tawk_API.visitor failed: it needs an object',
      'MiraDesk: Tawk_API.setAttributes failed: it needs an object', 'MiraDesk: Tawk_API.login failed: it needs an object',
    ]);
  });

  it('takes an id that is a number, and nothing for what is empty', () => {
    const { window, calls } = startPage('tawk');
    window.Tawk_API.login({ userId: 7, hash: 'ab12', name: '', email: null });
    expect(calls).toEqual([['identify', { userId: '7', userHash: 'ab12' }]]);
  });

  it('is at most 2 KB', () => expect(weight('tawk')).toBeLessThanOrEqual(2_000));
});
