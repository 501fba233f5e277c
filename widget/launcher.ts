/**
 * The launcher: a button in an open shadow root, on a host that neither moves the page nor is moved by its styles.
 * Plain DOM, styled through CSSOM and constructable stylesheets only, so that a strict content security policy has nothing to refuse.
 */
import type { LoaderSettings } from '../shared/settings.ts';
import { onColor } from '../shared/color.ts';
import css from './launcher.css';
import { DIRECTION, LANGUAGE, launcherTexts as texts } from './texts.ts';

export interface Launcher {
  root: ShadowRoot;
  button: HTMLButtonElement;
  setOpen(open: boolean): void;
  /** The panel is on its way. */
  setBusy(busy: boolean): void;
  /** Says something next to the launcher; an empty text takes it away. */
  say(text: string): void;
}

export interface LauncherOptions {
  settings: LoaderSettings;
  /** Its abort takes the launcher off the page, with all its listeners. */
  signal: AbortSignal;
  /** The person is about to click: pointer over it, keyboard on it, finger on it. */
  onIntent(): void;
  onClick(): void;
}

/** The host's own style, all important so that no rule of the page reaches it: `all` first, then what it needs. */
const HOST_STYLE = {
  all: 'initial', position: 'fixed', 'z-index': '2147483000', display: 'block',
  // `all` leaves the first out, and the initial value of the second takes after the page's.
  direction: DIRECTION, 'user-select': 'text', '-webkit-user-select': 'text',
};
/** The icon's line: two lines of text, and an arrow downwards. */
const TALK = 'M5 10.5h18M5 18h12';
const DOWN = 'M6 11l8 8 8-8';
/** The z-index that the settings begin with. */
const ABOVE_ALL = 2_147_483_000;
/** How often a page may take the host out of the document before we accept that it means it. */
const MOST_RETURNS = 20;

/** Builds the launcher and puts it into the page as soon as that has a body. */
export function createLauncher({ settings, signal, onIntent, onClick }: LauncherOptions): Launcher {
  const host = make('div', { id: 'miradesk', lang: LANGUAGE, dir: DIRECTION });
  const style: Record<string, string> = { ...HOST_STYLE, '--brand': settings.color, '--on-brand': onColor(settings.color) };
  for (const name in style) host.style.setProperty(name, style[name] as string, 'important');

  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const note = make('div', { class: `note ${settings.position}`, role: 'status' });
  const button = make('button', { type: 'button', class: `launcher ${settings.position}`, 'aria-haspopup': 'dialog' }) as HTMLButtonElement;
  const icon = make('svg', { viewBox: '0 0 28 28', 'aria-hidden': true }, SVG);
  const line = icon.appendChild(make('path', {}, SVG));
  button.append(icon);
  // In the browser's top layer no transform, filter or containment of the page's root reaches it; older browsers do without.
  const stage = make('div', { class: 'stage', popover: 'manual' });
  stage.append(note, button);
  root.append(stage);

  function setOpen(open: boolean): void {
    set(button, { 'aria-expanded': open, 'aria-label': open ? texts.close : texts.open });
    set(line, { d: open ? DOWN : TALK });
  }
  setOpen(false);

  for (const intent of ['pointerenter', 'focus', 'touchstart']) button.addEventListener(intent, onIntent, { signal, passive: true });
  button.addEventListener('click', onClick, { signal });
  // With the next frame, which works out styles anyway. A site that sets a smaller z-index wants things of its own above us.
  const lift = (): unknown => stage.isConnected && stage.togglePopover?.(true);
  stay(host, () => settings.zIndex < ABOVE_ALL || requestAnimationFrame(lift), signal);

  return {
    root,
    button,
    setOpen,
    setBusy: (busy) => set(button, { 'aria-busy': busy }),
    say: (text) => void (note.textContent = text),
  };
}

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';

function make(tag: string, attributes: Record<string, string | boolean>, namespace = HTML): HTMLElement {
  const element = document.createElementNS(namespace, tag) as HTMLElement;
  set(element, attributes);
  return element;
}

function set(element: Element, attributes: Record<string, string | boolean>): void {
  for (const name in attributes) element.setAttribute(name, String(attributes[name]));
}

/**
 * Keeps the host in the document: beside the body, not in it, because single-page navigation replaces bodies; and back
 * again when even the root is replaced. `onAttached` is called each time.
 */
function stay(host: HTMLElement, onAttached: () => void, signal: AbortSignal): void {
  let returns = 0;
  const observer = new MutationObserver(attach);
  function attach(): void {
    if (host.isConnected || !document.body || returns++ > MOST_RETURNS) return;
    document.documentElement.append(host);
    onAttached();
    observer.disconnect();
    observer.observe(document, { childList: true });
    observer.observe(document.documentElement, { childList: true });
  }
  // Before there is a body, the observer of the root waits for it.
  observer.observe(document.documentElement, { childList: true });
  attach();
  signal.addEventListener('abort', () => {
    observer.disconnect();
    host.remove();
  });
}
