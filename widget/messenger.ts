/**
 * One visitor's chat without a face: joins session, connection, log and outbox, and tells the panel what there is to show.
 * Knows no DOM; what the browser offers comes in as MessengerEnvironment.
 */
import { PROTOCOL_VERSION } from '../shared/limits.ts';
import type { Author, Entry, Page, VisitorConversation } from '../shared/protocol.ts';
import { createConnection, type ConnectionOptions, type ConnectionState } from './connection.ts';
import { createConversations, isEntry } from './conversations.ts';
import { createHistory } from './history.ts';
import { createLogSync } from './log-sync.ts';
import { createWaitingRoom } from './outbox-storage.ts';
import { createReading } from './reading.ts';
import { createSending, type Outgoing, type Sending, type WaitingMessage } from './sending.ts';
import { createSession, type KeyValueStorage } from './session.ts';
import { storageKey } from './storage-key.ts';
import { createTabs } from './tabs.ts';
import { createTyping } from './typing.ts';

export interface MessengerState {
  connection: ConnectionState;
  /** The connection has worked before on this page. */
  wasOnline: boolean;
  /** There is a conversation, but the log has not answered yet. */
  loading: boolean;
  conversation: VisitorConversation | undefined;
  /** What is in the log, by `seq`. */
  entries: readonly Entry[];
  /** What is not, in the order of sending. */
  waiting: readonly WaitingMessage[];
  /** What waits would survive a reload. */
  durable: boolean;
  /** There is more before the first entry. */
  earlier: boolean;
  loadingEarlier: boolean;
  typing: Author | null;
  unread: number;
  /** Milliseconds to add to the device's clock to get the gateway's. */
  clockOffset: number;
}

/** What the browser offers; null where it is missing or forbidden. */
export interface MessengerEnvironment extends Pick<ConnectionOptions, 'origin' | 'openWire' | 'fallback' | 'reachable' | 'random'> {
  workspace: string;
  storage: KeyValueStorage | null;
  indexedDB: IDBFactory | null;
  locks: LockManager | null;
  Channel: typeof BroadcastChannel | null;
  page(): Page;
}

export interface MessengerListeners {
  /** Something to show has changed; called once for what changes together. */
  onChange(state: MessengerState): void;
  /** Messages for the visitor that are new on this page. */
  onReceived(entry: Entry & { kind: 'message' }): void;
  /** A message of this visitor was committed. */
  onSent(entry: Entry & { kind: 'message' }): void;
}

export interface Messenger extends Pick<Sending, 'send' | 'retry' | 'discard'> {
  state(): MessengerState;
  /** Connects, and sends what waits. */
  start(): void;
  /** Lets go of socket, lock and channel, for a page that is put aside; start() goes on. */
  pause(): void;
  /** The network is back, or somebody looks at the page again. */
  wake(): void;
  /** localStorage was changed by another tab. */
  checkSession(): void;
  loadEarlier(): Promise<void>;
  /** The visitor changed the composer; false: it is empty. */
  typing(typing: boolean): void;
  /** Whether somebody looks at the newest message. */
  setWatching(watching: boolean): void;
  /** Ends everything. What waits stays stored. */
  destroy(): void;
}

export function createMessenger(environment: MessengerEnvironment, listeners: MessengerListeners): Messenger {
  const key = storageKey(environment.workspace);
  let wasOnline = false;
  let loaded = false;
  let clockOffset = 0;
  let visitorId: string | undefined;
  let changing = false;
  let destroyed = false;

  const session = createSession(key, environment.storage);
  const conversations = createConversations();
  const connection = createConnection({
    ...environment,
    auth: () => ({ protocol: PROTOCOL_VERSION, workspace: environment.workspace, token: session.token() }),
    onRefused: ({ code }) => (code === 'token_expired' || code === 'token_invalid') && session.refused(),
    onState({ name }) {
      if (name !== 'online') {
        sending.setOnline(false);
        logSync.stop();
      }
      changed();
    },
  });
  const tabs = createTabs<Entry>({
    name: key,
    locks: environment.locks,
    Channel: environment.Channel,
    onNews(news) {
      if (news.kind === 'landed') void landed(news.landed);
      else void sending.refresh();
    },
  });
  const room = createWaitingRoom<Outgoing>({
    name: key,
    factory: environment.indexedDB,
    mayHoldItems: session.hasActed,
    onChange: () => tabs.tell({ kind: 'outbox' }),
  });
  const sending = createSending({
    session, connection, conversations, room, tabs,
    page: environment.page,
    onChange: changed,
    onMissing: () => void logSync.sync(),
    onLanded(entry, conversation) {
      if (conversation) conversations.add(conversation);
      // The other tabs show it as sent before they hear that it no longer waits.
      tabs.tell({ kind: 'landed', landed: entry });
      if (entry.kind === 'message') listeners.onSent(entry);
      return landed(entry);
    },
  });
  const logSync = createLogSync({ connection, conversations, onSynced });
  const reading = createReading(connection, conversations);
  const typing = createTyping(connection, changed);
  const history = createHistory(connection, conversations, changed);

  connection.on('session:started', (news) => {
    if (!session.started(news)) {
      connection.restart();
      return;
    }
    if (visitorId !== news.visitorId) {
      conversations.clear();
      loaded = false;
    }
    visitorId = news.visitorId;
    wasOnline = true;
    clockOffset = Date.parse(news.serverTime) - Date.now() || 0;
    logSync.start(news.heartbeatMs);
    // Resume first, then send what waits.
    void logSync.sync().then(() => sending.setOnline(connection.state.name === 'online'));
  });
  connection.on('entry:created', ({ entry }) => {
    if (!isEntry(entry)) return;
    const outcome = conversations.takeEntry(entry);
    if (outcome === 'gap') void logSync.sync();
    if (outcome === 'added') taken([entry]);
  });
  connection.on('read:updated', ({ conversationId, reads }) => {
    conversations.takeReads(conversationId, reads);
    changed();
  });
  connection.on('typing:updated', typing.take);

  function onSynced(added: Entry[]): void {
    loaded = true;
    taken(added);
    // An acknowledged message that could not be taken out of the outbox is tried again here.
    if (connection.state.name === 'online') void sending.refresh();
  }

  function taken(entries: Entry[]): void {
    for (const entry of entries) {
      typing.takeEntry(entry);
      if (entry.kind === 'message' && entry.author.kind !== 'visitor') listeners.onReceived(entry);
    }
    reading.check();
    changed();
  }

  /** A message of ours is in the log. Where something before it is missing, it goes on waiting until that is here. */
  async function landed(entry: Entry): Promise<void> {
    if (conversations.takeEntry(entry) === 'gap') await logSync.sync();
    changed();
  }

  function changed(): void {
    if (changing || destroyed) return;
    changing = true;
    queueMicrotask(() => {
      changing = false;
      if (destroyed) return;
      const now = state();
      if (now.conversation) session.rememberConversation(now.conversation.id);
      listeners.onChange(now);
    });
  }

  function state(): MessengerState {
    const current = conversations.current();
    const entries = current?.timeline.entries ?? [];
    const shown = new Set(entries.map((entry) => entry.author.kind === 'visitor' && entry.clientId));
    return {
      connection: connection.state,
      wasOnline,
      loading: !loaded && session.lastConversation() !== undefined,
      conversation: current?.conversation,
      entries,
      waiting: sending.waitingFor(current?.conversation).filter(({ clientId }) => !shown.has(clientId)),
      durable: room.isDurable(),
      earlier: current?.timeline.earlier ?? false,
      loadingEarlier: history.loading(),
      typing: typing.who(current?.conversation.id),
      unread: reading.unread(),
      clockOffset,
    };
  }

  function pause(): void {
    connection.close();
    tabs.close();
    reading.stop();
    typing.stop();
  }

  return {
    state,
    start() {
      tabs.open();
      if (session.hasActed()) void sending.refresh();
      connection.connect();
    },
    pause,
    wake() {
      connection.wake();
      if (connection.state.name === 'online') void logSync.sync();
    },
    checkSession() {
      if (session.isForeign()) connection.restart();
    },
    send(text) {
      connection.wake();
      return sending.send(text);
    },
    retry: sending.retry,
    discard: sending.discard,
    loadEarlier: history.loadEarlier,
    typing(now) {
      const current = conversations.current();
      if (current && connection.state.name === 'online') typing.input(current.conversation.id, now);
    },
    setWatching(watching) {
      reading.setWatching(watching);
      changed();
    },
    destroy() {
      destroyed = true;
      pause();
      sending.stop();
      room.close();
    },
  };
}
