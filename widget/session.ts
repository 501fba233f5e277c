/**
 * Who this browser is to the gateway: the visitor's token, in storage from the first message on (where the visitor's consent allows it), in memory
 * before. All tabs share it. The tab that stores its token first wins; another that had begun as somebody else connects again
 * with the stored one before it sends anything.
 */
import { attempt } from './attempt.ts';
import type { WidgetIdentity } from './sdk-types.ts';

/** What is stored. Without `visitorId` it says: somebody wrote here, and the next connection makes them a visitor. */
export interface Stored {
  visitorId?: string | undefined;
  token?: string | undefined;
  /** The site's own id of its user, as the gateway accepted it. */
  userId?: string | undefined;
  /** The conversation that was shown last, so that a message typed before the gateway answers belongs to it. */
  conversationId?: string | undefined;
  /** What this visitor likes, such as silence. */
  likes?: Likes | undefined;
}

/** What a visitor chose for this device. */
export interface Likes { muted?: boolean; notify?: boolean; width?: number; height?: number; emoji?: string[] }

/** The part of localStorage that is needed. */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Session {
  /** The token for the next handshake, and what the site says of who this is. */
  auth(): { token: string | undefined; identity: WidgetIdentity | undefined };
  token(): string | undefined;
  /** Who the current connection speaks for. */
  visitorId(): string | undefined;
  /** The site's id of its user, while the connection speaks for one. */
  userId(): string | undefined;
  /** The site says who the visitor is, to be proven at the next handshake. */
  identify(identity: WidgetIdentity): void;
  /** Whether that was not answered yet. */
  isIdentifying(): boolean;
  /** The gateway told us who we are. False: another tab has settled that differently; connect again. */
  started(news: { visitorId: string; token: string; identity: { userId: string } | null }): boolean;
  /** The gateway did not accept the token. True: it is forgotten, and connecting again makes a new visitor. */
  refused(): boolean;
  /** The gateway did not accept the identity. What an earlier user left here is forgotten with it: whoever this is, they are not shown that. */
  identityRefused(): void;
  /** Whether anything was ever sent from this browser. */
  hasActed(): boolean;
  /** What is stored as soon as anything may be. */
  readonly later: Pick<Stored, 'likes'>;
  /** Something is about to be sent: from now on this browser is remembered. */
  act(): void;
  /** Makes the current visitor the one of all tabs. False: another one already is; connect again. Only while no other tab does the same. */
  claim(): boolean;
  /** Whether the stored visitor is another than the one the current connection speaks for. */
  isForeign(): boolean;
  /** Whether a visitor is stored, whoever it is. */
  isSettled(): boolean;
  /** The conversation shown last, and whose it is. */
  lastConversation(): { to: string; visitorId: string } | undefined;
  rememberConversation(conversationId: string): void;
  /** What is stored, if anything is. */
  read(): Stored | undefined;
  /** Changes it. */
  write(change: Stored): void;
  /** Another place to keep it in, or none; what there is moves along. */
  moveTo(storage: KeyValueStorage | null): void;
  /** Takes everything off this device. */
  forget(): void;
  /** Whose turn it is: another number once everything was forgotten. */
  turn(): number;
}

/** `storage` null, or one that throws: everything lives in memory, as long as the page. */
export function createSession(key: string, storage: KeyValueStorage | null): Session {
  let current: { visitorId: string; token: string; userId: string | undefined } | undefined;
  let identity: WidgetIdentity | undefined;
  const later: Session['later'] = {};
  let turn = 0;
  /** Stands in for the storage where that is forbidden. */
  let memory: string | null = null;
  /** The token that was named last; null: none was, because there is none. */
  let used: string | null | undefined;

  function read(): Stored | undefined {
    let json = memory;
    // Forbidden: memory it is.
    attempt(() => storage && (json = storage.getItem(key)));
    return json ? attempt(() => JSON.parse(json as string) as Stored) ?? {} : undefined;
  }

  function write(change: Stored): void {
    memory = JSON.stringify({ ...read(), ...change });
    // Forbidden or full: this page still knows.
    attempt(() => storage?.setItem(key, memory as string));
  }

  function erase(): void {
    memory = null;
    // Forbidden: there is nothing in it.
    attempt(() => storage?.removeItem(key));
  }

  function isForeign(): boolean {
    const { visitorId } = read() ?? {};
    return Boolean(visitorId && current && visitorId !== current.visitorId);
  }

  function claim(): boolean {
    if (!current || isForeign()) return false;
    write(current);
    return true;
  }

  function forgetVisitor(): void {
    write({ visitorId: undefined, token: undefined, userId: undefined, conversationId: undefined });
  }

  const token = (): string | undefined => read()?.token ?? current?.token;

  return {
    auth() {
      used = token() ?? null;
      return { token: used ?? undefined, identity };
    },
    token,
    visitorId: () => current?.visitorId,
    userId: () => current?.userId,
    identify(next) {
      identity = next;
    },
    isIdentifying: () => identity !== undefined,
    started({ visitorId, token: fresh, identity: accepted }) {
      current = { visitorId, token: fresh, userId: accepted?.userId };
      const stored = read();
      // A visitor already settled gets the fresh token, and so does one whom the site has just made known; others wait for claim().
      if (stored?.visitorId === visitorId || (stored && identity)) write(current);
      // What a person wrote in is not the next one's.
      if (stored?.userId && stored.userId !== current.userId) write({ conversationId: undefined });
      // A refusal that comes later is about another handshake, perhaps another tab's.
      identity = used = undefined;
      return !isForeign();
    },
    refused() {
      // Not named by this tab, it was by the one that leads, which forgets it: asking ourselves is what is left.
      const named = used;
      used = undefined;
      if (named === null) return false;
      if (named && read()?.token === named) forgetVisitor();
      current = undefined;
      return true;
    },
    identityRefused() {
      identity = undefined;
      if (read()?.userId) forgetVisitor();
      if (current?.userId) current = undefined;
    },
    hasActed: () => read() !== undefined,
    later,
    act() {
      if (!read()) write(later);
    },
    claim,
    isForeign,
    isSettled: () => Boolean(read()?.visitorId),
    lastConversation() {
      const { conversationId: to, visitorId } = read() ?? {};
      return to && visitorId ? { to, visitorId } : undefined;
    },
    rememberConversation(conversationId) {
      const stored = read();
      if (stored && stored.conversationId !== conversationId) write({ conversationId });
    },
    read,
    write,
    turn: () => turn,
    moveTo(next) {
      const stored = read();
      erase();
      storage = next;
      if (stored) write(stored);
    },
    forget() {
      erase();
      turn++;
      current = identity = later.likes = undefined;
    },
  };
}
