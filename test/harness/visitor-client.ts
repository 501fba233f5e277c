/**
 * A visitor for the tests: the widget's own client core (everything but its face) in a browser profile made of memory.
 * The profile (localStorage, IndexedDB, locks, channels) outlives its tabs, so a tab can be closed, crash or be loaded again.
 */
import { IDBFactory } from 'fake-indexeddb';
import type { OpenWire } from '../../widget/connection.ts';
import { openWebSocket } from '../../widget/connection-websocket.ts';
import type { VisitorAnswers } from '../../shared/protocol.ts';
import { createHistory } from '../../widget/history.ts';
import { createMessenger, type Messenger } from '../../widget/messenger.ts';
import type { KeyValueStorage } from '../../widget/session.ts';
import type { Acknowledged, LogEntry } from './compare-logs.ts';
import { until } from './until.ts';

export class VisitorClient {
  readonly sent: string[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Sessions that began, and answers to a sync that brought what had been missed. */
  readonly counts = { sessions: 0, repaired: 0 };
  readonly name: string;
  protected indexedDB = new IDBFactory();
  readonly #url: string;
  readonly #onAcknowledged: ((ack: Acknowledged) => void) | undefined;
  /** Codes with which the gateway turned a tab away for good. */
  readonly #turnedAway: string[] = [];
  readonly #items = new Map<string, string>();
  readonly #locks: LockManager;
  readonly #Channel: typeof BroadcastChannel;
  readonly #tabs: Messenger[];

  constructor(options: { url: string; name: string; tabs?: number; onAcknowledged?: (ack: Acknowledged) => void }) {
    const { name } = options;
    this.name = name;
    this.#url = options.url;
    this.#onAcknowledged = options.onAcknowledged;
    // Node has the browser's locks and channels, for the whole process; each profile gets its own by name.
    this.#locks = {
      query: () => navigator.locks.query(),
      request: (lock: string, ...rest: unknown[]) => (navigator.locks.request as (...args: unknown[]) => Promise<unknown>)(`${name} ${lock}`, ...rest),
    } as LockManager;
    this.#Channel = class extends BroadcastChannel {
      constructor(channel: string) {
        super(`${name} ${channel}`);
      }
    };
    this.#tabs = Array.from({ length: options.tabs ?? 1 }, (_, index) => this.#openTab(index));
  }

  get tabs(): number {
    return this.#tabs.length;
  }

  /** How many messages wait in the outbox, as the visitor sees it. */
  get waiting(): number {
    return Math.max(...this.#tabs.map((tab) => tab.state().waiting.length));
  }

  /** The texts of those. */
  get unsent(): string[] {
    return this.#tabs.flatMap((tab) => tab.state().waiting.map(({ payload }) => payload.text));
  }

  /** What failed for good, messages and connections; a sound run has none. */
  get refused(): string[] {
    return [...this.#turnedAway, ...this.#tabs.flatMap((tab) => tab.state().waiting.flatMap((item) => (item.error ? [item.error.code] : [])))];
  }

  /** Connects all tabs. */
  start(): void {
    for (const tab of this.#tabs) tab.start();
  }

  stop(): void {
    for (const tab of this.#tabs) tab.destroy();
  }

  /** Sends a text from one of the tabs. Resolves when the outbox has it; from then on it must arrive. */
  async say(text: string, tab = 0): Promise<void> {
    await this.#tab(tab).send(text);
    this.sent.push(text);
  }

  /** What loading the page again does: the tab's memory is gone, the profile is not. */
  reload(tab = 0): void {
    this.#tab(tab).destroy();
    this.#tabs[tab] = this.#openTab(tab);
    this.#tab(tab).start();
  }

  /** Scrolls to the very first message in every tab. */
  async loadAll(): Promise<void> {
    for (const tab of this.#tabs) {
      await until(async () => {
        if (tab.state().earlier) await createHistory(tab).loadEarlier();
        return !tab.state().earlier;
      }, { what: `all of ${this.name}'s history` });
    }
  }

  /** What a tab shows, by conversation. */
  shown(tab = 0): Map<string, LogEntry[]> {
    const { entries } = this.#tab(tab).state();
    return Map.groupBy(entries.map((entry) => ({
      conversationId: entry.conversationId, seq: entry.seq, kind: entry.kind, clientId: entry.clientId, text: 'text' in entry ? entry.text : null,
    })), (entry) => entry.conversationId);
  }

  #tab(index: number): Messenger {
    const tab = this.#tabs[index];
    if (!tab) throw new Error(`${this.name} has no tab ${index}`);
    return tab;
  }

  #openTab(index: number): Messenger {
    return createMessenger({
      workspace: 'demo',
      origin: this.#url,
      openWire: this.#openWire,
      storage: (consent) => (consent === 'persistent' ? this.#storage(index) : null),
      indexedDB: this.indexedDB,
      locks: this.#locks,
      Channel: this.#Channel,
      page: () => ({ url: `${this.#url}/demo/`, title: 'Kettle & Kiln', referrer: '' }),
    }, 'persistent', {
      onChange: ({ connection }) => {
        if (connection.name === 'refused') this.#turnedAway.push(connection.error.code);
      },
      onReceived: () => {},
      onSent: ({ clientId, conversationId, seq }) => {
        const ack = { clientId: clientId ?? '', conversationId, seq };
        this.acknowledged.push(ack);
        this.#onAcknowledged?.(ack);
      },
      onStarted: () => {},
      onClosed: () => {},
      onIdentity: () => {},
      onError: () => {},
    });
  }

  /** The widget's own way to the gateway, counted. */
  readonly #openWire: OpenWire = (origin, auth, events) => {
    const wire = openWebSocket(origin, auth, {
      ...events,
      news: (event, payload) => {
        if (event === 'session:started') this.counts.sessions += 1;
        events.news(event, payload);
      },
    });
    return {
      close: wire.close,
      emit: (event, payload, answer) => wire.emit(event, payload, (data) => {
        if (event === 'log:sync' && broughtEntries(data)) this.counts.repaired += 1;
        answer(data);
      }),
    };
  };

  /** localStorage as one tab sees it; the other tabs hear of changes, as they do by the browser's `storage` event. */
  #storage(tab: number): KeyValueStorage {
    const tell = (): void => {
      setImmediate(() => this.#tabs.forEach((other, index) => { if (index !== tab) other.checkSession(); }));
    };
    return {
      getItem: (key) => this.#items.get(key) ?? null,
      setItem: (key, value) => {
        this.#items.set(key, value);
        tell();
      },
      removeItem: (key) => {
        this.#items.delete(key);
        tell();
      },
    };
  }
}

/** Whether the answer to a log:sync held entries of a conversation that was known. */
function broughtEntries(ack: unknown): boolean {
  const { data } = (ack ?? {}) as { data?: VisitorAnswers['log:sync'] };
  return data?.conversations.some(({ catchup }) => catchup.answer === 'entries' && catchup.entries.length > 0) ?? false;
}
