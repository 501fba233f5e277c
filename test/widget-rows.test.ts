import { beforeAll, describe, expect, it } from 'vitest';
import { wireError } from '../shared/errors.ts';
import type { Entry, VisitorConversation } from '../shared/protocol.ts';
import type { MessengerState } from '../widget/messenger.ts';
import { rowsOf, type MessageRow } from '../widget/rows.ts';
import { speak } from '../widget/texts.ts';
import { dayName, timeOf } from '../widget/times.ts';

const NOON = new Date(2026, 2, 14, 12, 0).getTime();
const MINUTE = 60_000;

const conversation: VisitorConversation = {
  id: 'c', clientId: 'started', status: 'open', head: 9, createdAt: new Date(NOON).toISOString(),
  reads: { visitor: { delivered: 0, seen: 0 }, agents: { delivered: 0, seen: 0 } },
};

function entry(seq: number, who: 'me' | 'Ana' | 'Ben', minutes = 0): Entry {
  const author = who === 'me' ? { kind: 'visitor' as const, id: 'v', name: null } : { kind: 'agent' as const, id: who, name: who };
  return { kind: 'message', id: `c.${seq}`, conversationId: 'c', seq, prev: seq - 1, clientId: who === 'me' ? `mine-${seq}` : null, author, text: `text ${seq}`, at: new Date(NOON + minutes * MINUTE).toISOString() };
}

const waiting = (name: string, error?: ReturnType<typeof wireError>): MessengerState['waiting'][number] => ({
  clientId: name, order: 1, createdAt: NOON, payload: { to: 'c', text: name, page: { url: '', title: '', referrer: '' } }, ...(error && { error }),
});

const messages = (state: Partial<MessengerState>): MessageRow[] =>
  rowsOf({ entries: [], waiting: [], conversation, clockOffset: 0, ...state }).filter((row): row is MessageRow => row.kind === 'message');

describe('rowsOf', () => {
  it('groups what one author says in one go', () => {
    const rows = messages({ entries: [entry(1, 'me'), entry(2, 'me', 1), entry(3, 'Ana', 2), entry(4, 'Ben', 3), entry(5, 'Ben', 20), entry(6, 'me', 21)] });
    expect(rows.map(({ first, last }) => `${first ? '<' : ' '}${last ? '>' : ' '}`)).toEqual(['< ', ' >', '<>', '<>', '<>', '<>']);
    expect(rows.map(({ author }) => author)).toEqual([null, null, 'Ana', 'Ben', 'Ben', null]);
  });

  it('begins each day with its date, also that of what waits', () => {
    const rows = rowsOf({ entries: [entry(1, 'me', -24 * 60), entry(2, 'Ana', 0)], waiting: [waiting('w')], conversation, clockOffset: 24 * 60 * MINUTE });
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'day', 'message', 'day', 'message']);
  });

  it('[D7] every message of the visitor has its true state, and the newest shows it', () => {
    const reads = { visitor: { delivered: 0, seen: 0 }, agents: { delivered: 2, seen: 1 } };
    const rows = messages({ entries: [entry(1, 'me'), entry(2, 'me'), entry(3, 'me'), entry(4, 'Ana')], waiting: [waiting('w'), waiting('f', wireError('forbidden'))], conversation: { ...conversation, reads } });
    expect(rows.map(({ delivery }) => delivery)).toEqual(['seen', 'delivered', 'sent', undefined, 'waiting', 'failed']);
    expect(rows.map(({ newestOfMine }) => newestOfMine)).toEqual([false, false, false, false, false, true]);
  });

  it('a message keeps its key when it comes from the outbox into the log, so that it stays one node and is read out once', () => {
    const before = messages({ waiting: [waiting('mine-1')] });
    const after = messages({ entries: [entry(1, 'me')] });
    expect(before[0]?.key).toBe(after[0]?.key);
  });

  it('shows opening and closing, and nothing of kinds it does not know', () => {
    const closed: Entry = { ...entry(2, 'Ana'), kind: 'status', status: 'closed' };
    const unknown = { ...entry(3, 'Ana'), kind: 'rated', text: '5' } as unknown as Entry;
    const rows = rowsOf({ entries: [entry(1, 'me'), closed, unknown], waiting: [], conversation, clockOffset: 0 });
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'status']);
  });
});

describe('times', () => {
  beforeAll(() => speak('en'));

  it('names near days by their relation and others by their date', () => {
    const now = new Date(NOON);
    expect(dayName(new Date(NOON - 60 * MINUTE), now)).toBe('Today');
    expect(dayName(new Date(NOON - 24 * 60 * MINUTE), now)).toBe('Yesterday');
    expect(dayName(new Date(2026, 2, 3), now)).toMatch(/3/);
    expect(dayName(new Date(2026, 2, 3), now)).not.toMatch(/2026/);
    expect(dayName(new Date(2025, 11, 31), now)).toMatch(/2025/);
  });

  it('writes the time of day with two digits of minutes', () => {
    expect(timeOf(new Date(2026, 2, 3, 9, 5))).toMatch(/9[:.]05/);
  });
});
