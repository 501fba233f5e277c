/** What a visitor chose for this device: kept with the rest once they have written, and until then as long as the page. */
import type { Likes, Session } from '../session.ts';

export function likesOf({ read, later }: Pick<Session, 'read' | 'later'>): Likes {
  return read()?.likes ?? later.likes ?? {};
}

export function like(session: Pick<Session, 'read' | 'write' | 'hasActed' | 'later'>, change: Likes): void {
  const likes = { ...likesOf(session), ...change };
  if (session.hasActed()) session.write({ likes });
  else session.later.likes = likes;
}
