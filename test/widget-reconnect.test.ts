/** When the connection tries again, and when it does not: on a wire that the test holds in its hand. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { ACK_TIMEOUT_MS } from '../shared/limits.ts';
import { createConnection, type CloseReason, type Connection, type ConnectionOptions, type ConnectionState, type OpenWire, type WireEvents } from '../widget/connection.ts';

const STARTED = { protocol: 1, serverTime: '', heartbeatMs: 1, visitorId: 'a', token: 't', workspace: { id: 'demo', name: 'Demo' } };

let connection: Connection;
let states: ConnectionState[];
/** Wires opened so far, the newest last. */
let wires: Array<WireEvents & { closed_: boolean; answers: Array<(data: unknown) => void>; by: string }>;
let chance: number;

const opens = (by: string): OpenWire => (_, __, events) => {
  const wire = { ...events, closed_: false, answers: [] as Array<(data: unknown) => void>, by };
  wires.push(wire);
  return { emit: (_event, _payload, answer) => void wire.answers.push(answer), close: () => { wire.closed_ = true; } };
};

function create(change: Partial<ConnectionOptions> = {}): void {
  connection = createConnection({
    origin: 'http://gateway.example', openWire: opens('websocket'), auth: () => ({}), onState: (state) => states.push(state), random: () => chance, ...change,
  });
  connection.connect();
}

const newest = () => wires.at(-1) as (typeof wires)[number];
const start = () => newest().news('session:started', STARTED);
const delay = (): number => (connection.state.name === 'waiting' ? connection.state.until - Date.now() : -1);

/** Loses the newest wire and waits until the next is opened; answers how long that took. */
function lose(reason: CloseReason = 'broken'): number {
  newest().closed(reason);
  const waited = delay();
  vi.advanceTimersByTime(waited);
  return waited;
}

beforeEach(() => {
  vi.useFakeTimers();
  states = [];
  wires = [];
  chance = 1;
});
afterEach(() => {
  connection.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('trying again', () => {
  it('waits up to twice as long each time, and never more than 15 seconds', () => {
    create();
    expect([1, 2, 3, 4, 5, 6, 7].map(() => lose())).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('waits any part of that, by chance, so that not everybody comes at once', () => {
    create();
    chance = 0.25;
    expect([lose(), lose(), lose()]).toEqual([250, 500, 1_000]);
  });

  it('begins anew only after a session that lasted: a wire that opens and closes in a loop is no success', () => {
    create();
    expect([lose(), lose(), lose()]).toEqual([1_000, 2_000, 4_000]);
    start();
    expect(lose()).toBe(8_000);
    start();
    vi.advanceTimersByTime(1_001);
    expect(lose()).toBe(1_000);
  });

  it('gives up a wire that brings no session in 15 seconds', () => {
    create();
    vi.advanceTimersByTime(15_000);
    expect(newest().closed_).toBe(true);
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'mute' });
  });

  it('tries at once when woken, but not before the gateway wants to see us', () => {
    create();
    newest().closed('broken');
    connection.wake();
    expect(wires).toHaveLength(2);
    newest().refused(wireError('rate_limited', { retryAfterMs: 5_000 }));
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'refused' });
    expect(delay()).toBe(7_500);
    connection.wake();
    connection.connect();
    expect(wires).toHaveLength(2);
    vi.advanceTimersByTime(7_500);
    connection.wake();
    expect(wires).toHaveLength(3);
  });

  it('begins anew with the waits when woken, since somebody waits for it', () => {
    create();
    expect([lose(), lose(), lose()]).toEqual([1_000, 2_000, 4_000]);
    newest().closed('broken');
    connection.wake();
    expect(lose()).toBe(1_000);
  });

  it('stays away as long as a closing gateway says, spread by chance', () => {
    create();
    start();
    newest().news('server:closing', { retryInMs: 10_000 });
    newest().closed('ended');
    expect(delay()).toBe(15_000);
    connection.close();
    create();
    chance = 0;
    start();
    newest().news('server:closing', { retryInMs: 10_000 });
    newest().closed('ended');
    expect(delay()).toBe(5_000);
  });

  it.each(['overloaded', 'unavailable', 'internal'] as const)('comes back after %s', (code) => {
    create();
    newest().refused(wireError(code));
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'refused' });
  });

  it('comes back after a refusal that makes no sense', () => {
    create();
    newest().refused({ message: 'Invalid namespace' });
    newest().closed('ended');
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'refused' });
  });

  it('stays away after a refusal for good, until it is asked to connect', () => {
    create();
    newest().refused(wireError('origin_not_allowed'));
    expect(connection.state).toMatchObject({ name: 'refused', error: { code: 'origin_not_allowed' } });
    connection.wake();
    vi.advanceTimersByTime(600_000);
    expect(wires).toHaveLength(1);
    connection.connect();
    expect(wires).toHaveLength(2);
  });

  it('tries again where opening itself throws, as a content security policy can make it', () => {
    create({ openWire: () => { throw new DOMException('refused', 'SecurityError'); } });
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'unopened' });
  });
});

describe('requests', () => {
  it('are given up where no answer comes in time', async () => {
    create();
    start();
    const asked = connection.request('log:sync', { conversations: [] });
    vi.advanceTimersByTime(ACK_TIMEOUT_MS);
    await expect(asked).rejects.toThrow('no answer');
  });

  it('end with the wire', async () => {
    create();
    start();
    const asked = connection.request('log:sync', { conversations: [] });
    newest().closed('silent');
    await expect(asked).rejects.toThrow('no answer');
  });

  it('take one answer, and only one that is an acknowledgement', async () => {
    create();
    start();
    const asked = connection.request('log:sync', { conversations: [] });
    newest().answers[0]?.({ ok: true, data: { conversations: [], gone: [] } });
    newest().answers[0]?.({ ok: false, error: wireError('internal') });
    await expect(asked).resolves.toEqual({ ok: true, data: { conversations: [], gone: [] } });
    for (const nonsense of [undefined, null, 'ok', { ok: false }, { ok: 'yes' }]) {
      const odd = connection.request('log:sync', { conversations: [] });
      newest().answers.at(-1)?.(nonsense);
      await expect(odd).rejects.toThrow('no answer');
    }
  });

  it('are not made before the session has started', async () => {
    create();
    await expect(connection.request('log:sync', { conversations: [] })).rejects.toThrow('no answer');
  });
});

describe('an old wire', () => {
  it('has no say any more', () => {
    create();
    start();
    const old = newest();
    connection.restart();
    old.closed('broken');
    old.news('session:started', STARTED);
    old.refused(wireError('not_found'));
    expect(connection.state).toEqual({ name: 'connecting' });
    expect(old.closed_).toBe(true);
  });

  it('that only looks alive is taken for lost', () => {
    create();
    start();
    connection.suspect();
    expect(connection.state).toMatchObject({ name: 'waiting', reason: 'silent' });
    connection.suspect();
    expect(states.filter(({ name }) => name === 'waiting')).toHaveLength(1);
  });
});

describe('where WebSocket is blocked', () => {
  const fallback = async (): Promise<OpenWire> => opens('http');

  async function loseUnopened(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      newest().closed('unopened');
      // What is asked in between answers before the next attempt, which then is not waited for.
      await vi.advanceTimersByTimeAsync(0);
      if (delay() > 0) await vi.advanceTimersByTimeAsync(delay());
    }
  }

  it('takes the other way after three attempts, and stays with it', async () => {
    create({ fallback });
    await loseUnopened(3);
    start();
    lose();
    expect(wires.map(({ by }) => by)).toEqual(['websocket', 'websocket', 'websocket', 'http', 'http']);
  });

  it('takes it at once where a socket opens as if nothing were, and then says nothing', async () => {
    create({ fallback });
    newest().closed('mute');
    await vi.advanceTimersByTimeAsync(0);
    expect(wires.map(({ by }) => by)).toEqual(['websocket', 'http']);
  });

  it('takes it in the middle of an attempt: nothing is left to wait for', async () => {
    let answer = (_: OpenWire): void => {};
    create({ fallback: () => new Promise((resolve) => { answer = resolve; }) });
    lose('mute');
    answer(opens('http'));
    await vi.advanceTimersByTimeAsync(0);
    expect(wires.map(({ by, closed_ }) => [by, closed_])).toEqual([['websocket', true], ['websocket', true], ['http', false]]);
  });

  it('does not where WebSocket has opened before HTTP has answered: the gateway was only slow', async () => {
    let answer = (_: OpenWire): void => {};
    create({ fallback: () => new Promise((resolve) => { answer = resolve; }) });
    lose('mute');
    start();
    answer(opens('http'));
    await vi.advanceTimersByTimeAsync(0);
    lose();
    expect(wires.map(({ by }) => by)).toEqual(['websocket', 'websocket', 'websocket']);
  });

  it('does not come back to life with it where the page has let go meanwhile', async () => {
    let answer = (_: OpenWire): void => {};
    create({ fallback: () => new Promise((resolve) => { answer = resolve; }) });
    newest().closed('mute');
    connection.close();
    answer(opens('http'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([connection.state.name, wires.length]).toEqual(['idle', 1]);
  });

  it('does not where HTTP does not work either: the gateway is down', async () => {
    create({ fallback: () => Promise.reject(new Error('not reached by HTTP either')) });
    await loseUnopened(6);
    expect(new Set(wires.map(({ by }) => by))).toEqual(new Set(['websocket']));
  });

  it('goes back to WebSocket when the other way does not open', async () => {
    create({ fallback });
    await loseUnopened(4);
    expect(wires.map(({ by }) => by)).toEqual(['websocket', 'websocket', 'websocket', 'http', 'websocket']);
  });

  it('does not count wires that did open', async () => {
    create({ fallback });
    await loseUnopened(2);
    start();
    lose();
    await loseUnopened(2);
    expect(new Set(wires.map(({ by }) => by))).toEqual(new Set(['websocket']));
  });

  it('goes on where the other way cannot be fetched', async () => {
    create({ fallback: () => Promise.reject(new Error('offline')) });
    await loseUnopened(4);
    expect(connection.state.name).toBe('connecting');
  });
});
