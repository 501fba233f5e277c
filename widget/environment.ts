/** What this browser offers to the messenger. */
import { PAGE_FIELD_MAX } from '../shared/limits.ts';
import { attempt } from './attempt.ts';
import { beside } from './beside.ts';
import { openWebSocket } from './connection-websocket.ts';
import type { MessengerEnvironment } from './messenger.ts';

/** `mayTrack`: whether the site wants to know the pages that messages are written on. The visitor's browser may still say no. */
export function browserEnvironment(workspace: string, origin: string, mayTrack: () => boolean): MessengerEnvironment {
  return {
    workspace,
    origin,
    openWire: openWebSocket,
    async fallback() {
      // Asked where the fallback would go, so that the answer holds for it.
      const { ok } = await fetch(`${origin}/socket.io/?EIO=4&transport=polling`);
      if (!ok) throw new Error('no answer');
      return (await beside<typeof import('./connection-socketio.ts')>('./connection-socketio.ts')).openSocketIo;
    },
    storage: (consent) => attempt(() => (consent === 'none' ? null : consent === 'session' ? sessionStorage : localStorage)),
    indexedDB: attempt(() => indexedDB),
    locks: attempt(() => navigator.locks),
    Channel: attempt(() => BroadcastChannel),
    page() {
      const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
      if (doNotTrack === '1' || globalPrivacyControl || !mayTrack()) return undefined;
      const [url, title, referrer] = [location.href, document.title, document.referrer].map((text) => text.slice(0, PAGE_FIELD_MAX)) as [string, string, string];
      return { url, title, referrer };
    },
  };
}
