/** A page with the widget on it, in happy-dom: the loader and the panel from their sources, on a gateway in memory. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import { LAUNCHER_ICONS } from '../shared/launcher-icons.ts';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { splitSettings, WidgetSettings, type LoaderSettings, type PanelSettings } from '../shared/settings.ts';
import type { MiraDesk } from '../widget/sdk-types.ts';
import { until } from './harness/until.ts';
import type { FakeGateway } from './widget-fake-gateway.ts';
import { fakeWebSocket } from './widget-fake-socket.ts';

/** Where a module is, as import() takes it. */
export function moduleAddress(path: string): string {
  return pathToFileURL(join(import.meta.dirname, path)).href;
}

const { launcher: launcherSettings, panel: panelSettings } = splitSettings(WidgetSettings.parse({}));

/** What the gateway gives to the loader. */
export const SETTINGS: LoaderSettings = {
  ...launcherSettings, launcherIcon: LAUNCHER_ICONS.chat, ...LAUNCHER_WORDS.en, language: 'en', workspace: 'demo', gateway: 'http://gateway.example', panel: moduleAddress('../widget/panel.tsx'),
};

/** What the gateway gives to the panel. */
export const PANEL_SETTINGS: PanelSettings = { ...panelSettings, teamName: 'Kettle & Co', greeting: 'Tea?', replyTime: 'We reply in minutes' };

const page = window as unknown as { MiraDesk?: MiraDesk; MIRADESK_SETTINGS?: LoaderSettings };

/** The page's window.MiraDesk. */
export function miraDesk(): MiraDesk {
  if (!page.MiraDesk) throw new Error('The widget is not on the page');
  return page.MiraDesk;
}

/** The page goes, and everything that was on it. */
export function leavePage(): void {
  page.MiraDesk?.destroy();
  delete page.MiraDesk;
}

/** A browser's offers, fresh: nothing stored. `settings`: what the gateway answers to the panel besides the usual. */
export function freshBrowser(gateway: FakeGateway, settings: Partial<PanelSettings> = {}): void {
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal('WebSocket', fakeWebSocket(gateway));
  vi.stubGlobal('indexedDB', new FakeFactory());
  // Beside the settings it is asked only whether the gateway can be reached over HTTP; here it cannot.
  vi.stubGlobal('fetch', vi.fn((address: string | URL) => (String(address) === 'http://gateway.example/w/demo.json' ? Promise.resolve(Response.json({ ...PANEL_SETTINGS, ...settings })) : Promise.reject(new TypeError('no network in this test')))));
}

/** What the script tag does: runs the loader with its settings. `script`: the tag, where it matters. */
export async function loadWidget(change: Partial<LoaderSettings> = {}, script: { src?: string; dataset?: Record<string, string> } | null = null): Promise<void> {
  vi.resetModules();
  page.MIRADESK_SETTINGS = { ...SETTINGS, ...change };
  const current = vi.spyOn(document, 'currentScript', 'get').mockReturnValue(script as HTMLScriptElement | null);
  await import('../widget/loader.ts');
  current.mockRestore();
}

/** The widget's shadow root. */
export function root(): ShadowRoot {
  const shadow = document.querySelector('#miradesk')?.shadowRoot;
  if (!shadow) throw new Error('The launcher is not on the page');
  return shadow;
}

export function find<E extends HTMLElement = HTMLElement>(selector: string): E {
  const element = root().querySelector<E>(selector);
  if (!element) throw new Error(`Nothing is ${selector}`);
  return element;
}

/** What the launcher's stylesheet says of a selector: the value of a property, the last one if there are more. */
export function styled(selector: string, property: string): string {
  const rules = root().adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules] as CSSStyleRule[]);
  return rules.filter(({ selectorText }) => selectorText?.split(/,\s*/).includes(selector)).map(({ style }) => `${style.getPropertyValue(property)} ${style.getPropertyPriority(property)}`.trim()).filter(Boolean).at(-1) ?? '';
}

export const launcher = () => find<HTMLButtonElement>('.launcher');
export const field = () => find<HTMLTextAreaElement>('textarea');
export const bubbles = (): string[] => [...root().querySelectorAll('.bubble')].map((bubble) => bubble.textContent ?? '');

/** Clicks the launcher and waits for the panel. */
export async function openPanel(): Promise<void> {
  launcher().click();
  await until(() => root().querySelector('.panel.open textarea'), { what: 'the panel' });
}

/** Types a text as a person does, in one go. */
export function type(text: string): void {
  field().value = text;
  field().dispatchEvent(new Event('input', { bubbles: true }));
}

export function press(key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true, ...more });
  (root().activeElement ?? field()).dispatchEvent(event);
  return event;
}

/** Writes a message and sends it; it is stored and shown then. */
export async function say(text: string): Promise<void> {
  type(text);
  press('Enter');
  await until(() => bubbles().includes(`You: ${text}`) && sessionStorage.length === 0, { what: 'the message to show' });
}
