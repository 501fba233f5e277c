import { beforeEach, describe, expect, it } from 'vitest';
import { createSession, type KeyValueStorage } from '../widget/session.ts';

const KEY = 'miradesk:demo';

class MemoryStorage implements KeyValueStorage {
  readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

/** As in a private window or a sandboxed frame. */
const forbidden: KeyValueStorage = {
  getItem: () => { throw new DOMException('no', 'SecurityError'); },
  setItem: () => { throw new DOMException('no', 'QuotaExceededError'); },
  removeItem: () => { throw new DOMException('no', 'SecurityError'); },
};

const visitor = (visitorId: string, token: string, userId?: string) => ({ visitorId, token, identity: userId === undefined ? null : { userId } });

let storage: MemoryStorage;
beforeEach(() => {
  storage = new MemoryStorage();
});

describe('before the visitor acts', () => {
  it('stores nothing, and keeps the visitor over a reconnect all the same', () => {
    const session = createSession(KEY, storage);
    expect(session.token()).toBeUndefined();
    expect(session.started(visitor('a', 'a1'))).toBe(true);
    expect(session.token()).toBe('a1');
    expect(storage.values.size).toBe(0);
    expect(session.hasActed()).toBe(false);
  });
});

describe('once the visitor acts', () => {
  it('is remembered at once, and the visitor with the claim', () => {
    const session = createSession(KEY, storage);
    session.act();
    expect(session.hasActed()).toBe(true);
    expect(session.isSettled()).toBe(false);
    session.started(visitor('a', 'a1'));
    expect(session.isSettled()).toBe(false);
    expect(session.claim()).toBe(true);
    expect(createSession(KEY, storage).token()).toBe('a1');
  });

  it('keeps the fresh token of every connection', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.claim();
    session.started(visitor('a', 'a2'));
    expect(createSession(KEY, storage).token()).toBe('a2');
  });

  it('does not claim before there is a visitor', () => {
    expect(createSession(KEY, storage).claim()).toBe(false);
  });
});

describe('two tabs that were open before the first message', () => {
  it('the one that claims first wins; the other finds itself foreign and takes the stored token', () => {
    const one = createSession(KEY, storage);
    const other = createSession(KEY, storage);
    one.started(visitor('a', 'a1'));
    other.started(visitor('b', 'b1'));
    expect(one.claim()).toBe(true);
    expect(other.isForeign()).toBe(true);
    expect(other.claim()).toBe(false);
    expect(other.token()).toBe('a1');
    expect(other.started(visitor('a', 'a2'))).toBe(true);
    expect(other.claim()).toBe(true);
  });

  it('a connection that was under way as somebody else has to be made again', () => {
    const one = createSession(KEY, storage);
    const other = createSession(KEY, storage);
    one.started(visitor('a', 'a1'));
    one.claim();
    expect(other.started(visitor('b', 'b1'))).toBe(false);
  });
});

describe('a token that is not accepted', () => {
  it('is forgotten, and the browser is still remembered', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.claim();
    session.rememberConversation('c1');
    expect(session.auth()).toEqual({ token: 'a1', identity: undefined });
    expect(session.refused()).toBe(true);
    expect(session.token()).toBeUndefined();
    expect(session.hasActed()).toBe(true);
    expect(session.lastConversation()).toBeUndefined();
    expect(session.started(visitor('b', 'b1'))).toBe(true);
    expect(session.claim()).toBe(true);
    expect(createSession(KEY, storage).token()).toBe('b1');
  });

  it('leaves alone the token that another tab has got in the meantime', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.claim();
    session.auth();
    createSession(KEY, storage).started(visitor('a', 'a2'));
    expect(session.refused()).toBe(true);
    expect(session.token()).toBe('a2');
  });

  it('is a refusal to stay where there was no token', () => {
    const session = createSession(KEY, storage);
    session.auth();
    expect(session.refused()).toBe(false);
  });

  it('of the tab that leads is no refusal to stay for one that never named it, and is once that has asked itself', () => {
    const session = createSession(KEY, storage);
    expect(session.refused()).toBe(true);
    session.auth();
    expect(session.refused()).toBe(false);
  });

  it('is left to the tab that named it, however often that happens before a session begins', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.claim();
    expect([session.refused(), session.refused(), session.token()]).toEqual([true, true, 'a1']);
  });
});

describe('a token of all tabs that is refused to the one that leads', () => {
  it.each(['as it had none', 'before it had ever named one'])('is asked about once more by a tab that connected %s, however often that happens', (when) => {
    const session = createSession(KEY, storage);
    if (when === 'as it had none') session.auth();
    for (const visitorId of ['a', 'b', 'c']) {
      session.started(visitor(visitorId, `${visitorId}1`));
      expect([visitorId, session.refused()]).toEqual([visitorId, true]);
    }
  });
});

describe('the last conversation', () => {
  it('is remembered for the visitor it belongs to, once they have acted', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.rememberConversation('c1');
    expect(storage.values.size).toBe(0);
    session.claim();
    session.rememberConversation('c1');
    expect(createSession(KEY, storage).lastConversation()).toEqual({ to: 'c1', visitorId: 'a' });
  });
});

describe('a storage that is', () => {
  it.each([['missing', null], ['forbidden', forbidden]])('%s: everything lives as long as the page', (_, broken) => {
    const session = createSession(KEY, broken);
    session.act();
    session.started(visitor('a', 'a1'));
    expect(session.claim()).toBe(true);
    expect(session.token()).toBe('a1');
    expect(session.hasActed()).toBe(true);
  });

  it('full of somebody else\'s text under our name is taken for a browser that has written', () => {
    storage.setItem(KEY, 'not json');
    const session = createSession(KEY, storage);
    expect(session.token()).toBeUndefined();
    session.started(visitor('a', 'a1'));
    expect(session.claim()).toBe(true);
  });
});

describe('who the site says this is', () => {
  const JANE = { userId: 'jane', token: 'proven' };

  it('goes into the next handshake, and is answered once', () => {
    const session = createSession(KEY, storage);
    expect(session.auth()).toEqual({ token: undefined, identity: undefined });
    session.identify(JANE);
    expect([session.isIdentifying(), session.auth().identity]).toEqual([true, JANE]);
    expect(session.userId()).toBeUndefined();
    session.started(visitor('u1', 'u1a', 'jane'));
    expect([session.isIdentifying(), session.auth().identity, session.userId()]).toEqual([false, undefined, 'jane']);
    expect(storage.values.size).toBe(0);
  });

  it('[P2] takes the place of the anonymous visitor of all tabs', () => {
    const [one, other] = [createSession(KEY, storage), createSession(KEY, storage)];
    for (const session of [one, other]) session.started(visitor('a', 'a1'));
    one.claim();
    one.identify(JANE);
    expect(one.started(visitor('u1', 'u1a', 'jane'))).toBe(true);
    expect(one.read()).toMatchObject({ visitorId: 'u1', token: 'u1a', userId: 'jane' });
    expect([other.isForeign(), other.token()]).toEqual([true, 'u1a']);
  });

  it('[P1] refused, what an earlier user left here is forgotten, and nothing of an anonymous visitor', () => {
    const session = createSession(KEY, storage);
    session.identify(JANE);
    session.started(visitor('u1', 'u1a', 'jane'));
    session.claim();
    session.rememberConversation('c1');
    session.identify({ userId: 'ben', token: 'forged' });
    session.identityRefused();
    expect([session.isIdentifying(), session.token(), session.visitorId(), session.lastConversation()]).toEqual([false, undefined, undefined, undefined]);
    expect(session.hasActed()).toBe(true);

    session.started(visitor('b', 'b1'));
    session.claim();
    session.identify({ userId: 'ben', token: 'forged' });
    session.identityRefused();
    expect([session.token(), session.visitorId()]).toEqual(['b1', 'b']);
  });

  it('[P1] refused before anything was stored, the user of this connection is not named again', () => {
    const session = createSession(KEY, storage);
    session.identify(JANE);
    session.started(visitor('u1', 'u1a', 'jane'));
    session.identify({ userId: 'ben', token: 'forged' });
    session.identityRefused();
    expect(session.auth()).toEqual({ token: undefined, identity: undefined });
  });
});

describe('what is kept', () => {
  it('moves along into another storage, or into memory, and leaves nothing behind', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    session.claim();
    session.write({ likes: { muted: true } });
    const next = new MemoryStorage();
    session.moveTo(next);
    expect([storage.values.size, createSession(KEY, next).read()]).toEqual([0, { visitorId: 'a', token: 'a1', likes: { muted: true } }]);
    session.moveTo(null);
    expect([next.values.size, session.token(), session.read()?.likes]).toEqual([0, 'a1', { muted: true }]);
    session.moveTo(next);
    expect(createSession(KEY, next).token()).toBe('a1');
  });

  it('is not begun by moving: who has not written stays unknown', () => {
    const session = createSession(KEY, storage);
    session.started(visitor('a', 'a1'));
    const next = new MemoryStorage();
    session.moveTo(next);
    expect([storage.values.size, next.values.size]).toEqual([0, 0]);
  });

  it('is forgotten whole, and the next connection is somebody new', () => {
    const session = createSession(KEY, storage);
    session.identify({ userId: 'jane', token: 'proven' });
    session.started(visitor('u1', 'u1a', 'jane'));
    session.claim();
    session.identify({ userId: 'ben', token: 'proven' });
    session.forget();
    expect(storage.values.size).toBe(0);
    expect([session.hasActed(), session.visitorId(), session.userId(), session.isIdentifying(), session.auth()]).toEqual([false, undefined, undefined, false, { token: undefined, identity: undefined }]);
  });

  it.each([['missing', null], ['forbidden', forbidden]])('%s, it is forgotten and moved all the same', (_, broken) => {
    const session = createSession(KEY, broken);
    session.act();
    session.moveTo(broken);
    expect(session.hasActed()).toBe(true);
    session.forget();
    expect(session.hasActed()).toBe(false);
  });
});
