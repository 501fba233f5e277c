/**
 * Calls a visitor who looks elsewhere: a sound, a count on the launcher and in the page's title, a notification where they asked for one. One tab does it for all: the first
 * to take a lock named after the message, and those that are looked at go first.
 */
import type { WidgetSettings } from '../../shared/settings.ts';
import { t } from '../kit.ts';
import type { WidgetMessage } from '../sdk-types.ts';
import type { Session } from '../session.ts';
import { createBadge } from './badge.ts';
import { likesOf } from './likes.ts';
import { playSound } from './sound.ts';

export interface AlertsOptions {
  /** The workspace; for the lock's name. */
  name: string;
  settings(): Pick<WidgetSettings, 'sound' | 'titleBadge'>;
  locks: LockManager | null;
  session: Session;
  /** The launcher. */
  button: HTMLButtonElement;
  open(): void;
  signal: AbortSignal;
}

export interface Alerts {
  /** A message came in that nobody looks at in this tab. */
  received(message: WidgetMessage): void;
  /** How much is unread, over all tabs. `panelOpen`: the launcher need not say so. */
  unread(count: number, panelOpen: boolean): void;
}

/** Hidden tabs wait so long for one that is looked at to speak up. */
const AFTER_MS = 200;
/** A lock is held for longer than the last tab takes to ask for it. */
const HELD_MS = 3_000;

export function createAlerts({ name, settings, locks, session, button, open, signal }: AlertsOptions): Alerts {
  const badge = createBadge(button);
  let count = 0;
  /** What we have put before the page's title. */
  let prefix = '';
  const shown = new Set<Notification>();

  function title(): void {
    const wanted = count && settings().titleBadge && document.visibilityState === 'hidden' && !signal.aborted ? `(${count}) ` : '';
    const own = prefix && document.title.startsWith(prefix) ? document.title.slice(prefix.length) : document.title;
    prefix = wanted;
    if (document.title !== wanted + own) document.title = wanted + own;
  }

  function quiet(): void {
    for (const one of shown) one.close();
    shown.clear();
  }

  async function speak(message: WidgetMessage): Promise<void> {
    const hidden = document.visibilityState === 'hidden';
    if (hidden) await new Promise((resolve) => { setTimeout(resolve, AFTER_MS); });
    if (signal.aborted) return;
    const alert = (): void => {
      const { muted, notify } = likesOf(session);
      if (settings().sound && !muted) playSound();
      if (hidden && notify && typeof Notification !== 'undefined' && Notification.permission === 'granted') notification(message);
    };
    if (!locks) return alert();
    await locks.request(`miradesk:${name}:alert:${message.conversationId}:${message.at}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      alert();
      await new Promise((resolve) => { setTimeout(resolve, HELD_MS); });
    });
  }

  function notification({ author, text, conversationId }: WidgetMessage): void {
    const one = new Notification(t('messageFrom', { name: author ?? t('team') }), { body: text.slice(0, 200), tag: `miradesk:${name}:${conversationId}` });
    shown.add(one);
    one.onclick = () => {
      window.focus();
      open();
      one.close();
    };
  }

  document.addEventListener('visibilitychange', () => {
    title();
    if (document.visibilityState === 'visible') quiet();
  }, { signal });
  signal.addEventListener('abort', () => {
    title();
    quiet();
    badge.remove();
  });

  return {
    received(message) {
      speak(message).catch(() => {});
    },
    unread(now, panelOpen) {
      count = now;
      badge.show(count, panelOpen);
      title();
      if (!now) quiet();
    },
  };
}
