/** A browser in memory for the widget's core: what its tabs share (storage, database, lock, channel) outlives each of them. */
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Entry } from '../shared/protocol.ts';
import { createMessenger, type Messenger, type MessengerEnvironment, type MessengerState } from '../widget/messenger.ts';
import type { KeyValueStorage } from '../widget/session.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';

export interface Tab extends Messenger {
  /** What the panel would show: own messages with their state, others' with their author. */
  shown(): string[];
  received: string[];
  sent: string[];
  /** Ends the tab without a goodbye, as a crash does; what it stored stays. */
  crash(): void;
}

export class FakeBrowser {
  readonly values = new Map<string, string>();
  readonly factory = new FakeFactory();
  readonly #tabs = new Set<Messenger>();
  readonly #channels = new Set<FakeChannel>();
  #locked: Promise<unknown> = Promise.resolve();

  /** Opens a tab with the widget in it; not connected yet. `change`: what this browser does not offer. */
  tab(gateway: FakeGateway, change: Partial<MessengerEnvironment> = {}): Tab {
    const received: string[] = [];
    const sent: string[] = [];
    const environment: MessengerEnvironment = {
      workspace: 'demo', origin: 'http://gateway.example', openWire: gateway.openWire, random: () => 0,
      storage: this.#storage(() => messenger), indexedDB: this.factory, locks: this.#locks, Channel: this.#channel,
      page: () => ({ url: 'http://shop.example/', title: 'Shop', referrer: '' }),
      ...change,
    };
    const messenger = createMessenger(environment, {
      onChange: () => {},
      onReceived: (entry) => void received.push(entry.text),
      onSent: (entry) => void sent.push(entry.text),
    });
    this.#tabs.add(messenger);
    const end = messenger.destroy;
    const destroy = (): void => {
      this.#tabs.delete(messenger);
      end();
    };
    return { ...messenger, destroy, crash: destroy, received, sent, shown: () => shown(messenger.state()) };
  }

  /** localStorage as one tab has it: the others are told of its changes. */
  #storage(tab: () => Messenger): KeyValueStorage {
    const tell = (): void => {
      for (const other of this.#tabs) if (other !== tab()) queueMicrotask(() => this.#tabs.has(other) && other.checkSession());
    };
    return {
      getItem: (key) => this.values.get(key) ?? null,
      setItem: (key, value) => {
        this.values.set(key, value);
        tell();
      },
      removeItem: (key) => {
        this.values.delete(key);
        tell();
      },
    };
  }

  /** Web Locks with one lock, as much of them as we use. */
  readonly #locks = {
    request: (_: string, { signal }: { signal: AbortSignal }, task: () => Promise<void>): Promise<void> => {
      const turn = this.#locked.then(() => {
        signal.throwIfAborted();
        return task();
      });
      this.#locked = turn.catch(() => {});
      return turn;
    },
  } as unknown as LockManager;

  get #channel(): typeof BroadcastChannel {
    const channels = this.#channels;
    return class extends FakeChannel {
      constructor() {
        super(channels);
      }
    } as unknown as typeof BroadcastChannel;
  }
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly #all: Set<FakeChannel>;

  constructor(all: Set<FakeChannel>) {
    this.#all = all;
    all.add(this);
  }

  postMessage(data: unknown): void {
    const copy = structuredClone(data);
    for (const other of this.#all) if (other !== this) queueMicrotask(() => this.#all.has(other) && other.onmessage?.({ data: copy }));
  }

  close(): void {
    this.#all.delete(this);
  }
}

function shown({ entries, waiting, conversation }: MessengerState): string[] {
  const lines = entries.flatMap((entry) => (entry.kind === 'message' ? [`${whose(entry, conversation)}: ${entry.text}`] : entry.kind === 'status' ? [entry.status] : []));
  return [...lines, ...waiting.map(({ payload, error }) => `${error ? error.code : 'waiting'}: ${payload.text}`)];
}

function whose({ author, seq }: Entry, conversation: MessengerState['conversation']): string {
  if (author.kind !== 'visitor') return author.name ?? author.kind;
  const { seen = 0, delivered = 0 } = conversation?.reads.agents ?? {};
  return seq <= seen ? 'seen' : seq <= delivered ? 'delivered' : 'sent';
}

export interface Tabs {
  readonly gateway: FakeGateway;
  readonly browser: FakeBrowser;
  /** Opens a tab and starts its widget; it is closed after the test. */
  open(change?: Partial<MessengerEnvironment>): Tab;
  /** A tab with a conversation that has one message of the visitor's in it. */
  talking(change?: Partial<MessengerEnvironment>): Promise<Tab>;
  /** Id of the one conversation there is. */
  only(): string;
  /** Requests of one event that reached the gateway. */
  asked(event: string): FakeGateway['requests'];
}

/** To be called once at the top of a test file: a gateway and a browser of its own for each test. */
export function useTabs(): Tabs {
  let gateway: FakeGateway;
  let browser: FakeBrowser;
  let tabs: Tab[];
  beforeEach(() => {
    gateway = new FakeGateway();
    browser = new FakeBrowser();
    tabs = [];
  });
  afterEach(() => {
    for (const tab of tabs) tab.destroy();
    expect(gateway.wires.size).toBe(0);
  });

  function open(change: Partial<MessengerEnvironment> = {}): Tab {
    const tab = browser.tab(gateway, change);
    tabs.push(tab);
    tab.start();
    return tab;
  }

  return {
    get gateway() {
      return gateway;
    },
    get browser() {
      return browser;
    },
    open,
    async talking(change = {}) {
      const tab = open(change);
      await online(tab);
      await tab.send('hello');
      await shows(tab, 'sent: hello');
      return tab;
    },
    only() {
      const [id] = gateway.logs.keys();
      if (id === undefined) throw new Error('There is no conversation');
      return id;
    },
    asked: (event) => gateway.requests.filter((request) => request.event === event),
  };
}

export const online = (tab: Tab) => until(() => tab.state().connection.name === 'online', { what: 'the connection' });

/** Resolves when the tab shows exactly these lines. */
export async function shows(tab: Tab, ...lines: string[]): Promise<void> {
  await until(() => tab.shown().join('\n') === lines.join('\n'), { timeout: 5_000 }).catch(() => expect(tab.shown()).toEqual(lines));
}
