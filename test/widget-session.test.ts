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

let storage: MemoryStorage;
beforeEach(() => {
  storage = new MemoryStorage();
});

describe('before the visitor acts', () => {
  it('stores nothing, and keeps the visitor over a reconnect all the same', () => {
    const session = createSession(KEY, storage);
    expect(session.token()).toBeUndefined();
    expect(session.started({ visitorId: 'a', token: 'a1' })).toBe(true);
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
    session.started({ visitorId: 'a', token: 'a1' });
    expect(session.isSettled()).toBe(false);
    expect(session.claim()).toBe(true);
    expect(createSession(KEY, storage).token()).toBe('a1');
  });

  it('keeps the fresh token of every connection', () => {
    const session = createSession(KEY, storage);
    session.started({ visitorId: 'a', token: 'a1' });
    session.claim();
    session.started({ visitorId: 'a', token: 'a2' });
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
    one.started({ visitorId: 'a', token: 'a1' });
    other.started({ visitorId: 'b', token: 'b1' });
    expect(one.claim()).toBe(true);
    expect(other.isForeign()).toBe(true);
    expect(other.claim()).toBe(false);
    expect(other.token()).toBe('a1');
    expect(other.started({ visitorId: 'a', token: 'a2' })).toBe(true);
    expect(other.claim()).toBe(true);
  });

  it('a connection that was under way as somebody else has to be made again', () => {
    const one = createSession(KEY, storage);
    const other = createSession(KEY, storage);
    one.started({ visitorId: 'a', token: 'a1' });
    one.claim();
    expect(other.started({ visitorId: 'b', token: 'b1' })).toBe(false);
  });
});

describe('a token that is not accepted', () => {
  it('is forgotten, and the browser is still remembered', () => {
    const session = createSession(KEY, storage);
    session.started({ visitorId: 'a', token: 'a1' });
    session.claim();
    session.rememberConversation('c1');
    expect(session.token()).toBe('a1');
    expect(session.refused()).toBe(true);
    expect(session.token()).toBeUndefined();
    expect(session.hasActed()).toBe(true);
    expect(session.lastConversation()).toBeUndefined();
    expect(session.started({ visitorId: 'b', token: 'b1' })).toBe(true);
    expect(session.claim()).toBe(true);
    expect(createSession(KEY, storage).token()).toBe('b1');
  });

  it('leaves alone the token that another tab has got in the meantime', () => {
    const session = createSession(KEY, storage);
    session.started({ visitorId: 'a', token: 'a1' });
    session.claim();
    session.token();
    createSession(KEY, storage).started({ visitorId: 'a', token: 'a2' });
    expect(session.refused()).toBe(true);
    expect(session.token()).toBe('a2');
  });

  it('is a refusal to stay where there was no token', () => {
    const session = createSession(KEY, storage);
    session.token();
    expect(session.refused()).toBe(false);
  });
});

describe('the last conversation', () => {
  it('is remembered for the visitor it belongs to, once they have acted', () => {
    const session = createSession(KEY, storage);
    session.started({ visitorId: 'a', token: 'a1' });
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
    session.started({ visitorId: 'a', token: 'a1' });
    expect(session.claim()).toBe(true);
    expect(session.token()).toBe('a1');
    expect(session.hasActed()).toBe(true);
  });

  it('full of somebody else\'s text under our name is taken for a browser that has written', () => {
    storage.setItem(KEY, 'not json');
    const session = createSession(KEY, storage);
    expect(session.token()).toBeUndefined();
    session.started({ visitorId: 'a', token: 'a1' });
    expect(session.claim()).toBe(true);
  });
});
