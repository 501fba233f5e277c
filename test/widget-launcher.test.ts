// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { LoaderSettings } from '../shared/settings.ts';
import { createLauncher, isOn, type Launcher } from '../widget/launcher.ts';
import { SETTINGS, styled } from './widget-page.ts';

interface Now { open: boolean; wanted: boolean; says: string }

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
let gone = new AbortController();
afterEach(() => gone.abort());

function create(change: Partial<LoaderSettings> = {}): Launcher & { intents: number; clicks: number; show(change: Partial<LoaderSettings>, now?: Partial<Now>): void } {
  gone = new AbortController();
  const counts = { intents: 0, clicks: 0 };
  const launcher = createLauncher(gone, () => counts.intents++, () => counts.clicks++);
  const show = (settings: Partial<LoaderSettings>, { open = false, wanted = false, says }: Partial<Now> = {}): void => launcher.draw({ ...SETTINGS, ...settings }, 'en', open, wanted, says);
  show(change);
  return Object.assign(counts, launcher, { show });
}

const host = () => document.querySelector<HTMLElement>('#miradesk');

it('is a labelled button beside the body, in the brand colour with text that can be read on it', () => {
  const { button } = create({ color: '#ffd400' });
  expect(host()?.parentNode).toBe(document.documentElement);
  expect(button.getAttribute('aria-label')).toBe('Chat');
  expect(button.getAttribute('aria-haspopup')).toBe('dialog');
  expect(styled('.stage', '--brand')).toBe('#ffd400');
  expect(styled('.stage', '--on-brand')).toBe('#000000');
});

it.each(['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const)('%s: one corner points to the edge it sits in, and it is round while the panel is open', (position) => {
  const launcher = create({ position });
  const corners = () => ['bottom-right', 'bottom-left', 'top-right', 'top-left'].map((corner) => styled('.launcher', `border-${corner}-radius`)).join(' ').trim();
  expect([corners(), styled('.launcher', `border-${position}-radius`)]).toEqual(['10px', '10px']);
  launcher.show({ position }, { open: true, wanted: true });
  expect(corners()).toBe('30px');
});

it('says whether the panel is open or on its way, and what is wrong', () => {
  const { button, root, show } = create();
  const now = () => [button.getAttribute('aria-expanded'), root.querySelector('[role=status]')?.textContent, styled('.launcher:before', 'clip-path')];
  const down = 'path("M6 9l8 8 8-8v3l-8 8-8-8z")';
  expect(now()).toEqual(['false', undefined, `path("${SETTINGS.launcherIcon}")`]);
  show({}, { wanted: true });
  // There before it has something to say: screen readers read out what changes.
  expect(now()).toEqual(['false', '', down]);
  show({}, { open: true, wanted: true });
  expect(now()).toEqual(['true', '', down]);
  const status = root.querySelector('[role=status]');
  show({}, { says: '<b>No</b>' });
  expect(now()[1]).toBe('<b>No</b>');
  show({}, {});
  expect(now()[1]).toBe('');
  expect(root.querySelector('[role=status]')).toBe(status);
});

it('can have words beside its icon, which are its name then, and can be hidden', () => {
  const { button, show } = create({ launcherLabel: '<i>Tea?</i>' });
  expect([button.textContent, button.getAttribute('aria-label'), button.hidden]).toEqual(['<i>Tea?</i>', '<i>Tea?</i>', false]);
  show({ launcher: false });
  expect([button.textContent, button.getAttribute('aria-label'), button.hidden]).toEqual(['', 'Chat', true]);
});

it('takes an option for off in every form that a page can write it', () => {
  expect([false, 'false', true, 'true', '', undefined].map(isOn)).toEqual([false, false, true, true, true, true]);
});

it('takes clicks on the page\'s own elements, whenever they came, and lets others alone', () => {
  const launcher = create({ launcherSelector: '.chat' });
  document.body.innerHTML = '<a class="chat" href="/contact"><b>Chat</b></a><a class="other" href="#x">Other</a>';
  const click = (selector: string) => {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true });
    document.querySelector(selector)?.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect([click('b'), click('.chat'), click('.other'), launcher.clicks]).toEqual([true, true, false, 2]);
  launcher.show({ launcherSelector: '' });
  expect([click('.chat'), launcher.clicks]).toEqual([false, 2]);
  gone.abort();
});

it('lets no rule of the page through to its host', () => {
  create();
  expect(['all', 'position', 'z-index'].map((name) => styled(':host', name))).toEqual(['initial important', 'fixed important', `${SETTINGS.zIndex} important`]);
  expect(host()?.lang).toBe('en');
});

it.each(['pointerenter', 'focus'])('%s says that somebody is about to click', (event) => {
  const launcher = create();
  launcher.button.dispatchEvent(new Event(event));
  expect(launcher.intents).toBe(1);
  expect(launcher.clicks).toBe(0);
});

it('writes no style element, and no markup at all', () => {
  const html = vi.spyOn(Element.prototype, 'innerHTML', 'set');
  const { root } = create();
  expect(root.querySelector('style')).toBeNull();
  expect(root.adoptedStyleSheets).toHaveLength(1);
  expect(html).not.toHaveBeenCalled();
  html.mockRestore();
});

it('waits for the body of a page that is still arriving', async () => {
  const body = document.body;
  body.remove();
  create();
  expect(host()).toBeNull();
  document.documentElement.append(body);
  await vi.waitFor(() => expect(host()?.isConnected).toBe(true));
});

it('is gone with its signal, deaf to the page and for good', async () => {
  const launcher = create({ launcherSelector: 'body' });
  document.body.click();
  expect(launcher.clicks).toBe(1);
  gone.abort();
  expect(host()).toBeNull();
  document.body.click();
  document.documentElement.append(document.createElement('p'));
  await Promise.resolve();
  expect([host(), launcher.clicks]).toEqual([null, 1]);
});

it('listens to the page only for elements of its own', () => {
  const listens = vi.spyOn(document, 'addEventListener');
  const launcher = create();
  expect(listens).not.toHaveBeenCalled();
  for (const launcherSelector of ['.one', '.two', '']) launcher.show({ launcherSelector });
  expect(new Set(listens.mock.calls.map(([, listener]) => listener)).size).toBe(1);
  listens.mockRestore();
});

it('draws an icon that is written over several lines', () => {
  create({ launcherIcon: 'M6 6h16v12\nH12l-6\n5z' });
  expect(styled('.launcher:before', 'clip-path')).toBe('path("M6 6h16v12 H12l-6 5z")');
});

it('comes to a page that means something else by the names of the browser\'s nodes', () => {
  for (const name of ['Text', 'Element', 'HTMLElement', 'Node', 'CSS']) vi.stubGlobal(name, () => {});
  const { button } = create({ launcherLabel: 'Ask' });
  expect([host()?.isConnected, button.textContent]).toEqual([true, 'Ask']);
  vi.unstubAllGlobals();
});

it('keeps what others put into its button', () => {
  const { button, show } = create({ launcherLabel: 'Ask' });
  button.append(document.createElement('i'));
  show({ launcherLabel: 'Ask us' });
  expect(button.innerHTML).toBe('Ask us<i></i>');
});

it('takes its colours from the tokens, and moves nothing', () => {
  const tokens = read('shared/tokens.css');
  const css = read('widget/launcher.css');
  // Colours without what makes them translucent, in their long form.
  const colors = [...css.matchAll(/#([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{1,2})?\b/g)].map(([, color = '']) => (color.length === 3 ? color.replace(/./g, '$&$&') : color));
  expect(colors).not.toHaveLength(0);
  for (const color of colors) expect(tokens).toContain(`#${color}`);
  expect(css).not.toMatch(/\d+ms|cubic-bezier/);
});
