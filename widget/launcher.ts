/**
 * The launcher: a button in an open shadow root, on a host that neither moves the page nor is moved by its styles.
 * Plain DOM, styled through CSSOM and constructable stylesheets only, so that a strict content security policy has nothing to refuse.
 */
import type { LoaderSettings, Locale } from '../shared/settings.ts';
import { onColor } from '../shared/color.ts';
import { directionOf } from './direction.ts';
import css from './launcher.css';
import { launcherLabel } from './launcher-label.ts';

export interface Launcher {
  root: ShadowRoot;
  button: HTMLButtonElement;
  /** Shows what the settings say; again after they changed. */
  draw(settings: LoaderSettings, locale: Locale, open: boolean): void;
  setOpen(open: boolean): void;
  /** The panel is on its way. */
  setBusy(busy: boolean): void;
  /** Says something next to the launcher; an empty text takes it away. */
  say(text: string): void;
}

export interface LauncherOptions {
  /** Its abort takes the launcher off the page, with all its listeners. */
  signal: AbortSignal;
  /** The person is about to click: pointer over it, keyboard on it, finger on it. */
  onIntent(): void;
  onClick(): void;
}

/** The icons: strokes in a square of 28. The last one is an arrow down, for the open panel. */
const ICONS = {
  chat: 'M5 10.5h18M5 18h12',
  bubble: 'M14 4a10 9 0 0 0-8 14l-2 6 6-2a10 9 0 1 0 4-18z',
  help: 'M10 10a4 4 0 1 1 4 5v2m0 5v.1',
  mail: 'M4 7h20v14H4zl10 8L24 7',
  down: 'M6 11l8 8 8-8',
};
/** How often a page may take the host out of the document before we accept that it means it. */
const MOST_RETURNS = 20;

/** Builds the launcher and puts it into the page as soon as that has a body. Nothing shows before `draw`. */
export function createLauncher({ signal, onIntent, onClick }: LauncherOptions): Launcher {
  let now: LoaderSettings;
  const host = make('div', { id: 'miradesk' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const note = make('div', { class: 'note', role: 'status' });
  const button = make('button', { type: 'button', class: 'launcher', 'aria-haspopup': 'dialog' }) as HTMLButtonElement;
  const icon = make('svg', { viewBox: '0 0 28 28', 'aria-hidden': true }, SVG);
  const line = icon.appendChild(make('path', {}, SVG));
  const label = make('span', {});
  button.append(icon, label);
  root.append(note, button);

  function setOpen(open: boolean): void {
    set(button, { 'aria-expanded': open });
    set(line, { d: ICONS[open ? 'down' : now.launcherIcon] ?? ICONS.chat });
  }

  for (const intent of ['pointerenter', 'focus', 'touchstart']) button.addEventListener(intent, onIntent, { signal, passive: true });
  button.addEventListener('click', onClick, { signal });
  // The page's own elements that open the chat: whatever they are, and whenever they come.
  document.addEventListener('click', (event) => {
    if (!now.launcherSelector || !(event.target as Element).closest?.(now.launcherSelector)) return;
    event.preventDefault();
    onClick();
  }, { signal });
  stay(host, signal);

  return {
    root,
    button,
    draw(settings, locale, open) {
      now = settings;
      // All important so that no rule of the page reaches it: `all` first, then what it needs.
      const style: Record<string, string | number> = {
        all: 'initial', position: 'fixed', display: 'block', 'z-index': now.zIndex,
        '--brand': now.color, '--on-brand': onColor(now.color), '--x': `${now.offsetX}px`, '--y': `${now.offsetY}px`, '--above': now.launcher ? '76px' : '0px',
      };
      for (const name in style) host.style.setProperty(name, String(style[name]), 'important');
      set(host, { lang: locale, dir: directionOf(locale), 'data-theme': now.theme, 'data-position': now.position });
      label.textContent = now.launcherLabel;
      button.hidden = !now.launcher;
      if (!button.dataset.unread) set(button, { 'aria-label': now.launcherLabel || launcherLabel(locale) });
      setOpen(open);
    },
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
 * again when even the root is replaced.
 */
function stay(host: HTMLElement, signal: AbortSignal): void {
  let returns = 0;
  const observer = new MutationObserver(attach);
  function attach(): void {
    if (host.isConnected || !document.body || returns++ > MOST_RETURNS) return;
    document.documentElement.append(host);
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
