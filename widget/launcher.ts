/**
 * The launcher: a button in an open shadow root, on a host that neither moves the page nor is moved by its styles.
 * Plain DOM, styled through CSSOM and constructable stylesheets only, so that a strict content security policy has nothing to refuse.
 */
import type { LoaderSettings, Locale } from '../shared/settings.ts';
import { onColor } from '../shared/color.ts';
import css from './launcher.css';

export interface Launcher {
  root: ShadowRoot;
  button: HTMLButtonElement;
  /** Shows how things are. `wanted`: the panel is open or on its way; `note`: what to say beside the button, if anything. */
  draw(settings: LoaderSettings, locale: Locale, now: { open: boolean; wanted: boolean; note: string }): void;
}

export interface LauncherOptions {
  /** Its abort takes the launcher off the page, with all its listeners. */
  signal: AbortSignal;
  /** The person is about to click: pointer over it, keyboard on it, finger on it. */
  onIntent(): unknown;
  onClick(): void;
}

/** An arrow down, for the open panel, as a stroke in a square of 28. The icon of the closed one comes with the settings. */
const DOWN = 'M6 11l8 8 8-8';
/** The z-index that the settings begin with. */
const ABOVE_ALL = 2_147_483_000;
/** How often a page may take the host out of the document before we accept that it means it. */
const MOST_RETURNS = 20;

/** Builds the launcher and puts it into the page as soon as that has a body. Nothing shows before `draw`. */
export function createLauncher(options: LauncherOptions): Launcher {
  const { signal, onIntent, onClick } = options;
  let selector: string | undefined;
  const host = make('div', { id: 'miradesk' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const note = make('div', { class: 'note', role: 'status' });
  const button = make('button', { class: 'launcher', 'aria-haspopup': 'dialog' }) as HTMLButtonElement;
  const icon = make('svg', { viewBox: '0 0 28 28' });
  const line = icon.appendChild(make('path'));
  const label = make('b');
  button.append(icon, label);
  // In the browser's top layer no transform, filter or containment of the page's root reaches it; older browsers do without.
  const stage = make('div', { class: 'stage', popover: 'manual' });
  stage.append(note, button);
  root.append(stage);

  for (const intent of ['pointerenter', 'focus']) button.addEventListener(intent, onIntent, options);
  button.addEventListener('click', onClick, options);
  // The page's own elements that open the chat: whatever they are, and whenever they come.
  document.addEventListener('click', (event) => {
    if (!selector || !(event.target as Element).closest?.(selector)) return;
    event.preventDefault();
    onClick();
  }, options);
  // In the next frame, once the browser has worked out styles and places, which this would have it do otherwise, and before it paints. A site that sets a
  // smaller z-index wants things of its own above us.
  stay(host, () => new ResizeObserver((_, observer) => {
    observer.disconnect();
    if ((host.style.zIndex as unknown as number) >= ABOVE_ALL && stage.isConnected) stage.togglePopover?.(true);
  }).observe(document.documentElement), signal);

  return {
    root,
    button,
    draw({ position, offsetX, offsetY, color, zIndex, launcher, launcherIcon, launcherLabel, launcherSelector, label: name }, lang, { open, wanted, note: says }) {
      selector = launcherSelector;
      const side = /left/.test(position) ? 'left' : 'right';
      const end = /top/.test(position) ? 'top' : 'bottom';
      // All important so that no rule of the page reaches it: `all` first, then what it needs, and what `all` leaves out.
      host.style.cssText = `all:initial;position:fixed;display:block;z-index:${zIndex};direction:ltr;--brand:${color};--on-brand:${onColor(color)};`.replaceAll(';', '!important;');
      // Closed, it is a speech bubble: one corner points to the edge it sits in.
      for (const { style } of [note, button]) style.cssText = `${side}:max(${offsetX}px,env(safe-area-inset-${side}));${end}:max(${offsetY}px,env(safe-area-inset-${end}));border-${end}-${side}-radius:${wanted ? 30 : 10}px`;
      host.lang = lang;
      note.textContent = says;
      label.textContent = launcherLabel as string;
      button.hidden = !isOn(launcher);
      set(button, { 'aria-expanded': open, 'aria-label': launcherLabel || name });
      set(line, { d: wanted ? DOWN : launcherIcon });
    },
  };
}

/** An option that is true or false; as an attribute of the script tag it is a text. */
export function isOn(option: string | boolean | undefined): boolean {
  return `${option}` !== 'false';
}

function make(tag: string, attributes?: Record<string, string | boolean>): HTMLElement {
  // Of our elements only those of SVG have an s or a p in their names.
  const element = (/[sp]/.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag)) as HTMLElement;
  set(element, attributes);
  return element;
}

function set(element: Element, attributes?: Record<string, string | boolean>): void {
  for (const name in attributes) element.setAttribute(name, attributes[name] as string);
}

/**
 * Keeps the host in the document: beside the body, not in it, because single-page navigation replaces bodies; and back
 * again when even the root is replaced. `onAttached` is called each time.
 */
function stay(host: HTMLElement, onAttached: () => void, signal: AbortSignal): void {
  let returns = 0;
  const observer = new MutationObserver(attach);
  function attach(): void {
    if (host.isConnected || returns > MOST_RETURNS) return;
    // Before there is a body, the observer waits for it.
    if (document.body) {
      returns++;
      document.documentElement.append(host);
      onAttached();
    }
    observer.disconnect();
    for (const node of [document, document.documentElement]) observer.observe(node, { childList: true });
  }
  attach();
  signal.addEventListener('abort', () => {
    observer.disconnect();
    host.remove();
  });
}
