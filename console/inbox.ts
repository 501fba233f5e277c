/**
 * The live list: pages of the views, news as they come, and the sync that repairs whatever was missed (rules D5, D6).
 * Each conversation is a signal of its own, so that news redraw one row; news that come in a rush are taken in together.
 */
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { AgentNews, InboxCounts, InboxFilter, ListedConversation } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import { countsAfter, countsWithout, mergeConversation, movesInList, NO_COUNTS, orderOf, waitingFor, type IncomingConversation, type KnownConversation } from './inbox-model.ts';
import { fetchPages, NOT_LOADED, type PageState } from './inbox-pages.ts';
import { createThrottle } from './throttle.ts';

const NEWS_EVERY_MS = 100;
const HEAL_EVERY_MS = 1_000;
const RELOAD_MAX = 200;
const ERASED_KEPT = 1_000;

export interface Inbox {
  readonly counts: ReadonlySignal<InboxCounts | null>;
  /** Conversations with something unread that are this member's or nobody's. */
  readonly waiting: ReadonlySignal<number>;
  /** The ids of a view in order. Reactive. */
  order(view: InboxFilter): readonly string[];
  page(view: InboxFilter): PageState;
  conversation(id: string): ReadonlySignal<ListedConversation> | undefined;
  /** Says what the person looks at: loads the view's first page, if it is not there yet, and never lets go of the opened conversation. */
  show(view: InboxFilter, opened: string | null): void;
  /** Loads a view's next page. */
  more(view: InboxFilter): void;
  /** Takes in what an answer says of a conversation. */
  take(conversation: IncomingConversation): void;
  /** Takes in how far this member has read. */
  markRead(id: string, read: { readMessages?: number; seen: number }): void;
  /** Asks for everything that changed since the last time; also the heartbeat. */
  sync(): Promise<void>;
  dispose(): void;
}

/** `onListed`: told each conversation that an answer of the gateway brought here. `onErased`: told the ids of those that were erased. */
export function createInbox(options: { connection: Connection; memberId: string; onListed?(conversation: ListedConversation): void; onErased?(ids: readonly string[]): void }): Inbox {
  const { connection, memberId } = options;
  const rows = new Map<string, Signal<KnownConversation>>();
  /** These grow when a list may look different, when a conversation came or went, when anything changed. */
  const listVersion = signal(0);
  const knownVersion = signal(0);
  const anyVersion = signal(0);
  const counts = signal<InboxCounts | null>(null);
  const pages: Record<InboxFilter, Signal<PageState>> = {
    unassigned: signal(NOT_LOADED), mine: signal(NOT_LOADED), all: signal(NOT_LOADED), closed: signal(NOT_LOADED),
  };
  let shown: InboxFilter = 'unassigned';
  let opened: string | null = null;
  /** Grows when pages that are still on their way are no longer wanted. */
  let generation = 0;
  let newsSeen = 0;
  let cursor: string | null = null;
  let syncing: Promise<void> | null = null;
  let syncAgain = false;
  /** Erased lately: news and answers that were on their way must not bring them back. */
  const erased = new Set<string>();
  /** Ids that news touched while the list is being loaded afresh. */
  let touched: Set<string> | null = null;

  function put(incoming: IncomingConversation): void {
    if (erased.has(incoming.id)) return;
    const row = rows.get(incoming.id);
    const before = row?.peek();
    const after = mergeConversation(before, incoming);
    touched?.add(incoming.id);
    if (before) counts.value = counts.peek() && countsAfter(counts.peek() ?? NO_COUNTS, before, after, memberId);
    if (row) row.value = after;
    else {
      rows.set(incoming.id, signal(after));
      knownVersion.value += 1;
    }
    if (movesInList(before, after)) listVersion.value += 1;
    anyVersion.value += 1;
  }

  function forget(ids: readonly string[]): void {
    batch(() => {
      for (const id of ids) {
        erased.add(id);
        const known = rows.get(id)?.peek();
        if (!known) continue;
        rows.delete(id);
        counts.value = counts.peek() && countsWithout(counts.peek() ?? NO_COUNTS, known, memberId);
        for (const version of [listVersion, knownVersion, anyVersion]) version.value += 1;
      }
      for (const oldest of erased) {
        if (erased.size <= ERASED_KEPT) break;
        erased.delete(oldest);
      }
      if (ids.length > 0) options.onErased?.(ids);
    });
  }

  const heal = createThrottle(() => void sync(), HEAL_EVERY_MS);
  let queue: Array<Parameters<AgentNews['entry:created']>[0]> = [];
  const takeNews = createThrottle(() => {
    const news = queue;
    queue = [];
    batch(() => {
      for (const { entry, conversation } of news) {
        // One that is new here: counted when this is its beginning; how it counted before, and how much of it was read, only the gateway can tell.
        if (!rows.has(conversation.id) && !erased.has(conversation.id)) {
          if (entry.seq === 1) counts.value = countsAfter(counts.peek() ?? NO_COUNTS, undefined, conversation, memberId);
          heal();
        }
        put(conversation);
      }
    });
  }, NEWS_EVERY_MS);

  const offs = [
    connection.on('entry:created', (news) => {
      queue.push(news);
      newsSeen += 1;
      takeNews();
    }),
    connection.on('conversation:erased', ({ conversationIds }) => {
      newsSeen += 1;
      forget(conversationIds);
      // Those that were not loaded here were counted, too.
      heal();
    }),
    connection.on('read:updated', ({ conversationId, reads, member }) => {
      const known = rows.get(conversationId)?.peek();
      if (!known) return;
      const { readMessages: _, seen: __, ...rest } = known;
      put({ ...rest, reads, ...(member?.id === memberId ? { readMessages: member.readMessages, seen: member.seen } : {}) });
    }),
  ];

  async function load(view: InboxFilter, wanted: number, from: PageState): Promise<boolean> {
    if (from.loading) return false;
    pages[view].value = { ...from, loading: true, failed: false };
    const asked = generation;
    const result = await fetchPages(connection, view, wanted, from.next);
    if (asked !== generation) return false;
    batch(() => {
      if (!result) {
        pages[view].value = { ...from, loading: false, failed: true };
        return;
      }
      for (const conversation of result.conversations) put(conversation);
      for (const conversation of result.conversations) options.onListed?.(conversation);
      counts.value = result.counts;
      pages[view].value = result.page;
      listVersion.value += 1;
    });
    return result !== null;
  }

  /** The gateway says: too much has changed. The shown view is loaded anew; what was known otherwise is let go, it may be old. */
  async function startOver(): Promise<boolean> {
    const fresh = (touched = new Set<string>());
    const wanted = Math.min(RELOAD_MAX, Math.max(1, orderOf(values(), shown, memberId, pages[shown].peek().floor).length));
    const view = shown;
    generation += 1;
    try {
      if (!(await load(view, wanted, { ...NOT_LOADED, loaded: pages[view].peek().loaded, floor: pages[view].peek().floor }))) return false;
    } finally {
      touched = null;
    }
    batch(() => {
      for (const id of rows.keys()) if (!fresh.has(id) && id !== opened) rows.delete(id);
      for (const other of Object.keys(pages) as InboxFilter[]) if (other !== view) pages[other].value = NOT_LOADED;
      listVersion.value += 1;
      knownVersion.value += 1;
      anyVersion.value += 1;
    });
    // The person may look at another view by now; everything open is needed for the number in the title.
    for (const other of new Set<InboxFilter>([shown, 'all'])) if (other !== view) void load(other, 1, pages[other].peek());
    return true;
  }

  async function syncOnce(): Promise<void> {
    const newsBefore = newsSeen;
    const ack = await connection.request('inbox:sync', { cursor });
    if (!ack.ok) return;
    const { data } = ack;
    if (data.answer === 'start-over' || cursor === null) {
      if (await startOver()) cursor = data.cursor;
      return;
    }
    cursor = data.cursor;
    batch(() => {
      forget(data.gone);
      for (const conversation of data.conversations) put(conversation);
      for (const conversation of data.conversations) options.onListed?.(conversation);
      // News that came meanwhile are counted already or not, nobody knows: ask once more rather than show a wrong number.
      if (newsSeen > newsBefore) heal();
      counts.value = data.counts;
    });
  }

  function sync(): Promise<void> {
    if (syncing) {
      syncAgain = true;
      return syncing;
    }
    syncing = (async () => {
      try {
        do {
          syncAgain = false;
          await syncOnce();
        } while (syncAgain);
      } catch {
        // No connection, or it was lost on the way: coming back asks again.
      } finally {
        syncing = null;
      }
    })();
    return syncing;
  }

  function* values(): Generator<KnownConversation> {
    for (const row of rows.values()) yield row.peek();
  }

  const orders = Object.fromEntries((Object.keys(pages) as InboxFilter[]).map((view) => {
    let last: readonly string[] = [];
    return [view, computed(() => {
      void listVersion.value;
      const next = orderOf(values(), view, memberId, pages[view].value.floor);
      // The same array for the same order: then nothing is drawn again.
      if (next.length !== last.length || next.some((id, index) => id !== last[index])) last = next;
      return last;
    })];
  })) as Record<InboxFilter, ReadonlySignal<readonly string[]>>;

  return {
    counts,
    waiting: computed(() => {
      void anyVersion.value;
      return waitingFor(values(), memberId);
    }),
    order: (view) => orders[view].value,
    page: (view) => pages[view].value,
    conversation(id) {
      void knownVersion.value;
      return rows.get(id);
    },
    show(view, conversationId) {
      shown = view;
      opened = conversationId;
      const page = pages[view].peek();
      if (cursor !== null && !page.loaded && !page.loading) void load(view, 1, page);
    },
    more(view) {
      const page = pages[view].peek();
      if (!page.loaded || page.next !== null) void load(view, 1, page);
    },
    take: (conversation) => batch(() => put(conversation)),
    markRead(id, { readMessages, seen }) {
      const known = rows.get(id)?.peek();
      if (!known) return;
      const { readMessages: _, ...rest } = known;
      put({ ...rest, seen, ...(readMessages === undefined ? {} : { readMessages }) });
    },
    sync,
    dispose() {
      takeNews.cancel();
      heal.cancel();
      for (const off of offs) off();
    },
  };
}
