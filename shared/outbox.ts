/**
 * The outbox: what a person sent and the gateway has not acknowledged yet (rules D2, D4, D7).
 * Pure logic over a storage of the caller's; the widget gives it IndexedDB, the console localStorage, tests memory.
 *
 * One item at a time goes on the wire, oldest first, so the order of sending is the order in the log. An item leaves
 * the storage on its acknowledgement only. A refusal that can pass (no connection, busy, time-out) keeps it waiting; one that cannot
 * marks it failed, with the reason, until the person tries again or takes the text back.
 */
import type { Ack } from './protocol.ts';
import { RETRYABLE, type WireError } from './errors.ts';

/** One thing to send. `payload` is what the sender's `send` understands; the outbox only carries it. */
export interface OutboxItem<P = unknown> {
  /** The name under which it is sent, every time (rule D2). */
  clientId: string;
  /** Sending order, growing; given by the storage. */
  order: number;
  payload: P;
  /** Milliseconds since 1970, by the device's clock; for showing only. */
  createdAt: number;
  /** Set when the gateway refused it for good. */
  error?: WireError;
}

/** Where items wait. Shared by all tabs of the browser when it is durable. Methods reject when the storage does not work. */
export interface OutboxStorage<P> {
  /** Stores a new item and gives it its place in the order. Resolves once it is durable. */
  add(item: Omit<OutboxItem<P>, 'order'>): Promise<OutboxItem<P>>;
  /** Replaces a stored item; does nothing when it is gone. */
  update(item: OutboxItem<P>): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** All items, in their order. */
  all(): Promise<OutboxItem<P>[]>;
}

export interface OutboxOptions<P> {
  storage: OutboxStorage<P>;
  /** Puts one item on the wire and answers its acknowledgement; rejects when there is no connection or no answer came. */
  send(item: OutboxItem<P>): Promise<Ack<unknown>>;
  /** Runs the task while no other tab runs one of the same outbox (Web Locks); without other tabs: just runs it. */
  exclusively(task: () => Promise<void>): Promise<void>;
  /** Called with the items in their order after every change. */
  onChange(items: readonly OutboxItem<P>[]): void;
  /** Waits, for retries; milliseconds. Replaced in tests. */
  wait?(ms: number, early: (wake: () => void) => void): Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** Keeps and sends. What a person can do about an item that failed comes with {@link Outbox}. */
export interface Sender<P> {
  /** Stores the item and then tries to send it. Resolves when it is stored (D4: before it goes on the wire); rejects when storing failed. */
  add(item: { clientId: string; payload: P; createdAt: number }): Promise<OutboxItem<P>>;
  /** Tells whether a connection is there. Coming online flushes at once. */
  setOnline(online: boolean): void;
  /** Reads the storage again and reports it; for changes made by other tabs. */
  refresh(): Promise<void>;
  /** Sends what waits, in order, until nothing waits or the connection is gone. Never rejects. */
  flush(): Promise<void>;
  /** Stops sending; what is stored stays stored. */
  stop(): void;
}

export function createSender<P>({ storage, send, exclusively, onChange, wait = waitFor }: OutboxOptions<P>): Sender<P> {
  let online = false;
  let flushing = false;
  let again = false;
  let stopped = false;
  let wakeWait = (): void => {};

  async function refresh(): Promise<void> {
    onChange(await storage.all());
  }

  async function flush(): Promise<void> {
    again = true;
    if (flushing || stopped) return;
    flushing = true;
    try {
      while (again) {
        again = false;
        await exclusively(drain);
        again &&= online && !stopped;
      }
    } catch {
      // The storage or the lock failed; the items are where they were and the next occasion tries again.
    }
    flushing = false;
  }

  async function drain(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (online && !stopped) {
      const item = (await storage.all()).find(({ error }) => !error);
      if (!item) return;
      // No answer: no connection, or it broke.
      const ack = await send(item).catch(() => null);
      const error = ack && !ack.ok ? ack.error : undefined;
      if (ack?.ok) {
        await storage.remove(item.clientId);
        retryMs = FIRST_RETRY_MS;
      } else if (error && !RETRYABLE.has(error.code)) {
        await storage.update({ ...item, error });
      } else {
        await wait(error?.retryAfterMs ?? retryMs, (wake) => { wakeWait = wake; });
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
      await refresh();
    }
  }

  return {
    async add(item) {
      const stored = await storage.add(item);
      await refresh();
      void flush();
      return stored;
    },
    setOnline(now) {
      online = now;
      // Also on going offline: who waits for a retry holds the lock, and another tab may be online.
      wakeWait();
      if (online) void flush();
    },
    refresh,
    flush,
    stop() {
      stopped = true;
      wakeWait();
    },
  };
}

/** `early` is given what ends the waiting before its time. */
function waitFor(ms: number, early: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    early(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export class Outbox<P> {
  readonly #storage: OutboxStorage<P>;
  readonly add: Sender<P>['add'];
  readonly setOnline: Sender<P>['setOnline'];
  readonly refresh: Sender<P>['refresh'];
  readonly flush: Sender<P>['flush'];
  readonly stop: Sender<P>['stop'];

  constructor(options: OutboxOptions<P>) {
    this.#storage = options.storage;
    ({ add: this.add, setOnline: this.setOnline, refresh: this.refresh, flush: this.flush, stop: this.stop } = createSender(options));
  }

  /** Sends a failed item once more, under its old name, in its old place. */
  async retry(clientId: string): Promise<void> {
    const item = (await this.#storage.all()).find((candidate) => candidate.clientId === clientId);
    if (!item) return;
    const { error: _, ...rest } = item;
    await this.#storage.update(rest);
    await this.refresh();
    void this.flush();
  }

  /** Takes an item back. One that is on the wire may still have arrived; the log then shows it. */
  async discard(clientId: string): Promise<void> {
    await this.#storage.remove(clientId);
    await this.refresh();
  }
}
