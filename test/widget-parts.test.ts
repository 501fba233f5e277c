// @vitest-environment happy-dom
/** The panel's parts, those that work without a face: uploads, calls for attention, the transcript, options and verbs of the page. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { ATTACHMENTS_MAX, FILE_MAX_BYTES } from '../shared/limits.ts';
import type { Attachment, Entry } from '../shared/protocol.ts';
import { splitSettings, WidgetSettings } from '../shared/settings.ts';
import { createAlerts, type Alerts } from '../widget/parts/alerts.tsx';
import { createUploads, type Uploads } from '../widget/parts/files.tsx';
import { like, likesOf } from '../widget/parts/likes.ts';
import { optionsFor } from '../widget/parts/look.tsx';
import { createPageVerbs } from '../widget/parts/page.tsx';
import * as sound from '../widget/parts/sound.ts';
import { saveTranscript, transcriptOf } from '../widget/parts/transcript.ts';
import { createSession } from '../widget/session.ts';
import { speak, speakMore } from '../widget/texts.ts';
import { until } from './harness/until.ts';
import { online, shows, storageOf, useTabs, type Tab } from './widget-fake-browser.ts';
import { FakeTabs } from './widget-fake-tabs.ts';

vi.mock('../widget/parts/sound.ts', () => ({ playSound: vi.fn() }));

beforeAll(async () => {
  await speak('en');
  await speakMore();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const tabs = useTabs();

describe('uploads', () => {
  const FILE: Attachment = { id: 'f1', name: 'cup.png', type: 'image/png', size: 3 };
  let uploads: Uploads;
  let changes: number;
  let requests: FakeRequest[];
  let connected: { state: { name: string } };
  let token: string | undefined;

  class FakeRequest {
    method = '';
    address = '';
    readonly headers = new Map<string, string>();
    body: unknown;
    status = 0;
    response: unknown = null;
    responseType = '';
    aborted = false;
    onloadend: (() => void) | null = null;
    readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null };
    constructor() {
      requests.push(this);
    }
    open(method: string, address: string): void {
      [this.method, this.address] = [method, address];
    }
    setRequestHeader(name: string, value: string): void {
      this.headers.set(name, value);
    }
    send(body: unknown): void {
      this.body = body;
    }
    abort(): void {
      this.aborted = true;
      this.onloadend?.();
    }
    ends(status: number, response: unknown): void {
      Object.assign(this, { status, response });
      this.onloadend?.();
    }
  }

  beforeEach(() => {
    [changes, requests, connected, token] = [0, [], { state: { name: 'online' } }, 'token-1'];
    vi.stubGlobal('XMLHttpRequest', FakeRequest);
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(null, { status: 204 }))));
    uploads = createUploads({ address: 'https://chat.example/files/shop', messenger: { connection: connected, session: { token: () => token } } as never, onChange: () => void changes++ });
  });

  const file = (name = 'cup.png', size = 3): File => new File([new Uint8Array(size)], name);
  const huge = (): File => Object.defineProperty(file(), 'size', { value: FILE_MAX_BYTES + 1 });
  const problems = () => uploads.items().map(({ problem, again }) => [problem, again ?? false]);

  it('go as they are, with the visitor\'s token, and are the message\'s when they are there', () => {
    const source = file('a cup & saucer.png');
    uploads.add([source]);
    const [request] = requests as [FakeRequest];
    expect([request.method, request.address, request.headers.get('authorization'), request.body]).toEqual(['POST', 'https://chat.example/files/shop?name=a%20cup%20%26%20saucer.png', 'Bearer token-1', source]);
    expect([uploads.isBusy(), uploads.ready()]).toEqual([true, []]);
    request.upload.onprogress?.({ loaded: 1, total: 4 });
    expect(uploads.items()[0]?.sent).toBe(0.25);
    request.ends(201, { file: FILE });
    expect([uploads.isBusy(), uploads.ready(), changes]).toEqual([false, [FILE], 3]);
    expect([uploads.take(), uploads.items()]).toEqual([[FILE], []]);
    uploads.giveBack([FILE]);
    expect([uploads.ready(), uploads.isBusy()]).toEqual([[FILE], false]);
  });

  it('that cannot be sent say why, and leave the others alone', () => {
    uploads.add([file('empty', 0), huge(), file()]);
    expect(problems()).toEqual([['This file is empty.', false], ['Too large: at most 10.5 MB.', false], [undefined, false]]);
    expect(requests).toHaveLength(1);
  });

  it.each([
    [415, { error: wireError('file_type_not_allowed') }, 'This kind of file cannot be sent.', false],
    [413, { error: wireError('file_too_large') }, 'Too large: at most 10.5 MB.', false],
    [503, { error: wireError('unavailable') }, 'Could not be uploaded.', true],
    [429, { error: wireError('rate_limited') }, 'Could not be uploaded.', true],
    [0, null, 'Could not be uploaded.', true],
    [201, null, 'Could not be uploaded.', true],
    [200, '<html>', 'Could not be uploaded.', true],
  ])('that the gateway answers with %i %j say so', (status, response, problem, again) => {
    uploads.add([file()]);
    requests[0]?.ends(status, response);
    expect([problems(), uploads.isBusy(), uploads.ready()]).toEqual([[[problem, again]], false, []]);
  });

  it('can be tried again, with the token there is then', () => {
    uploads.add([file()]);
    requests[0]?.ends(0, null);
    token = 'token-2';
    uploads.retry(uploads.items()[0]?.key ?? '');
    uploads.retry('none');
    expect([requests.length, requests[1]?.headers.get('authorization'), problems(), uploads.isBusy()]).toEqual([2, 'Bearer token-2', [[undefined, false]], true]);
  });

  it('wait for the connection', () => {
    connected.state = { name: 'waiting' };
    uploads.add([file()]);
    expect([requests.length, problems()]).toEqual([0, [['Files can be added when you are online again.', false]]]);
    connected.state = { name: 'online' };
    uploads.retry(uploads.items()[0]?.key ?? '');
    expect(requests).toHaveLength(1);
  });

  it('are so many at most, and those that are too many are told', () => {
    uploads.add(Array.from({ length: ATTACHMENTS_MAX + 5 }, () => file()));
    expect([uploads.items().length, uploads.problem()]).toEqual([ATTACHMENTS_MAX, `At most ${ATTACHMENTS_MAX} files in a message.`]);
    uploads.remove(uploads.items()[0]?.key ?? '');
    expect(uploads.problem()).toBe('');
    uploads.add([file()]);
    expect([uploads.items().length, uploads.problem()]).toEqual([ATTACHMENTS_MAX, '']);
  });

  it('that are taken out are stopped, or taken back from the gateway', () => {
    uploads.add([file(), file()]);
    const [one, two] = uploads.items();
    requests[0]?.ends(201, { file: FILE });
    uploads.remove(one?.key ?? '');
    uploads.remove(two?.key ?? '');
    expect(uploads.items()).toEqual([]);
    expect(requests.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(vi.mocked(fetch).mock.calls).toEqual([['https://chat.example/files/shop/f1', { method: 'DELETE', headers: { authorization: 'Bearer token-1' } }]]);
  });

  it('all stop with the panel', () => {
    uploads.add([file(), file()]);
    const before = changes;
    uploads.stop();
    expect([requests.every(({ aborted }) => aborted), uploads.items(), changes]).toEqual([true, [], before]);
  });
});

describe('calls for attention', () => {
  const MESSAGE = { conversationId: 'c1', text: 'hello', author: 'Ana', at: '2026-03-01T12:00:00.000Z' };
  let gone: AbortController;
  let visibility: DocumentVisibilityState;
  const browserTabs = (): FakeTabs => new FakeTabs();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.mocked(sound.playSound).mockClear();
    gone = new AbortController();
    visibility = 'visible';
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
    document.title = 'Shop';
  });
  afterEach(() => {
    gone.abort();
    vi.useRealTimers();
  });

  const button = document.createElement('button');

  function alerts(locks: LockManager | null, change: { sound?: boolean; titleBadge?: boolean; muted?: boolean } = {}): Alerts {
    const session = createSession('miradesk:demo', storageOf(new Map()));
    session.act();
    like(session, { muted: change.muted ?? false, notify: true });
    return createAlerts({ name: 'demo', settings: () => ({ sound: true, titleBadge: true, ...change }), locks, session, button, open: () => {}, signal: gone.signal });
  }
  const look = (now: DocumentVisibilityState): void => {
    visibility = now;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const sounds = () => vi.mocked(sound.playSound).mock.calls.length;

  it('one of several tabs speaks, once for each message', async () => {
    const browser = browserTabs();
    const all = [1, 2, 3].map(() => alerts(browser.open().locks));
    for (const one of all) one.received(MESSAGE);
    await vi.advanceTimersByTimeAsync(10);
    expect(sounds()).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    for (const one of all) one.received({ ...MESSAGE, at: '2026-03-01T12:00:09.000Z' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sounds()).toBe(2);
  });

  it('nobody does where it is muted, is switched off, or the widget is gone', async () => {
    alerts(null, { muted: true }).received(MESSAGE);
    alerts(null, { sound: false }).received(MESSAGE);
    visibility = 'hidden';
    alerts(null).received(MESSAGE);
    gone.abort();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sounds()).toBe(0);
  });

  it('the title counts while the page is not looked at, and is the page\'s again then', () => {
    const one = alerts(null);
    one.unread(2, false);
    expect(document.title).toBe('Shop');
    look('hidden');
    expect(document.title).toBe('(2) Shop');
    one.unread(3, false);
    expect(document.title).toBe('(3) Shop');
    document.title = 'Cart';
    one.unread(4, false);
    expect(document.title).toBe('(4) Cart');
    look('visible');
    expect(document.title).toBe('Cart');
    look('hidden');
    gone.abort();
    expect(document.title).toBe('Cart');
  });

  it('the title is left alone where the site wants that', () => {
    const one = alerts(null, { titleBadge: false });
    look('hidden');
    one.unread(2, false);
    expect(document.title).toBe('Shop');
  });

  it('a notification comes where the visitor asked for it and does not look, and goes when they do', async () => {
    const shown: Array<{ title: string; body: string; closed: boolean }> = [];
    vi.stubGlobal('Notification', class {
      static readonly permission = 'granted';
      readonly entry: { title: string; body: string; closed: boolean };
      constructor(title: string, { body }: { body: string }) {
        this.entry = { title, body, closed: false };
        shown.push(this.entry);
      }
      close(): void {
        this.entry.closed = true;
      }
    });
    const one = alerts(null);
    one.received(MESSAGE);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown).toEqual([]);
    visibility = 'hidden';
    one.received({ ...MESSAGE, text: 'x'.repeat(5_000) });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown).toEqual([{ title: 'New message from Ana', body: 'x'.repeat(200), closed: false }]);
    look('visible');
    expect(shown[0]?.closed).toBe(true);
  });
});

describe('what a visitor likes', () => {
  it('is kept with the rest once they have written, and as long as the page before', () => {
    const values = new Map<string, string>();
    const session = createSession('miradesk:demo', storageOf(values));
    like(session, { muted: true });
    expect([likesOf(session), values.size]).toEqual([{ muted: true }, 0]);
    session.act();
    like(session, { width: 400 });
    expect(likesOf(createSession('miradesk:demo', storageOf(values)))).toEqual({ muted: true, width: 400 });
    session.forget();
    expect(values.size).toBe(0);
  });
});

describe('the transcript', () => {
  const base = { conversationId: 'c', prev: 0, clientId: null, at: '2026-03-01T12:00:00.000Z' };
  const agent = { kind: 'agent', id: 'ana', name: 'Ana' } as const;
  const me = { kind: 'visitor', id: 'v', name: null } as const;
  const entry = (seq: number, change: object): Entry => ({ ...base, id: `c.${seq}`, seq, kind: 'message', text: `text ${seq}`, author: me, ...change });

  it('says who said what, with files, states and ratings, as text', () => {
    const text = transcriptOf([
      entry(1, { text: '<b>Hi</b>\n\nthere' }),
      entry(2, { author: agent, text: '', attachments: [{ id: 'f', name: 'cup.png', type: 'image/png', size: 1 }] }),
      entry(3, { kind: 'status', status: 'closed', author: agent }),
      entry(4, { kind: 'rating', score: 4, comment: 'Quick,\nand kind' }),
      entry(5, { kind: 'note', text: 'between us', author: agent }),
    ], 'Kettle & Co');
    expect(text.split('\n').map((line) => line.replace(/^\[[^\]]+\]/, '[time]'))).toEqual([
      'Conversation with Kettle & Co', '', '[time] You:', '<b>Hi</b>', '', 'there', '', '[time] Ana:', 'File: cup.png', '', '[time] Conversation closed', '', '[time] You rated this conversation 4 of 5', 'Quick,', 'and kind', '',
    ]);
  });

  it('is of the whole log, and is not made where some of it cannot be had', async () => {
    const saved: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      saved.push(blob as Blob);
      return 'blob:x';
    });
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => {});
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const request = vi.fn((_: string, { before }: { before: number }) => Promise.resolve({ ok: true, data: { entries: [entry(before - 1, {})], earlier: before > 2 } }));
    const messenger = { connection: { request }, state: () => ({ entries: [entry(3, {})], earlier: true }) } as never;
    await saveTranscript(messenger, 'c', 'Tea');
    expect(await saved[0]?.text()).toMatch(/text 1[^]*text 2[^]*text 3/);
    vi.runAllTimers();
    vi.useRealTimers();
    expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:x');
    request.mockImplementation(() => Promise.resolve({ ok: false } as never));
    await expect(saveTranscript(messenger, 'c', 'Tea')).rejects.toThrow('cannot be loaded');
    await saveTranscript(messenger, undefined, 'Tea');
    expect(saved).toHaveLength(1);
  });
});

describe('the page\'s options', () => {
  const { panel } = splitSettings(WidgetSettings.parse({}));

  it('become the kind they have to be, and what cannot be read is left as it is stored', () => {
    expect(optionsFor({
      teamName: 42, greeting: 'true', radius: '8', emoji: 'false', sound: 'maybe', hours: 'null', preChat: '[{"key":"name"', faces: '[{"name":"Ana"}]', theme: 'dark', attachments: false,
      position: 'top-left', offsetX: '5', color: '#000000', workspace: 'other', constructor: 'x',
    } as never, panel)).toEqual({ teamName: '42', greeting: 'true', radius: 8, emoji: false, hours: null, faces: [{ name: 'Ana', picture: '' }], theme: 'dark', attachments: false, position: 'top-left', offsetX: 5 });
  });

  it.each([undefined, null, Number.NaN, {}, [], () => {}, Symbol('x')])('that are %s leave everything as the workspace has it', (value) => {
    const names = Object.keys(WidgetSettings.shape).filter((name) => !Array.isArray(value) || !['faces', 'preChat'].includes(name));
    const read = optionsFor(Object.fromEntries(names.map((name) => [name, value])), panel);
    // Always there is what `null` says about the hours, and a number is a text as well.
    expect(read).toEqual(value === null ? { hours: null } : Number.isNaN(value) ? expect.not.objectContaining({ radius: expect.anything(), offsetX: expect.anything(), hours: expect.anything(), emoji: expect.anything() }) : {});
  });

  it('of several kinds keep what can be used of them', () => {
    expect(optionsFor({
      faces: [{}, null, { name: 'Ana', picture: 5 }, { name: 'Tom', picture: 'https://x.example/tom.png' }, 'Mia', { name: 'Ida' }, { name: 'One too many' }],
      preChat: [null, { key: 'name' }, { key: 'order', label: 'Order' }, { key: 'order', label: 'Once more' }, { key: 'email', label: 'Mail', kind: 'choice', required: true }, { key: 'topic', label: 'Topic', kind: 'choice' },
        { key: 'size', label: 'Size', kind: 'choice', choices: ['S', 5, 'L'] }, { key: 'age', label: 'Age', kind: 'slider', required: 'yes' }],
      hours: { timeZone: 'Europe/Berlin', week: [[['09:00', '17:00'], 'noon', ['9', 17]], null, [], [], [], [], []] },
      position: 'left', offsetY: '24px', radius: -1,
    } as never, panel)).toEqual({
      faces: [{ name: 'Ana', picture: '' }, { name: 'Tom', picture: 'https://x.example/tom.png' }, { name: 'Ida', picture: '' }],
      preChat: [
        { key: 'order', label: 'Order', kind: 'text', required: false, choices: [] }, { key: 'email', label: 'Mail', kind: 'email', required: true, choices: [] },
        { key: 'size', label: 'Size', kind: 'choice', required: false, choices: ['S', 'L'] }, { key: 'age', label: 'Age', kind: 'text', required: false, choices: [] },
      ],
      hours: { timeZone: 'Europe/Berlin', week: [[['09:00', '17:00']], [], [], [], [], [], []], holidays: [] },
      position: 'bottom-left', offsetY: 24, radius: -1,
    });
  });

  it.each([{ week: [] }, { timeZone: 'Europe/Berlin' }, { timeZone: 'Europe/Berlin', week: [] }, { timeZone: 5, week: [[], [], [], [], [], [], []] }, 'soon', '{"week":[]}', 7, true])('hours %j are none', (hours) => {
    expect(optionsFor({ hours } as never, panel)).toEqual({});
  });
});

describe('verbs of the page', () => {
  let errors: string[];
  let shown: Array<string | undefined>;
  let tracks: boolean;

  function verbs(tab: Tab): (verb: string, ...args: unknown[]) => void {
    [errors, shown, tracks] = [[], [], true];
    const environment = { page: () => (tracks ? { url: 'http://shop.example/', title: '', referrer: '' } : undefined), storage: () => null, indexedDB: null };
    const carryOut = createPageVerbs({
      messenger: tab, environment: environment as never, draft: { get: () => '', set: () => {}, forget: () => {} }, view: { current: { fill: (text) => void shown.push(text) } }, onError: ({ code }) => void errors.push(code),
    });
    return (verb, ...args) => carryOut(verb, args);
  }
  const payloads = (event: string): unknown[] => tabs.asked(event).map(({ payload }) => payload);

  it.each([
    ['identify', []], ['identify', [null]], ['identify', ['jane']], ['setConsent', ['always']], ['setConsent', []], ['addTags', [null, undefined]], ['setAttributes', [null]], ['setAttributes', ['x']],
    ['sendMessage', ['']], ['sendMessage', [' \u200b ']], ['sendMessage', ['x'.repeat(8_001)]], ['openArticle', ['a']], ['nonsense', [1]], ['__proto__', []], ['track', []], ['track', [Symbol('x')]],
    ['sendMessage', [Symbol('x')]], ['prefill', [Symbol('x')]],
  ])('%s with %j throws nothing at the page', async (verb, args) => {
    const tab = tabs.open();
    await online(tab);
    expect(() => verbs(tab)(verb, ...args)).not.toThrow();
    expect(tabs.gateway.texts()).toEqual([]);
  });

  it('that were called wrong say how', async () => {
    const tab = tabs.open();
    await online(tab);
    const call = verbs(tab);
    call('identify', 'jane');
    call('setConsent', 'always');
    call('sendMessage', '');
    call('sendMessage', 'x'.repeat(8_001));
    call('openArticle', 'a');
    expect(errors).toEqual(['bad_request', 'bad_request', 'text_empty', 'text_too_long', 'not_found']);
  });

  it('describe the visitor, now and after every connection', async () => {
    const tab = tabs.open();
    const call = verbs(tab);
    call('setAttributes', { plan: 'pro' });
    call('addTags', 'vip', ['new', 'vip']);
    await online(tab);
    await until(() => payloads('profile:set').length === 1);
    call('setAttributes', { seats: 3 });
    await until(() => payloads('profile:set').length === 2);
    tab.connection.restart();
    await until(() => payloads('profile:set').length === 3);
    expect(payloads('profile:set')).toEqual([
      { profile: { attributes: { plan: 'pro' }, tags: ['vip', 'new'] } }, { profile: { attributes: { seats: 3 } } }, { profile: { attributes: { plan: 'pro', seats: 3 }, tags: ['vip', 'new'] } },
    ]);
  });

  it('track what happens, the newest of it where nobody is connected, and nothing where that is not wanted', async () => {
    const tab = tabs.browser.tab(tabs.gateway);
    const call = verbs(tab);
    for (let count = 0; count < 30; count++) call('track', `event ${count}`);
    tracks = false;
    call('track', 'unwanted');
    tab.start();
    await online(tab);
    await until(() => payloads('event:track').length === 20);
    expect(payloads('event:track')).toMatchObject([{ name: 'event 10' }, ...Array.from({ length: 18 }, () => ({})), { name: 'event 29' }]);
    tab.destroy();
  });

  it('identify, and logout leaves nothing', async () => {
    const tab = await tabs.talking();
    const call = verbs(tab);
    call('identify', { userId: 'jane', token: 'proven' });
    await until(() => tab.state().userId === 'jane');
    call('setAttributes', { plan: 'pro' });
    await until(() => payloads('profile:set').length === 1);
    call('logout');
    await until(() => tab.state().connection.name === 'online' && tab.state().userId === undefined);
    expect([tab.shown(), [...tabs.browser.values]]).toEqual([[], []]);
    expect(payloads('profile:set')).toHaveLength(1);
  });

  it('identify as whom the page said, whatever it does with its object later, and not at all where that cannot travel', async () => {
    const tab = await tabs.talking();
    const call = verbs(tab);
    const identity: Record<string, unknown> = { userId: 'jane', token: 'proven', attributes: { seen: undefined, ask: () => {} } };
    call('identify', identity);
    identity.userId = 'ben';
    identity.self = identity;
    await until(() => tab.state().userId === 'jane');
    call('identify', identity);
    call('identify', { userId: 7n, token: 'proven' });
    expect(errors).toEqual(['bad_request', 'bad_request']);
    call('identify', { userId: 'jane', token: 'proven', attributes: { much: 'x'.repeat(9_000) } });
    expect(errors.at(-1)).toBe('identity_invalid');
    // Nobody is shown what an earlier user left, as with any identity that was refused.
    await until(() => tab.state().connection.name === 'online' && tab.state().userId === undefined);
    expect(tab.shown()).toEqual([]);
  });

  it('send, prefill and begin conversations', async () => {
    const tab = await tabs.talking();
    const call = verbs(tab);
    call('prefill', 'Where is it?');
    call('prefill', 7);
    call('sendMessage', ' from the page ');
    await shows(tab, 'sent: hello', 'sent: from the page');
    call('startConversation', 'another matter');
    await shows(tab, 'sent: another matter');
    call('startConversation');
    await shows(tab);
    expect([shown, tabs.gateway.logs.size, errors]).toEqual([['Where is it?', '', undefined, undefined], 2, []]);
  });
});
