/**
 * The logs of the conversations that were opened lately: unbroken runs of entries, kept right by news and, where those have a gap or the
 * connection was away, by asking the gateway (rules D3, D5, D6).
 */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { PAGE_ENTRIES, SYNC_CONVERSATIONS_MAX } from '../shared/limits.ts';
import type { Entry } from '../shared/protocol.ts';
import { addEntry, addHistory, applyCatchup, EMPTY_TIMELINE, type Timeline } from '../shared/timeline.ts';
import type { Connection } from './connection.ts';
import type { Inbox } from './inbox.ts';

const KEPT = 12;
const TRIM_OVER = 400;
const TRIM_TO = 150;

export type LogState = 'loading' | 'ready' | 'missing' | 'erased';

export interface Log {
  readonly timeline: ReadonlySignal<Timeline>;
  /** `missing`: the gateway knows no such conversation. `erased`: it did, and the visitor had it erased. */
  readonly state: ReadonlySignal<LogState>;
  readonly loadingEarlier: ReadonlySignal<boolean>;
}

interface OwnLog extends Log {
  timeline: Signal<Timeline>;
  state: Signal<LogState>;
  loadingEarlier: Signal<boolean>;
}

export interface Logs {
  /** The log of a conversation; asks for it where it is not known, or may be old. */
  open(id: string): Log;
  /** Takes in an entry that an acknowledgement or news brought. */
  take(entry: Entry): void;
  /** Asks what is missing in these conversations; without ids: in all that are kept. */
  sync(ids?: readonly string[]): Promise<void>;
  /** Loads the page before the first entry known. */
  loadEarlier(id: string): Promise<void>;
  /** Forgets what was in these conversations: they were erased. */
  erase(ids: readonly string[]): void;
  /** Lets go of old pages of a long log, while its end is looked at. */
  trim(id: string): void;
  dispose(): void;
}

/** `onEntry`: told each entry that is new here, once. */
export function createLogs(options: { connection: Connection; inbox: Pick<Inbox, 'take'>; onEntry(entry: Entry): void }): Logs {
  const { connection, inbox } = options;
  /** In the order of use, the latest last. */
  const logs = new Map<string, OwnLog>();
  const syncing = new Set<string>();
  const syncAgain = new Set<string>();

  function erase(ids: readonly string[]): void {
    for (const id of ids) {
      const log = logs.get(id);
      if (!log) continue;
      log.timeline.value = EMPTY_TIMELINE;
      log.state.value = 'erased';
    }
  }

  function take(entry: Entry): void {
    const log = logs.get(entry.conversationId);
    if (!log || log.state.peek() === 'erased') return;
    const { timeline, outcome } = addEntry(log.timeline.peek(), entry);
    if (outcome === 'added') {
      log.timeline.value = timeline;
      options.onEntry(entry);
    }
    if (outcome === 'gap') void sync([entry.conversationId]);
  }

  async function sync(ids: readonly string[] = [...logs.keys()]): Promise<void> {
    const asked = ids.filter((id) => logs.has(id) && !syncing.has(id)).slice(-SYNC_CONVERSATIONS_MAX);
    for (const id of ids) if (syncing.has(id)) syncAgain.add(id);
    if (asked.length === 0) return;
    for (const id of asked) syncing.add(id);
    try {
      const ack = await connection.request('log:sync', { conversations: asked.map((id) => ({ id, seq: logs.get(id)?.timeline.peek().last ?? 0 })) });
      if (ack.ok) {
        batch(() => {
          for (const id of ack.data.gone) {
            const state = logs.get(id)?.state;
            if (state?.peek() === 'ready') erase([id]);
            else if (state?.peek() === 'loading') state.value = 'missing';
          }
          for (const { conversation, catchup } of ack.data.conversations) {
            inbox.take(conversation);
            const log = logs.get(conversation.id);
            if (!log || log.state.peek() === 'erased') continue;
            const { timeline, added, outcome } = applyCatchup(log.timeline.peek(), catchup);
            const first = log.state.peek() !== 'ready';
            log.timeline.value = timeline;
            log.state.value = 'ready';
            if (!first) for (const entry of added) options.onEntry(entry);
            if (outcome === 'gap') syncAgain.add(conversation.id);
          }
        });
      }
    } catch {
      // The connection was lost; coming back asks again.
    } finally {
      for (const id of asked) syncing.delete(id);
    }
    const again = asked.filter((id) => syncAgain.delete(id));
    if (again.length > 0 && connection.state.peek().at === 'online') await sync(again);
  }

  const off = connection.on('entry:created', ({ entry }) => take(entry));

  return {
    open(id) {
      let log = logs.get(id);
      if (log) logs.delete(id);
      else log = { timeline: signal(EMPTY_TIMELINE), state: signal('loading'), loadingEarlier: signal(false) };
      logs.set(id, log);
      for (const oldest of logs.keys()) {
        if (logs.size <= KEPT) break;
        logs.delete(oldest);
      }
      if (connection.state.peek().at === 'online') void sync([id]);
      return log;
    },
    take,
    sync,
    erase,
    async loadEarlier(id) {
      const log = logs.get(id);
      const before = log?.timeline.peek().entries[0]?.seq;
      if (!log || !before || log.loadingEarlier.peek() || !log.timeline.peek().earlier) return;
      log.loadingEarlier.value = true;
      try {
        const ack = await connection.request('history:load', { conversationId: id, before, limit: PAGE_ENTRIES });
        // The log may have been started over meanwhile; an older page before a newer one would leave a hole.
        if (ack.ok && log.timeline.peek().entries[0]?.seq === before) log.timeline.value = addHistory(log.timeline.peek(), ack.data.entries, ack.data.earlier);
      } catch {
        // Scrolling there again, or the connection coming back, asks again.
      } finally {
        log.loadingEarlier.value = false;
      }
    },
    trim(id) {
      const log = logs.get(id);
      const timeline = log?.timeline.peek();
      if (log && timeline && timeline.entries.length > TRIM_OVER) log.timeline.value = { ...timeline, entries: timeline.entries.slice(-TRIM_TO), earlier: true };
    },
    dispose: off,
  };
}
