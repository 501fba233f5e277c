import { beforeEach, describe, expect, it } from 'vitest';
import type { Catchup, Entry, VisitorConversation } from '../shared/protocol.ts';
import { createConversations, isEntry, type Conversations } from '../widget/conversations.ts';
import { createHistory } from '../widget/history.ts';
import type { Messenger, MessengerState } from '../widget/messenger.ts';

const NONE = { delivered: 0, seen: 0 };

function conversation(id: string, head: number, change: Partial<VisitorConversation> = {}): VisitorConversation {
  return { id, clientId: `name-of-${id}`, status: 'open', head, createdAt: '2026-03-01T00:00:00.000Z', reads: { visitor: NONE, agents: NONE }, ...change };
}

/** Entries `from` to `to` of a log, one a minute. */
function entries(id: string, from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index;
    return {
      kind: 'message', id: `${id}.${seq}`, conversationId: id, seq, prev: seq - 1, author: { kind: 'agent', id: 'ana', name: 'Ana' }, clientId: null,
      text: `text ${seq}`, at: `2026-03-01T12:${String(seq).padStart(2, '0')}:00.000Z`,
    };
  });
}

const startOver = (list: Entry[], earlier = false): Catchup => ({ answer: 'start-over', entries: list, earlier });
let known: Conversations;
const sync = (id: string, head: number, catchup: Catchup, named: string[] = []) => known.takeSync({ conversations: [{ conversation: conversation(id, head), catchup }], gone: [] }, new Set(named));
const lastOf = (id: string): number | undefined => known.get(id)?.timeline.last;

beforeEach(() => {
  known = createConversations();
});

describe('an answer to log:sync', () => {
  it('makes conversations known, and tells as new only what is new to a known one', () => {
    expect(sync('a', 2, startOver(entries('a', 1, 2)))).toEqual({ added: [], gap: false });
    expect(sync('a', 4, { answer: 'entries', entries: entries('a', 3, 4) }, ['a'])).toEqual({ added: entries('a', 3, 4), gap: false });
  });

  it('[D5] asks again where the log is ahead of the answer', () => {
    expect(sync('a', 3, startOver(entries('a', 1, 2))).gap).toBe(true);
  });

  it('[D6] takes nothing away from a conversation that became known while it was on its way', () => {
    known.add(conversation('a', 1));
    for (const entry of entries('a', 1, 3)) known.takeEntry(entry);
    expect(sync('a', 1, startOver(entries('a', 1, 1)))).toEqual({ added: [], gap: false });
    expect(lastOf('a')).toBe(3);
  });

  it('[D5] starts over when told, and asks again when that led back', () => {
    sync('a', 3, startOver(entries('a', 1, 3)));
    expect(sync('a', 2, startOver(entries('a', 2, 2), true), ['a']).gap).toBe(true);
    expect(known.get('a')?.timeline).toMatchObject({ last: 2, earlier: true });
    expect(sync('a', 2, { answer: 'entries', entries: [] }, ['a']).gap).toBe(false);
  });

  it('forgets what is gone', () => {
    sync('a', 1, startOver(entries('a', 1, 1)));
    known.takeSync({ conversations: [], gone: ['a'] }, new Set(['a']));
    expect(known.newest()).toBeUndefined();
  });
});

describe('readers', () => {
  it('only ever move forward, in whatever order the news come', () => {
    sync('a', 3, startOver(entries('a', 1, 3)));
    known.takeReads('a', { agents: { delivered: 3, seen: 2 } });
    known.takeReads('a', { agents: { delivered: 2, seen: 1 }, visitor: { delivered: 1, seen: 0 } });
    sync('a', 3, { answer: 'entries', entries: [] }, ['a']);
    expect(known.get('a')?.conversation.reads).toEqual({ agents: { delivered: 3, seen: 2 }, visitor: { delivered: 1, seen: 0 } });
  });
});

describe('which conversation is shown', () => {
  it('is the one with the newest activity', () => {
    sync('old', 9, startOver(entries('old', 1, 9)));
    sync('new', 10, startOver(entries('new', 10, 10)));
    expect(known.newest()?.conversation.id).toBe('new');
    known.takeEntry({ ...(entries('old', 10, 10)[0] as Entry), at: '2026-03-02T00:00:00.000Z' });
    expect(known.newest()?.conversation.id).toBe('old');
    expect(known.named('name-of-new')?.conversation.id).toBe('new');
  });
});

describe('an older page', () => {
  /** What `history:load` is answered with, and when. */
  const asked: Array<(page: { entries: Entry[]; earlier: boolean }) => void> = [];
  const connection = { request: () => new Promise((resolve) => { asked.push((data) => resolve({ ok: true, data })); }) } as unknown as Messenger['connection'];
  const state = (): MessengerState => ({ conversation: known.get('a')?.conversation, ...known.get('a')?.timeline }) as MessengerState;

  it('is put before, unless the timeline has begun anew since', async () => {
    const history = createHistory({ connection, state, conversations: known, changed: () => {} });
    sync('a', 9, startOver(entries('a', 6, 9), true));
    const first = history.loadEarlier();
    expect(history.loading()).toBe(true);
    sync('a', 19, startOver(entries('a', 16, 19), true), ['a']);
    asked.shift()?.({ entries: entries('a', 1, 5), earlier: false });
    await first;
    expect(known.get('a')?.timeline.entries).toHaveLength(4);
    const second = history.loadEarlier();
    asked.shift()?.({ entries: entries('a', 13, 15), earlier: true });
    await second;
    expect(known.get('a')?.timeline.entries.map(({ seq }) => seq)).toEqual([13, 14, 15, 16, 17, 18, 19]);
    expect(known.get('a')?.timeline.earlier).toBe(true);
    expect(history.loading()).toBe(false);
  });
});

describe('isEntry', () => {
  const [good] = entries('a', 1, 1);
  it.each([undefined, null, 7, {}, { ...good, seq: '1' }, { ...good, at: undefined }, { ...good, author: 'Ana' }, { ...good, author: null }, { ...good, text: { html: '' } }, { ...good, prev: null }])('does not take %j for one', (value) => {
    expect(isEntry(value)).toBe(false);
  });

  it('takes entries, also of kinds it does not know', () => {
    expect(isEntry(good)).toBe(true);
    expect(isEntry({ ...good, kind: 'rated', text: undefined })).toBe(true);
  });
});

describe('the status of a conversation', () => {
  const closed = (seq: number): Entry => ({ kind: 'status', id: `a.${seq}`, conversationId: 'a', seq, prev: seq - 1, author: { kind: 'agent', id: 'ana', name: 'Ana' }, clientId: null, status: 'closed', at: '2026-03-01T13:00:00.000Z' });

  it('[G4] is what the log says last, as soon as the log is here', () => {
    sync('a', 1, startOver(entries('a', 1, 1)));
    expect(known.takeEntry(closed(2))).toBe('added');
    expect(known.get('a')?.conversation.status).toBe('closed');
  });

  it('[D6] does not go back with an answer that the news overtook', () => {
    sync('a', 1, startOver(entries('a', 1, 1)));
    known.takeEntry(closed(2));
    sync('a', 1, { answer: 'entries', entries: [] }, ['a']);
    expect(known.get('a')?.conversation.status).toBe('closed');
  });
});
