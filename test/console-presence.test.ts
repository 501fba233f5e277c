import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReading, type Reading } from '../console/reading.ts';
import { createMembers } from '../console/members.ts';
import { createTyping, type Typing } from '../console/typing.ts';
import { signal } from '@preact/signals';
import { mergeConversation, type KnownConversation } from '../console/inbox-model.ts';
import { TYPING_TTL_MS } from '../shared/limits.ts';
import { conversation, fakeConnection, message, news, ok, type FakeConnection } from './console-fakes.ts';

let connection: FakeConnection;

beforeEach(() => {
  vi.useFakeTimers();
  connection = fakeConnection();
});
afterEach(() => vi.useRealTimers());

describe('telling how far somebody has read', () => {
  let reading: Reading;
  let rows: Map<string, ReturnType<typeof signal<KnownConversation>>>;
  let marked: Array<{ id: string; readMessages?: number; seen: number }>;

  beforeEach(() => {
    rows = new Map();
    marked = [];
    for (const id of ['a', 'b', 'c']) rows.set(id, signal(mergeConversation(undefined, conversation(id, { visitorMessages: 4, head: 6 }))));
    connection.answer('read:mark', ({ delivered = 0, seen = 0 }) => ok({ delivered, seen, readMessages: seen }));
    reading = createReading({ connection, inbox: { conversation: (id) => rows.get(id) as never, markRead: (id, read) => marked.push({ id, ...read }) } });
  });
  afterEach(() => reading.dispose());

  it('tells the latest of each conversation once', async () => {
    reading.seen('a', 4);
    reading.seen('a', 6);
    reading.seen('b', 6);
    await vi.runAllTimersAsync();
    reading.seen('a', 6);
    reading.seen('a', 5);
    await vi.runAllTimersAsync();
    expect(connection.asked('read:mark')).toEqual([
      { conversationId: 'a', delivered: 6, seen: 6 }, { conversationId: 'b', delivered: 6, seen: 6 },
    ]);
  });

  it('shows as read at once, and what the gateway says in the end', async () => {
    reading.seen('a', 6);
    expect(marked).toEqual([{ id: 'a', readMessages: 4, seen: 6 }]);
    await vi.runAllTimersAsync();
    expect(marked.at(-1)).toEqual({ id: 'a', readMessages: 6, seen: 6 });
  });

  it('tells what people looked at before what only arrived', async () => {
    for (const id of ['a', 'b']) reading.delivered(id, 6);
    reading.seen('c', 6);
    await vi.runAllTimersAsync();
    expect(connection.asked('read:mark').map(({ conversationId, seen }) => [conversationId, seen])).toEqual([['c', 6], ['a', 0], ['b', 0]]);
  });

  it('does not tell what a colleague’s inbox has told', async () => {
    const row = rows.get('a');
    if (row?.value) row.value = { ...row.value, reads: { ...row.value.reads, agents: { delivered: 6, seen: 0 } } };
    reading.delivered('a', 6);
    reading.delivered('b', 6);
    await vi.runAllTimersAsync();
    expect(connection.asked('read:mark').map(({ conversationId }) => conversationId)).toEqual(['b']);
  });

  it('tells later what could not be told', async () => {
    connection.state.value = { at: 'waiting', until: 0 };
    reading.seen('a', 6);
    await vi.runAllTimersAsync();
    expect(connection.requests).toEqual([]);
    connection.state.value = { at: 'online' };
    await vi.runAllTimersAsync();
    expect(connection.asked('read:mark')).toHaveLength(1);
  });

  it('waits as long as it is asked to', async () => {
    let tries = 0;
    connection.answer('read:mark', ({ seen = 0 }) => {
      tries += 1;
      return tries === 1 ? { ok: false, error: { code: 'rate_limited', message: 'Slower.', retryAfterMs: 5_000 } } : ok({ delivered: seen, seen, readMessages: 4 });
    });
    reading.seen('a', 6);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(tries).toBe(2);
  });
});

describe('typing', () => {
  let typing: Typing;
  const visitor = { kind: 'visitor', id: 'v', name: null } as const;
  const ben = { kind: 'agent', id: 'ben', name: 'Ben' } as const;
  const who = (id = 'a'): Array<string | null> => (typing.now.value.get(id) ?? []).map((author) => author.id);

  beforeEach(() => {
    connection.answer('typing:set', () => ok({}));
    typing = createTyping({ connection, memberId: 'ana' });
  });
  afterEach(() => typing.dispose());

  it('shows who types, everybody but oneself', () => {
    connection.tell('typing:updated', { conversationId: 'a', author: visitor, typing: true });
    connection.tell('typing:updated', { conversationId: 'a', author: ben, typing: true });
    connection.tell('typing:updated', { conversationId: 'a', author: { kind: 'agent', id: 'ana', name: 'Ana' }, typing: true });
    expect(who()).toEqual(['v', 'ben']);
    connection.tell('typing:updated', { conversationId: 'a', author: visitor, typing: false });
    expect(who()).toEqual(['ben']);
  });

  it('runs out without news, and ends with the message', async () => {
    connection.tell('typing:updated', { conversationId: 'a', author: visitor, typing: true });
    await vi.advanceTimersByTimeAsync(TYPING_TTL_MS - 10);
    expect(who()).toEqual(['v']);
    await vi.advanceTimersByTimeAsync(20);
    expect(who()).toEqual([]);
    connection.tell('typing:updated', { conversationId: 'a', author: visitor, typing: true });
    connection.tell('entry:created', { entry: message('a', 2, { author: visitor }), conversation: news('a') });
    expect(who()).toEqual([]);
  });

  it('is told now and again while somebody types, and once when they stop', async () => {
    for (let letter = 0; letter < 10; letter += 1) {
      typing.typed('a', 'x'.repeat(letter + 1));
      await vi.advanceTimersByTimeAsync(500);
    }
    const told = connection.asked('typing:set').length;
    expect(told).toBe(2);
    typing.typed('a', '');
    typing.stopped('a');
    expect(connection.asked('typing:set').slice(told)).toEqual([{ conversationId: 'a', typing: false }]);
  });

  it('is not told without a connection', () => {
    connection.state.value = { at: 'connecting' };
    typing.typed('a', 'x');
    expect(connection.requests).toEqual([]);
  });
});

describe('the team', () => {
  it('is listed by name, and follows who comes and goes', async () => {
    connection.answer('member:list', () => ok({ members: [{ id: '2', name: 'Ben', online: false }, { id: '1', name: 'Ana', online: true }] }));
    const members = createMembers(connection);
    await members.load();
    connection.tell('member:updated', { member: { id: '2', name: 'Ben', online: true } });
    connection.tell('member:updated', { member: { id: '3', name: 'Ada', online: true } });
    expect(members.list.value.map(({ name, online }) => `${name} ${online}`)).toEqual(['Ada true', 'Ana true', 'Ben true']);
    members.dispose();
  });
});
