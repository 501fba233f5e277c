/**
 * Who this browser is to the gateway: the visitor's token, in localStorage from the first message on, in memory before.
 * All tabs share it. The tab that stores its token first wins; another that had begun as somebody else connects again
 * with the stored one before it sends anything.
 */

/** What is stored. Without `visitorId` it says: somebody wrote here, and the next connection makes them a visitor. */
interface Stored {
  visitorId?: string | undefined;
  token?: string | undefined;
  /** The conversation that was shown last, so that a message typed before the gateway answers belongs to it. */
  conversationId?: string | undefined;
}

/** The part of localStorage that is needed. */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Session {
  /** The token for the next handshake. */
  token(): string | undefined;
  /** Who the current connection speaks for. */
  visitorId(): string | undefined;
  /** The gateway told us who we are. False: another tab has settled that differently; connect again. */
  started(news: { visitorId: string; token: string }): boolean;
  /** The gateway did not accept the token. True: it is forgotten, and connecting again makes a new visitor. */
  refused(): boolean;
  /** Whether anything was ever sent from this browser. */
  hasActed(): boolean;
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
}

/** `storage` null, or one that throws: everything lives in memory, as long as the page. */
export function createSession(key: string, storage: KeyValueStorage | null): Session {
  let current: { visitorId: string; token: string } | undefined;
  /** Stands in for the storage where that is forbidden. */
  let memory: string | null = null;
  let used: string | undefined;

  function read(): Stored | undefined {
    let json = memory;
    try {
      if (storage) json = storage.getItem(key);
    } catch {
      // Forbidden: memory it is.
    }
    try {
      return json ? (JSON.parse(json) as Stored) : undefined;
    } catch {
      return {};
    }
  }

  function write(change: Stored): void {
    memory = JSON.stringify({ ...read(), ...change });
    try {
      storage?.setItem(key, memory);
    } catch {
      // Forbidden or full: this page still knows.
    }
  }

  function isForeign(): boolean {
    const stored = read();
    return Boolean(stored?.visitorId && current && stored.visitorId !== current.visitorId);
  }

  function claim(): boolean {
    if (!current || isForeign()) return false;
    write(current);
    return true;
  }

  return {
    token() {
      used = read()?.token ?? current?.token;
      return used;
    },
    visitorId: () => current?.visitorId,
    started({ visitorId, token }) {
      current = { visitorId, token };
      // A visitor already settled gets the fresh token; one that is not waits for claim().
      if (read()?.visitorId === visitorId) write(current);
      return !isForeign();
    },
    refused() {
      if (!used) return false;
      if (read()?.token === used) write({ visitorId: undefined, token: undefined, conversationId: undefined });
      current = undefined;
      return true;
    },
    hasActed: () => read() !== undefined,
    act() {
      if (!read()) write({});
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
  };
}
