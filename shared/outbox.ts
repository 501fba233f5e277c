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
  wait?(ms: number): Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** Keeps and sends. What a person can do about an item that failed comes with {@link Outbox}. */
export class Sender<P> {
  readonly #options: OutboxOptions<P>;
  #online = false;
  #flushing = false;
  #again = false;
  #stopped = false;
  #wakeWait: (() => void) | undefined;

  constructor(options: OutboxOptions<P>) {
    this.#options = options;
  }

  /** Stores the item and then tries to send it. Resolves when it is stored (D4: before it goes on the wire); rejects when storing failed. */
  async add(item: { clientId: string; payload: P; createdAt: number }): Promise<OutboxItem<P>> {
    const stored = await this.#options.storage.add(item);
    await this.refresh();
    void this.flush();
    return stored;
  }

  /** Tells whether a connection is there. Coming online flushes at once. */
  setOnline(online: boolean): void {
    this.#online = online;
    // Also on going offline: who waits for a retry holds the lock, and another tab may be online.
    this.#wakeWait?.();
    if (online) void this.flush();
  }

  /** Reads the storage again and reports it; for changes made by other tabs. */
  async refresh(): Promise<void> {
    this.#options.onChange(await this.#options.storage.all());
  }

  /** Stops sending; what is stored stays stored. */
  stop(): void {
    this.#stopped = true;
    this.#wakeWait?.();
  }

  /** Sends what waits, in order, until nothing waits or the connection is gone. Never rejects. */
  async flush(): Promise<void> {
    if (this.#flushing) {
      this.#again = true;
      return;
    }
    this.#flushing = true;
    try {
      do {
        this.#again = false;
        await this.#options.exclusively(() => this.#drain());
      } while (this.#again && this.#online && !this.#stopped);
    } catch {
      // The storage or the lock failed; the items are where they were and the next occasion tries again.
    } finally {
      this.#flushing = false;
    }
  }

  async #drain(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (this.#online && !this.#stopped) {
      const item = (await this.#options.storage.all()).find((candidate) => !candidate.error);
      if (!item) return;
      let error: WireError | undefined;
      let answered = true;
      try {
        const ack = await this.#options.send(item);
        if (!ack.ok) error = ack.error;
      } catch {
        answered = false;
      }
      if (answered && !error) {
        await this.#options.storage.remove(item.clientId);
        retryMs = FIRST_RETRY_MS;
      } else if (error && !RETRYABLE.has(error.code)) {
        await this.#options.storage.update({ ...item, error });
      } else {
        await this.#wait(error?.retryAfterMs ?? retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
      await this.refresh();
    }
  }

  #wait(ms: number): Promise<void> {
    if (this.#options.wait) return this.#options.wait(ms);
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wakeWait = done;
    });
  }
}

export class Outbox<P> extends Sender<P> {
  readonly #storage: OutboxStorage<P>;

  constructor(options: OutboxOptions<P>) {
    super(options);
    this.#storage = options.storage;
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
