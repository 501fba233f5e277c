// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { navigate } from '../console/routes.ts';
import { createViewing, type Viewing } from '../console/viewing.ts';
import { fakeConnection, ok, type FakeConnection } from './console-fakes.ts';

const ana = { id: 'ana', name: 'Ana' };
const ben = { id: 'ben', name: 'Ben' };
const session = { protocol: 1, serverTime: '2026-01-31T12:00:00.000Z', heartbeatMs: 10_000, member: { ...ana, email: '', role: 'agent' }, workspace: { id: 'demo', name: 'Demo' } };

let connection: FakeConnection;
let viewing: Viewing;

const open = (conversationId: string | null): void => navigate({ at: 'inbox', view: 'all', conversationId });
const told = (): Array<string | null> => connection.asked('viewing:set').map(({ conversationId }) => conversationId);
const others = (): string[] => viewing.others.value.map(({ name }) => name);

beforeEach(() => {
  vi.useFakeTimers();
  connection = fakeConnection();
  connection.answer('viewing:set', ({ conversationId }) => ok({ members: conversationId === null ? [] : [ana] }));
  open(null);
  viewing = createViewing({ connection, memberId: 'ana' });
});
afterEach(() => {
  viewing.dispose();
  vi.useRealTimers();
});

describe('looking at a conversation', () => {
  it('is told once one has settled there, not on the way', async () => {
    open('a');
    await vi.advanceTimersByTimeAsync(100);
    open('b');
    await vi.advanceTimersByTimeAsync(400);
    expect(told()).toEqual(['b']);
    open(null);
    await vi.advanceTimersByTimeAsync(400);
    expect(told()).toEqual(['b', null]);
  });

  it('shows who else does, never oneself, and forgets them with the conversation', async () => {
    open('a');
    await vi.advanceTimersByTimeAsync(400);
    expect(others()).toEqual([]);
    connection.tell('viewing:updated', { conversationId: 'a', members: [ana, ben] });
    expect(others()).toEqual(['Ben']);
    connection.tell('viewing:updated', { conversationId: 'b', members: [ana] });
    expect(others()).toEqual(['Ben']);
    open('b');
    expect(others()).toEqual([]);
  });

  it('is told again on a new connection, and asked for at every heartbeat', async () => {
    open('a');
    await vi.advanceTimersByTimeAsync(400);
    connection.answer('viewing:set', () => ok({ members: [ana, ben] }));
    connection.tell('session:started', session);
    await vi.advanceTimersByTimeAsync(0);
    expect(told()).toEqual(['a', 'a']);
    expect(others()).toEqual(['Ben']);
    connection.answer('viewing:set', () => ok({ members: [ana] }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(others()).toEqual([]);
  });

  it('is not told without a connection', async () => {
    connection.state.value = { at: 'connecting' };
    open('a');
    await vi.advanceTimersByTimeAsync(400);
    expect(told()).toEqual([]);
  });
});
