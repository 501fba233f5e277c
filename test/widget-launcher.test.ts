// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createLauncher, type Launcher } from '../widget/launcher.ts';
import { SETTINGS } from './widget-page.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
let gone = new AbortController();
afterEach(() => gone.abort());

function create(change = {}): Launcher & { intents: number; clicks: number } {
  gone = new AbortController();
  const counts = { intents: 0, clicks: 0 };
  const launcher = createLauncher({ settings: { ...SETTINGS, ...change }, signal: gone.signal, onIntent: () => counts.intents++, onClick: () => counts.clicks++ });
  return Object.assign(counts, launcher);
}

const host = () => document.querySelector<HTMLElement>('#miradesk');

it('is a labelled button beside the body, in the brand colour with text that can be read on it', () => {
  const { button } = create({ color: '#ffd400', position: 'left' });
  expect(host()?.parentNode).toBe(document.documentElement);
  expect(button.getAttribute('aria-label')).toBe('Open chat');
  expect(button.getAttribute('aria-haspopup')).toBe('dialog');
  expect(button.className).toBe('launcher left');
  expect(host()?.style.getPropertyValue('--brand')).toBe('#ffd400');
  expect(host()?.style.getPropertyValue('--on-brand')).toBe('#000000');
});

it('lets no rule of the page through to its host', () => {
  create();
  const style = host()?.style;
  for (const name of ['all', 'position', 'z-index', 'display']) expect(style?.getPropertyPriority(name)).toBe('important');
  expect(style?.getPropertyValue('all')).toBe('initial');
  expect(host()?.dir).toBe('ltr');
  expect(host()?.lang).toBe('en');
});

it.each(['pointerenter', 'focus', 'touchstart'])('%s says that somebody is about to click', (event) => {
  const launcher = create();
  launcher.button.dispatchEvent(new Event(event));
  expect(launcher.intents).toBe(1);
  expect(launcher.clicks).toBe(0);
});

it('writes no style element or attribute in markup, and no markup at all', () => {
  const html = vi.spyOn(Element.prototype, 'innerHTML', 'set');
  const { root } = create();
  expect(root.querySelector('style, [style]')).toBeNull();
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

it('is gone with its signal, deaf and for good', async () => {
  const launcher = create();
  gone.abort();
  expect(host()).toBeNull();
  launcher.button.click();
  expect(launcher.clicks).toBe(0);
});

it('takes its colours, radii and times from the tokens', () => {
  const tokens = read('shared/tokens.css');
  const css = read('widget/launcher.css');
  const values = [...css.matchAll(/#[0-9a-f]{3,6}\b|\b\d+ms\b|cubic-bezier\([^)]*\)/g)].map(([value]) => value);
  expect(values).not.toHaveLength(0);
  for (const value of values) expect(tokens).toContain(value.length === 4 && value.startsWith('#') ? value.replace(/[0-9a-f]/g, '$&$&') : value);
});
