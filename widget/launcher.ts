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
  /** Shows how things are. `wanted`: the panel is open or on its way; `says`: what to say beside the button, if anything. */
  draw(settings: LoaderSettings, locale: Locale, open: boolean, wanted: boolean, says: string | undefined): void;
}

/** An arrow down, for the open panel, as a shape in a square of 28. The icon of the closed one comes with the settings. */
const DOWN = 'M6 9l8 8 8-8v3l-8 8-8-8z';
/** The z-index that the settings begin with. */
const ABOVE_ALL = 2_147_483_000;
/** How often a page may take the host out of the document before we accept that it means it. */
const MOST_RETURNS = 20;

/**
 * Builds the launcher and puts it into the page as soon as that has a body. Nothing shows before `draw`. `life`: its abort takes the launcher off the page,
 * with all its listeners. `onIntent`: the person is about to click, with the pointer over it, the keyboard on it, a finger on it.
 */
export function createLauncher(life: AbortController, onIntent: () => unknown, onClick: () => void): Launcher {
  let selector: string | undefined;
  let above: boolean;
  let note: HTMLElement | undefined;
  const host = make('div', { id: 'miradesk' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [sheet];

  const button = make('button', { class: 'launcher', 'aria-haspopup': 'dialog' }) as HTMLButtonElement;
  // A text of its own: what is unread is in the button, too. Not made with `new Text`, which a page may have taken for something else.
  button.append('');
  const label = button.firstChild as Text;
  // In the browser's top layer no transform, filter or containment of the page's root reaches it; older browsers do without.
  const stage = make('div', { class: 'stage', popover: 'manual' });
  stage.append(button);
  root.append(stage);

  button.onpointerenter = button.onfocus = onIntent;
  button.onclick = onClick;
  /** On an element of the page, perhaps. */
  function onPageClick(event: Event): void {
    if (!selector || !(event.target as Element).closest?.(selector)) return;
    event.preventDefault();
    onClick();
  }
  // In the next frame, once the browser has worked out styles and places, which this would have it do otherwise, and before it paints. A site that sets a
  // smaller z-index wants things of its own above us.
  stay(host, () => new ResizeObserver((_, observer) => {
    observer.disconnect();
    if (above && stage.isConnected) stage.togglePopover?.(true);
  }).observe(document.documentElement), life.signal);

  return {
    root,
    button,
    draw({ position, offsetX, offsetY, color, zIndex, launcher, launcherIcon, launcherLabel, launcherSelector, label: name }, lang, open, wanted, says) {
      selector = launcherSelector;
      // The page's own elements that open the chat: whatever they are, and whenever they come.
      if (selector) document.addEventListener('click', onPageClick, life);
      const side = /left/.test(position) ? 'left' : 'right';
      const end = /top/.test(position) ? 'top' : 'bottom';
      above = zIndex >= ABOVE_ALL;
      // The host's own part is important so that no rule of the page reaches it, and first, because it is not printed. Closed, it is a speech bubble: one
      // corner points to the edge it sits in. The icon is last: a page may have given one that is no path.
      sheet.replaceSync(`:host{all:initial!important;position:fixed!important;z-index:${zIndex}!important}${css}.stage{--brand:${color};--on-brand:${onColor(color)}}.launcher,.note{${side}:max(${offsetX}px,env(safe-area-inset-${side}));${end}:max(${offsetY}px,env(safe-area-inset-${end}));border-${end}-${side}-radius:${wanted ? 30 : 10}px}.launcher:before{content:"";border:14px solid;clip-path:path("${wanted ? DOWN : launcherIcon.replaceAll?.('\n', ' ')}")}`);
      host.lang = lang;
      // There before it has something to say, so that it is read out then; and not before somebody opens the chat.
      if (wanted) note ??= stage.appendChild(make('div', { class: 'note', role: 'status' }));
      if (note) note.textContent = says as string;
      label.textContent = launcherLabel as string;
      button.hidden = !isOn(launcher);
      set(button, { 'aria-expanded': open, 'aria-label': launcherLabel || name });
    },
  };
}

/** An option that is true or false; as an attribute of the script tag it is a text. */
export function isOn(option: string | boolean | undefined): boolean {
  return `${option}` !== 'false';
}

function make(tag: string, attributes: Record<string, string>): HTMLElement {
  return set(document.createElement(tag), attributes);
}

function set(element: HTMLElement, attributes: Record<string, string | boolean>): HTMLElement {
  for (const name in attributes) element.setAttribute(name, attributes[name] as string);
  return element;
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
