/** Where in the inbox a person is, and the address of it. Deep links, reload and the back button all go through here. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { InboxFilter } from '../shared/protocol.ts';

export type Route =
  | { at: 'inbox'; view: InboxFilter; conversationId: string | null }
  | { at: 'settings' }
  | { at: 'unknown' };

const BASE = '/console';
export const VIEWS: readonly InboxFilter[] = ['unassigned', 'mine', 'all', 'closed'];
export const FIRST_VIEW: InboxFilter = 'unassigned';

/** What an address means. Ids are not checked here: whether a conversation exists, the gateway says. */
export function parseRoute(address: { pathname: string; search: string }): Route {
  const path = address.pathname.replace(/\/+$/, '');
  const asked = new URLSearchParams(address.search).get('view');
  const view = VIEWS.find((candidate) => candidate === asked);
  if (path === BASE || path === '') return { at: 'inbox', view: view ?? FIRST_VIEW, conversationId: null };
  if (path === `${BASE}/settings`) return { at: 'settings' };
  const [, id] = /^\/console\/conversations\/([^/]+)$/.exec(path) ?? [];
  // A link somebody was sent names no view; "all" is where the conversation most likely stands in the list.
  if (id) return { at: 'inbox', view: view ?? 'all', conversationId: decodeId(id) };
  return { at: 'unknown' };
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** The address of a place. */
export function addressOf(route: Route): string {
  if (route.at === 'settings') return `${BASE}/settings`;
  if (route.at === 'unknown') return `${BASE}/`;
  if (!route.conversationId) return route.view === FIRST_VIEW ? `${BASE}/` : `${BASE}/?view=${route.view}`;
  return `${BASE}/conversations/${encodeURIComponent(route.conversationId)}${route.view === 'all' ? '' : `?view=${route.view}`}`;
}

/** The workspace an address asks for, for signing in. */
export function workspaceOf(address: { search: string }): string | null {
  return new URLSearchParams(address.search).get('workspace')?.trim() || null;
}

const current = signal<Route>({ at: 'unknown' });
/** Where the person is now. */
export const route: ReadonlySignal<Route> = current;

/** Reads the address bar now and whenever the person goes back or forward. Returns the way to stop. */
export function watchRoute(): () => void {
  const read = (): void => { current.value = parseRoute(location); };
  read();
  addEventListener('popstate', read);
  return () => removeEventListener('popstate', read);
}

/** Goes somewhere. `replace`: without a step for the back button. */
export function navigate(to: Route, options: { replace?: boolean } = {}): void {
  const address = addressOf(to);
  if (address === `${location.pathname}${location.search}`) return;
  history[options.replace ? 'replaceState' : 'pushState'](null, '', address);
  current.value = to;
}

/** For links of ours: goes there without loading the page, and leaves a click for a new tab or window to the browser. */
export function followLink(to: Route): (event: MouseEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
}
