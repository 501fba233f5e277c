import { effect } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInbox, type Inbox } from '../console/inbox.ts';
import type { ListedConversation } from '../shared/protocol.ts';
import { at, conversation, counts, fakeConnection, message, news, ok, type FakeConnection } from './console-fakes.ts';

const ana = { id: 'ana', name: 'Ana' };
let connection: FakeConnection;
let inbox: Inbox;

/** Answers lists with these, all on one page. */
function listed(...conversations: ListedConversation[]): void {
  connection.answer('inbox:list', ({ filter }) => ok({
    conversations: conversations.filter((one) => filter === 'all' || (filter === 'unassigned' && !one.assignee) || (filter === 'mine' && one.assignee)),
    next: null, counts: counts(conversations.length),
  }));
}

async function start(...conversations: ListedConversation[]): Promise<void> {
  listed(...conversations);
  connection.answer('inbox:sync', () => ok({ answer: 'changes', conversations: [], gone: [], cursor: '1', counts: counts(conversations.length) }));
  inbox.show('all', null);
  await inbox.sync();
  await vi.runAllTimersAsync();
}

beforeEach(() => {
  vi.useFakeTimers();
  connection = fakeConnection();
  inbox = createInbox({ connection, memberId: 'ana' });
});
afterEach(() => {
  inbox.dispose();
  vi.useRealTimers();
});

describe('the inbox', () => {
  it('asks for a cursor before it asks for the list, so that nothing falls between the two', async () => {
    await start(conversation('a', { activityAt: at(1) }), conversation('b', { activityAt: at(2) }));
    expect(connection.requests.map(({ event }) => event)).toEqual(['inbox:sync', 'inbox:list']);
    expect(inbox.order('all')).toEqual(['b', 'a']);
    expect(inbox.page('all')).toMatchObject({ loaded: true, loading: false, next: null });
  });

  it('moves a conversation up when something is said in it, and counts it as unread', async () => {
    await start(conversation('a', { activityAt: at(1), readMessages: 1 }), conversation('b', { activityAt: at(2), readMessages: 1 }));
    expect(inbox.waiting.value).toBe(0);
    connection.tell('entry:created', { entry: message('a', 2), conversation: news('a', { head: 2, visitorMessages: 2, activityAt: at(9) }) });
    await vi.runAllTimersAsync();
    expect(inbox.order('all')).toEqual(['a', 'b']);
    expect(inbox.waiting.value).toBe(1);
  });

  it('takes in a rush of news together', async () => {
    await start();
    let drawn = -1;
    const stop = effect(() => {
      inbox.order('all');
      drawn += 1;
    });
    for (let index = 0; index < 300; index += 1) {
      connection.tell('entry:created', { entry: message(`c${index}`, 1), conversation: news(`c${index}`, { activityAt: at(index) }) });
    }
    await vi.runAllTimersAsync();
    stop();
    expect(inbox.order('all')).toHaveLength(300);
    expect(inbox.order('all')[0]).toBe('c299');
    expect(drawn).toBe(1);
  });

  it('redraws one row when one conversation changes', async () => {
    await start(conversation('a'), conversation('b'));
    let drawn = 0;
    let lists = 0;
    const stops = [effect(() => { drawn += inbox.conversation('b')?.value ? 1 : 0; }), effect(() => { lists += inbox.order('all').length > 0 ? 1 : 0; })];
    connection.tell('read:updated', { conversationId: 'a', reads: conversation('a').reads, member: { id: 'ana', seen: 1, readMessages: 1 } });
    for (const stop of stops) stop();
    expect({ drawn, lists }).toEqual({ drawn: 1, lists: 1 });
  });

  it('follows what this member read in another window, and not what a colleague did', async () => {
    await start(conversation('a'));
    const reads = conversation('a').reads;
    connection.tell('read:updated', { conversationId: 'a', reads, member: { id: 'ben', seen: 1, readMessages: 1 } });
    expect(inbox.waiting.value).toBe(1);
    connection.tell('read:updated', { conversationId: 'a', reads, member: { id: 'ana', seen: 1, readMessages: 1 } });
    expect(inbox.waiting.value).toBe(0);
  });

  it('counts once, whether an acknowledgement or the news of the same change comes first', async () => {
    await start(conversation('a'));
    const taken = news('a', { assignee: ana, head: 2 });
    inbox.take(taken);
    expect(inbox.counts.value).toEqual(counts(0, 1));
    connection.tell('entry:created', { entry: { ...message('a', 2), kind: 'assigned', assignee: ana }, conversation: taken });
    await vi.runAllTimersAsync();
    expect(inbox.counts.value).toEqual(counts(0, 1));
  });

  it('[D6] repairs what it missed at the next heartbeat', async () => {
    await start(conversation('a', { activityAt: at(1) }));
    connection.answer('inbox:sync', ({ cursor }) => ok({ answer: 'changes', conversations: cursor === '1' ? [conversation('b', { activityAt: at(5) })] : [], gone: [], cursor: '2', counts: counts(2) }));
    await inbox.sync();
    expect(inbox.order('all')).toEqual(['b', 'a']);
    expect(inbox.counts.value).toEqual(counts(2));
    await inbox.sync();
    expect(connection.asked('inbox:sync').at(-1)).toEqual({ cursor: '2' });
  });

  it('[D5] loads the list anew when too much has changed, and lets go of what may be old', async () => {
    await start(conversation('a', { activityAt: at(1) }), conversation('stale', { activityAt: at(2) }));
    listed(conversation('a', { activityAt: at(1) }), conversation('c', { activityAt: at(7) }));
    connection.answer('inbox:sync', () => ok({ answer: 'start-over', cursor: '9', counts: counts(2) }));
    await inbox.sync();
    expect(inbox.order('all')).toEqual(['c', 'a']);
    expect(inbox.conversation('stale')).toBeUndefined();
  });

  it('keeps the opened conversation through that, and news that came meanwhile', async () => {
    await start(conversation('open', { activityAt: at(1) }));
    inbox.show('all', 'open');
    connection.answer('inbox:sync', () => ok({ answer: 'start-over', cursor: '9', counts: counts(0) }));
    connection.answer('inbox:list', async () => {
      connection.tell('entry:created', { entry: message('fresh', 1), conversation: news('fresh', { activityAt: at(8) }) });
      await vi.advanceTimersByTimeAsync(200);
      return ok({ conversations: [], next: null, counts: counts(0) });
    });
    await inbox.sync();
    expect(inbox.conversation('open')?.value.id).toBe('open');
    expect(inbox.order('all')).toContain('fresh');
  });

  it('asks with the old cursor again when loading anew did not work', async () => {
    await start(conversation('a'));
    connection.answer('inbox:sync', () => ok({ answer: 'start-over', cursor: '9', counts: counts(1) }));
    connection.answer('inbox:list', () => ({ ok: false, error: { code: 'unavailable', message: 'Not now.' } }));
    await inbox.sync();
    expect(inbox.page('all')).toMatchObject({ failed: true });
    expect(inbox.order('all')).toEqual(['a']);
    listed(conversation('a'), conversation('b'));
    await inbox.sync();
    expect(connection.asked('inbox:sync').at(-1)).toEqual({ cursor: '1' });
    expect(inbox.order('all')).toHaveLength(2);
  });

  it('asks about a conversation it did not know: how much of it was read, only the gateway can say', async () => {
    await start();
    connection.answer('inbox:sync', () => ok({ answer: 'changes', conversations: [conversation('old', { head: 30, visitorMessages: 20, readMessages: 17 })], gone: [], cursor: '2', counts: counts(1) }));
    connection.tell('entry:created', { entry: message('old', 30), conversation: news('old', { head: 30, visitorMessages: 20 }) });
    await vi.runAllTimersAsync();
    const known = inbox.conversation('old')?.value;
    expect(known && known.visitorMessages - known.readMessages).toBe(3);
    expect(inbox.counts.value).toEqual(counts(1));
  });

  it('pages downwards without holes or doubles', async () => {
    const all = Array.from({ length: 120 }, (_, index) => conversation(`c${index}`, { activityAt: at(200 - index) }));
    connection.answer('inbox:sync', () => ok({ answer: 'changes', conversations: [], gone: [], cursor: '1', counts: counts(120) }));
    connection.answer('inbox:list', ({ after, limit = 50 }) => {
      const from = after ? Number(after) : 0;
      const next = from + limit < all.length ? String(from + limit) : null;
      return ok({ conversations: all.slice(from, from + limit), next, counts: counts(120) });
    });
    inbox.show('all', null);
    await inbox.sync();
    expect(inbox.order('all')).toHaveLength(50);
    // Known from elsewhere, older than the page: waits for its turn.
    inbox.take(all[110] as ListedConversation);
    expect(inbox.order('all')).toHaveLength(50);
    inbox.more('all');
    await vi.runAllTimersAsync();
    inbox.more('all');
    await vi.runAllTimersAsync();
    expect(inbox.order('all')).toEqual(all.map(({ id }) => id));
    inbox.more('all');
    expect(connection.asked('inbox:list')).toHaveLength(3);
  });

  it('tells what its answers brought, and not what news did', async () => {
    const brought: string[] = [];
    inbox.dispose();
    inbox = createInbox({ connection, memberId: 'ana', onListed: ({ id }) => brought.push(id) });
    await start(conversation('a'));
    connection.tell('entry:created', { entry: message('b', 1), conversation: news('b') });
    connection.answer('inbox:sync', () => ok({ answer: 'changes', conversations: [conversation('c')], gone: [], cursor: '2', counts: counts(3) }));
    await vi.runAllTimersAsync();
    expect(brought).toEqual(['a', 'c']);
  });

  it('forgets what was erased at once, and is not reminded by what was on its way', async () => {
    const erased: string[] = [];
    inbox.dispose();
    inbox = createInbox({ connection, memberId: 'ana', onErased: (ids) => erased.push(...ids) });
    await start(conversation('a', { activityAt: at(1) }), conversation('b', { activityAt: at(2) }));
    connection.tell('conversation:erased', { conversationIds: ['b', 'never-loaded'] });
    expect(inbox.order('all')).toEqual(['a']);
    expect(inbox.conversation('b')).toBeUndefined();
    expect([inbox.counts.value?.all, inbox.waiting.value]).toEqual([1, 1]);
    expect(erased).toEqual(['b', 'never-loaded']);
    connection.tell('entry:created', { entry: message('b', 2), conversation: news('b', { head: 2 }) });
    inbox.take(conversation('b'));
    await vi.runAllTimersAsync();
    expect(inbox.order('all')).toEqual(['a']);
    // How many there are is asked for, because some may not have been loaded here.
    expect(connection.asked('inbox:sync').length).toBeGreaterThan(1);
  });

  it('[D6] forgets what was erased while it was away', async () => {
    await start(conversation('a'), conversation('b'));
    connection.answer('inbox:sync', () => ok({ answer: 'changes', conversations: [], gone: ['a'], cursor: '2', counts: counts(1) }));
    await inbox.sync();
    expect(inbox.order('all')).toEqual(['b']);
    expect(inbox.counts.value?.all).toBe(1);
  });

  it('is quiet when the connection is lost on the way', async () => {
    await expect(inbox.sync()).resolves.toBeUndefined();
    expect(inbox.page('unassigned')).toMatchObject({ loaded: false });
  });
});
