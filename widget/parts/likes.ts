/** What a visitor chose for this device: kept with the rest once they have written, and until then as long as the page. */
import type { Likes, Session } from '../session.ts';

const unsaved = new WeakMap<object, Likes>();

export function likesOf(session: Pick<Session, 'read'>): Likes {
  return { ...unsaved.get(session), ...session.read()?.likes };
}

export function like(session: Pick<Session, 'read' | 'write' | 'hasActed'>, change: Likes): void {
  const likes = { ...likesOf(session), ...change };
  if (session.hasActed()) session.write({ likes });
  else unsaved.set(session, likes);
}
