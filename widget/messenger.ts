/**
 * One visitor's chat without a face: joins session, connection, log and outbox, and tells the panel what there is to show.
 * Knows no DOM; what the browser offers comes in as MessengerEnvironment.
 */
import type { WireError } from '../shared/errors.ts';
import { PROTOCOL_VERSION } from '../shared/limits.ts';
import type { Author, Entry, Page, VisitorConversation } from '../shared/protocol.ts';
import { createConnection, type Connection, type ConnectionOptions, type ConnectionState, type OpenWire } from './connection.ts';
import { createConversations, isEntry, type Conversations, type KnownConversation } from './conversations.ts';
import { createLogSync } from './log-sync.ts';
import { newName } from './names.ts';
import { createWaitingRoom, type WaitingRoom } from './outbox-storage.ts';
import { createReading, type Reading } from './reading.ts';
import { createSending, type Chosen, type Outgoing, type Sending, type WaitingMessage } from './sending.ts';
import { createSession, type KeyValueStorage, type Session } from './session.ts';
import { shareWire } from './shared-wire.ts';
import { storageKey } from './storage-key.ts';
import { createTabs } from './tabs.ts';
import { createTyping } from './typing.ts';

export interface MessengerState {
  connection: ConnectionState;
  /** The connection has worked before on this page. */
  wasOnline: boolean;
  /** There is a conversation, but the log has not answered yet. */
  loading: boolean;
  /** The one that is shown; none while it is new. */
  conversation: VisitorConversation | undefined;
  /** What is in the log, by `seq`. */
  entries: readonly Entry[];
  /** What is not, in the order of sending. */
  waiting: readonly WaitingMessage[];
  /** What waits would survive a reload. */
  durable: boolean;
  /** There is more before the first entry. */
  earlier: boolean;
  typing: Author | null;
  /** Messages that nobody has looked at, over all conversations. */
  unread: number;
  /** Up to which `seq` somebody has looked at the conversation that is shown. */
  seen: number;
  /** How many conversations there are. */
  conversations: number;
  /** Milliseconds to add to the device's clock to get the gateway's. */
  clockOffset: number;
  userId: string | undefined;
}

export type Consent = 'none' | 'session' | 'persistent';

/** What the browser offers; null where it is missing or forbidden. */
export interface MessengerEnvironment extends Pick<ConnectionOptions, 'origin' | 'openWire' | 'fallback' | 'random'> {
  workspace: string;
  /** Where to keep what may be kept for so long. */
  storage(consent: Consent): KeyValueStorage | null;
  indexedDB: IDBFactory | null;
  locks: LockManager | null;
  Channel: typeof BroadcastChannel | null;
  /** The page, where the visitor does not mind that it is told. */
  page(): Page | undefined;
}

export interface MessengerListeners {
  /** Something to show has changed; called once for what changes together. */
  onChange(state: MessengerState): void;
  /** Messages for the visitor that are new on this page. */
  onReceived(entry: Entry & { kind: 'message' }): void;
  /** A message of this visitor was committed. */
  onSent(entry: Entry & { kind: 'message' }): void;
  onStarted(conversationId: string): void;
  onClosed(conversationId: string): void;
  /** The gateway accepted who the site says this is; undefined: nobody any more. */
  onIdentity(userId: string | undefined): void;
  /** Whoever was here is not here any more: nothing of theirs is to stay in sight. */
  onForgotten?(): void;
  /** The gateway refused something that the page asked for. */
  onError(error: WireError): void;
}

export interface Messenger {
  state(): MessengerState;
  /** Shows another conversation; without an id, a new one. */
  choose(conversationId?: string): void;
  /** Connects, and sends what waits. */
  start(): void;
  /** Lets go of socket, lock and channel, for a page that is put aside; start() goes on. */
  pause(): void;
  /** The network is back, or somebody looks at the page again. */
  wake(): void;
  /** localStorage was changed by another tab. */
  checkSession(): void;
  /** Resolves once the message is stored and will be sent whatever happens. */
  send: Sending['send'];
  /** The visitor changed the composer; false: it is empty. */
  typing(typing: boolean): void;
  /** Whether somebody looks at the newest message. */
  setWatching(watching: boolean): void;
  /** Keeps what there is as long as this level of consent says; what may not stay goes at once. */
  keep(consent: Consent): void;
  /** Forgets the visitor on this device, in all tabs. */
  logout(): void;
  /** Ends everything. What waits stays stored. */
  destroy(): void;

  /** Something to show was changed by a part of the panel. */
  changed(): void;
  /** What it is made of, for parts of the panel that need more of it. */
  readonly session: Session;
  readonly conversations: Conversations;
  readonly reading: Reading;
  readonly connection: Connection;
  readonly room: WaitingRoom<Outgoing>;
  readonly sending: Sending;
}

export function createMessenger(environment: MessengerEnvironment, consent: Consent, listeners: MessengerListeners): Messenger {
  const key = storageKey(environment.workspace);
  let wasOnline = false;
  let loaded = false;
  let clockOffset = 0;
  let visitorId: string | undefined;
  let userId: string | undefined;
  let chosen: Chosen;
  /** A visitor is stored: when that is gone, another tab has forgotten them. */
  let settled = false;
  let changing = false;
  let destroyed = false;

  const database = (level: Consent): IDBFactory | null => (level === 'persistent' ? environment.indexedDB : null);
  const session = createSession(key, environment.storage(consent));
  const conversations = createConversations();
  const shared = (openWire: OpenWire): OpenWire => shareWire(openWire, { ...environment, name: `${key}:wire`, mustLead: session.isIdentifying });
  const { fallback } = environment;
  const connection = createConnection({
    ...environment,
    openWire: shared(environment.openWire),
    ...(fallback && { fallback: async () => shared(await fallback()) }),
    auth: () => ({ protocol: PROTOCOL_VERSION, workspace: environment.workspace, ...session.auth() }),
    onRefused(error) {
      if (error.code.startsWith('identity_')) {
        session.identityRefused();
        listeners.onError(error);
        return true;
      }
      return error.code.startsWith('token_') && session.refused();
    },
    onState({ name }) {
      if (name !== 'online') {
        sending.setOnline(false);
        logSync.stop();
      }
      changed();
    },
  });
  const tabs = createTabs<Entry>({
    ...environment,
    name: key,
    onNews(news) {
      if (news.kind === 'landed') void landed(news.landed);
      else if (news.kind === 'forgotten') forgotten();
      else void sending.refresh();
    },
  });
  const room = createWaitingRoom<Outgoing>({
    name: key,
    factory: database(consent),
    mayHoldItems: session.hasActed,
    onChange: () => tabs.tell({ kind: 'outbox' }),
  });
  const sending = createSending({
    session, connection, conversations, room, tabs,
    page: environment.page,
    chosen: () => chosen,
    onChange: changed,
    onMissing: () => void logSync.sync(),
    onLanded(entry, conversation) {
      if (conversation) {
        conversations.add(conversation);
        listeners.onStarted(conversation.id);
      }
      // The other tabs show it as sent before they hear that it no longer waits.
      tabs.tell({ kind: 'landed', landed: entry });
      if (entry.kind === 'message') listeners.onSent(entry);
      return landed(entry);
    },
  });
  const logSync = createLogSync({ connection, conversations, onSynced });
  const reading = createReading(connection, conversations, shown);
  const typing = createTyping(connection, changed);

  connection.on('session:started', (news) => {
    const asked = session.isIdentifying();
    if (!session.started(news)) {
      connection.restart();
      return;
    }
    if (visitorId !== news.visitorId) {
      conversations.clear();
      loaded = false;
    }
    visitorId = news.visitorId;
    const before = userId;
    userId = news.identity?.userId;
    // A page that says so again, with a fresh proof, waits for an answer, too.
    if (userId !== before || (userId && asked)) listeners.onIdentity(userId);
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
  connection.on('visitor:erased', forgotten);

  function onSynced(added: Entry[]): void {
    loaded = true;
    taken(added);
    // An acknowledged message that could not be taken out of the outbox is tried again here.
    if (connection.state.name === 'online') void sending.refresh();
  }

  function taken(entries: Entry[]): void {
    for (const entry of entries) {
      typing.takeEntry(entry);
      if (entry.kind === 'status' && entry.status === 'closed') listeners.onClosed(entry.conversationId);
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

  /** What the panel shows: what the visitor chose, else the one with the newest activity. */
  function shown(): KnownConversation | undefined {
    if (!chosen) return conversations.newest();
    return 'id' in chosen ? conversations.get(chosen.id) : sending.begun(chosen.fresh);
  }

  /** Nobody has been here: everything begins anew, as somebody new. */
  function forgotten(): void {
    listeners.onForgotten?.();
    chosen = undefined;
    settled = false;
    session.forget();
    conversations.clear();
    loaded = false;
    void room.erase().then(() => sending.refresh());
    connection.restart();
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
      settled = session.isSettled();
      listeners.onChange(now);
    });
  }

  function state(): MessengerState {
    const current = shown();
    const entries = current?.timeline.entries ?? [];
    const logged = new Set(entries.map((entry) => entry.author.kind === 'visitor' && entry.clientId));
    return {
      connection: connection.state,
      wasOnline,
      loading: !loaded && !chosen && session.lastConversation() !== undefined && connection.state.name !== 'refused',
      conversation: current?.conversation,
      entries,
      waiting: sending.waitingFor(current?.conversation).filter(({ clientId }) => !logged.has(clientId)),
      durable: room.isDurable(),
      earlier: current?.timeline.earlier ?? false,
      typing: typing.who(current?.conversation.id),
      unread: reading.unread(),
      seen: current ? reading.seen(current.conversation) : 0,
      conversations: conversations.all().length,
      clockOffset,
      userId,
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
      else room.look().then(sending.refresh, () => {});
      connection.connect();
    },
    pause,
    wake() {
      connection.wake();
      if (connection.state.name === 'online') void logSync.sync();
    },
    checkSession() {
      if (settled && !session.hasActed()) forgotten();
      else if (session.isForeign()) connection.restart();
    },
    choose(id) {
      // One that was never written in is as new as another.
      chosen = id ? { id } : chosen && 'fresh' in chosen && !shown() && !sending.waitingFor(undefined)[0] ? chosen : { fresh: newName() };
      reading.check();
      changed();
    },
    send(text, enclosed) {
      connection.wake();
      return sending.send(text, enclosed);
    },
    typing(now) {
      const current = shown();
      if (current && connection.state.name === 'online') typing.input(current.conversation.id, now);
    },
    setWatching(watching) {
      reading.setWatching(watching);
      changed();
    },
    keep(level) {
      session.moveTo(environment.storage(level));
      void room.moveTo(database(level)).then(sending.refresh);
    },
    logout() {
      tabs.tell({ kind: 'forgotten' });
      forgotten();
    },
    destroy() {
      destroyed = true;
      pause();
      sending.stop();
      room.close();
    },
    changed, session, conversations, reading, connection, room, sending,
  };
}
