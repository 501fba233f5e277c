// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnection, type Connection } from '../console/connection.ts';
import { wireError } from '../shared/errors.ts';
import { ACK_TIMEOUT_MS, PROTOCOL_VERSION } from '../shared/limits.ts';

/** The socket, as the test plays it. */
const wire = vi.hoisted(() => {
  const listeners = new Map<string, Set<(...news: unknown[]) => void>>();
  return {
    options: undefined as Record<string, unknown> | undefined,
    connected: false,
    connects: 0,
    sent: [] as Array<{ event: string; payload: unknown; timeout: number; resolve(ack: unknown): void; reject(error: Error): void }>,
    listeners,
    emit(event: string, ...news: unknown[]): void {
      for (const listener of listeners.get(event) ?? []) listener(...news);
    },
    drop(): void {
      this.connected = false;
      this.emit('disconnect', 'transport close');
    },
    start(): void {
      this.connected = true;
      this.emit('session:started', {});
    },
  };
});

vi.mock('socket.io-client', () => ({
  io: (address: string, options: Record<string, unknown>) => {
    wire.options = Object.assign(options, { address });
    return {
      io: { opts: options },
      get connected() { return wire.connected; },
      connect: () => { wire.connects += 1; },
      disconnect: () => {
        const was = wire.connected;
        wire.connected = false;
        if (was) wire.emit('disconnect', 'io client disconnect');
      },
      on: (event: string, listener: never) => void wire.listeners.set(event, (wire.listeners.get(event) ?? new Set()).add(listener)),
      off: (event: string, listener: never) => void wire.listeners.get(event)?.delete(listener),
      timeout: (timeout: number) => ({
        emitWithAck: (event: string, payload: unknown) => new Promise((resolve, reject) => { wire.sent.push({ event, payload, timeout, resolve, reject }); }),
      }),
    };
  },
}));

let connection: Connection;
let signedOut: number;

function refuse(error: ReturnType<typeof wireError>): void {
  wire.emit('connect_error', Object.assign(new Error(error.code), { data: error }));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  Object.assign(wire, { connected: false, connects: 0, sent: [] });
  wire.listeners.clear();
  signedOut = 0;
  connection = createConnection({ onSignedOut: () => { signedOut += 1; } });
});
afterEach(() => {
  connection.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the connection', () => {
  it('names the protocol, and tries WebSocket before polling', () => {
    expect(wire.options).toMatchObject({ address: '/agent', auth: { protocol: PROTOCOL_VERSION }, transports: ['websocket', 'polling'], tryAllTransports: true });
  });

  it('[D7] is online when the session has started, not before', () => {
    expect(connection.state.value).toEqual({ at: 'connecting' });
    wire.connected = true;
    wire.emit('connect');
    expect(connection.state.value).toEqual({ at: 'connecting' });
    wire.start();
    expect(connection.state.value).toEqual({ at: 'online' });
  });

  it('comes back after growing pauses, and says when', () => {
    wire.start();
    wire.drop();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const { value } = connection.state;
      pauses.push(value.at === 'waiting' ? value.until - Date.now() : -1);
      vi.advanceTimersToNextTimer();
      expect(connection.state.value).toEqual({ at: 'connecting' });
      wire.emit('connect_error', new Error('websocket error'));
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000]);
    vi.advanceTimersToNextTimer();
    wire.start();
    wire.drop();
    expect(connection.state.value).toMatchObject({ at: 'waiting', until: Date.now() + 500 });
  });

  it('stays away for as long as a closing gateway asks, once', () => {
    wire.start();
    wire.emit('server:closing', { retryInMs: 3_000 });
    wire.drop();
    expect(connection.state.value).toEqual({ at: 'waiting', until: Date.now() + 6_000 });
    vi.advanceTimersByTime(6_000);
    wire.start();
    wire.drop();
    expect(connection.state.value).toEqual({ at: 'waiting', until: Date.now() + 500 });
  });

  it('tries at once when somebody asks, or the network is back', () => {
    wire.start();
    wire.drop();
    connection.retry();
    expect(wire.connects).toBe(2);
    connection.retry();
    expect(wire.connects).toBe(2);
    wire.emit('connect_error', new Error('no'));
    dispatchEvent(new Event('online'));
    expect(wire.connects).toBe(3);
  });

  it('begins with polling after WebSocket did not get through, and in turns from then on', () => {
    const first: unknown[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      first.push((wire.options?.['transports'] as string[] | undefined)?.[0]);
      wire.emit('connect_error', new Error('websocket error'));
      vi.advanceTimersToNextTimer();
    }
    expect(first).toEqual(['websocket', 'polling', 'websocket', 'polling']);
  });

  it('gives up a connection that never starts, whether it opened or not', () => {
    for (const opened of [false, true]) {
      wire.connected = opened;
      vi.advanceTimersByTime(15_000);
      expect(connection.state.value).toMatchObject({ at: 'waiting' });
      vi.advanceTimersToNextTimer();
      expect(connection.state.value).toEqual({ at: 'connecting' });
    }
    expect(wire.connects).toBe(3);
  });

  it('waits as long as a busy gateway asks', () => {
    refuse(wireError('rate_limited', { retryAfterMs: 20_000 }));
    expect(connection.state.value).toEqual({ at: 'waiting', until: Date.now() + 40_000 });
  });

  it('does not try again where it cannot work', () => {
    refuse(wireError('protocol_unsupported', { details: { supported: [2] } }));
    expect(connection.state.value).toMatchObject({ at: 'refused', error: { code: 'protocol_unsupported' } });
    vi.advanceTimersByTime(60_000);
    expect(wire.connects).toBe(1);
  });

  it('asks to sign in when the session is over: refused, told, or answered so', async () => {
    refuse(wireError('sign_in_required'));
    expect(signedOut).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(wire.connects).toBe(1);

    connection = createConnection({ onSignedOut: () => { signedOut += 1; } });
    wire.start();
    const asked = connection.request('member:list', {});
    wire.sent.at(-1)?.resolve({ ok: false, error: wireError('sign_in_required') });
    await asked;
    expect(signedOut).toBe(2);
  });

  it('never keeps a request for later', async () => {
    await expect(connection.request('member:list', {})).rejects.toThrow('no connection');
    expect(wire.sent).toEqual([]);
  });

  it('hands on what a request is answered', async () => {
    wire.start();
    const asked = connection.request('member:list', {});
    expect(wire.sent[0]).toMatchObject({ event: 'member:list', payload: {}, timeout: ACK_TIMEOUT_MS });
    wire.sent[0]?.resolve({ ok: true, data: { members: [] } });
    expect(await asked).toEqual({ ok: true, data: { members: [] } });
  });

  it('[D7] does not stay "connected" over a connection that no longer answers', async () => {
    wire.start();
    const asked = connection.request('inbox:sync', { cursor: null });
    wire.sent[0]?.reject(new Error('operation has timed out'));
    await expect(asked).rejects.toThrow('timed out');
    expect(connection.state.value).toMatchObject({ at: 'waiting' });
  });

  it('tells news until it is asked to stop', () => {
    const heard: unknown[] = [];
    const off = connection.on('member:updated', (news) => heard.push(news));
    wire.emit('member:updated', { member: 1 });
    off();
    wire.emit('member:updated', { member: 2 });
    expect(heard).toEqual([{ member: 1 }]);
  });
});
