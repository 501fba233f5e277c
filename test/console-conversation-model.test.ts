import { describe, expect, it } from 'vitest';
import { lastToVisitor, linesOf, receiptOf, type Line } from '../console/conversation-model.ts';
import { eventText } from '../console/event-text.ts';
import type { OutgoingItem } from '../console/sending.ts';
import type { Entry } from '../shared/protocol.ts';
import { at, message } from './console-fakes.ts';

const style = { locale: 'en-GB', timeZone: 'UTC' };
const ana = { kind: 'agent', id: 'ana', name: 'Ana' } as const;
const kinds = (lines: Line[]): string[] => lines.map((line) => (line.kind === 'said' ? line.entry.kind : line.kind));
const waiting = (clientId: string, text: string, mode: 'reply' | 'note' = 'reply'): OutgoingItem => ({ clientId, order: 1, createdAt: 0, payload: { mode, conversationId: 'a', text } });

describe('the lines of a conversation', () => {
  it('are parted by days', () => {
    const lines = linesOf([message('a', 1, { at: '2026-01-30T23:59:00.000Z' }), message('a', 2, { at: '2026-01-31T00:01:00.000Z' })], [], { unreadAfter: null, style });
    expect(kinds(lines)).toEqual(['day', 'message', 'day', 'message']);
  });

  it('are grouped by who spoke, for as long as they went on', () => {
    const lines = linesOf([
      message('a', 1, { at: at(0) }), message('a', 2, { at: at(1) }), message('a', 3, { at: at(10) }),
      message('a', 4, { at: at(11), author: ana }), { ...message('a', 5, { at: at(11), author: ana }), kind: 'note' },
    ], [], { unreadAfter: null, style });
    expect(lines.filter((line) => line.kind === 'said').map(({ first, last }) => [first, last])).toEqual([[true, false], [false, true], [true, true], [true, true], [true, true]]);
  });

  it('show once where the unread messages begin, and only the visitor’s are unread', () => {
    const entries = [message('a', 1), message('a', 2, { author: ana }), message('a', 3), message('a', 4)];
    expect(kinds(linesOf(entries, [], { unreadAfter: 1, style }))).toEqual(['day', 'message', 'message', 'unread', 'message', 'message']);
    expect(kinds(linesOf(entries, [], { unreadAfter: null, style }))).not.toContain('unread');
    // All of it is new: then a mark says nothing.
    expect(kinds(linesOf(entries, [], { unreadAfter: 0, style }))).not.toContain('unread');
  });

  it('pass over kinds of entries that came after this version', () => {
    const unknown = { ...message('a', 2), kind: 'reaction', emoji: '👍' } as unknown as Entry;
    expect(kinds(linesOf([message('a', 1), unknown, message('a', 3)], [], { unreadAfter: null, style }))).toEqual(['day', 'message', 'message']);
  });

  it('[D7] end with what waits to be sent', () => {
    const lines = linesOf([message('a', 1)], [waiting('one', 'first'), waiting('two', 'second'), waiting('three', 'for us', 'note')], { unreadAfter: null, style });
    expect(kinds(lines)).toEqual(['day', 'message', 'outgoing', 'outgoing', 'outgoing']);
    expect(lines.filter((line) => line.kind === 'outgoing').map(({ first }) => first)).toEqual([true, false, true]);
  });

  it('[D2] show a message once whose acknowledgement was lost, and in the same place', () => {
    const item = waiting('mine', 'Hello');
    const before = linesOf([message('a', 1)], [item], { unreadAfter: null, style });
    const after = linesOf([message('a', 1), message('a', 2, { author: ana, clientId: 'mine' })], [item], { unreadAfter: null, style });
    expect(kinds(after)).toEqual(['day', 'message', 'message']);
    expect(after.at(-1)?.key).toBe(before.at(-1)?.key);
  });

  it('have names of their own', () => {
    const lines = linesOf([message('a', 1), message('a', 2, { clientId: null, author: { kind: 'system', id: null, name: null } }), message('a', 3)], [waiting('x', 'y')], { unreadAfter: 1, style });
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });
});

describe('receipts', () => {
  it('[D7] say how far a message has come', () => {
    const reads = { delivered: 5, seen: 3 };
    expect([3, 5, 6].map((seq) => receiptOf(message('a', seq), reads))).toEqual(['seen', 'delivered', 'sent']);
  });

  it('are written out for the newest message to the visitor, not for a note', () => {
    const entries: Entry[] = [message('a', 1, { author: ana }), message('a', 2), { ...message('a', 3, { author: ana }), kind: 'note' }];
    expect(lastToVisitor(entries)?.seq).toBe(1);
  });
});

describe('what was done, in words', () => {
  const assigned = (author: typeof ana | { kind: 'agent'; id: string; name: string }, assignee: { id: string; name: string } | null) => ({ ...message('a', 2), kind: 'assigned' as const, author, assignee });
  const status = (author: Entry['author'], to: 'open' | 'closed') => ({ ...message('a', 2), kind: 'status' as const, author, status: to });
  const ben = { kind: 'agent', id: 'ben', name: 'Ben' } as const;

  it('says who was assigned, from where the reader stands', () => {
    expect(eventText(assigned(ana, { id: 'ana', name: 'Ana' }), 'ana')).toBe('You assigned this to yourself');
    expect(eventText(assigned(ana, { id: 'ana', name: 'Ana' }), 'ben')).toBe('Ana took this conversation');
    expect(eventText(assigned(ana, { id: 'ben', name: 'Ben' }), 'ana')).toBe('You assigned this to Ben');
    expect(eventText(assigned(ana, { id: 'ben', name: 'Ben' }), 'ben')).toBe('Ana assigned this to you');
    expect(eventText(assigned(ana, null), 'ben')).toBe('Ana set this to unassigned');
  });

  it('says who closed and reopened', () => {
    expect(eventText(status(ben, 'closed'), 'ana')).toBe('Closed by Ben');
    expect(eventText(status(ben, 'closed'), 'ben')).toBe('Closed by you');
    expect(eventText(status(ben, 'open'), 'ana')).toBe('Reopened by Ben');
    expect(eventText(status({ kind: 'system', id: null, name: null }, 'open'), 'ana')).toBe('Reopened by the visitor’s message');
    expect(eventText(status({ kind: 'visitor', id: 'v', name: null }, 'open'), 'ana')).toBe('Reopened by the visitor’s message');
  });
});
