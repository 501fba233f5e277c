/** A browser in memory for the widget's core: what its tabs share (storage, database, lock, channel) outlives each of them. */
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Entry } from '../shared/protocol.ts';
import { createMessenger, type Consent, type Messenger, type MessengerEnvironment, type MessengerState } from '../widget/messenger.ts';
import type { KeyValueStorage } from '../widget/session.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { FakeTabs } from './widget-fake-tabs.ts';

export interface Tab extends Messenger {
  /** What the panel would show: own messages with their state, others' with their author. */
  shown(): string[];
  received: string[];
  sent: string[];
  /** Everything else that it told the page, in words. */
  told: string[];
  /** Ends the tab without a goodbye, as a crash does; what it stored stays. */
  crash(): void;
}

export class FakeBrowser {
  readonly values = new Map<string, string>();
  readonly factory = new FakeFactory();
  readonly offers = new FakeTabs();
  readonly #tabs = new Set<Messenger>();

  /** Opens a tab with the widget in it; not connected yet. `change`: what this browser does not offer. */
  tab(gateway: FakeGateway, change: Partial<MessengerEnvironment> = {}, consent: Consent = 'persistent'): Tab {
    const [received, sent, told]: [string[], string[], string[]] = [[], [], []];
    const offers = this.offers.open();
    const ownValues = new Map<string, string>();
    const shared = this.#storage(() => messenger);
    const environment: MessengerEnvironment = {
      workspace: 'demo', origin: 'http://gateway.example', openWire: gateway.openWire, random: () => 0,
      storage: (level) => (level === 'persistent' ? shared : level === 'session' ? storageOf(ownValues) : null),
      indexedDB: this.factory, locks: offers.locks, Channel: offers.Channel,
      page: () => ({ url: 'http://shop.example/', title: 'Shop', referrer: '' }),
      ...change,
    };
    const messenger = createMessenger(environment, consent, {
      onChange: () => {},
      onReceived: (entry) => void received.push(entry.text),
      onSent: (entry) => void sent.push(entry.text),
      onStarted: (id) => void told.push(`started ${id}`),
      onClosed: (id) => void told.push(`closed ${id}`),
      onIdentity: (userId) => void told.push(`identity ${userId ?? 'nobody'}`),
      onError: ({ code }) => void told.push(`error ${code}`),
    });
    this.#tabs.add(messenger);
    const destroy = (): void => {
      this.#tabs.delete(messenger);
      messenger.destroy();
      offers.die();
    };
    const crash = (): void => {
      offers.die();
      destroy();
    };
    return { ...messenger, destroy, crash, received, sent, told, shown: () => shown(messenger.state()) };
  }

  /** localStorage as one tab has it: the others are told of its changes. */
  #storage(tab: () => Messenger): KeyValueStorage {
    const tell = (): void => {
      for (const other of this.#tabs) if (other !== tab()) queueMicrotask(() => this.#tabs.has(other) && other.checkSession());
    };
    return storageOf(this.values, tell);
  }
}

export function storageOf(values: Map<string, string>, onChange: () => void = () => {}): KeyValueStorage {
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem(key, value) {
      values.set(key, value);
      onChange();
    },
    removeItem(key) {
      values.delete(key);
      onChange();
    },
  };
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
  open(change?: Partial<MessengerEnvironment>, consent?: Consent): Tab;
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

  function open(change: Partial<MessengerEnvironment> = {}, consent: Consent = 'persistent'): Tab {
    const tab = browser.tab(gateway, change, consent);
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
