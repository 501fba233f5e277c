import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../gateway/logger.ts';
import { RequestError } from '../gateway/request-errors.ts';
import { serveRequests, type Handler } from '../gateway/requests.ts';
import { StoreError } from '../gateway/store/store.ts';
import { WorkInHand } from '../gateway/work-in-hand.ts';
import { until } from './harness/until.ts';

type Event = unknown[];

/** A socket that is only what requests.ts needs of one. */
function setUp(handlers: Record<string, Handler<null, never, unknown>>, admit: () => void = () => {}) {
  let receive: (event: Event, next: () => void) => void = () => {};
  const passed: Event[] = [];
  const failed: unknown[] = [];
  const connection = { closed: 0 };
  const workInHand = new WorkInHand();
  let log = '';
  serveRequests(
    {
      use: (listener: typeof receive) => { receive = listener; },
      emit: (_: string, news: unknown) => failed.push(news),
      conn: { close: () => { connection.closed += 1; } },
    },
    null,
    { schemas: Object.fromEntries(Object.keys(handlers).map((event) => [event, z.object({ n: z.number().optional() })])), handlers, admit, workInHand, logger: createLogger('info', { write: (line: string) => { log += line; } }) },
  );
  const send = (...event: Event): void => receive(event, () => passed.push(event));
  return {
    send, passed, failed, connection, workInHand, log: () => log,
    ask: (event: string, payload: unknown = {}) => new Promise<unknown>((resolve) => { send(event, payload, resolve); }),
  };
}

describe('the road of a request', () => {
  it('is parse, persist, acknowledge, broadcast, in this order', async () => {
    const order: string[] = [];
    const { send, passed } = setUp({
      'thing:do': async () => {
        order.push('persist');
        await Promise.resolve();
        order.push('persisted');
        return { answer: {}, broadcast: () => order.push('broadcast') };
      },
    });
    send('thing:do', {}, () => order.push('acknowledge'));
    await until(() => order.length === 4);
    expect(order).toEqual(['persist', 'persisted', 'acknowledge', 'broadcast']);
    expect(passed).toEqual([]);
  });

  it('ends at the first refusal: nothing is handled that was not parsed, nothing told that was not stored', async () => {
    let handled = 0;
    let told = 0;
    const { ask } = setUp({
      'thing:do': async () => { handled += 1; return { answer: {}, broadcast: () => { told += 1; } }; },
      'thing:fail': () => Promise.reject(new StoreError('unavailable', 'x', { retryAfterMs: 250 })),
    });
    expect(await ask('thing:do', { n: 'one' })).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    expect(await ask('thing:fail')).toMatchObject({ ok: false, error: { code: 'unavailable', retryAfterMs: 250 } });
    expect([handled, told]).toEqual([0, 0]);
  });

  it('turns what the store says into codes, and what nobody foresaw into internal, without detail', async () => {
    const throws = (error: unknown): Handler<null, never, unknown> => async () => { throw error; };
    const { ask, log } = setUp({
      a: throws(new StoreError('not_found', 'secret detail')), b: throws(new StoreError('overloaded', 'secret detail')), c: throws(new StoreError('conflict', 'secret detail')),
      d: throws(new TypeError('secret detail')), e: throws('secret detail'), f: throws(undefined), g: throws(new RequestError('forbidden')),
      h: () => { throw new Error('secret detail'); },
    });
    const codes = [];
    for (const event of 'abcdefgh') {
      const answer = await ask(event) as { error: { code: string; retryAfterMs?: number } };
      expect(JSON.stringify(answer)).not.toContain('secret');
      codes.push([answer.error.code, answer.error.retryAfterMs]);
    }
    expect(codes).toEqual([['not_found', undefined], ['overloaded', 1_000], ['internal', undefined], ['internal', undefined], ['internal', undefined], ['internal', undefined], ['forbidden', undefined], ['internal', undefined]]);
    expect(log().split('\n').filter(Boolean)).toHaveLength(5);
  });

  it('does not undo a success when telling others fails', async () => {
    const { ask, log } = setUp({ 'thing:do': async () => ({ answer: { done: true }, broadcast: () => { throw new Error('no room'); } }) });
    expect(await ask('thing:do')).toEqual({ ok: true, data: { done: true } });
    await until(() => log().includes('broadcast failed'));
  });

  it('acknowledges once', async () => {
    let acknowledged = 0;
    const { send, workInHand } = setUp({ 'thing:do': async () => ({ answer: {}, broadcast: () => { throw new Error('late'); } }) });
    send('thing:do', {}, () => { acknowledged += 1; });
    await until(() => workInHand.size === 0);
    expect(acknowledged).toBe(1);
  });

  it('knows only its own events, not what objects inherit', async () => {
    const { ask } = setUp({ 'thing:do': async () => ({ answer: {} }) });
    for (const event of ['toString', '__proto__', 'hasOwnProperty', 'constructor', 'thing:undo']) expect(await ask(event)).toMatchObject({ error: { code: 'unknown_event' } });
  });

  it('takes no payload at all for an empty one', async () => {
    const { send } = setUp({ 'thing:list': async () => ({ answer: 'all' }) });
    const answer = await new Promise((resolve) => { send('thing:list', resolve); });
    expect(answer).toEqual({ ok: true, data: 'all' });
  });

  it('without an acknowledgement is not taken', async () => {
    let handled = 0;
    const { send, failed } = setUp({ 'thing:do': async () => { handled += 1; return { answer: {} }; } });
    send('thing:do', {});
    send('thing:do');
    send();
    send(7, {});
    await until(() => failed.length === 4);
    expect(handled).toBe(0);
    expect(failed).toMatchObject([{ event: 'thing:do', error: { code: 'bad_request' } }, { event: 'thing:do' }, { event: '' }, { event: '' }]);
  });

  it('closes the connection after much nonsense, and forgives some', async () => {
    const { ask, connection } = setUp({});
    for (let i = 0; i < 190; i += 1) await ask('nonsense');
    expect(connection.closed).toBe(0);
    for (let i = 0; i < 30; i += 1) await ask('nonsense');
    expect(connection.closed).toBeGreaterThan(0);
  });

  it('forgives much more of what is only too fast', async () => {
    const { ask, connection } = setUp({ 'thing:do': async () => ({ answer: {} }) }, () => { throw new RequestError('rate_limited', { retryAfterMs: 5 }); });
    for (let i = 0; i < 1_500; i += 1) expect(await ask('thing:do')).toMatchObject({ error: { code: 'rate_limited', retryAfterMs: 5 } });
    expect(connection.closed).toBe(0);
  });
});
