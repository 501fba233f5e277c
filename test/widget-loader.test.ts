// @vitest-environment happy-dom
/** What the script tag brings: options of the page, the verbs before the panel is there, and what the loader says of itself. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCALES } from '../shared/settings.ts';
import type { WidgetOptions } from '../widget/sdk-types.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { openSockets } from './widget-fake-socket.ts';
import { bubbles, field, find, freshBrowser, launcher, leavePage, loadWidget, miraDesk, openPanel, root, say, styled } from './widget-page.ts';

let gateway: FakeGateway;

beforeEach(() => {
  gateway = new FakeGateway();
  freshBrowser(gateway);
  document.body.innerHTML = '<main>Shop</main>';
});
afterEach(() => {
  leavePage();
  document.documentElement.lang = '';
  vi.unstubAllGlobals();
});

const host = () => document.querySelector<HTMLElement>('#miradesk');
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((element) => element.textContent ?? '');
const fetched = (): string[] => vi.mocked(fetch).mock.calls.map(([address]) => (address as URL).href);
const stub = (...q: unknown[][]): void => void ((window as unknown as { MiraDesk: object }).MiraDesk = { q });

describe('what the page says for itself', () => {
  it('goes over the settings: by attributes of the tag, then by boot, then by update', async () => {
    await loadWidget({ launcherLabel: 'Ask' }, { dataset: { launcherLabel: 'Ask us', zIndex: '7' } });
    expect([launcher().textContent, styled(':host', 'z-index')]).toEqual(['Ask us', '7 important']);
    miraDesk().boot({ launcherLabel: 'Ask me', zIndex: 8 });
    expect([launcher().textContent, styled(':host', 'z-index')]).toEqual(['Ask me', '8 important']);
    miraDesk().update({ launcherLabel: '' });
    expect([launcher().textContent, styled(':host', 'z-index'), launcher().getAttribute('aria-label')]).toEqual(['', '8 important', 'Chat']);
  });

  it('reaches the panel too, in the kind it has to be, and changes while it is there', async () => {
    await loadWidget({}, { dataset: { teamName: '42', emoji: 'false', attachments: 'maybe', greeting: 'true', preChat: '[oops', offsetY: '90', workspace: 'other' } });
    await openPanel();
    expect([texts('.team h2'), texts('.greeting'), root().querySelectorAll('.tool').length]).toEqual([['42'], ['true'], 1]);
    miraDesk().update({ teamName: 'Tea & Co', emoji: true });
    await until(() => texts('.team h2').join() === 'Tea & Co' && root().querySelectorAll('.tool').length === 2);
    expect(find('.panel').getAttribute('aria-label')).toBe('Chat with Tea & Co');
  });

  it.each([undefined, null, Number.NaN, 5, {}, [], () => {}, '', 'nonsense'])('of %s says nothing that breaks the launcher or a verb after it', async (value) => {
    await loadWidget({ launcherLabel: 'Ask' });
    const names = ['color', 'position', 'offsetX', 'offsetY', 'zIndex', 'launcherIcon', 'locale', 'launcher'] as const;
    miraDesk().update(Object.fromEntries(names.map((name) => [name, value])));
    expect(styled(':host', 'z-index')).toMatch(/^\d+ important$/);
    expect(styled('.launcher', 'border-bottom-right-radius')).toBe('10px');
    expect(styled('.stage', '--brand')).toBe('#1f5f4f');
    expect([launcher().hidden, launcher().textContent, host()?.lang]).toEqual([false, 'Ask', 'en']);
    if (value === undefined || value === null) expect(styled('.launcher:before', 'clip-path')).toMatch(/^path\("M\d/);
    miraDesk().update({ color: '#fd0', launcherLabel: null });
    expect([styled('.stage', '--brand'), styled('.stage', '--on-brand')]).toEqual(['#fd0', '#000000']);
    miraDesk().update({ color: undefined, offsetX: '32px', position: 'top-left' } as never);
    expect([styled('.stage', '--brand'), styled('.stage', '--on-brand')]).toEqual(['#1f5f4f', '#ffffff']);
    expect(styled('.launcher', 'border-top-left-radius')).toBe('10px');
    expect(() => (miraDesk().update as (changes?: unknown) => void)(value)).not.toThrow();
    await openPanel();
    expect(find('.panel').getAttribute('aria-label')).toBe('Chat with Kettle & Co');
  });

  it.each([
    ['navy', '#1f5f4f', '#ffffff'], ['rgb(255, 230, 0)', '#1f5f4f', '#ffffff'], ['var(--brand)', '#1f5f4f', '#ffffff'], ['#ffe', '#ffe', '#000000'], ['#000', '#000', '#ffffff'], ['#FFD400', '#FFD400', '#000000'],
  ])('a colour %s is shown as %s, with text in %s', async (color, brand, text) => {
    await loadWidget({}, { dataset: { color } });
    expect([styled('.stage', '--brand'), styled('.stage', '--on-brand')]).toEqual([brand, text]);
  });

  it('cannot name what is none of its options', async () => {
    await loadWidget({}, { dataset: { constructor: 'x', workspace: 'other' } });
    await openPanel();
    expect(fetched()).toEqual(['http://gateway.example/w/demo.json']);
  });

  it('of autoBoot false waits for boot', async () => {
    await loadWidget({}, { dataset: { autoBoot: 'false' } });
    miraDesk().open();
    expect([host(), miraDesk().getState().booted]).toEqual([null, false]);
    miraDesk().boot();
    expect([host() !== null, miraDesk().getState()]).toEqual([true, expect.objectContaining({ booted: true, open: false })]);
  });

  it('hides and shows the launcher', async () => {
    await loadWidget({}, { dataset: { launcher: 'false' } });
    const hidden = () => [launcher().hidden, miraDesk().getState().launcher];
    expect(hidden()).toEqual([true, false]);
    miraDesk().showLauncher();
    expect(hidden()).toEqual([false, true]);
    miraDesk().hideLauncher();
    expect(hidden()).toEqual([true, false]);
  });

  it('names elements of its own that open and close', async () => {
    document.body.innerHTML = '<button class="help"><i>?</i></button>';
    await loadWidget({ launcherSelector: '.help' });
    document.querySelector('i')?.click();
    await until(() => miraDesk().getState().open);
    document.querySelector('i')?.click();
    expect(miraDesk().getState().open).toBe(false);
  });

  it('a script with an address takes its files from there, and its own origin for the gateway', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('not in this test'))));
    await loadWidget({ gateway: undefined as never }, { src: 'https://chat.example/w/demo.js', dataset: {} });
    launcher().click();
    await until(() => vi.mocked(fetch).mock.calls.length > 0);
    expect(fetched()).toEqual(['https://chat.example/w/demo.json']);
  });
});

describe('the language', () => {
  it('is the page\'s where we speak it, else the visitor\'s, and what is chosen before both', async () => {
    document.documentElement.lang = 'de-AT';
    await loadWidget({ language: 'fr' });
    const spoken = () => [miraDesk().getState().locale, host()?.lang];
    expect(spoken()).toEqual(['de', 'de']);
    miraDesk().setLocale('he');
    expect(spoken()).toEqual(['he', 'he']);
    document.documentElement.lang = 'eo';
    miraDesk().setLocale('auto');
    expect(spoken()).toEqual(['fr', 'fr']);
    miraDesk().update({ locale: 'klingon' } as unknown as WidgetOptions);
    expect(spoken()).toEqual(['fr', 'fr']);
  });

  it.each(LOCALES)('%s is known to the loader', async (locale) => {
    await loadWidget({ locale, language: locale === 'en' ? 'de' : 'en' });
    expect(miraDesk().getState().locale).toBe(locale);
  });

  it.each(LOCALES)('%s is known however a page writes it, and no two letters that are none are', async (locale) => {
    await loadWidget({ language: locale });
    for (const lang of [locale.toUpperCase(), `${locale}-XX`]) {
      document.documentElement.lang = lang;
      miraDesk().update({ locale: 'AUTO' } as unknown as WidgetOptions);
      expect([lang, miraDesk().getState().locale]).toEqual([lang, locale]);
    }
    // With these it is the visitor's, also where one language's letters and the next one's make another.
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    for (const lang of ['', ' ', '-', ...letters, ...letters.flatMap((one) => letters.map((other) => one + other))]) {
      if ((LOCALES as readonly string[]).includes(lang)) continue;
      document.documentElement.lang = lang;
      miraDesk().update({});
      if (miraDesk().getState().locale !== locale) expect.fail(`${lang} is taken for ${miraDesk().getState().locale}`);
    }
  });

  it('changes in the open panel, with its direction', async () => {
    await loadWidget();
    await openPanel();
    await say('shalom');
    miraDesk().setLocale('he');
    const direction = (): string => find('.panel').dir;
    await until(() => direction() === 'rtl');
    expect(field().getAttribute('placeholder')).not.toBe('Write a message…');
    miraDesk().setLocale('en');
    await until(() => direction() === 'ltr' && field().getAttribute('placeholder') === 'Write a message…');
    expect(bubbles()).toEqual(['You: shalom']);
  });
});

describe('calls before the panel is there', () => {
  it('that waited in the stub find a widget that is there', async () => {
    stub(['open'], ['prefill', 'Where is my order?']);
    await loadWidget();
    await until(() => root().querySelector('.panel.open textarea') && field().value === 'Where is my order?');
  });

  it('of ready are made once, early or late', async () => {
    const [early, late] = [vi.fn(), vi.fn()];
    stub(['on', 'ready', early]);
    await loadWidget();
    await until(() => early.mock.calls.length > 0);
    miraDesk().on('ready', late);
    await until(() => late.mock.calls.length > 0);
    expect([early.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
    miraDesk().destroy();
    const gone = vi.fn();
    miraDesk().on('ready', gone);
    miraDesk().boot();
    await until(() => gone.mock.calls.length > 0);
    expect([gone.mock.calls.length, early.mock.calls.length]).toEqual([1, 2]);
  });

  it('that need no panel now do not bring it', async () => {
    await loadWidget();
    miraDesk().logout();
    miraDesk().identify({ userId: 'jane', token: 'proven' });
    miraDesk().setAttributes({ plan: 'pro' });
    miraDesk().track('looked');
    miraDesk().setConsent('session');
    await new Promise((resolve) => { setTimeout(resolve); });
    expect([openSockets.size, vi.mocked(fetch).mock.calls.length]).toEqual([0, 0]);
    await openPanel();
    await until(() => miraDesk().getState().identity?.userId === 'jane');
    expect(miraDesk().getState().consent).toBe('session');
  });

  it('to send bring it, and it stays closed', async () => {
    await loadWidget();
    miraDesk().sendMessage('from the page');
    await until(() => gateway.texts().join() === 'from the page');
    expect(miraDesk().getState()).toMatchObject({ open: false, connection: 'online' });
  });

  it('are forgotten with destroy', async () => {
    await loadWidget();
    miraDesk().identify({ userId: 'jane', token: 'proven' });
    miraDesk().destroy();
    miraDesk().boot();
    await openPanel();
    await until(() => miraDesk().getState().connection === 'online');
    expect(miraDesk().getState().identity).toBeNull();
  });
});

describe('a page that is left', () => {
  const left = (): boolean => {
    localStorage.setItem('miradesk:demo', 'kept');
    window.dispatchEvent(new Event('pagehide'));
    return localStorage.getItem('miradesk:demo') === null;
  };

  it.each<[string, Record<string, string>, (() => void) | null]>([
    ['an attribute', { consent: 'none' }, null], ['update', {}, () => miraDesk().update({ consent: 'none' })], ['boot', { autoBoot: 'false' }, () => miraDesk().boot({ consent: 'none' })],
    ['setConsent', {}, () => miraDesk().setConsent('none')], ['setConsent before boot', { autoBoot: 'false' }, () => { miraDesk().setConsent('none'); miraDesk().boot(); }],
  ])('without consent keeps nothing, said by %s; with it, what there is', async (_, dataset, say) => {
    await loadWidget({}, { dataset });
    if (say) expect(left()).toBe(false);
    say?.();
    expect([left(), left()]).toEqual([true, true]);
    miraDesk().setConsent('persistent');
    expect(left()).toBe(false);
    miraDesk().update({ consent: 'none' });
    miraDesk().destroy();
    expect(left()).toBe(false);
  });
});

describe('getState', () => {
  it('is whole at any time', async () => {
    await loadWidget();
    expect(miraDesk().getState()).toEqual({ booted: true, open: false, unread: 0, connection: 'idle', identity: null, available: true, locale: 'en', launcher: true, consent: 'persistent' });
    await openPanel();
    await until(() => miraDesk().getState().connection === 'online');
    expect(miraDesk().getState()).toEqual({ booted: true, open: true, unread: 0, connection: 'online', identity: null, available: true, locale: 'en', launcher: true, consent: 'persistent' });
    miraDesk().destroy();
    expect(miraDesk().getState()).toMatchObject({ booted: false, open: false, connection: 'idle' });
  });
});
