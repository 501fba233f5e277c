/**
 * What a browser gives to the tabs of one site, in memory: Web Locks and BroadcastChannel, as much of them as the widget uses. Grants and messages lie in
 * queues, two per tab, until they are delivered: by themselves, or by hand in any order that a browser could choose.
 */

/** A request for a lock, from being asked for to being let go. */
interface Claim {
  tab: FakeTab;
  name: string;
  signal: AbortSignal | undefined;
  run(lock: Lock | null): unknown;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

export class FakeTabs {
  /** Everything travels by itself; false: only by deliver(). */
  automatic = true;
  readonly tabs = new Set<FakeTab>();
  readonly #held = new Map<string, Claim>();
  #waiting: Claim[] = [];

  open(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.add(tab);
    return tab;
  }

  /** Delivers one grant or message, chosen by a number from 0 up to 1. False: none can be. */
  deliver(choice = 0): boolean {
    const queues = [...this.tabs].filter(({ frozen }) => !frozen).flatMap(({ grants, messages }) => [grants, messages]).filter((queue) => queue.length > 0);
    queues[Math.floor(choice * queues.length)]?.shift()?.();
    return queues.length > 0;
  }

  /** Who has a lock, and how many wait for it. */
  lock(name: string): { holder: FakeTab | undefined; waiting: number } {
    return { holder: this.#held.get(name)?.tab, waiting: this.#waiting.filter((claim) => claim.name === name).length };
  }

  claim(claim: Claim, { steal, ifAvailable }: LockOptions): void {
    const { name, tab, signal } = claim;
    if (steal) {
      const robbed = this.#held.get(name);
      this.#grant(claim);
      robbed?.tab.put(robbed.tab.grants, () => robbed.reject(new DOMException('stolen', 'AbortError')));
      return;
    }
    const taken = this.#held.has(name) || this.#waiting.some((other) => other.name === name);
    if (ifAvailable && taken) {
      tab.put(tab.grants, () => void settle(claim, null));
      return;
    }
    this.#waiting.push(claim);
    signal?.addEventListener('abort', () => {
      if (!this.#waiting.includes(claim)) return;
      this.#waiting = this.#waiting.filter((other) => other !== claim);
      claim.reject(signal.reason);
      this.#next(name);
    });
    this.#next(name);
  }

  /** The tab is no more: nothing of it is held, nothing waits for it. */
  forget(tab: FakeTab): void {
    this.tabs.delete(tab);
    this.#waiting = this.#waiting.filter((claim) => claim.tab !== tab);
    for (const claim of this.#held.values()) if (claim.tab === tab) this.#release(claim);
  }

  #grant(claim: Claim): void {
    const { tab, name, signal } = claim;
    this.#held.set(name, claim);
    tab.put(tab.grants, () => {
      if (signal?.aborted) this.#release(claim);
      else void settle(claim, { name, mode: 'exclusive' }).then(() => this.#release(claim));
    });
  }

  #next(name: string): void {
    if (this.#held.has(name)) return;
    const claim = this.#waiting.find((one) => one.name === name);
    if (!claim) return;
    this.#waiting = this.#waiting.filter((other) => other !== claim);
    this.#grant(claim);
  }

  #release(claim: Claim): void {
    if (this.#held.get(claim.name) !== claim) return;
    this.#held.delete(claim.name);
    this.#next(claim.name);
  }
}

async function settle({ run, resolve, reject }: Claim, lock: Lock | null): Promise<void> {
  try {
    resolve(await run(lock));
  } catch (error) {
    reject(error);
  }
}

/** One tab: its own way to the locks and channels that all share. */
export class FakeTab {
  readonly grants: Array<() => void> = [];
  readonly messages: Array<() => void> = [];
  readonly channels = new Set<FakeChannel>();
  /** Nothing reaches it; what comes meanwhile waits. */
  frozen = false;
  readonly browser: FakeTabs;
  readonly locks: LockManager;
  readonly Channel: typeof BroadcastChannel;

  constructor(browser: FakeTabs) {
    this.browser = browser;
    this.locks = {
      request: (name: string, options: LockOptions, run: (lock: Lock | null) => unknown) => new Promise((resolve, reject) => {
        const { signal } = options;
        if (signal?.aborted) reject(signal.reason as Error);
        else browser.claim({ tab: this, name, signal, run, resolve, reject }, options);
      }),
    } as LockManager;
    const tab = (): FakeTab => this;
    this.Channel = class extends FakeChannel {
      constructor(name: string) {
        super(tab(), name);
      }
    } as unknown as typeof BroadcastChannel;
  }

  /** Ends it without a goodbye. */
  die(): void {
    this.browser.forget(this);
    this.channels.clear();
    this.grants.length = this.messages.length = 0;
  }

  put(queue: Array<() => void>, event: () => void): void {
    if (!this.browser.tabs.has(this)) return;
    queue.push(event);
    // One after the other, in order, and never before the caller has returned.
    if (this.browser.automatic) queueMicrotask(() => queue.shift()?.());
  }
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly #tab: FakeTab;
  readonly #name: string;

  constructor(tab: FakeTab, name: string) {
    this.#tab = tab;
    this.#name = name;
    tab.channels.add(this);
  }

  postMessage(data: unknown): void {
    if (!this.#tab.channels.has(this)) return;
    const copy: unknown = structuredClone(data);
    for (const tab of this.#tab.browser.tabs) {
      for (const other of tab.channels) {
        if (other !== this && other.#name === this.#name) tab.put(tab.messages, () => tab.channels.has(other) && other.onmessage?.({ data: copy }));
      }
    }
  }

  close(): void {
    this.#tab.channels.delete(this);
  }
}
