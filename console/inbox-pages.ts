/** Loading the pages of a view of the inbox. */
import { INBOX_PAGE_MAX } from '../shared/limits.ts';
import type { InboxCounts, InboxFilter, ListedConversation } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';

export interface PageState {
  /** At least one page has come. */
  loaded: boolean;
  loading: boolean;
  /** The last try to load failed. */
  failed: boolean;
  /** Where the next page begins; null: there is none, or nothing is loaded yet. */
  next: string | null;
  /** Activity of the oldest conversation loaded for this view, while there are older ones; see orderOf. */
  floor: string | null;
}

export const NOT_LOADED: PageState = { loaded: false, loading: false, failed: false, next: null, floor: null };
const PAGE = 50;

/** Loads from `after` on until `wanted` conversations have come or there are no more. Null: it did not work. */
export async function fetchPages(connection: Connection, view: InboxFilter, wanted: number, after: string | null): Promise<{ conversations: ListedConversation[]; counts: InboxCounts; page: PageState } | null> {
  const conversations: ListedConversation[] = [];
  let next = after;
  let counts: InboxCounts;
  try {
    do {
      const ack = await connection.request('inbox:list', { filter: view, after: next, limit: wanted > PAGE ? INBOX_PAGE_MAX : PAGE });
      if (!ack.ok) return null;
      conversations.push(...ack.data.conversations);
      ({ next, counts } = ack.data);
    } while (next !== null && conversations.length < wanted);
  } catch {
    return null;
  }
  const floor = next === null ? null : (conversations.at(-1)?.activityAt ?? null);
  return { conversations, counts, page: { loaded: true, loading: false, failed: false, next, floor } };
}
