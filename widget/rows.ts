/** What the log shows, line by line, worked out from the messenger's state. Pure, so that it can be tested without a page. */
import type { WireError } from '../shared/errors.ts';
import type { Attachment, Entry } from '../shared/protocol.ts';
import type { MessengerState } from './messenger.ts';
import { dayOf } from './times.ts';

/** How far a message of ours has got (rule D7). */
export type Delivery = 'waiting' | 'failed' | 'sent' | 'delivered' | 'seen';

export interface MessageRow {
  kind: 'message';
  /** The same while a message goes from waiting to sent, so that its bubble stays the same node. */
  key: string;
  text: string;
  attachments: readonly Attachment[] | undefined;
  at: Date;
  mine: boolean;
  author: string | null;
  /** First and last of a run by one author. */
  first: boolean;
  last: boolean;
  delivery: Delivery | undefined;
  /** The last message of ours: its delivery is written under it. */
  newestOfMine: boolean;
  /** Of a message that is not in the log. */
  clientId?: string;
  error?: WireError | undefined;
}

export type Row = MessageRow | { kind: 'day'; key: string; at: Date } | { kind: 'status'; key: string; status: 'open' | 'closed' } | { kind: 'rating'; key: string; score: number } | { kind: 'new'; key: string };

/** Messages of one author further apart than this stand apart. */
const GROUP_MS = 5 * 60_000;

type Shown = Pick<MessengerState, 'entries' | 'waiting' | 'conversation' | 'clockOffset'>;

/** `mark`: `seq` after which what others wrote is new to the visitor; a row says so. */
export function rowsOf({ entries, waiting, conversation, clockOffset }: Shown, mark = Infinity): Row[] {
  const rows: Row[] = [];
  let before: MessageRow | undefined;
  let mine: MessageRow | undefined;
  let day = '';
  let marked = false;

  /** What stands between messages. */
  function between(row: Row): void {
    rows.push(row);
    before = undefined;
  }

  function onDay(at: Date): void {
    if (dayOf(at) === day) return;
    day = dayOf(at);
    between({ kind: 'day', key: day, at });
  }

  function add(message: Omit<MessageRow, 'kind' | 'first' | 'last' | 'newestOfMine'>): void {
    onDay(message.at);
    const first = !before || before.mine !== message.mine || before.author !== message.author || message.at.getTime() - before.at.getTime() > GROUP_MS;
    if (before && !first) before.last = false;
    before = { kind: 'message', first, last: true, newestOfMine: false, ...message };
    if (message.mine) {
      if (mine) mine.newestOfMine = false;
      mine = before;
      mine.newestOfMine = true;
    }
    rows.push(before);
  }

  for (const entry of entries) {
    const at = new Date(entry.at);
    if (entry.kind === 'message') {
      const own = entry.author.kind === 'visitor';
      if (!own && !marked && mark && entry.seq > mark) {
        onDay(at);
        between({ kind: 'new', key: 'new' });
        marked = true;
      }
      add({
        key: (own && entry.clientId) || `${entry.seq}`,
        text: entry.text,
        attachments: entry.attachments,
        at,
        mine: own,
        author: own ? null : entry.author.name,
        delivery: own ? deliveryOf(entry, conversation) : undefined,
      });
    } else if (entry.kind === 'status' || entry.kind === 'rating') {
      onDay(at);
      between({ ...entry, key: `${entry.seq}` });
    }
  }
  for (const { clientId, payload, createdAt, error } of waiting) {
    add({
      key: clientId, clientId, text: payload.text, attachments: payload.attachments, at: new Date(createdAt + clockOffset), mine: true, author: null,
      delivery: error ? 'failed' : 'waiting', error,
    });
  }
  return rows;
}

function deliveryOf({ seq }: Entry, conversation: Shown['conversation']): Delivery {
  const { delivered = 0, seen = 0 } = conversation?.reads.agents ?? {};
  return seq <= seen ? 'seen' : seq <= delivered ? 'delivered' : 'sent';
}
