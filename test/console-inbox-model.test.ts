import { describe, expect, it } from 'vitest';
import { belongs, countsAfter, countsWithout, mergeConversation, movesInList, neighbourOf, NO_COUNTS, orderOf, unreadOf, waitingFor } from '../console/inbox-model.ts';
import type { ListedConversation } from '../shared/protocol.ts';
import { at, conversation, counts, news } from './console-fakes.ts';

const ana = { id: 'ana', name: 'Ana' };
const ben = { id: 'ben', name: 'Ben' };
const known = (one: ListedConversation) => mergeConversation(undefined, one);

describe('merging what is known of a conversation', () => {
  it('takes the newer state, in whatever order the two arrive', () => {
    const older = conversation('a', { head: 4, preview: { author: 'visitor', text: 'old' } });
    const newer = news('a', { head: 5, preview: { author: 'visitor', text: 'new' }, visitorMessages: 2 });
    expect(mergeConversation(known(older), newer)).toMatchObject({ head: 5, preview: { text: 'new' } });
    expect(mergeConversation(mergeConversation(undefined, newer), older)).toMatchObject({ head: 5, preview: { text: 'new' } });
  });

  it('takes what came later where both are the same length: a name or a reading may have changed', () => {
    const before = known(conversation('a', { head: 4 }));
    expect(mergeConversation(before, { ...before, visitor: { id: 'v', name: 'Mia', email: null, verified: false } }).visitor.name).toBe('Mia');
  });

  it('never forgets a reading', () => {
    const before = known(conversation('a', { head: 9, readMessages: 3, seen: 7, reads: { visitor: { delivered: 6, seen: 2 }, agents: { delivered: 9, seen: 7 } } }));
    const stale = conversation('a', { head: 9, readMessages: 1, seen: 2, reads: { visitor: { delivered: 4, seen: 4 }, agents: { delivered: 2, seen: 2 } } });
    expect(mergeConversation(before, stale)).toMatchObject({ readMessages: 3, seen: 7, reads: { visitor: { delivered: 6, seen: 4 }, agents: { delivered: 9, seen: 7 } } });
  });

  it('counts a conversation that news brought as unread by the newest message only, until an answer says how much of it was read', () => {
    const first = mergeConversation(undefined, news('a', { visitorMessages: 12 }));
    expect(unreadOf(first)).toBe(1);
    expect(unreadOf(mergeConversation(undefined, news('a', { visitorMessages: 12, preview: { author: 'agent', text: 'mine' } })))).toBe(0);
    expect(unreadOf(mergeConversation(undefined, news('a')))).toBe(1);
    expect(unreadOf(mergeConversation(first, conversation('a', { visitorMessages: 12, readMessages: 4 })))).toBe(8);
    expect(unreadOf(mergeConversation(first, news('a', { head: 2, visitorMessages: 13 })))).toBe(2);
  });
});

describe('a conversation that is there no more', () => {
  it('is counted in none of the views that held it', () => {
    expect(countsWithout(counts(2, 1, 4), conversation('a'), 'ana')).toEqual(counts(1, 1, 4));
    expect(countsWithout(counts(2, 1, 4), conversation('a', { assignee: ana }), 'ana')).toEqual(counts(2, 0, 4));
    expect(countsWithout(counts(2, 1, 4), conversation('a', { status: 'closed', assignee: ana }), 'ana')).toEqual(counts(2, 1, 3));
    expect(countsWithout(NO_COUNTS, conversation('a'), 'ana')).toEqual(NO_COUNTS);
  });
});

describe('the views', () => {
  it('hold what they say', () => {
    const free = conversation('a');
    const mine = conversation('b', { assignee: ana });
    const hers = conversation('c', { assignee: ben });
    const done = conversation('d', { status: 'closed', assignee: ana });
    const views = (one: typeof free): string[] => (['unassigned', 'mine', 'all', 'closed'] as const).filter((view) => belongs(one, view, 'ana'));
    expect(views(free)).toEqual(['unassigned', 'all']);
    expect(views(mine)).toEqual(['mine', 'all']);
    expect(views(hers)).toEqual(['all']);
    expect(views(done)).toEqual(['closed']);
  });

  it('put the newest activity first, and order equal moments by id', () => {
    const all = [conversation('b', { activityAt: at(1) }), conversation('a', { activityAt: at(3) }), conversation('c', { activityAt: at(1) })];
    expect(orderOf(all, 'all', 'ana', null)).toEqual(['a', 'c', 'b']);
    expect(orderOf(all.toReversed(), 'all', 'ana', null)).toEqual(['a', 'c', 'b']);
  });

  it('keep back what is older than the pages loaded, so that the list has no holes', () => {
    const all = [conversation('a', { activityAt: at(9) }), conversation('b', { activityAt: at(5) }), conversation('c', { activityAt: at(1) })];
    expect(orderOf(all, 'all', 'ana', at(5))).toEqual(['a', 'b']);
  });

  it('count what moves between them', () => {
    const before = conversation('a');
    const taken = conversation('a', { assignee: ana });
    expect(countsAfter(NO_COUNTS, undefined, before, 'ana')).toEqual(counts(1));
    expect(countsAfter(counts(1), before, taken, 'ana')).toEqual(counts(0, 1));
    expect(countsAfter(counts(0, 1), taken, { ...taken, status: 'closed' }, 'ana')).toEqual(counts(0, 0, 1));
    expect(countsAfter(counts(0, 1), taken, taken, 'ana')).toEqual(counts(0, 1));
  });

  it('know which changes move a row', () => {
    const before = conversation('a');
    expect(movesInList(undefined, before)).toBe(true);
    expect(movesInList(before, { ...before, head: 2 })).toBe(false);
    expect(movesInList(before, { ...before, activityAt: at(2) })).toBe(true);
    expect(movesInList(before, { ...before, assignee: ben })).toBe(true);
    expect(movesInList(before, { ...before, status: 'closed' })).toBe(true);
  });
});

describe('unread', () => {
  it('is what the visitor wrote and this member has not read', () => {
    expect(unreadOf(conversation('a', { visitorMessages: 5, readMessages: 2 }))).toBe(3);
    expect(unreadOf(conversation('a', { visitorMessages: 2, readMessages: 5 }))).toBe(0);
  });

  it('shows in the title for what is mine or nobody’s, and open', () => {
    const all = [
      conversation('a'), conversation('b', { assignee: ana }), conversation('c', { assignee: ben }),
      conversation('d', { status: 'closed' }), conversation('e', { readMessages: 1 }),
    ];
    expect(waitingFor(all, 'ana')).toBe(2);
  });
});

describe('going through the list', () => {
  const order = ['a', 'b', 'c'];
  it('goes to the next and the one before, and stops at the ends', () => {
    expect(neighbourOf(order, 'b', 1, 0)).toBe('c');
    expect(neighbourOf(order, 'b', -1, 0)).toBe('a');
    expect(neighbourOf(order, 'c', 1, 0)).toBeNull();
    expect(neighbourOf(order, 'a', -1, 0)).toBeNull();
  });

  it('begins at the top', () => {
    expect(neighbourOf(order, null, 1, 0)).toBe('a');
    expect(neighbourOf([], null, 1, 0)).toBeNull();
  });

  it('goes on from where the open one stood before it left the list', () => {
    expect(neighbourOf(order, 'gone', 1, 1)).toBe('b');
    expect(neighbourOf(order, 'gone', -1, 1)).toBe('a');
    expect(neighbourOf(order, 'gone', 1, 7)).toBe('c');
  });
});
