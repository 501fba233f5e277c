/**
 * What the tabs of one browser share: a lock, so that one of them at a time sends what waits, and a channel to tell each
 * other what changed. Where the browser lacks one of them (plain http, old browsers) each tab works on its own.
 */
export type TabNews<E = unknown> =
  /** Something was added to, changed in or taken from the outbox. */
  | { kind: 'outbox' }
  /** A message of ours is in the log. */
  | { kind: 'landed'; landed: E }
  /** The visitor was forgotten on this device. */
  | { kind: 'forgotten' };

export interface Tabs<E> {
  /** Whether `exclusively` really excludes other tabs. */
  readonly locking: boolean;
  /** Runs the task while no other tab runs one. */
  exclusively(task: () => Promise<void>): Promise<void>;
  tell(news: TabNews<E>): void;
  /** Begins to listen; while it does not, the page can go into the browser's back/forward cache. */
  open(): void;
  /** Stops listening, and gives up waiting for the lock. */
  close(): void;
}

export interface TabsOptions<E> {
  name: string;
  locks: LockManager | null;
  Channel: typeof BroadcastChannel | null;
  onNews(news: TabNews<E>): void;
}

export function createTabs<E>({ name, locks, Channel, onNews }: TabsOptions<E>): Tabs<E> {
  let channel: BroadcastChannel | undefined;
  let waiting = new AbortController();
  return {
    locking: locks !== null,
    async exclusively(task) {
      if (!locks) return task();
      const { signal } = waiting;
      let ran = false;
      try {
        await locks.request(name, { signal }, () => {
          ran = true;
          return task();
        });
      } catch (error) {
        if (ran || signal.aborted) throw error;
        // Forbidden (a sandboxed frame): nobody to exclude then.
        await task();
      }
    },
    tell: (news) => channel?.postMessage(news),
    open() {
      if (channel || !Channel) return;
      channel = new Channel(name);
      channel.onmessage = ({ data }: MessageEvent<TabNews<E>>) => onNews(data);
    },
    close() {
      channel?.close();
      channel = undefined;
      waiting.abort();
      waiting = new AbortController();
    },
  };
}
