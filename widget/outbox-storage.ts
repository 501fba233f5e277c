/**
 * Where messages wait: IndexedDB, shared by all tabs, surviving reload and crash (rule D4). Where the browser forbids or
 * fails it, memory takes over for as long as the page lives, and `isDurable` says so.
 *
 * The database is opened when there is something to keep, or when this browser has kept something before: a visitor who only
 * looks leaves nothing behind.
 */
import type { OutboxItem, OutboxStorage } from '../shared/outbox.ts';

const ITEMS = 'outbox';
/** Names under which conversations were started, and the ids the gateway gave them. */
const STARTED = 'started';
/** A database that has not opened by then (some private modes never answer) is done without. */
const OPEN_TIMEOUT_MS = 3_000;

export interface WaitingRoom<P> extends OutboxStorage<P> {
  /**
   * Looks whether there is a database although nothing says so: a browser that was killed has forgotten the last seconds of localStorage, but nothing of this.
   * May reject, or never be answered.
   */
  look(): Promise<void>;
  /** False once something had to be kept in memory only. */
  isDurable(): boolean;
  /** Remembers, as durably as the messages, that the conversation named `name` was started and got this id. */
  setStarted(name: string, conversationId: string): Promise<void>;
  started(name: string): Promise<string | undefined>;
  /** Keeps everything in another place from now on (null: in memory only); what there is moves along, and nothing of it stays behind. */
  moveTo(factory: IDBFactory | null): Promise<void>;
  /** Takes everything off this device. */
  erase(): Promise<void>;
  close(): void;
}

export interface WaitingRoomOptions {
  name: string;
  /** Null where the browser has none. */
  factory: IDBFactory | null;
  /** Whether this browser may hold something already; before that, reading opens nothing that was not found. */
  mayHoldItems(): boolean;
  /** Something was changed here; other tabs want to know. */
  onChange(): void;
}

export function createWaitingRoom<P>({ name, factory, mayHoldItems, onChange }: WaitingRoomOptions): WaitingRoom<P> {
  let opening: Promise<IDBDatabase> | undefined;
  let closed = false;
  let found: boolean | undefined;
  let erasing: Promise<void> | undefined;
  /** What could not be kept in the database; comes after everything that could. */
  let memory: OutboxItem<P>[] = [];
  /** Before that, nothing can be added. */
  let adding: Promise<unknown> | undefined;
  const startedHere = new Map<string, string>();

  function database(): Promise<IDBDatabase> {
    if (!factory || closed) return Promise.reject(new Error('closed'));
    opening ??= open(factory, name, forget);
    opening.catch(forget);
    return opening;
  }

  function forget(): void {
    opening = undefined;
  }

  /** One transaction. A database that went away in the meantime (some browsers drop idle ones) is opened once more. */
  async function transact<T>(mode: IDBTransactionMode, run: (items: IDBObjectStore, started: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    try {
      return await attempt();
    } catch {
      letGo();
      return attempt();
    }
    async function attempt(): Promise<T> {
      const transaction = (await database()).transaction([ITEMS, STARTED], mode, { durability: 'strict' });
      return new Promise((resolve, reject) => {
        const request = run(transaction.objectStore(ITEMS), transaction.objectStore(STARTED));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error('closed'));
      });
    }
  }

  function letGo(): void {
    opening?.then((db) => db.close(), () => {});
    forget();
  }

  /** Puts another item in the place of one in memory, or none. False: it is not there. */
  function tookInMemory(clientId: string, ...instead: Array<OutboxItem<P>>): boolean {
    const before = memory;
    memory = memory.flatMap((one) => (one.clientId === clientId ? instead : one));
    return before.some((one) => one.clientId === clientId);
  }

  async function all(): Promise<OutboxItem<P>[]> {
    if (!opening && !found && !mayHoldItems()) return memory;
    try {
      const kept = await transact<OutboxItem<P>[]>('readonly', (items) => items.getAll());
      return [...kept, ...memory.filter((item) => kept.every((one) => one.clientId !== item.clientId))];
    } catch {
      return memory;
    }
  }

  return {
    async look() {
      const [place, before] = [factory, erasing];
      // What is going away is not there.
      await before;
      const all = await place?.databases?.();
      // Unless it was moved or erased meanwhile.
      if (place === factory && before === erasing) found = all?.some((one) => one.name === name);
    },
    isDurable: () => memory.length === 0,
    async add(item) {
      await adding;
      // While something waits in memory, the database has to wait as well: order is worth more than durability here.
      const order = memory.length ? null : await transact('readwrite', (items) => items.add(item)).catch(() => null);
      const stored = { ...item, order: order ?? ((await all()).at(-1)?.order ?? 0) + 1 } as OutboxItem<P>;
      if (order) onChange();
      else memory = [...memory, stored];
      return stored;
    },
    async update(item) {
      if (tookInMemory(item.clientId, item)) return;
      await transact('readwrite', (items) => {
        const request = items.get(item.order);
        request.onsuccess = () => request.result && items.put(item);
        return request;
      });
      onChange();
    },
    async remove(clientId) {
      if (tookInMemory(clientId)) return;
      await transact('readwrite', (items) => {
        const request = items.index('clientId').getKey(clientId);
        request.onsuccess = () => request.result !== undefined && items.delete(request.result);
        return request;
      });
      onChange();
    },
    all,
    async setStarted(start, conversationId) {
      startedHere.set(start, conversationId);
      await transact('readwrite', (_, started) => started.put(conversationId, start)).catch(() => {});
    },
    async started(start) {
      return startedHere.get(start) ?? (await transact<string | undefined>('readonly', (_, started) => started.get(start)).catch(() => undefined));
    },
    async moveTo(next) {
      if (next === factory) return;
      if (next) {
        factory = next;
        return;
      }
      // What is added meanwhile waits, or it would be taken away with the old place.
      adding = all().then((kept) => {
        memory = kept;
        const removed = remove();
        // Nothing opens it again.
        factory = null;
        return removed;
      });
      await adding;
    },
    erase() {
      memory = [];
      startedHere.clear();
      return (erasing = remove());
    },
    close() {
      closed = true;
      letGo();
    },
  };

  /** Deletes the database, which other tabs make way for. */
  async function remove(): Promise<void> {
    if (!factory) return;
    found = false;
    letGo();
    const request = factory.deleteDatabase(name);
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, OPEN_TIMEOUT_MS);
      request.onsuccess = request.onerror = () => {
        clearTimeout(patience);
        resolve();
      };
    });
  }
}

function open(factory: IDBFactory, name: string, onGone: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(reject, OPEN_TIMEOUT_MS, new Error('closed'));
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      const items = request.result.createObjectStore(ITEMS, { keyPath: 'order', autoIncrement: true });
      items.createIndex('clientId', 'clientId', { unique: true });
      request.result.createObjectStore(STARTED);
    };
    request.onsuccess = () => {
      clearTimeout(patience);
      const db = request.result;
      db.onclose = onGone;
      // Somebody deletes the database, or a newer version of us wants to change it: make way.
      db.onversionchange = () => {
        db.close();
        onGone();
      };
      resolve(db);
    };
    request.onerror = () => {
      clearTimeout(patience);
      reject(request.error ?? new Error('closed'));
    };
  });
}
