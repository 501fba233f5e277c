/** A page written for Crisp: every documented verb, by the names of Crisp's public documentation. */
import { describe, expect, it } from 'vitest';
import { expectDocumented, expectOutcome, settled, startPage, weight, type MigratePage, type Outcome } from './migrate-page.ts';

const SET = ['message:text', 'session:segments', 'session:data', 'session:event', 'user:email', 'user:phone', 'user:nickname', 'user:avatar', 'user:company'];
const DO = [
  'chat:open', 'chat:close', 'chat:toggle', 'chat:show', 'chat:hide', 'message:send', 'message:show', 'message:read', 'message:thread:start', 'message:thread:end', 'session:reset',
  'helpdesk:search', 'helpdesk:article:open', 'helpdesk:query', 'overlay:open', 'trigger:run', 'bot:scenario:run',
];
const ON = [
  'session:loaded', 'chat:initiated', 'chat:opened', 'chat:closed', 'message:sent', 'message:received', 'message:compose:sent', 'message:compose:received', 'user:email:changed',
  'user:phone:changed', 'user:nickname:changed', 'user:avatar:changed', 'website:availability:changed', 'helpdesk:queried',
];
const CONFIG = ['availability:tooltip', 'hide:vacation', 'hide:on:away', 'hide:on:mobile', 'position:reverse', 'sound:mute', 'color:theme', 'container:index', 'show:operator:count'];
const GET = ['chat:unread:count', 'session:data', 'session:identifier', 'user:email', 'user:phone', 'user:nickname', 'user:avatar', 'user:company', 'message:text'];
const IS = ['chat:opened', 'chat:closed', 'chat:visible', 'chat:hidden', 'chat:small', 'chat:large', 'session:ongoing', 'website:available'];
const GLOBALS = ['CRISP_WEBSITE_ID', 'CRISP_TOKEN_ID', 'CRISP_RUNTIME_CONFIG', 'CRISP_COOKIE_DOMAIN', 'CRISP_COOKIE_EXPIRE', 'CRISP_READY_TRIGGER'];

const push = (...call: unknown[]) => ({ window }: MigratePage): unknown => window.$crisp.push(call);
const to = (call: unknown[], ...arrives: unknown[][]): Outcome => ({ run: push(...call), arrives });
const none = (...call: unknown[]): Outcome => ({ run: push(...call), arrives: [], warns: `$crisp ${String(call[0])} ${String(call[1])}` });

const set: Record<string, Outcome> = {
  'session:segments': to(['set', 'session:segments', [['potter', 'tea']]], ['addTags', ['potter', 'tea']]),
  'session:data': to(['set', 'session:data', [[['mugs', 2], ['plan', 'tea']]]], ['setAttributes', { mugs: 2, plan: 'tea' }]),
  'session:event': to(['set', 'session:event', [[['ordered', { mugs: 2 }, 'green'], ['left']]]], ['track', 'ordered', { mugs: 2 }], ['track', 'left', {}]),
  'user:email': to(['set', 'user:email', ['m@kettle.example', 'ab12']], ['identify', { email: 'm@kettle.example', userHash: 'ab12', userId: 'm@kettle.example' }]),
  'user:phone': to(['set', 'user:phone', ['+1']], ['identify', { phone: '+1' }]),
  'user:nickname': to(['set', 'user:nickname', 'Margit'], ['identify', { name: 'Margit' }]),
  'user:avatar': none('set', 'user:avatar', ['https://kettle.example/m.png']),
  'user:company': to(['set', 'user:company', ['Kettle', { url: 'https://kettle.example' }]], ['setAttributes', { company: 'Kettle' }]),
};

const doing: Record<string, Outcome> = {
  'chat:open': to(['do', 'chat:open'], ['open']),
  'chat:close': to(['do', 'chat:close'], ['close']),
  'chat:toggle': to(['do', 'chat:toggle'], ['toggle']),
  'chat:show': to(['do', 'chat:show'], ['showLauncher']),
  'chat:hide': to(['do', 'chat:hide'], ['hideLauncher']),
  'message:send': to(['do', 'message:send', ['text', 'Hello']], ['sendMessage', 'Hello']),
  'message:show': none('do', 'message:show', ['text', 'Hello']),
  'message:read': none('do', 'message:read'),
  'message:thread:start': to(['do', 'message:thread:start', ['Orders']], ['startConversation']),
  'message:thread:end': none('do', 'message:thread:end'),
  'session:reset': to(['do', 'session:reset'], ['logout']),
  'helpdesk:search': none('do', 'helpdesk:search'),
  'helpdesk:article:open': to(['do', 'helpdesk:article:open', ['en', 'care-for-mugs']], ['openArticle', 'care-for-mugs']),
  'helpdesk:query': none('do', 'helpdesk:query', ['mugs']),
  'overlay:open': none('do', 'overlay:open'),
  'trigger:run': none('do', 'trigger:run', ['x']),
  'bot:scenario:run': none('do', 'bot:scenario:run', ['x']),
};

const config: Record<string, Outcome> = {
  'availability:tooltip': none('config', 'availability:tooltip', [true]),
  'hide:on:away': none('config', 'hide:on:away', [true]),
  'hide:vacation': none('config', 'hide:vacation', [true]),
  'hide:on:mobile': none('config', 'hide:on:mobile', [true]),
  'position:reverse': to(['config', 'position:reverse', [true]], ['update', { position: 'bottom-left' }]),
  'sound:mute': to(['config', 'sound:mute', [true]], ['update', { sound: false }]),
  'color:theme': { run: (page) => { push('config', 'color:theme', ['#123456'])(page); push('config', 'color:theme', ['teal'])(page); }, arrives: [['update', { color: '#123456' }]], warns: 'color:theme' },
  'container:index': to(['config', 'container:index', [99]], ['update', { zIndex: 99 }]),
  'show:operator:count': none('config', 'show:operator:count', [true]),
};

const neverHappens: Record<string, Outcome> = {
  'message:compose:sent': none('on', 'message:compose:sent', () => {}),
  'message:compose:received': none('on', 'message:compose:received', () => {}),
  'user:avatar:changed': none('on', 'user:avatar:changed', () => {}),
  'helpdesk:queried': none('on', 'helpdesk:queried', () => {}),
};

/** Listens to all, and answers what was heard. */
function listenToAll(page: MigratePage): unknown[][] {
  const heard: unknown[][] = [];
  for (const name of ON) page.window.$crisp.push(['on', name, (...args: unknown[]) => heard.push([name, ...args])]);
  return heard;
}

const message = { conversationId: 'c1', text: 'Hello', at: '2026-01-31T12:00:00.000Z' };
const at = Date.parse(message.at);

describe('$crisp', () => {
  it('has an outcome for every documented name, and its place in the guide', () => {
    expect([...Object.keys(set), 'message:text'].toSorted()).toEqual(SET.toSorted());
    expect(Object.keys(doing).toSorted()).toEqual(DO.toSorted());
    expect(Object.keys(config).toSorted()).toEqual(CONFIG.toSorted());
    expectDocumented('Crisp', [...SET, ...DO, ...ON, ...CONFIG, ...GET, ...IS, ...GLOBALS, 'safe']);
  });

  it.each(Object.entries(set))('set %s', (_, outcome) => expectOutcome('crisp', outcome));
  it.each(Object.entries(doing))('do %s', (_, outcome) => expectOutcome('crisp', outcome));
  it.each(Object.entries(config))('config %s', (_, outcome) => expectOutcome('crisp', outcome));
  it.each(Object.entries(neverHappens))('on %s', (_, outcome) => expectOutcome('crisp', outcome));

  it('set message:text does not open the chat, but is there when it opens', async () => {
    const page = startPage('crisp');
    page.window.$crisp.push(['set', 'message:text', ['Hello']]);
    expect(page.calls).toEqual([]);
    page.state.open = true;
    await page.emit('open', undefined);
    page.window.$crisp.push(['set', 'message:text', ['Good day']]);
    expect(page.calls).toEqual([['prefill', 'Hello'], ['prefill', 'Good day']]);
  });

  it('on: calls back in the vendor\'s shapes, and off ends it', async () => {
    const page = startPage('crisp');
    const heard = listenToAll(page);
    await settled();
    await page.emit('open', undefined);
    await page.emit('conversation:started', { conversationId: 'c1' });
    await page.emit('message:sent', { ...message, author: null });
    await page.emit('message:received', { ...message, author: 'Ines' });
    await page.emit('close', undefined);
    await page.emit('open', undefined);
    await page.emit('availability', { available: false });
    const shape = { type: 'text', origin: 'chat', content: 'Hello', timestamp: at, fingerprint: at };
    const expected = [
      ['session:loaded', undefined], ['chat:opened'], ['chat:initiated'],
      ['message:sent', { ...shape, from: 'user', is_me: true, user: {} }],
      ['message:received', { ...shape, from: 'operator', is_me: false, user: { nickname: 'Ines' } }],
      ['chat:closed'], ['chat:opened'], ['website:availability:changed', false],
    ];
    expect(heard).toEqual(expected);
    for (const name of ON) page.window.$crisp.push(['off', name]);
    await page.emit('open', undefined);
    await page.emit('availability', { available: true });
    expect(heard).toEqual(expected);
  });

  it('on user:…:changed is told of what the page sets, and get answers it', async () => {
    const page = startPage('crisp');
    const heard = listenToAll(page);
    await settled();
    heard.length = 0;
    const { $crisp } = page.window;
    $crisp.push(['set', 'user:email', ['m@kettle.example']], ['set', 'user:phone', ['+1']], ['set', 'user:nickname', ['Margit']], ['set', 'user:company', ['Kettle']]);
    $crisp.push(['set', 'session:data', ['mugs', 2]], ['set', 'message:text', ['Hello']]);
    await settled();
    expect(heard).toEqual([['user:email:changed', 'm@kettle.example'], ['user:phone:changed', '+1'], ['user:nickname:changed', 'Margit']]);
    expect(page.calls.at(2)).toEqual(['identify', { email: 'm@kettle.example', phone: '+1', name: 'Margit' }]);
    Object.assign(page.state, { unread: 2, identity: { userId: '7' } });
    expect(GET.map((name) => $crisp.get(name))).toEqual([2, { mugs: 2 }, '7', 'm@kettle.example', '+1', 'Margit', null, 'Kettle', 'Hello']);
    expect($crisp.get('session:data', 'mugs')).toBe(2);
  });

  it('get and is answer before our script, too, and say what they do not know', () => {
    const page = startPage('crisp', {}, { loader: false });
    const { $crisp } = page.window;
    expect([$crisp.get('chat:unread:count'), $crisp.get('session:identifier')]).toEqual([0, undefined]);
    expect(IS.filter((name) => $crisp.is(name))).toEqual(['chat:closed', 'chat:hidden']);
    page.loader();
    expect(IS.filter((name) => $crisp.is(name))).toEqual(['chat:closed', 'chat:visible', 'website:available']);
    expect([$crisp.get('nonsense'), $crisp.get('user:avatar'), $crisp.is('nonsense')]).toEqual([null, null, false]);
    expect(page.warnings.map((warning) => warning.replace(' has no counterpart', ''))).toEqual(['is chat:small', 'is chat:large', 'get nonsense', 'get user:avatar', 'is nonsense'].map((call) => `MiraDesk: $crisp ${call}`));
  });

  it('takes what waits in the page\'s array, which stays the same, and the globals', async () => {
    let ready = 0;
    const $crisp: unknown[] = [['safe', true], ['set', 'user:email', ['m@kettle.example']]];
    const page = startPage('crisp', {
      $crisp, CRISP_WEBSITE_ID: 'w1', CRISP_TOKEN_ID: 't1', CRISP_RUNTIME_CONFIG: { locale: 'de-AT', session_merge: true }, CRISP_COOKIE_DOMAIN: 'kettle.example', CRISP_COOKIE_EXPIRE: 60,
      CRISP_READY_TRIGGER: () => { ready += 1; },
    });
    $crisp.push(['do', 'chat:open']);
    $crisp.push(['do', 'chat:close']);
    await settled();
    expect(page.window.$crisp).toBe($crisp);
    expect(page.calls).toEqual([['boot', { locale: 'de' }], ['identify', { email: 'm@kettle.example' }], ['open'], ['close']]);
    expect(ready).toBe(1);
    expect(page.warnings.map((warning) => /(CRISP_[A-Z]+_\w+(?:\.\w+)?)/.exec(warning)?.[1])).toEqual(['CRISP_TOKEN_ID', 'CRISP_COOKIE_DOMAIN', 'CRISP_COOKIE_EXPIRE', 'CRISP_RUNTIME_CONFIG.session_merge']);
  });

  it('is answers as it stands: open or closed, visible or hidden', () => {
    const { window, state } = startPage('crisp');
    const answers = (): boolean[] => ['chat:opened', 'chat:closed', 'chat:visible', 'chat:hidden', 'website:available'].map((name) => window.$crisp.is(name) as boolean);
    expect(answers()).toEqual([false, true, true, false, true]);
    Object.assign(state, { open: true, launcher: false });
    expect(answers()).toEqual([true, false, true, false, true]);
    Object.assign(state, { open: false, available: false });
    expect(answers()).toEqual([false, true, false, true, false]);
  });

  it('is session:ongoing knows who has written: now, or before they came to this page', async () => {
    const ongoing = (page: MigratePage): boolean => page.window.$crisp.is('session:ongoing') as boolean;
    const [newcomer, back, reader, writer] = Array.from({ length: 4 }, () => startPage('crisp')) as [MigratePage, MigratePage, MigratePage, MigratePage];
    expect([newcomer, back, reader, writer].map(ongoing)).toEqual([false, false, false, false]);
    newcomer.state.connection = 'connecting';
    await newcomer.emit('open', undefined);
    newcomer.state.connection = 'online';
    await newcomer.emit('open', undefined);
    // Whoever has written before is connected without a click.
    back.state.connection = 'online';
    await back.emit('open', undefined);
    reader.state.unread = 1;
    await writer.emit('message:sent', { ...message, author: null });
    expect([newcomer, back, reader, writer].map(ongoing)).toEqual([false, true, true, true]);
    writer.window.$crisp.push(['do', 'session:reset']);
    expect(ongoing(writer)).toBe(false);
  });

  it('on session:loaded is called at once where it is loaded already', async () => {
    const page = startPage('crisp');
    const heard: string[] = [];
    page.window.$crisp.push(['on', 'session:loaded', () => heard.push('loaded')]);
    await settled();
    expect(heard).toEqual(['loaded']);
  });

  it('never throws, whatever it is given, says by its name what it could not take, and goes on with the next call', () => {
    const page = startPage('crisp', { $crisp: [null, 5, [], ['set'], ['nonsense', 'x'], ['set', 'constructor', [1]], ['do', 'chat:open']] });
    expect(page.calls).toEqual([['open']]);
    expect(page.warnings).toEqual([
      'MiraDesk: $crisp.push needs a list', 'MiraDesk: $crisp undefined undefined has no counterpart', 'MiraDesk: $crisp set undefined has no counterpart',
      'MiraDesk: $crisp nonsense x has no counterpart', 'MiraDesk: $crisp set constructor has no counterpart',
    ]);
    expect(() => page.window.$crisp.push(undefined, ['on', 'chat:opened', 'no function'], ['set', 'session:data', [[null]]])).not.toThrow();
    expect(page.warnings.at(-1)).toMatch(/^MiraDesk: \$crisp set session:data failed: /);
  });

  it('is at most 2 KB', () => expect(weight('crisp')).toBeLessThanOrEqual(2_000));
});
