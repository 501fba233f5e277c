/** What this browser offers to the messenger. Merely looking at a forbidden storage throws, so each look is guarded. */
import { PAGE_FIELD_MAX } from '../shared/limits.ts';
import type { LoaderSettings } from '../shared/settings.ts';
import { openWebSocket } from './connection-websocket.ts';
import type { MessengerEnvironment } from './messenger.ts';

/** The value, or null where asking for it throws or there is none. */
export function attempt<T>(ask: () => T | undefined): T | null {
  try {
    return ask() ?? null;
  } catch {
    return null;
  }
}

export function browserEnvironment({ workspace }: Pick<LoaderSettings, 'workspace'>, origin: string): MessengerEnvironment {
  return {
    workspace,
    origin,
    openWire: openWebSocket,
    fallback: async () => (await import('./connection-socketio.ts')).openSocketIo,
    // Asked where the fallback would go, so that the answer holds for it.
    reachable: () => fetch(`${origin}/socket.io/?EIO=4&transport=polling`).then(({ ok }) => ok, () => false),
    storage: attempt(() => localStorage),
    indexedDB: attempt(() => indexedDB),
    locks: attempt(() => navigator.locks),
    Channel: attempt(() => BroadcastChannel),
    page() {
      const [url, title, referrer] = [location.href, document.title, document.referrer].map((text) => text.slice(0, PAGE_FIELD_MAX)) as [string, string, string];
      return { url, title, referrer };
    },
  };
}
